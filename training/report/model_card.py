"""``model_card.md``: what the model is for, made of, and good for.

After Mitchell et al. 2019, Model Cards for Model Reporting.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from training.report.run import Run
from training.report.wording import (
    FIGURES,
    cautions,
    choice_in_words,
    counted,
    figure_in_words,
    rule_in_words,
    why_in_words,
    with_bounds,
    written,
)


def render_model_card(
    metrics: Mapping[str, Any], config: Mapping[str, Any], run: Run
) -> str:
    """Return the card of one artifact in Markdown."""
    model, data, split = metrics["model"], metrics["data"], metrics["split"]
    amount = code_span(config["decision_rule"].get("amount", "amount"))
    warnings = "".join(
        f"> **Caution.** {caution}\n>\n" for caution in cautions(metrics)
    )
    return f"""\
# Model card: {model["name"]}

{warnings.removesuffix(">" + chr(10))}
## What it is for
Gives a transaction a probability of being fraud, so that people review the
transactions where that pays. It is not meant to refuse a payment or to judge a
person by itself.

## Model
- {_members(model)}; calibration: {model["calibration"]}.
- Decision rule: {rule_in_words(config, amount)}.
- The rule was chosen as follows: {choice_in_words(config)}.
{_why(metrics)}- Hyperparameters, library versions: `metrics.json`, `manifest.json`.

## Data
- {code_span(run.data_file)}, {run.span}; SHA-256 `{data["sha256"]}`.
{_job(run)}- {counted(data["rows"], "row")}, {counted(data["frauds"], "fraud")}.
{_rows(data, split)}- Rows that repeat the features of an earlier one:
  {data["rows_with_features_seen_before"]:,}; test rows that repeat a training row:
  {split["test_rows_with_features_seen_in_training"]:,}.

## How it was judged
{split["protocol"].capitalize()} split: learnt from
{counted(split["train_rows"], "row")}, judged on
{counted(split["test_rows"], "row")} with
{counted(split["test_frauds"], "fraud")} that took no part in any choice.

{_figures(metrics)}

In brackets: 95 % intervals of {metrics["test"]["bootstrap_replicates"]} bootstrap
replicates. They speak of the rows that were drawn, not of a world that changes.

## Where it may fail
{_weakest(metrics)}
- Fraud adapts: judge it again on newer data, by the `time` split.
- {counted(split["test_frauds"], "fraud")} in the test part leave the intervals above:
  two models whose intervals overlap have not been told apart.
- Values outside the training quantiles (`manifest.json`) are answered by extrapolation.
"""


def _members(model: Mapping[str, Any]) -> str:
    if len(model["members"]) > 1:
        return f"Soft vote of {' and '.join(model['members'])}"
    return f"A single model, {model['name']}"


def _why(metrics: Mapping[str, Any]) -> str:
    why = why_in_words(metrics)
    return f"- Why this model: {why}\n" if why else ""


def _job(run: Run) -> str:
    if not run.job:
        return ""
    environment = (
        f", environment {code_span(run.environment)}" if run.environment else ""
    )
    return f"- Training job {code_span(run.job)}{environment}.\n"


def _rows(data: Mapping[str, Any], split: Mapping[str, Any]) -> str:
    """Say what the rows stand for, and which of them were not learnt from or judged."""
    frauds, rows = data["weighted_frauds"], data["weighted_rows"]
    share = f"{counted(frauds, 'fraud')} ({frauds / rows:.3%})"
    left = data["rows"] - data["rows_only_for_histories"]
    lines = []
    if data["histories_of"]:
        names = ", ".join(map(code_span, data["histories_of"]))
        lines.append(
            f"Histories of {names} are features: transactions, amounts and reported "
            "frauds of today, of 7 and of 30 days"
        )
        lines.append(
            f"{counted(data['rows_only_for_histories'], 'row')} only filled the "
            f"histories; {counted(left, 'row')} are left"
            + ("" if data["weighted"] else f", with {share}")
        )
    if data["weighted"]:
        lines.append(f"They stand for {counted(rows, 'transaction')} with {share}")
    elif not data["histories_of"]:
        lines.append(f"Share of frauds: {frauds / rows:.3%}")
    late = left - split["train_rows"] - split["test_rows"]
    if late and split["label_delay_hours"]:
        lines.append(
            f"{counted(late, 'row')} before the test part are left out: their labels "
            f"were not known yet ({split['label_delay_hours']:g} hours of delay)"
        )
    return "".join(f"- {line}.\n" for line in lines)


def _figures(metrics: Mapping[str, Any]) -> str:
    """Return a table with one column for each model, intervals in brackets."""
    judged = {metrics["model"]["name"]: metrics["test"]}
    baseline = metrics["baseline"]
    judged.setdefault(f"{baseline['name']} (baseline)", baseline["test"])
    if metrics["model"]["name"] == baseline["name"]:
        judged.pop(f"{baseline['name']} (baseline)")
    lines = [
        f"| {' | '.join(('figure', *judged))} |",
        f"|---|{'---|' * len(judged)}",
    ]
    for name in FIGURES:
        if name in metrics["test"]:
            words = figure_in_words(name, metrics)
            cells = (_with_interval(test, name) for test in judged.values())
            lines.append(f"| {' | '.join((words, *cells))} |")
    return "\n".join(lines)


def _with_interval(test: Mapping[str, Any], name: str) -> str:
    if name not in test:
        return "\N{EN DASH}"
    kind = FIGURES[name][1]
    if name not in test["intervals_95"]:
        return written(test[name], kind)
    low, high = test["intervals_95"][name]
    return with_bounds(test[name], low, high, kind)


def _weakest(metrics: Mapping[str, Any]) -> str:
    """Name the slice in which the smallest share of the frauds is caught."""
    judged = [s for s in metrics["test"]["slices"] if s["recall"] is not None]
    if not judged:
        return "- No slice of the test part had both classes."
    weakest = min(judged, key=lambda s: s["recall"])
    name = f"{weakest['by']} {weakest['name']}"
    return (
        f"- Lowest recall of all slices: {weakest['recall']:.1%} for {code_span(name)} "
        f"({counted(weakest['frauds'], 'fraud')})."
    )


def code_span(text: str) -> str:
    """Return the text as a code span, in which nothing is markup.

    Its fence is longer than any run of backticks inside. Line ends and other control
    and format characters are replaced, since a block may not end within.
    https://spec.commonmark.org/0.31.2/#code-spans
    """
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else character
        for character in text
    )
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    # One space at both ends is taken off again, unless there is nothing else.
    padding = " " if shown.strip() != shown or "`" in shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}" if shown.strip() else "(blank)"
