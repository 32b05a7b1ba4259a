"""What the report and the model card say in words, once for both."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from training.data.shown_names import shown_list
from training.options import DecisionOptions

Kind = Literal["number", "share", "count", "money"]

#: Figure of ``metrics.json`` → its name in words, and how its values are written.
FIGURES: dict[str, tuple[str, Kind]] = {
    "average_precision": ("average precision", "number"),
    "roc_auc": ("ROC-AUC", "number"),
    "recall_at_fpr_1pct": ("recall at 1 % false positives", "share"),
    "recall_at_fpr_0_1pct": ("recall at 0.1 % false positives", "share"),
    "precision": ("precision of the rule", "share"),
    "recall": ("recall of the rule", "share"),
    "f1": ("F1 of the rule", "number"),
    "alerts": ("alerts in the test part", "count"),
    "alert_rate": ("share of transactions that are alerts", "share"),
    "alerts_per_day": ("alerts a day", "count"),
    "precision_at_alerts_per_day": ("precision within the daily alerts", "share"),
    "savings": ("saved by the rule, in money", "money"),
    "savings_oracle": ("what an oracle would save, in money", "money"),
    "cost": ("cost with the rule, in money", "money"),
    "cost_flagging_nothing": ("cost of reviewing nothing, in money", "money"),
    "cost_flagging_everything": ("cost of reviewing everything, in money", "money"),
    "brier": ("Brier score (0 is best)", "number"),
    "log_loss": ("log loss (0 is best)", "number"),
    "calibration_error": ("calibration error (0 is best)", "number"),
}

_CHOSEN = {
    "fixed": "as given",
    "max-f1": "the threshold with the highest F1",
    "cost": "the threshold that saves most",
    "alerts-per-day": "the lowest threshold within the budget of alerts a day",
    "precision": "the lowest threshold with the precision asked for",
    "expected-value": "as given",
}


def figure_in_words(name: str, metrics: Mapping[str, Any]) -> str:
    """Return a figure's name in words, with what it rests on."""
    words, _ = FIGURES[name]
    assumed = metrics.get("assumed")  # artifacts of before have none
    if not assumed:
        return words
    if name == "precision_at_alerts_per_day":
        words = f"precision within {assumed['alerts_per_day']:,g} alerts a day"
        total = metrics["data"].get("transactions_per_day")
        share = assumed["alerts_per_day"] / total if total else 0.0
        if share >= 1:
            return f"{words}, all of the {total:,.0f} transactions"
        if share > _HALF:
            return f"{words}, more than half of the {total:,.0f} transactions"
    if name in ("savings", "cost"):
        words += f", at {in_money(assumed['review_cost'])} a review"
    return words


def in_money(amount: float) -> str:
    """Return an amount as short as it is exact to hundredths: `2`, `2.50`."""
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"


def counted(number: float, one: str, many: str | None = None) -> str:
    """Return the number with its noun: `1 fraud`, `2 frauds`."""
    return f"{number:,.0f} {one if round(number) == 1 else many or one + 's'}"


def written(value: float, kind: Kind) -> str:
    """Return a figure's value as its kind is read."""
    if kind == "share":
        return f"{100 * value:.1f} %"
    if kind in ("count", "money"):
        return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:,.3g}"
    return f"{value:.4f}" if not 0 < abs(value) < _TINY else f"{value:.2e}"


def with_bounds(value: float, low: float, high: float, kind: Kind) -> str:
    """Return a value with its interval, all three with the value's decimals."""
    shown = written(value, kind)
    if kind in ("count", "money") and "e" not in shown:
        decimals = len(shown.partition(".")[2])
        return f"{shown} ({low:,.{decimals}f} to {high:,.{decimals}f})"
    return f"{shown} ({written(low, kind)} to {written(high, kind)})"


