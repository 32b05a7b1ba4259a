import json
import re
from typing import Any

import pytest

from artifact.decision import ExpectedValueRule, ThresholdRule
from tests.infrastructure.references import affected_by
from tests.infrastructure.synthesized import Synthesized

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


@pytest.mark.parametrize("parameter", ["ModelArtifactUri", "ModelManifestSha256"])
def test_a_new_artifact_changes_model_config_and_endpoint_alone(
    environment: Synthesized, parameter: str
) -> None:
    affected = affected_by(environment.json("serving"), parameter)
    resources = environment.json("serving")["Resources"]
    assert sorted(resources[name]["Type"] for name in affected) == [
        ENDPOINT,
        CONFIG,
        MODEL,
    ]


def test_a_new_decision_rule_touches_no_endpoint(environment: Synthesized) -> None:
    affected = affected_by(environment.json("serving"), "DecisionRule")
    resources = environment.json("serving")["Resources"]
    assert {resources[name]["Type"] for name in affected} == {"AWS::SSM::Parameter"}


def test_model_and_config_are_unnamed_so_that_they_can_be_replaced(
    environment: Synthesized,
) -> None:
    assert "ModelName" not in environment.the("serving", MODEL)
    assert "EndpointConfigName" not in environment.the("serving", CONFIG)


def test_endpoint_keeps_its_name(environment: Synthesized) -> None:
    endpoint = environment.the("serving", ENDPOINT)
    assert endpoint["EndpointName"] == f"fraud-{environment.environment}"
    (config,) = environment.resources("serving", CONFIG)
    assert endpoint["EndpointConfigName"] == {
        "Fn::GetAtt": [config, "EndpointConfigName"]
    }


def test_log_group_precedes_the_endpoint_and_goes_with_the_stack(
    environment: Synthesized,
) -> None:
    name = f"/aws/sagemaker/Endpoints/fraud-{environment.environment}"
    (found,) = (
        (logical_id, group)
        for logical_id, group in environment.resources(
            "serving", "AWS::Logs::LogGroup"
        ).items()
        if group["Properties"]["LogGroupName"] == name
    )
    logical_id, group = found
    assert group["Properties"]["RetentionInDays"] == (
        environment.settings.logs.retention_days
    )
    assert group["DeletionPolicy"] == "Delete"
    (endpoint,) = environment.resources("serving", ENDPOINT).values()
    assert logical_id in endpoint["DependsOn"]


def test_dev_is_serverless(dev: Synthesized) -> None:
    (variant,) = dev.the("serving", CONFIG)["ProductionVariants"]
    assert variant["ServerlessConfig"]["MemorySizeInMB"] == 2048
    assert "InstanceType" not in variant


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_staging_and_prod_run_on_isolated_instances(
    name: str, environments: dict[str, Synthesized]
) -> None:
    synthesized = environments[name]
    (variant,) = synthesized.the("serving", CONFIG)["ProductionVariants"]
    assert variant["InstanceType"].startswith("ml.")
    assert variant["InitialInstanceCount"] >= 1
    assert "ServerlessConfig" not in variant
    assert synthesized.the("serving", MODEL)["EnableNetworkIsolation"] is True


def test_wsgi_application_runs_from_the_unpacked_artifact(dev: Synthesized) -> None:
    container = dev.the("serving", MODEL)["PrimaryContainer"]
    assert container["Environment"] == {
        "SAGEMAKER_SERVING_MODULE": "inference:app",
        "PYTHONPATH": "/opt/ml/model/code",
        "SAGEMAKER_USE_NGINX": "false",
        "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
        # dev is serverless: the platform may freeze the container after an answer.
        "FRAUD_LOG_BEFORE_ANSWER": "true",
        "FRAUD_MANIFEST_SHA256": {"Ref": "ModelManifestSha256"},
        "LOG_LEVEL": dev.settings.container.log_level,
    }
    assert container["ModelDataUrl"] == {"Ref": "ModelArtifactUri"}


