"""Read the table, check it, split it."""
