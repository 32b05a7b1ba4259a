"""The project's serving image: built in the account, or here by Docker."""
