"""The one error this package raises."""


class ArtifactError(Exception):
    """The artifact cannot be used; the message is one sentence with the remedy."""
