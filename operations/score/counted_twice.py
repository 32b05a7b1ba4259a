"""Say that a file's transactions may be in the histories that they are scored with."""

import shlex
import textwrap

from artifact.history.definition import DEFAULT_LABEL_DELAY_HOURS
from artifact.printable import printable
from operations.history.store import HistoryStore

_WIDTH_COLUMNS = 79


def caution(
    history: HistoryStore | None, transactions: int, file: str, endpoint: str
) -> str:
    """Return what to beware of, and the commands that avoid it; "" for nothing.

    The histories were read for the scores: this asks the table nothing.
    """
    behind = history.counters["not_later"] if history else 0
    if history is None or not behind:
        return ""
    definition = history.definition
    features = ["fraud", "history", "features", "--data", file]
    features += ["--entities", ",".join(definition.entities)]
    features += ["--time-column", definition.time, "--amount-column", definition.amount]
    if definition.label_delay_hours != DEFAULT_LABEL_DELAY_HOURS:
        features += ["--label-delay-hours", f"{definition.label_delay_hours:g}"]
    features += ["--output", "with-histories.csv"]
    score = ["fraud", "score", "--endpoint", endpoint, "--file", "with-histories.csv"]
    are = "transaction is" if transactions == 1 else "transactions are"
    said = textwrap.fill(
        f"Caution: {behind:,} of {transactions:,} {are} not later than what the table "
        "holds of the same entities. What it holds already, such as the rows that the "
        "model was trained on, is counted twice, and its score is wrong. Score such "
        "rows with their histories as of each row (add --label-column where frauds "
        "are known):",
        _WIDTH_COLUMNS,
        break_on_hyphens=False,
    )
    return f"{said}\n  {printable(shlex.join(features))}\n  {shlex.join(score)}"
