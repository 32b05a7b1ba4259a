"""What local AWS lacks is an error that the SDKs understand."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws


@pytest.mark.parametrize(
    ("service", "action", "parameters"),
    [
        ("cloudformation", "describe_stack_resource_drifts", {"StackName": "s"}),
        (
            "sagemaker",
            "create_presigned_domain_url",
            {"DomainId": "d-1", "UserProfileName": "u"},
        ),
        (
            "iam",
            "generate_service_last_accessed_details",
            {"Arn": "arn:aws:iam::123456789012:role/r"},
        ),
        (
            "sagemaker-runtime",
            "invoke_endpoint_with_response_stream",
            {"EndpointName": "e", "Body": b""},
        ),
        ("ecr", "describe_pull_through_cache_rules", {}),
    ],
)
def test_an_action_that_is_missing_is_an_aws_error(
    local_aws: LocalAws, service: str, action: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(local_aws.client(service), action)(**parameters)

    error = raised.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] < 500
    assert error["Error"]["Code"] == "UnsupportedOperation"
    assert "docs/local-aws.md" in error["Error"]["Message"]


def test_simulate_principal_policy_weighs_the_role_s_policies(
    local_aws: LocalAws,
) -> None:
    iam = local_aws.client("iam")
    role = iam.create_role(RoleName="simulated", AssumeRolePolicyDocument="{}")["Role"]
    iam.put_role_policy(
        RoleName="simulated",
        PolicyName="write",
        PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
        '"Action": "s3:PutObject", "Resource": "arn:aws:s3:::artifacts/*"}]}',
    )
    iam.attach_role_policy(
        RoleName="simulated", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    )

    results = iam.simulate_principal_policy(
        PolicySourceArn=role["Arn"],
        ActionNames=["s3:PutObject", "s3:DeleteObject", "iam:GetRole"],
        ResourceArns=["arn:aws:s3:::artifacts/model.tar.gz"],
    )["EvaluationResults"]

    assert [one["EvalDecision"] for one in results] == [
        "allowed",
        "implicitDeny",
        "allowed",
    ]
