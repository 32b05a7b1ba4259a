"""Score files of transactions by a batch transform job."""
