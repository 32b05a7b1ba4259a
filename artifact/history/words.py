"""Features from history as people speak of them."""

import math
from collections.abc import Mapping

from artifact.history.definition import FEATURES, SECONDS_PER_DAY, SEPARATOR

#: Feature name → value; None is unknown.
Features = Mapping[str, float | None]

_MONTH_DAYS = 30
_SPANS = {"today": "today", "7_days": "in 7 days", "30_days": "in 30 days"}
_DAYS = {"today": 1, "7_days": 7, "30_days": 30}
_NAMES = {
    "transactions": "transactions {span}",
    "amount": "amount {span}",
    "mean_amount": "mean amount {span}, before this one",
    "reports": "frauds reported {span}",
}
_SINGLE = {
    "amount_over_mean_30_days": "amount over its own mean of 30 days",
    "seconds_since_last": "time since the last transaction",
    "report_rate_1_day": "share reported as fraud, of one day",
    "report_rate_7_days": "share reported as fraud, of 7 days",
    "report_rate_30_days": "share reported as fraud, of 30 days",
    "days_since_first_report": "days since the first report in 30 days",
    "days_since_last_report": "days since the last report in 30 days",
}


def name_in_words(feature: str) -> str:
    """Return what a feature is, its own name if it is none from history.

    >>> name_in_words("CARD.transactions_today")
    'CARD: transactions today'
    """
    entity, name = _parts(feature)
    if not entity:
        return feature
    kind, span = _kind_and_span(name)
    words = _SINGLE.get(name) or _NAMES[kind].format(span=_SPANS[span])
    return f"{entity}: {words}"


def value_in_words(feature: str, features: Features) -> str:
    """Return what one transaction's feature says, beside what is usual for its entity.

    `features` are all of the transaction's features from history; "" where this one is
    none of them.

    >>> value_in_words(
    ...     "CARD.transactions_today",
    ...     {"CARD.transactions_today": 7.0, "CARD.transactions_30_days": 42.0},
    ... )
    'CARD: 7 transactions today, usually 1.2'
    """
    entity, name = _parts(feature)
    if not entity or feature not in features:
        return ""
    value = features[feature]
    kind, span = _kind_and_span(name)
    if value is None or math.isnan(value):
        if kind == "mean_amount":
            return f"{entity}: no transaction {_SPANS[span]} before this one"
        return f"{entity}: {_SINGLE.get(name) or name.replace('_', ' ')} not known"
    of = {n: features.get(f"{entity}{SEPARATOR}{n}") for n in FEATURES}
    return f"{entity}: {_said(name, value, of)}"


def _said(name: str, value: float, of: Features) -> str:
    kind, span = _kind_and_span(name)
    when = _SPANS.get(span, "")
    if kind == "reports":
        return f"{_counted(value, 'fraud')} reported {when}"
    if kind == "mean_amount":
        usual = None if span == "30_days" else of.get("mean_amount_30_days")
        return f"{value:,.2f} on average {when}, before this one{_usually(usual)}"
    if kind:
        number = f"{value:,.2f}" if kind == "amount" else _counted(value, "transaction")
        return f"{number} {when}{_usually(_usual(of, kind, span))}"
    return _said_alone(name, value, of)


def _said_alone(name: str, value: float, of: Features) -> str:
    """Say what has one span only."""
    if name == "amount_over_mean_30_days":
        mean = of.get("mean_amount_30_days")
        beside = "" if mean is None else f" of {mean:,.2f}"
        return f"{_short(value)} times its mean amount{beside}"
    if name == "seconds_since_last":
        count = of.get("transactions_30_days") or 0.0
        gap = _MONTH_DAYS * SECONDS_PER_DAY / count if count > 1 else None
        usual = "" if gap is None else f", usually {_lasting(gap)}"
        return f"{_lasting(value)} after the last transaction{usual}"
    if name.startswith("days_since"):
        which = "first" if "first" in name else "last"
        return f"{which} fraud of 30 days reported {_counted(value, 'day')} ago"
    days = name.removeprefix("report_rate_").replace("_", " ")
    return f"{100 * value:.3g} % reported as fraud, of {days}"


def _parts(feature: str) -> tuple[str, str]:
    """Entity and feature's own name; "" for a feature that is none from history."""
    entity, _, name = feature.rpartition(SEPARATOR)
    return (entity, name) if name in FEATURES else ("", feature)


def _kind_and_span(name: str) -> tuple[str, str]:
    for span in _SPANS:
        kind = name.removesuffix(f"_{span}")
        if kind in _NAMES:
            return kind, span
    return "", ""


def _usual(of: Features, kind: str, span: str) -> float | None:
    """Return what as many days have on average, of the 30 without the last ones."""
    within, whole = of.get(f"{kind}_{span}"), of.get(f"{kind}_30_days")
    days = _DAYS[span]
    if days == _MONTH_DAYS or within is None or whole is None:
        return None
    return (whole - within) / (_MONTH_DAYS - days) * days


def _usually(number: float | None) -> str:
    if number is None:
        return ""
    return f", usually {_short(number)}" if number else ", usually none"


def _counted(number: float, noun: str) -> str:
    return f"{number:,.0f} {noun}{'' if number == 1 else 's'}"


def _short(number: float) -> str:
    return f"{number:,.1f}" if number < 100 else f"{number:,.0f}"  # noqa: PLR2004


def _lasting(seconds: float) -> str:
    for size, noun in ((SECONDS_PER_DAY, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {noun}s"
    return _counted(seconds, "second")
