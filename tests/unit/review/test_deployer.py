import pytest

from review.deployer import deployment_policy


def policy(*types: str) -> dict[str, dict[str, list[str]]]:
    template = {
        "Resources": {f"R{index}": {"Type": name} for index, name in enumerate(types)}
    }
    document = deployment_policy({"stack": template})
    return {item["Sid"]: item for item in document["Statement"]}


def test_actions_are_those_of_the_templates_types() -> None:
    sagemaker = policy("AWS::SageMaker::Endpoint")["Sagemaker"]
    assert {
        "sagemaker:CreateEndpoint",
        "sagemaker:DescribeEndpoint",
        "sagemaker:UpdateEndpoint",
        "sagemaker:DeleteEndpoint",
    } <= set(sagemaker["Action"])
    assert "sagemaker:CreateModel" not in sagemaker["Action"]
    assert "arn:aws:sagemaker:*:*:endpoint/fraud-*" in sagemaker["Resource"]


def test_services_that_the_templates_do_not_use_are_left_out() -> None:
    """The bucket's schema also names S3 Tables, for a property that is not set."""
    assert set(policy("AWS::S3::Bucket")) == {"BootstrapVersion", "S3", "Iam"}


def test_only_actions_without_a_resource_are_allowed_on_everything() -> None:
    wide = policy("AWS::KMS::Key", "AWS::S3::Bucket")["WithoutResource"]
    assert wide["Action"] == ["kms:CreateKey"]


def test_whoever_creates_an_endpoint_with_a_key_may_grant_its_use_to_aws() -> None:
    assert "KmsGrants" not in policy("AWS::SageMaker::EndpointConfig")
    encrypted = {
        "Type": "AWS::SageMaker::EndpointConfig",
        "Properties": {"KmsKeyId": "key"},
    }
    document = deployment_policy({"stack": {"Resources": {"Config": encrypted}}})
    (grant,) = (one for one in document["Statement"] if one["Sid"] == "KmsGrants")
    assert grant["Action"] == ["kms:CreateGrant"]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_scaling_may_make_its_service_linked_role() -> None:
    iam = policy("AWS::ApplicationAutoScaling::ScalableTarget")["Iam"]
    assert any("aws-service-role" in resource for resource in iam["Resource"])


def test_scaling_sets_the_endpoints_capacity_and_keeps_its_alarms() -> None:
    """Application Auto Scaling does both as whoever registers the target."""
    scaling = policy("AWS::ApplicationAutoScaling::ScalableTarget")
    endpoint, alarms = scaling["ScaleEndpoint"], scaling["ScalingAlarms"]
    assert "sagemaker:UpdateEndpointWeightsAndCapacities" in endpoint["Action"]
    assert str(endpoint["Resource"]).endswith(":endpoint/fraud-*")
    assert set(alarms["Action"]) == {
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:PutMetricAlarm",
    }
    assert str(alarms["Resource"]).endswith(":alarm:TargetTracking-endpoint/fraud-*")


def test_the_bootstrap_version_is_read_whatever_the_qualifier() -> None:
    version = policy("AWS::S3::Bucket")["BootstrapVersion"]
    assert version["Action"] == ["ssm:GetParameters"]
    assert str(version["Resource"]).endswith(":parameter/cdk-bootstrap/*/version")


@pytest.mark.parametrize(
    ("resource_type", "sid", "action"),
    [
        ("AWS::IAM::Role", "Iam", "iam:ListRoleTags"),
        ("AWS::KMS::Key", "Kms", "kms:UntagResource"),
        ("AWS::S3::Bucket", "S3", "s3:PutBucketTagging"),
        ("AWS::SNS::Topic", "Sns", "sns:UntagResource"),
        ("AWS::Lambda::Function", "Lambda", "lambda:UntagResource"),
        ("AWS::Scheduler::ScheduleGroup", "Scheduler", "scheduler:UntagResource"),
    ],
)
def test_tagging_is_allowed_as_the_schemas_say(
    resource_type: str, sid: str, action: str
) -> None:
    assert action in policy(resource_type)[sid]["Action"]


def test_the_deployer_cannot_take_a_boundary_off_or_make_a_role_without_it() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    role = {"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": boundary}}
    document = deployment_policy({"stack": {"Resources": {"Role": role}}})
    allowed = {item["Sid"]: item for item in document["Statement"]}
    within = allowed["RolesWithinBoundary"]
    assert within["Condition"] == {
        "StringEquals": {"iam:PermissionsBoundary": boundary}
    }
    assert "iam:CreateRole" in within["Action"]
    for statement in allowed.values():
        assert "iam:DeleteRolePermissionsBoundary" not in statement["Action"]
    assert "iam:CreateRole" not in allowed["Iam"]["Action"]
    without = policy("AWS::IAM::Role")["Iam"]["Action"]
    assert "iam:PutRolePermissionsBoundary" not in without


def test_unknown_service_has_to_be_added() -> None:
    with pytest.raises(KeyError, match="sqs"):
        policy("AWS::SQS::Queue")