def rule_in_words(config: Mapping[str, Any], amount: str) -> str:
    """Say when the rule alerts; `amount` is the column's name, fit to be shown."""
    rule = config["decision_rule"]
    if rule["policy"] == "expected-value":
        fixed = rule["fixed_loss_per_fraud"]
        worth = f"({amount} + {fixed:g})" if fixed else amount
        product = f"probability \N{MULTIPLICATION SIGN} {worth}"
        return f"alert when {product} exceeds {rule['review_cost']:g}"
    threshold = rule["threshold"]
    short = f"{threshold:.4g}"
    # A rule just below 1 alerts on something, one at 1 does not.
    shown = short if float(short) < 1 else repr(threshold)
    return f"alert when the probability is at least {shown}"


def choice_in_words(config: Mapping[str, Any]) -> str:
    """Say how the rule was chosen, and on what."""
    chosen = config["chosen_by"]
    words = _CHOSEN[chosen["policy"]]
    if chosen["policy"] == "fixed" and chosen.get("threshold") == _DEFAULT.threshold:
        words = "the default"
    parameters = ", ".join(
        f"{name.replace('_', ' ')} {value:g}"
        for name, value in chosen.items()
        if isinstance(value, (int, float)) and name != "threshold"
    )
    on = "" if chosen["on"] == "given" else f", on {chosen['on']}"
    return f"{words}{f' ({parameters})' if parameters else ''}{on}"


def cautions(metrics: Mapping[str, Any]) -> Sequence[str]:
    """Return what a reader must know before believing the figures, worst first."""
    test, baseline = metrics["test"], metrics["baseline"]
    # What looked wrong with the data, as the job said it before the models were fitted.
    warnings = metrics["data"].get("warnings", ())  # artifacts of before have none
    found = [f"{said[0].upper()}{said[1:]}." for said in warnings]
    frauds = sum(test["confusion_matrix"][k] for k in _FRAUD_CELLS)
    no_skill = frauds / sum(test["confusion_matrix"].values())
    low, _ = test["intervals_95"]["average_precision"]
    if low <= no_skill:
        found.append(
            f"The interval of the average precision reaches down to {low:.4f}, and "
            f"guessing gives {no_skill:.4f}: the model may be no better than chance."
        )
    if (
        metrics["model"]["name"] != baseline["name"]
        and test["average_precision"] < baseline["test"]["average_precision"]
    ):
        found.append(
            f"Worse than the baseline: average precision "
            f"{test['average_precision']:.4f}, and {baseline['name']} has "
            f"{baseline['test']['average_precision']:.4f}."
        )
    if not test["alerts"]:
        return [*found, _about_no_alerts(metrics)]
    if test.get("savings", 0.0) < 0:
        found.append(
            f"The rule costs {-test['savings']:,.0f} more than it saves in the test "
            "part: reviews cost more than the frauds that they catch."
        )
    better = _better_rule(metrics)
    return [*found, better] if better else found


def _about_no_alerts(metrics: Mapping[str, Any]) -> str:
    """Say that the rule does nothing, and which policy would."""
    words = "The rule alerts on nothing in the test part: it catches no fraud; "
    for policy, other in metrics.get("alternatives", {}).items():
        if other["true_positives"] and other.get("savings", 0.0) >= 0:
            saved = f" and saved {other['savings']:,.0f}" if "savings" in other else ""
            return (
                f"{words}--threshold-policy {policy} caught "
                f"{other['true_positives']:,.0f}, with "
                f"{counted(other['alerts'], 'alert')}{saved}."
            )
    return (
        f"{words}try --threshold-policy alerts-per-day with the --alerts-per-day that "
        "can be reviewed."
    )


