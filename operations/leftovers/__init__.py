"""What an environment left in the account, what it costs, and how to remove it."""
