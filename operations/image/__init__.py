"""The project's serving image, built and pushed."""
