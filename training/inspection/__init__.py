"""Look at a table before anything is trained, uploaded or billed."""
