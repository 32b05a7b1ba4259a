"""The short way for one ordinary transaction answers as the general way does."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.decision import DecisionRule, ExpectedValueRule, ThresholdRule
from artifact.errors import ArtifactError
from artifact.loading import Artifact
from serving.invocation import Answer, Invocations
from serving.request import Request

RULES: list[DecisionRule] = [
    ThresholdRule(0.2),
    ExpectedValueRule(review_cost=5.0, fixed_loss_per_fraud=2.0),
]
#: Any attribute but `explain` changes nothing, yet takes the general way.
GENERAL = {"custom_attributes": "trace=1"}


@pytest.fixture(scope="session")
def float_artifact(artifact: Artifact) -> Artifact:
    """The sample model with every feature declared a float: the short way's case."""
    features = tuple(replace(f, dtype="float64") for f in artifact.manifest.features)
    manifest = replace(artifact.manifest, features=features)
    return replace(artifact, manifest=manifest, decision_rule=RULES[0])


def body_of(hour: float, v1: float, amount: float) -> bytes:
    return json.dumps({"Amount": amount, "Hour": hour, "V1": v1}).encode()


def close(one: Answer, other: Answer) -> bool:
    """Equal but for the last bits of the probability."""
    if one.status != 200:
        return one == other
    value, same = json.loads(one.body), json.loads(other.body)
    assert value == {"fraud_probability": pytest.approx(same["fraud_probability"])}
    return one._replace(body=b"", max_fraud_probability=0.0) == other._replace(
        body=b"", max_fraud_probability=0.0
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.policy)
@settings(max_examples=200, deadline=None)
@given(
    hour=st.floats(-5, 30),
    v1=st.floats(-5, 5),
    amount=st.one_of(st.floats(-10, 200), st.integers(0, 10**30)),
)
def test_both_ways_answer_alike(
    float_artifact: Artifact, rule: DecisionRule, hour: float, v1: float, amount: float
) -> None:
    invocations = Invocations(replace(float_artifact, decision_rule=rule))
    body = body_of(hour, v1, amount)
    short = invocations.answer(Request(body, "application/json", "*/*"))
    general = invocations.answer(Request(body, "application/json", "*/*", **GENERAL))
    assert close(short, general)


def test_an_ordinary_transaction_goes_the_short_way(
    float_artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    invocations = Invocations(float_artifact)
    monkeypatch.delattr(Invocations, "_score")
    answer = invocations.answer(Request(body_of(3, 0.25, 12.5)))
    assert (answer.status, answer.rows, answer.outside) == (200, 1, 0)


@pytest.mark.parametrize("amount", [100.01, -0.01, 1e30])
def test_a_value_outside_the_training_range_goes_the_general_way_and_is_counted(
    float_artifact: Artifact, amount: float
) -> None:
    invocations = Invocations(float_artifact)
    assert invocations.answer(Request(body_of(3, 0.25, amount))).outside == 1


def test_a_rule_by_an_amount_that_the_model_lacks_is_refused(
    float_artifact: Artifact,
) -> None:
    rule = ExpectedValueRule(review_cost=5.0, amount="Value")
    with pytest.raises(ArtifactError, match="the feature 'Value'"):
        Invocations(replace(float_artifact, decision_rule=rule))
