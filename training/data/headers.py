"""Check the names of columns against what was said of them; no row is read."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from artifact.near_names import nearest_name
from training.columns import Columns
from training.data.labels import are_plain_labels
from training.data.names import likely_labels, likely_outcomes
from training.data.shown_names import option_value, shown, shown_list
from training.data.tables import column_names, partitions_of, read_table
from training.errors import TrainingError

#: So many names are listed where one of them is sought.
_MOST_NAMES = 20


def check_columns(
    files: Sequence[Path], columns: Columns, everywhere: Sequence[Path] = ()
) -> list[str]:
    """Return the names of all columns, after a look at the headers only.

    `everywhere` are all parts where `files` are only this host's: a directory that all
    have in common is no partition.

    Raises
    ------
    TrainingError
        If a column that was named is absent or has two roles, a name is unclear, or
        parts differ.
    """
    _check_roles(columns)
    names = column_names(files[0])
    for other in files[1:]:
        difference = set(column_names(other)) ^ set(names)
        if difference:
            raise TrainingError(
                f"{other} and {files[0].name} differ in column "
                f"{shown(min(difference))}; all parts need the same columns."
            )
    partitions = partitions_of(files[0], everywhere or files)
    names += [name for name in partitions if name not in names]
    if columns.label not in names:
        raise TrainingError(
            f"{files[0]} has no column {shown(columns.label)} for the label (it has "
            f"{shown_list(names, _MOST_NAMES)}); "
            f"{_label_remedy(files, names, columns.label)}"
        )
    _check_named(files[0], names, columns)
    used = {
        *columns.drop,
        *(columns.label, columns.weight, columns.report_time),
    }
    others = [name for name in names if name not in used]
    if not others:
        raise TrainingError(
            f"{files[0]} has no feature besides the label; add numeric columns."
        )
    if Columns.weight in others:
        raise TrainingError(
            f"{files[0]}: --weight-column names {shown(columns.weight)}, and the "
            f"column {Columns.weight!r} would become a feature that leaks the label; "
            f"leave it out with --drop-columns {Columns.weight}."
        )
    return names


def find_labels(files: Sequence[Path], names: Sequence[str]) -> list[str]:
    """Return the columns that look like the label, by their names.

    A name that says less must hold values in the first rows that say more.
    """
    likely = likely_labels(list(names))
    outcomes = [] if likely else likely_outcomes(list(names))
    if not outcomes:
        return likely
    data = read_table(files, sample=True).data
    return [
        name
        for name in outcomes
        if name in data.column_names and are_plain_labels(data[name])
    ]


def _label_remedy(files: Sequence[Path], names: Sequence[str], given: str) -> str:
    if given != Columns.label and (near := nearest_name(given, names)):
        return f"did you mean {shown(near)}?"
    likely = find_labels(files, names)
    if likely:
        first = likely[:1]
        others = f" (or {shown_list(likely[1:])})" if likely[1:] else ""
        return (
            f"if it is {shown(first[0])}{others}, say --label-column "
            f"{option_value(first)}."
        )
    return "add it, or name another with --label-column."


def _check_named(file: Path, names: Sequence[str], columns: Columns) -> None:
    """Refuse an option that names a column which is not there."""
    lists = {
        "--drop-columns": columns.drop,
        "--entities": columns.entities,
        "--categories": columns.categories,
        "--kinds": tuple(columns.kinds),
    }
    named = [*_named(columns).items()]
    named += [(option, name) for option, listed in lists.items() for name in listed]
    for option, name in named:
        if name in names:
            continue
        near = nearest_name(name, names)
        raise TrainingError(
            f"{file} has no column {shown(name)}, which {option} names (it has "
            f"{shown_list(names)}); "
            + (
                f"did you mean {shown(near)}?"
                if near
                else "correct the name, or leave it out."
            )
        )


def _named(columns: Columns) -> dict[str, str]:
    """Option → name, of the optional columns whose name is not the default."""
    default = Columns()
    optional = {
        "--weight-column": (columns.weight, default.weight),
        "--time-column": (columns.time, default.time),
        "--amount-column": (columns.amount, default.amount),
        "--report-time-column": (columns.report_time, default.report_time),
    }
    return {option: name for option, (name, usual) in optional.items() if name != usual}


def _check_roles(columns: Columns) -> None:
    """Refuse a column that is named for two things.

    A default name may be dropped: such data have no weight, time or amount then.
    """
    roles = {
        "--label-column": columns.label,
        "--weight-column": columns.weight,
        "--time-column": columns.time,
        "--amount-column": columns.amount,
        "--report-time-column": columns.report_time,
    }
    for (first, name), (second, other) in combinations(roles.items(), 2):
        if name == other != "":
            raise TrainingError(
                f"{first} and {second} both name the column {shown(name)}, expected "
                "one meaning for each column; name another, or rename it in the data."
            )
    for option, name in {"--label-column": columns.label, **_named(columns)}.items():
        if name in columns.drop:
            raise TrainingError(
                f"--drop-columns leaves out {shown(name)}, which {option} names; "
                "remove it from one of them."
            )
