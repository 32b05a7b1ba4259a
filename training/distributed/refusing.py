"""What several hosts cannot do; light, so that the launcher refuses it too."""

from training.errors import TrainingError
from training.options import Arguments

MODELS = ("xgboost", "logistic-regression")


def refuse(arguments: Arguments) -> None:
    """Refuse what several hosts cannot do.

    Raises
    ------
    TrainingError
        Naming the option, and the remedy.
    """
    if arguments.model not in MODELS:
        raise TrainingError(
            f"--model {arguments.model} trains on one instance; with more take "
            f"{' or '.join(MODELS)}."
        )
    if arguments.columns.entities:
        raise TrainingError(
            "--entities needs every row of an entity on one host; train on one "
            "instance, or leave --entities out."
        )
    if arguments.columns.report_time:
        raise TrainingError(
            "--report-time-column is read on one instance; say the delay with "
            "--label-delay-hours, or train on one."
        )
    if arguments.backtest:
        raise TrainingError(
            "--backtest runs on one instance; leave it out, or train on one."
        )
