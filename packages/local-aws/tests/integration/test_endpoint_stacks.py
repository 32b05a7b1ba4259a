"""A stack waits for its endpoint, and what serves survives a failed update."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws, descendants, eventually
from local_aws.testing.sagemaker_resources import (
    BUCKET,
    IMAGE,
    ROLE,
    WSGI,
    ask,
    create_config,
    create_endpoint,
    create_model,
    exists,
    prepare,
    put_model,
    unique,
    update_endpoint,
)
from local_aws.testing.stacks import (
    Template,
    delete,
    deploy,
    outputs,
    physical_ids,
    reasons,
    stable,
    status,
)


def serving(endpoint: str) -> Template:
    """Return a template like that of a serving stack, reduced to its hosting."""
    model: dict[str, Any] = {
        "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {
            "Image": IMAGE,
            "ModelDataUrl": {"Ref": "Uri"},
            "Environment": WSGI,
        },
    }
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InitialVariantWeight": 1,
        # Numbers may be text, for instance when they come from parameters.
        "ServerlessConfig": {"MemorySizeInMB": "2048", "MaxConcurrency": "5"},
    }
    return {
        "Parameters": {"Uri": {"Type": "String", "AllowedPattern": "s3://.+"}},
        "Resources": {
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": f"/aws/sagemaker/Endpoints/{endpoint}"},
            },
            "Model": {"Type": "AWS::SageMaker::Model", "Properties": model},
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"ProductionVariants": [variant]},
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "DependsOn": "Logs",
                "Properties": {
                    "EndpointName": endpoint,
                    "EndpointConfigName": {
                        "Fn::GetAtt": ["Config", "EndpointConfigName"]
                    },
                },
            },
        },
        "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}},
    }


def left(aws: LocalAws, name: str) -> list[str]:
    """Return the names of models and configurations that a stack left behind."""
    sagemaker = aws.client("sagemaker")
    models = [one["ModelName"] for one in sagemaker.list_models()["Models"]]
    listed = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    configs = [one["EndpointConfigName"] for one in listed]
    return [one for one in [*models, *configs] if one.startswith(name[:20])]


def test_an_endpoint_is_deployed_updated_in_place_and_destroyed(
    local_aws: LocalAws,
) -> None:
    name = unique("life")
    template = serving(name)

    stack = deploy(local_aws, name, template, Uri=put_model(local_aws, "one"))
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert outputs(stack) == {"Name": name}
    assert ask(local_aws, name)["model"] == "one"
    before = physical_ids(local_aws, name)

    stack = deploy(local_aws, name, template, Uri=put_model(local_aws, "two"))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    after = physical_ids(local_aws, name)
    replaced = {one for one in after if after[one] != before[one]}
    assert replaced == {"Model", "Config"}
    assert ask(local_aws, name)["model"] == "two"
    assert len(left(local_aws, name)) == 2

    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"
    assert not exists(local_aws, name)
    assert left(local_aws, name) == []


def test_creation_waits_for_a_slow_endpoint(local_aws: LocalAws) -> None:
    """The call returns while the endpoint is on its way; the stack shows it."""
    name = unique("slow")
    template = serving(name)
    client = local_aws.client("cloudformation")
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[
            {
                "ParameterKey": "Uri",
                "ParameterValue": put_model(local_aws, "slow-to-start"),
            }
        ],
    )

    assert status(local_aws, name) == "CREATE_IN_PROGRESS"
    assert stable(local_aws, name)["StackStatus"] == "CREATE_COMPLETE"


def test_a_tampered_artifact_fails_the_stack_with_its_reason(
    local_aws: LocalAws,
) -> None:
    name = unique("tampered")

    stack = deploy(local_aws, name, serving(name), Uri=put_model(local_aws, "broken"))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = reasons(local_aws, name)["Endpoint"]
    assert "RuntimeError: model 'broken' was tampered with" in reason
    assert not exists(local_aws, name)
    assert left(local_aws, name) == []


@pytest.mark.parametrize("artifact", ["missing", "tampered"])
def test_a_failed_update_keeps_the_old_model_serving(
    local_aws: LocalAws, artifact: str
) -> None:
    name = unique("kept")
    template = serving(name)
    deploy(local_aws, name, template, Uri=put_model(local_aws, "good"))
    before = physical_ids(local_aws, name)
    uri = (
        f"s3://{BUCKET}/nothing/model.tar.gz"
        if artifact == "missing"
        else put_model(local_aws, "broken")
    )

    stack = deploy(local_aws, name, template, Uri=uri)

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    failed = reasons(local_aws, name)
    if artifact == "missing":
        assert f"Could not find model data at {uri}" in failed["Model"]
    else:
        assert "was tampered with" in failed["Endpoint"]
    assert ask(local_aws, name)["model"] == "good"
    assert physical_ids(local_aws, name) == before
    assert len(left(local_aws, name)) == 2
    described = local_aws.client("sagemaker").describe_endpoint(EndpointName=name)
    assert described["EndpointStatus"] == "InService"

    again = deploy(local_aws, name, template, Uri=put_model(local_aws, "better"))
    assert again["StackStatus"] == "UPDATE_COMPLETE"
    assert ask(local_aws, name)["model"] == "better"


def test_a_stack_can_be_deleted_while_its_endpoint_is_created(
    local_aws: LocalAws,
) -> None:
    name = unique("hasty")
    before = descendants(local_aws.process.pid)
    client = local_aws.client("cloudformation")
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(serving(name)),
        Parameters=[
            {
                "ParameterKey": "Uri",
                "ParameterValue": put_model(local_aws, "slow-to-start"),
            }
        ],
    )
    assert status(local_aws, name) == "CREATE_IN_PROGRESS"

    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"

    assert not exists(local_aws, name)
    assert left(local_aws, name) == []
    eventually(lambda: set(descendants(local_aws.process.pid)) <= set(before))


def test_a_stack_that_is_being_updated_cannot_be_updated_or_deleted(
    local_aws: LocalAws,
) -> None:
    name = unique("busy")
    template = serving(name)
    deploy(local_aws, name, template, Uri=put_model(local_aws, "good"))
    client = local_aws.client("cloudformation")
    update = {
        "StackName": name,
        "TemplateBody": json.dumps(template),
        "Parameters": [
            {
                "ParameterKey": "Uri",
                "ParameterValue": put_model(local_aws, "slow-to-start"),
            }
        ],
    }
    client.update_stack(**update)
    assert status(local_aws, name) == "UPDATE_IN_PROGRESS"

    with pytest.raises(ClientError, match="UPDATE_IN_PROGRESS state and can not"):
        client.update_stack(**update)
    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE"):
        client.delete_stack(StackName=name)

    client.cancel_update_stack(StackName=name)
    assert stable(local_aws, name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert ask(local_aws, name)["model"] == "good"


def test_the_instance_type_of_a_variant_that_scales_is_not_changed(
    local_aws: LocalAws,
) -> None:
    name = unique("scaled")
    prepare(local_aws, name)
    create_endpoint(local_aws, name, name)
    other = f"{name}-other"
    create_model(local_aws, other, put_model(local_aws, other))
    create_config(local_aws, other, InstanceType="ml.c7i.large")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling = local_aws.client("application-autoscaling")
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)

    with pytest.raises(ClientError, match="deregister its scalable target"):
        update_endpoint(local_aws, name, other)

    scaling.deregister_scalable_target(**target)
    after = update_endpoint(local_aws, name, other)
    assert after["EndpointConfigName"] == other
