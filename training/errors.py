"""The error for whatever the person who trains can mend."""


class TrainingError(Exception):
    """Training cannot go on; the message is one sentence with the remedy."""


class OptionError(TrainingError):
    """An option is unknown, or its value is refused: the command is misused."""