def _better_rule(metrics: Mapping[str, Any]) -> str:
    """Name the policy that catches far more frauds, where one is worth it."""
    test = metrics["test"]
    cells = test["confusion_matrix"]
    caught = cells["true_positives"]
    frauds = caught + cells["false_negatives"]
    rule = "this rule"
    if test.get("threshold") is not None:
        rule = f"at {test['threshold']:.4g} this rule"
    for policy, other in metrics.get("alternatives", {}).items():
        if other["true_positives"] < max(_FAR_MORE * caught, caught + 2):
            continue
        if other.get("savings", 0.0) < test.get("savings", 0.0):
            continue
        saved = ""
        if "savings" in other:
            saved = f", and saved {other['savings']:,.0f} instead of "
            saved += f"{test['savings']:,.0f}"
        return (
            f"{rule[0].upper()}{rule[1:]} catches {caught:,.0f} of "
            f"{counted(frauds, 'fraud')}; --threshold-policy {policy} caught "
            f"{other['true_positives']:,.0f}, with {counted(other['alerts'], 'alert')} "
            f"instead of {test['alerts']:,.0f}{saved}."
        )
    return ""


def choice_of_model(metrics: Mapping[str, Any]) -> str:
    """Say why `auto` took its model; empty where a model was asked for."""
    model, scores = metrics["model"], metrics["cross_validation"]
    if model.get("requested") != "auto" or model["name"] not in scores:
        return ""
    best = max(scores, key=lambda name: scores[name]["average_precision"])
    taken, highest = scores[model["name"]], scores[best]
    if best == model["name"]:
        return (
            f"--model auto took {best}: its out-of-fold average precision, "
            f"{highest['average_precision']:.4f}, is the highest."
        )
    difference = np.subtract(highest["folds"], taken["folds"])
    error = difference.std(ddof=1) / math.sqrt(len(difference))
    return (
        f"--model auto took {model['name']}, the cheapest to serve of those not "
        f"clearly worse than the best: out of fold, its average precision is "
        f"{taken['average_precision']:.4f} and that of {best} "
        f"{highest['average_precision']:.4f}; the difference, {difference.mean():.4f}, "
        f"is within its standard error, {error:.4f}."
    )


def why_in_words(metrics: Mapping[str, Any]) -> str:
    """Say why the model is what it is: its choice, and what --categories changed."""
    return " ".join(filter(None, [choice_of_model(metrics), _categories(metrics)]))


def _categories(metrics: Mapping[str, Any]) -> str:
    found = metrics.get("long_categories")  # artifacts of before have none
    if not found:
        return ""
    with_them, without = found["average_precision"], found["average_precision_without"]
    word = "raises" if with_them > without else "lowers"
    advice = (
        ""
        if with_them - without > found["standard_error"]
        else "; leave it out unless you know better"
    )
    return (
        f"--categories ({shown_list(found['columns'])}) {word} the average precision "
        f"out of fold from {without:.4f} to {with_them:.4f} (standard error of the "
        f"difference {found['standard_error']:.4f}){advice}."
    )


def span_in_words(first_seconds: float | None, last_seconds: float | None) -> str:
    """Say which time the data cover: dates when the times count from 1970."""
    if first_seconds is None or last_seconds is None:
        return "no time column"
    days = (last_seconds - first_seconds) / _SECONDS_PER_DAY
    length = f"{days:.1f} days" if not math.isclose(days, 1.0) else "1 day"
    if not _YEAR_2000 <= first_seconds <= last_seconds < _YEAR_2100:
        return f"{length}, by the data's own clock"
    first, last = (_date(seconds) for seconds in (first_seconds, last_seconds))
    return f"{first} to {last} ({length})"


def _date(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


#: How many times as many frauds another rule must catch to be worth a word.
_FAR_MORE = 1.5
#: From here on counts are written without decimals.
_WHOLE = 10
#: Four decimals would leave less than two digits of a smaller number.
_TINY = 0.001
_HALF = 0.5
_DEFAULT = DecisionOptions()
_SECONDS_PER_DAY = 86_400.0
#: Seconds since 1970 of 2000-01-01 and 2100-01-01.
_YEAR_2000, _YEAR_2100 = 946_684_800, 4_102_444_800
_FRAUD_CELLS = ("false_negatives", "true_positives")
