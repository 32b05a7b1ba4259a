"""How training grows with rows and hosts."""
