"""What SageMaker's actions do here: run, record, or refuse by name; never pretend."""

import http.client
import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import get_session
from local_aws.sagemaker.actions import RECORDED, RUN
from local_aws.testing.running import LocalAws
from local_aws.testing.sagemaker_resources import (
    IMAGE,
    ROLE,
    ask,
    create_endpoint,
    prepare,
    unique,
)
from moto.core.responses import BaseResponse
from moto.sagemaker.responses import SageMakerResponse

ACTIONS = get_session().get_service_model("sagemaker").operation_names
OF_MOTO = {
    action
    for action in ACTIONS
    if hasattr(SageMakerResponse, xform_name(action))
    and not hasattr(BaseResponse, xform_name(action))
}


def call(aws: LocalAws, action: str) -> tuple[int, Any]:
    """Ask for an action with nothing in it, as no SDK would."""
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=10)
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"SageMaker.{action}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sagemaker/"
        "aws4_request, SignedHeaders=host, Signature=0",
    }
    connection.request("POST", "/", "{}", headers)
    response = connection.getresponse()
    answer = json.loads(response.read() or b"{}")
    connection.close()
    return response.status, answer


def test_what_is_said_to_run_or_be_recorded_is_there() -> None:
    ours = {"StopTrainingJob", "StopTransformJob", "UpdateEndpoint"}
    assert OF_MOTO | ours >= RUN | RECORDED
    assert not RUN & RECORDED


@pytest.mark.parametrize("action", sorted(OF_MOTO - RUN - RECORDED))
def test_what_only_pretends_in_moto_is_refused_by_name(
    local_aws: LocalAws, action: str
) -> None:
    status, answer = call(local_aws, action)
    assert status == 400
    assert answer["__type"] == "UnsupportedOperation"
    assert action in answer["message"]


@pytest.mark.parametrize("action", sorted(RECORDED))
def test_what_is_recorded_is_not_refused(local_aws: LocalAws, action: str) -> None:
    if action.startswith("List"):
        status, _ = call(local_aws, action)
        assert status in {200, 400}
    _, answer = call(local_aws, action)
    assert answer.get("__type") != "UnsupportedOperation"


@pytest.mark.parametrize("service", ["chime", "gamelift", "outposts"])
def test_a_service_that_is_missing_is_refused_by_name(
    local_aws: LocalAws, service: str
) -> None:
    client = local_aws.client(service)
    action = next(
        name
        for name in client.meta.method_to_api_mapping
        if name.startswith("list_")
        and not client.meta.service_model.operation_model(
            client.meta.method_to_api_mapping[name]
        ).input_shape.required_members
    )
    with pytest.raises(ClientError) as raised:
        getattr(client, action)()
    assert raised.value.response["Error"]["Code"] == "UnsupportedOperation"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    ("member", "settings"),
    [
        (
            "AsyncInferenceConfig",
            {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/o"}}},
        ),
        (
            "ShadowProductionVariants",
            {
                "ShadowProductionVariants": [
                    {
                        "VariantName": "shadow",
                        "ModelName": "m",
                        "InstanceType": "ml.m6i.large",
                        "InitialInstanceCount": 1,
                    }
                ]
            },
        ),
        (
            "ExplainerConfig",
            {
                "ExplainerConfig": {
                    "ClarifyExplainerConfig": {
                        "ShapConfig": {"ShapBaselineConfig": {"ShapBaseline": "1"}}
                    }
                }
            },
        ),
    ],
)
def test_an_endpoint_configuration_that_would_be_dropped_in_part_is_refused(
    local_aws: LocalAws, member: str, settings: dict[str, Any]
) -> None:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "m",
        "InstanceType": "ml.m6i.large",
        "InitialInstanceCount": 1,
    }
    with pytest.raises(ClientError, match=f"does not support {member}"):
        local_aws.client("sagemaker").create_endpoint_config(
            EndpointConfigName=unique("part"), ProductionVariants=[variant], **settings
        )


@pytest.mark.parametrize(
    ("what", "model"),
    [
        ("MultiModel", {"PrimaryContainer": {"Image": IMAGE, "Mode": "MultiModel"}}),
        ("one container", {"Containers": [{"Image": IMAGE}, {"Image": IMAGE}]}),
        (
            "ModelPackageName",
            {"PrimaryContainer": {"ModelPackageName": "mine", "Environment": {}}},
        ),
    ],
)
def test_a_model_that_would_not_run_whole_is_refused(
    local_aws: LocalAws, what: str, model: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match=what):
        local_aws.client("sagemaker").create_model(
            ModelName=unique("part"), ExecutionRoleArn=ROLE, **model
        )


def test_an_invocation_of_one_of_several_models_is_refused(
    local_aws: LocalAws,
) -> None:
    name = unique("target")
    prepare(local_aws, name)
    create_endpoint(local_aws, name, name)
    for setting in (
        "TargetModel",
        "TargetContainerHostname",
        "InferenceComponentName",
        "EnableExplanations",
    ):
        settings: dict[str, Any] = {setting: "one"}
        with pytest.raises(ClientError, match=f"does not support {setting}"):
            ask(local_aws, name, **settings)
