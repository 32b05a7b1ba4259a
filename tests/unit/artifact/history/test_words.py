"""Features from history in the words of people."""

import doctest

import pytest

from artifact.history import words
from artifact.history.definition import FEATURES, HistoryDefinition
from artifact.history.state import Bucket, EntityState, features_of_one
from artifact.history.words import name_in_words, value_in_words

DAY = 86_400
NOW = 100 * DAY + 43_200
DEFINITION = HistoryDefinition(("CARD",), "TIME", "AMOUNT")


@pytest.fixture
def features() -> dict[str, float | None]:
    """A card that pays once a day, the seventh time today."""
    buckets = {day: Bucket(1, 2000) for day in range(71, 100)}
    buckets[93].reports = 1
    buckets[100] = Bucket(6, 60_000)
    state = EntityState(buckets, NOW - 45)
    values = features_of_one(state, NOW, 250.0, DEFINITION)
    return dict(zip(DEFINITION.feature_names, values, strict=True))


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        ("transactions_today", "7 transactions today, usually 1.0"),
        ("transactions_7_days", "13 transactions in 7 days, usually 7.0"),
        ("transactions_30_days", "36 transactions in 30 days"),
        ("amount_today", "850.00 today, usually 20.0"),
        ("mean_amount_today", "100.00 on average today, before this one, usually 33.7"),
        ("amount_over_mean_30_days", "7.4 times its mean amount of 33.71"),
        (
            "seconds_since_last",
            "45 seconds after the last transaction, usually 20 hours",
        ),
        ("reports_7_days", "0 frauds reported in 7 days"),
        ("reports_30_days", "1 fraud reported in 30 days"),
        ("report_rate_30_days", "4.35 % reported as fraud, of 30 days"),
        ("days_since_last_report", "last fraud of 30 days reported 7 days ago"),
    ],
)
def test_a_value_stands_beside_what_is_usual(
    features: dict[str, float | None], feature: str, said: str
) -> None:
    assert value_in_words(f"CARD.{feature}", features) == f"CARD: {said}"


def test_every_feature_has_words(features: dict[str, float | None]) -> None:
    for feature, column in zip(DEFINITION.feature_names, FEATURES, strict=True):
        assert name_in_words(feature).startswith("CARD: ")
        assert "_" not in name_in_words(feature)
        assert "_" not in value_in_words(feature, features)
        unknown = value_in_words(feature, {feature: None})
        assert unknown.endswith((" not known", " before this one")), column
        assert value_in_words(feature, {feature: 2.0}), "alone, without what is usual"


def test_other_features_keep_their_names(features: dict[str, float | None]) -> None:
    assert name_in_words("merchant.country") == "merchant.country"
    assert value_in_words("V1", features) == ""
    assert value_in_words("SHOP.transactions_today", features) == ""


def test_the_examples_hold() -> None:
    assert doctest.testmod(words).failed == 0
