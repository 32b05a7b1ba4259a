"""Parameters are checked before anything is created."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.parameters import complete, given_values, resolved

URI = {
    "Type": "String",
    "AllowedPattern": r"s3://[a-z0-9.-]+/.+\.tar\.gz",
    "ConstraintDescription": "expected s3://bucket/key.tar.gz",
}


def template(**parameters: dict[str, Any]) -> dict[str, Any]:
    return {"Parameters": parameters}


def test_defaults_stand_in_for_what_is_not_given() -> None:
    declared = template(Count={"Type": "Number", "Default": 2}, Uri=URI)

    values = complete(declared, {"Uri": "s3://b/model.tar.gz"})

    assert values == {"Count": "2", "Uri": "s3://b/model.tar.gz"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, r"Parameters: \[Uri\] must have values"),
        (
            {"Uri": "s3://b/a.tar.gz", "Url": "x"},
            r"Parameters: \[Url\] do not exist in the template",
        ),
        (
            {"Uri": "http://b/a.tar.gz"},
            "'Uri' failed to satisfy constraint: expected s3://bucket/key.tar.gz",
        ),
    ],
)
def test_values_that_do_not_fit_are_refused(
    values: dict[str, str], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        complete(template(Uri=URI), values)


@pytest.mark.parametrize(
    ("declaration", "value", "message"),
    [
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "must be one of"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "abc!", "must match pattern"),
        ({"Type": "String", "MinLength": 2}, "a", "at least 2 characters"),
        ({"Type": "String", "MaxLength": "2"}, "abc", "at most 2 characters"),
        ({"Type": "Number"}, "many", "must be a number"),
        ({"Type": "Number", "MinValue": 1}, "0.5", "not less than 1"),
        ({"Type": "Number", "MaxValue": 1}, "2", "not greater than 1"),
    ],
)
def test_each_constraint_is_enforced(
    declaration: dict[str, Any], value: str, message: str
) -> None:
    with pytest.raises(ValidationError, match=f"'P' .*{message}"):
        complete(template(P=declaration), {"P": value})


@given(st.text(max_size=30))
def test_a_pattern_has_to_match_the_whole_value(value: str) -> None:
    declared = template(P={"Type": "String", "AllowedPattern": "[a-z]{3}"})
    fits = len(value) == 3 and all("a" <= letter <= "z" for letter in value)

    if fits:
        assert complete(declared, {"P": value}) == {"P": value}
    else:
        with pytest.raises(ValidationError):
            complete(declared, {"P": value})


def test_a_previous_value_may_be_one_that_was_a_default() -> None:
    """The CDK sends BootstrapVersion back like this at every update."""
    item = {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True}

    values = given_values([item], {"BootstrapVersion": "/cdk-bootstrap/version"})

    assert values == {"BootstrapVersion": "/cdk-bootstrap/version"}


def test_a_previous_value_that_never_was_is_refused() -> None:
    with pytest.raises(ValidationError, match="parameter key New"):
        given_values([{"ParameterKey": "New", "UsePreviousValue": True}], {})


def test_lists_are_split_and_ssm_values_fetched() -> None:
    class Ssm:
        def get_parameter(self, Name: str) -> dict[str, Any]:  # noqa: N803
            return {"Parameter": {"Value": f"value of {Name}"}}

    declared = template(
        Zones={"Type": "CommaDelimitedList"},
        Version={"Type": "AWS::SSM::Parameter::Value<String>"},
    )

    values = resolved(declared, {"Zones": "a, b", "Version": "/v"}, Ssm())

    assert values == {"Zones": ["a", "b"], "Version": "value of /v"}
