import copy
from typing import Any

import pytest

from review.changes import Change, changes

STACK = "fraud-dev-serving"
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "PrimaryContainer": {"Image": "image:1"},
                "Tags": [{"Key": "Environment", "Value": "dev"}],
            },
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {
                "ProductionVariants": [
                    {"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
                ]
            },
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": "fraud-dev",
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            },
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {},
            "DeletionPolicy": "Retain",
        },
    }
}


@pytest.fixture
def after() -> dict[str, Any]:
    return copy.deepcopy(TEMPLATE)


def effects(after: dict[str, Any]) -> dict[str, Change]:
    found = changes({STACK: TEMPLATE}, {STACK: after})
    return {change.logical_id: change for change in found}


def test_the_same_template_changes_nothing(after: dict[str, Any]) -> None:
    assert {change.effect for change in effects(after).values()} == {"none"}


def test_another_image_replaces_the_model_and_what_is_made_of_it(
    after: dict[str, Any],
) -> None:
    """The configuration names the model; the endpoint is updated in place."""
    container = after["Resources"]["Model"]["Properties"]["PrimaryContainer"]
    container["Image"] = "image:2"
    found = effects(after)
    assert found["Model"].effect == "replace"
    assert found["Model"].properties == ("PrimaryContainer",)
    assert found["Config"].effect == "replace"
    assert found["Config"].properties == ("ProductionVariants",)
    assert found["Endpoint"].effect == "none"


def test_tags_are_updated_in_place(after: dict[str, Any]) -> None:
    after["Resources"]["Model"]["Properties"]["Tags"] = []
    assert effects(after)["Model"].effect == "update"
    assert effects(after)["Model"].properties == ("Tags",)


def test_another_endpoint_name_makes_another_endpoint(after: dict[str, Any]) -> None:
    after["Resources"]["Endpoint"]["Properties"]["EndpointName"] = "other"
    assert effects(after)["Endpoint"].effect == "replace"


def test_what_goes_is_removed_or_kept_as_it_says(after: dict[str, Any]) -> None:
    del after["Resources"]["Bucket"], after["Resources"]["Endpoint"]
    assert effects(after)["Bucket"].effect == "remove, keep"
    assert effects(after)["Endpoint"].effect == "remove"


def test_a_new_stack_adds_everything() -> None:
    found = changes({}, {STACK: TEMPLATE})
    assert {change.effect for change in found} == {"add"}
    assert len(found) == len(TEMPLATE["Resources"])


def test_a_stack_that_goes_removes_everything() -> None:
    found = changes({STACK: TEMPLATE}, {})
    assert {change.effect for change in found} == {"remove", "remove, keep"}
