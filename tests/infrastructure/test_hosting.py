"""Every option of an environment file arrives in the template."""

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_app import settings
from tests.infrastructure.conftest import VARIATIONS
from tests.infrastructure.synthesized import Synthesized

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"


def variant(synthesized: Synthesized) -> dict[str, Any]:
    (found,) = synthesized.the("serving", CONFIG)["ProductionVariants"]
    assert isinstance(found, dict)
    return found


def test_instances(everything: Synthesized) -> None:
    found = variant(everything)
    del found["ModelName"]
    assert found == {
        "VariantName": "AllTraffic",
        "InitialVariantWeight": 1,
        "InstanceType": "ml.c5.xlarge",
        "InitialInstanceCount": 3,
        "VolumeSizeInGB": 36,
        "ContainerStartupHealthCheckTimeoutInSeconds": 370,
        "ModelDataDownloadTimeoutInSeconds": 380,
    }


def test_serverless(serverless: Synthesized) -> None:
    assert variant(serverless)["ServerlessConfig"] == {
        "MemorySizeInMB": 4096,
        "MaxConcurrency": 20,
        "ProvisionedConcurrency": 3,
    }


def test_serverless_has_nothing_that_sagemaker_refuses_for_it(
    serverless: Synthesized,
) -> None:
    model = serverless.the("serving", MODEL)
    config = serverless.the("serving", CONFIG)
    endpoint = serverless.the("serving", ENDPOINT)
    assert not {"EnableNetworkIsolation", "VpcConfig"} & set(model)
    assert not {"KmsKeyId", "DataCaptureConfig"} & set(config)
    assert not {"DeploymentConfig", "RetainAllVariantProperties"} & set(endpoint)
    assert not serverless.resources("serving", TARGET)
    assert not serverless.resources("serving", "AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_instances_are_isolated_from_the_network_by_default(
    name: str, environments: dict[str, Synthesized]
) -> None:
    model = environments[name].the("serving", MODEL)
    assert model["EnableNetworkIsolation"] is True


def test_isolation_can_be_lifted(everything: Synthesized) -> None:
    assert everything.the("serving", MODEL)["EnableNetworkIsolation"] is False


def test_autoscaling(everything: Synthesized) -> None:
    target = everything.the("serving", TARGET)
    assert target["ResourceId"] == "endpoint/fraud-everything/variant/AllTraffic"
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 9)
    policy = everything.the("serving", POLICY)
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
        },
        "TargetValue": 390,
        "ScaleOutCooldown": 40,
        "ScaleInCooldown": 410,
    }


@pytest.mark.parametrize("name", ["everything", "prod"])
def test_scalable_target_is_registered_after_the_endpoint(
    name: str, request: pytest.FixtureRequest
) -> None:
    """And so deregistered before it: a registered variant cannot be deleted."""
    synthesized: Synthesized = request.getfixturevalue(name)
    (target,) = synthesized.resources("serving", TARGET).values()
    (endpoint,) = synthesized.resources("serving", ENDPOINT)
    assert target["DependsOn"] == [endpoint]


def test_scaled_out_count_survives_a_deployment_and_capture_settings_change(
    environment: Synthesized,
) -> None:
    endpoint = environment.the("serving", ENDPOINT)
    scaled = bool(environment.resources("serving", TARGET))
    assert endpoint.get("RetainAllVariantProperties", False) is scaled
    if scaled:
        assert endpoint["ExcludeRetainedVariantProperties"] == [
            {"VariantPropertyType": "DataCaptureConfig"}
        ]


def test_container_hooks(everything: Synthesized) -> None:
    container = everything.the("serving", MODEL)["PrimaryContainer"]
    assert container["Environment"] == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "PIP_NO_BUILD_ISOLATION": "0",
        "FRAUD_MANIFEST_SHA256": {"Ref": "ModelManifestSha256"},
        "LOG_LEVEL": "WARNING",
    }


def test_data_capture_is_encrypted_and_goes_to_the_data_bucket(
    everything: Synthesized,
) -> None:
    capture = everything.the("serving", CONFIG)["DataCaptureConfig"]
    assert capture["EnableCapture"] is True
    assert capture["InitialSamplingPercentage"] == 49
    assert capture["CaptureOptions"] == [
        {"CaptureMode": "Input"},
        {"CaptureMode": "Output"},
    ]
    assert capture["CaptureContentTypeHeader"] == {
        "CsvContentTypes": ["text/csv"],
        "JsonContentTypes": ["application/json"],
    }
    assert "EncryptionKey" in json.dumps(capture["KmsKeyId"])
    destination = json.dumps(capture["DestinationS3Uri"])
    assert "RefDataBucket" in destination
    assert "/captures/" in destination


