"""From the data to two parts of it, with what must be said of both before a fit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from artifact.history.definition import HistoryDefinition
from training.data.counts import Counts
from training.data.dataset import Dataset
from training.data.history import hide_some
from training.data.split import Split, split
from training.errors import TrainingError
from training.judging.evaluation import Population, describe_population
from training.judging.guards import check_span, describe_span, find_warnings
from training.options import Arguments

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """All that training takes of the data, which need not stay in memory besides."""

    parts: Split
    population: Population
    counts: Counts
    #: What looked wrong with the data, and what to do, a sentence each.
    warnings: tuple[str, ...]


def prepare(
    data: Dataset,
    arguments: Arguments,
    tell: Tell,
    histories: HistoryDefinition | None = None,
) -> Prepared:
    """Split the data, look at both parts, and say what was found.

    With `histories`, those of a few training rows are hidden from the models.

    Raises
    ------
    TrainingError
        If the data cannot bear what is asked.
    """
    check_amount(data, arguments)
    parts = split(data, arguments.split)
    if histories is not None:
        seed = arguments.split.random_state
        parts = replace(parts, train=hide_some(parts.train, histories, seed))
    population = describe_population(data)
    check_span(data, population)
    span = describe_span(population)
    if span:
        tell(f"  {span}")
    counts = Counts.of(data, parts)
    warnings = tuple(find_warnings(data, parts, population, counts))
    for warning in warnings:
        tell(f"  look: {warning}")
    tell(f"split into {parts.train.rows:,} rows to learn from and {parts.test.rows:,}")
    unknown = data.rows - parts.train.rows - parts.test.rows
    if unknown:
        tell(
            f"  {unknown:,} rows before the test part are left out: their labels came "
            "after it began (--label-delay-hours)"
        )
    return Prepared(parts, population, counts, warnings)


def check_amount(data: Dataset, arguments: Arguments) -> None:
    """Refuse a policy about money for data that have none, before any fit."""
    policy = arguments.decision.policy
    if policy in ("cost", "expected-value") and data.amounts is None:
        raise TrainingError(
            f"--threshold-policy {policy} needs the column {data.columns.amount!r}, "
            "which the features lack; name another with --amount-column."
        )
