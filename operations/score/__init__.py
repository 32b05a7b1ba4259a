"""``fraud score``: ask a live endpoint about transactions in a file."""