def test_volumes_are_encrypted_with_the_environments_key(
    everything: Synthesized, staging: Synthesized
) -> None:
    key = everything.the("serving", CONFIG)["KmsKeyId"]
    assert "EncryptionKey" in json.dumps(key)
    assert "KmsKeyId" not in staging.the("serving", CONFIG)


def test_log_group_is_encrypted_with_the_environments_key(
    everything: Synthesized,
) -> None:
    group = everything.the("serving", "AWS::Logs::LogGroup")
    assert "EncryptionKey" in json.dumps(group["KmsKeyId"])
    assert group["RetentionInDays"] == 60


def test_permissions_boundary_limits_every_role(
    everything: Synthesized, tmp_path: Path
) -> None:
    """Also those that CDK makes by itself, where nothing is retained."""
    storage = everything.settings.storage.model_copy(update={"retain": False})
    disposable = everything.settings.model_copy(update={"storage": storage})
    for synthesized in (everything, Synthesized(disposable, tmp_path)):
        roles = [
            role["Properties"]
            for unit in synthesized.units
            for role in synthesized.resources(unit, "AWS::IAM::Role").values()
        ]
        assert len(roles) >= 2
        for role in roles:
            assert role["PermissionsBoundary"] == (
                "arn:aws:iam::123456789012:policy/boundary"
            )


def test_account_and_region_of_the_file_are_where_it_is_deployed(
    everything: Synthesized,
) -> None:
    for unit in everything.units:
        environment = everything.stack(unit).environment
        assert (environment.account, environment.region) == (
            "123456789012",
            "eu-west-1",
        )


def test_instances_are_attached_to_the_subnets(everything: Synthesized) -> None:
    subnets = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    groups = ["sg-0123456789abcdef0"]
    assert everything.the("serving", MODEL)["VpcConfig"] == {
        "Subnets": subnets,
        "SecurityGroupIds": groups,
    }
    policy = everything.the("serving", "AWS::IAM::ManagedPolicy")
    attach = next(
        item
        for item in policy["PolicyDocument"]["Statement"]
        if item["Sid"] == "AttachToNetwork"
    )
    allowed = json.dumps(attach["Resource"])
    for name in (*subnets, *groups):
        assert name in allowed


def test_callers_and_artifacts_stay_inside_the_vpc(everything: Synthesized) -> None:
    endpoints = {
        item["Properties"]["VpcEndpointType"]: item["Properties"]
        for item in everything.resources("serving", "AWS::EC2::VPCEndpoint").values()
    }
    callers = endpoints["Interface"]
    assert ".sagemaker.runtime" in json.dumps(callers["ServiceName"])
    assert callers["PrivateDnsEnabled"] is True
    (statement,) = callers["PolicyDocument"]["Statement"]
    assert statement["Action"] == "sagemaker:InvokeEndpoint"
    assert "endpoint/fraud-everything" in json.dumps(statement["Resource"])

    storage = endpoints["Gateway"]
    assert storage["RouteTableIds"] == ["rtb-0123456789abcdef0"]
    statement, *batch = storage["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert "ArtifactsBucket" in json.dumps(statement["Resource"])
    assert [one["Sid"] for one in batch] == [
        "ListBatchInput",
        "ReadBatchInput",
        "WriteBatchOutput",
        "CaptureData",
    ]
    assert all("DataBucket" in json.dumps(one["Resource"]) for one in batch)


def test_the_gateway_stays_with_its_owner_where_no_route_table_is_named(
    tmp_path: Path,
) -> None:
    text = (VARIATIONS / "everything.toml").read_text()
    named = 'route_table_ids = ["rtb-0123456789abcdef0"]\n'
    assert named in text
    (tmp_path / "everything.toml").write_text(text.replace(named, ""))
    chosen = Synthesized(settings.load("everything", tmp_path), tmp_path / "out")
    endpoint = chosen.the("serving", "AWS::EC2::VPCEndpoint")
    assert endpoint["VpcEndpointType"] == "Interface"
