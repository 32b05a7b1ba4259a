"""What people run against an account, with credentials."""