GOOD_URIS = [
    "s3://bucket/job/output/model.tar.gz",
    "s3://fraud-dev-storage-artifactsbucket88671897-abc/fraud-dev-1/output/model.tar.gz",
    "s3://a.b-c/model.tar.gz",
    "s3://bucket/Job_1/x=y/it's(1)!.tar.gz",
]
BAD_URIS = [
    "",
    "model.tar.gz",
    "/local/model.tar.gz",
    "https://bucket.s3.amazonaws.com/model.tar.gz",
    "S3://bucket/model.tar.gz",
    "s3://bucket",
    "s3://bucket/",
    "s3://bucket/.tar.gz",
    "s3://bucket/job/",
    "s3://bucket/job/model.zip",
    "s3://bucket/job/model.tar.gz/",
    "s3://bucket/job/model.tar.gz ",
    "s3://bucket/job//model.tar.gz",
    "s3://Bucket/model.tar.gz",
    "s3://b/model.tar.gz",
    "s3://bucket/jobs/../model tar.tar.gz",
    "s3://bucket/model.tar.gz\n",
    "xs3://bucket/model.tar.gz",
]


def pattern(environment: Synthesized, parameter: str) -> re.Pattern[str]:
    return re.compile(
        environment.json("serving")["Parameters"][parameter]["AllowedPattern"]
    )


@pytest.mark.parametrize("uri", GOOD_URIS)
def test_artifact_uri_is_accepted(dev: Synthesized, uri: str) -> None:
    assert pattern(dev, "ModelArtifactUri").fullmatch(uri)


@pytest.mark.parametrize("uri", BAD_URIS)
def test_malformed_artifact_uri_is_refused(dev: Synthesized, uri: str) -> None:
    assert not pattern(dev, "ModelArtifactUri").fullmatch(uri)


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("", True),
        ("a" * 64, True),
        ("A" * 64, False),
        ("a" * 63, False),
        ("a" * 65, False),
        ("g" * 64, False),
    ],
)
def test_manifest_hash_is_empty_or_a_sha256(
    dev: Synthesized, value: str, *, accepted: bool
) -> None:
    assert bool(pattern(dev, "ModelManifestSha256").fullmatch(value)) is accepted


def test_parameters(environment: Synthesized) -> None:
    parameters = environment.json("serving")["Parameters"]
    own_image = environment.settings.container.image == "project"
    assert set(parameters) == {
        "BootstrapVersion",
        "DecisionRule",
        "ModelArtifactUri",
        "ModelManifestSha256",
        *(["ServingImageUri"] if own_image else []),
    }
    assert "Default" not in parameters["ModelArtifactUri"]
    assert parameters["ModelManifestSha256"]["Default"] == ""
    default_rule = json.loads(parameters["DecisionRule"]["Default"])
    assert default_rule == {"policy": "threshold", "threshold": 0.5}
    for name in ("DecisionRule", "ModelArtifactUri", "ModelManifestSha256"):
        assert name in parameters[name]["ConstraintDescription"]


@pytest.mark.parametrize(
    ("rule", "accepted"),
    [
        (ThresholdRule(0.5).as_dict(), True),
        (ThresholdRule(1e-05, set_by_hand=True).as_dict(), True),
        (ExpectedValueRule(2.0, 5.5, 'It\'s "the" amount').as_dict(), True),
        ("{oops}", False),
        ("{}", False),
        ('{"threshold": 0.5}', False),
        ('{"policy": "threshold", "treshold": 0.5}', False),
        ('{"policy": "threshold", "threshold": "half}', False),
        ('{"policy": "never"}', False),
    ],
)
def test_only_a_rule_is_accepted_as_one(
    dev: Synthesized, rule: dict[str, Any] | str, accepted: bool
) -> None:
    text = rule if isinstance(rule, str) else json.dumps(rule)
    assert bool(pattern(dev, "DecisionRule").fullmatch(text)) is accepted


def test_decision_rule_is_published_under_a_generated_name(
    environment: Synthesized,
) -> None:
    parameter = environment.the("serving", "AWS::SSM::Parameter")
    assert parameter["Value"] == {"Ref": "DecisionRule"}
    assert "Name" not in parameter


def test_outputs(environment: Synthesized) -> None:
    outputs = environment.json("serving")["Outputs"]
    (role,) = environment.resources("serving", "AWS::IAM::Role")
    (rule,) = environment.resources("serving", "AWS::SSM::Parameter")
    assert outputs["EndpointName"]["Value"] == f"fraud-{environment.environment}"
    assert outputs["ServingRoleArn"]["Value"] == {"Fn::GetAtt": [role, "Arn"]}
    assert outputs["DecisionRuleParameterName"]["Value"] == {"Ref": rule}
