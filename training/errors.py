"""The error for whatever the person who trains can mend."""


class TrainingError(Exception):
    """Training cannot go on; the message is one sentence with the remedy."""
