"""Instance types are SageMaker's; a slip has a suggestion."""

import pytest

from cdk_app import prices
from cdk_app.settings.instance_types import checked_type


@pytest.mark.parametrize(
    "instance_type",
    ["ml.m5.large", "ml.c5.large", "ml.m6i.2xlarge", "ml.g5.xlarge", "ml.c7i.large"],
)
def test_what_sagemaker_has_is_taken(instance_type: str) -> None:
    assert checked_type(instance_type) == instance_type


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("ml.c5.lrge", "ml.c5.large"),
        ("ml.c5.large1", "ml.c5.large"),
        ("ml.m5.xlarg", "ml.m5.xlarge"),
        ("ml.m5.4xlarg", "ml.m5.4xlarge"),
        ("ml.m5.24xlrge", "ml.m5.24xlarge"),
        ("ml.m55.large", "ml.m5.large"),
        ("ml.cc5.9xlarge", "ml.c5.9xlarge"),
    ],
)
def test_a_slip_has_a_suggestion(slip: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"{slip}'; did you mean '{meant}'"):
        checked_type(slip)


@pytest.mark.parametrize("slip", ["ml.m5.3xlarge", "ml.m9.large", "ml.z1.huge"])
def test_whatever_is_suggested_is_taken(slip: str) -> None:
    with pytest.raises(ValueError, match="did you mean") as raised:
        checked_type(slip)
    suggested = str(raised.value).partition("did you mean ")[2].strip("'?")
    assert checked_type(suggested) == suggested


@pytest.mark.parametrize("instance_type", ["m5.large", "ml.m5", "large", "ML.M5.LARGE"])
def test_another_form_is_refused(instance_type: str) -> None:
    with pytest.raises(ValueError, match=r"such as 'ml\.m5\.large'"):
        checked_type(instance_type)


def test_every_type_in_the_price_file_is_one() -> None:
    named = [item[item.find("ml.") :] for _, item in prices.load().prices]
    for instance_type in (name for name in named if name.startswith("ml.")):
        assert checked_type(instance_type) == instance_type
