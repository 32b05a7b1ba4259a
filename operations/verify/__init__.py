"""Check that the live endpoint is what its stack says."""
