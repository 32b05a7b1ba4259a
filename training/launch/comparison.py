"""A new model beside the baseline and the model in service, figure by figure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from artifact import layout
from artifact.archive import Documents
from artifact.errors import ArtifactError
from cdk_app.naming import ARTIFACT_URI_PARAMETER
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError
from operations.account.stacks import is_deployed, read_stack
from training.report.summary import in_lines
from training.report.wording import FIGURES, counted, written

#: What is compared, of the figures in ``metrics.json``.
_COMPARED = (
    "average_precision",
    "roc_auc",
    "brier",
    "precision",
    "recall",
    "alerts_per_day",
    "savings",
)
#: Those of `_COMPARED` that a decision rule changes.
_BY_RULE = frozenset({"precision", "recall", "alerts_per_day", "savings"})
_OTHER_RELEASE = (
    "The model in service cannot be compared: its metrics.json is of another release."
)
_NAME_COLUMNS = 29
_VALUE_COLUMNS = 14


@dataclass(frozen=True)
class InService:
    """The artifact that an environment's serving stack names."""

    uri: str
    metrics: Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """A new model beside the one in service, for people.

    Attributes
    ----------
    text : str
        Figures and remarks, in lines.
    worse : str
        The sentence that the new one is worse; empty where it is not.
    """

    text: str
    worse: str = ""


def find_in_service(session: boto3.Session, environment: str) -> InService | None:
    """Return the model in service; None where no serving stack is deployed.

    Raises
    ------
    OperationError, ArtifactError
        If its artifact cannot be read.
    """
    if not is_deployed(session, environment):
        return None
    uri = read_stack(session, environment).parameters[ARTIFACT_URI_PARAMETER]
    documents = read_artifact(session, uri, documents=True)
    return InService(uri, json.loads(documents.files[layout.METRICS]))


def describe_comparison(
    session: boto3.Session, environment: str, artifact_uri: str, artifact: Documents
) -> Comparison:
    """Return the figures side by side, and what follows from them."""
    metrics = json.loads(artifact.files[layout.METRICS])
    live: InService | None = None
    worse = ""
    try:
        live = find_in_service(session, environment)
        if live is None:
            remarks = [f"No model is in service in {environment} yet."]
        elif live.uri == artifact_uri:
            live, remarks = None, [f"It is the model in service in {environment}."]
        else:
            remarks = verdict(metrics, live.metrics)
            worse = worse_than(metrics, live.metrics)
        table = side_by_side(metrics, live.metrics if live else None)
    except (OperationError, ArtifactError) as error:
        remarks = [f"The model in service cannot be compared: {error}"]
        table = side_by_side(metrics, None)
    except (KeyError, TypeError, ValueError):
        remarks = [_OTHER_RELEASE]
        table = side_by_side(metrics, None)
    lines = [table] if table else []
    text = "\n".join([*lines, *(in_lines(said, "  ") for said in remarks)])
    return Comparison(text, worse)


def side_by_side(metrics: Mapping[str, Any], live: Mapping[str, Any] | None) -> str:
    """Return the table: this model, the baseline, the model in service."""
    judged = {"this model": metrics["test"]}
    named = []
    if metrics["baseline"]["name"] != metrics["model"]["name"]:
        judged["baseline"] = metrics["baseline"]["test"]
        named.append(f"the baseline, {metrics['baseline']['name']}")
    if live is not None:
        judged["in service"] = live["test"]
        named.append(f"the model in service, {live['model']['name']}")
    if not named:
        return ""
    lines = [in_lines(f"Beside {', and '.join(named)}:"), _line("", judged)]
    is_by_rule = False
    for figure in _COMPARED:
        if figure in metrics["test"]:
            if figure in _BY_RULE and not is_by_rule:
                lines.append("  each by the rule that its own training chose:")
                is_by_rule = True
            words, kind = FIGURES[figure]
            values = (
                written(test[figure], kind) if figure in test else "-"
                for test in judged.values()
            )
            lines.append(_line(words, values))
    return "\n".join(lines)


def worse_than(metrics: Mapping[str, Any], live: Mapping[str, Any]) -> str:
    """Return the sentence that a model is worse than the one in service, or nothing."""
    figure = "average_precision"
    new, old = metrics["test"][figure], live["test"][figure]
    if new >= old:
        return ""
    return (
        f"Worse than the model in service: average precision {new:.4f}, and "
        f"{live['model']['name']} in service has {old:.4f}."
    )


def verdict(metrics: Mapping[str, Any], live: Mapping[str, Any]) -> list[str]:
    """Say whether a model is worse than the one in service, and how far to trust it."""
    worse = worse_than(metrics, live)
    said = [worse] if worse else []
    figure = "average_precision"
    new, old = metrics["test"], live["test"]
    low, high = new["intervals_95"][figure]
    if not _same_test(metrics, live):
        said.append(
            f"Each was judged on its own test part: this model on {_part(metrics)}, "
            f"the model in service on {_part(live)}. Small differences mean nothing."
        )
    elif low <= old[figure] <= high:
        said.append(
            f"The 95 % interval of this model's average precision, {low:.3f} to "
            f"{high:.3f}, holds that of the model in service: they have not been told "
            "apart."
        )
    return said


def _part(metrics: Mapping[str, Any]) -> str:
    split = metrics["split"]
    return (
        f"{counted(split['test_rows'], 'row')} with "
        f"{counted(split['test_frauds'], 'fraud')}"
    )


def _same_test(metrics: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    return bool(
        metrics["data"]["sha256"] == live["data"]["sha256"]
        and metrics["split"] == live["split"]
    )


def _line(name: str, values: Iterable[str]) -> str:
    cells = "".join(f"{value:>{_VALUE_COLUMNS}}" for value in values)
    return f"  {name:<{_NAME_COLUMNS}}{cells}".rstrip()
