"""Stacks behave as users of CloudFormation see them."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws
from local_aws.testing.sagemaker_resources import unique
from local_aws.testing.stacks import (
    Template,
    delete,
    deploy,
    describe,
    given,
    outputs,
    parameter,
    physical_ids,
    reasons,
    stable,
    status,
)

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
BUCKET: dict[str, Any] = {
    "Type": "AWS::S3::Bucket",
    "Properties": {"VersioningConfiguration": {"Status": "Enabled"}},
}


def value_of(aws: LocalAws, name: str) -> str:
    found = aws.client("ssm").get_parameter(Name=name)["Parameter"]
    return str(found["Value"])


def with_parameters(**declared: Any) -> Template:
    return {
        "Parameters": declared,
        "Resources": {
            "Joined": parameter(
                {"Fn::Join": ["|", [{"Ref": name} for name in declared]]}
            )
        },
        "Outputs": {"Name": {"Value": {"Ref": "Joined"}}},
    }


def test_outputs_and_exports_are_there_after_a_change_set(local_aws: LocalAws) -> None:
    name, export = unique("exporter"), unique("export")
    template = {
        "Resources": {"Shared": parameter("x")},
        "Outputs": {"Name": {"Value": {"Ref": "Shared"}, "Export": {"Name": export}}},
    }

    stack = deploy(local_aws, name, template)

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert value_of(local_aws, outputs(stack)["Name"]) == "x"
    user = deploy(
        local_aws,
        unique("importer"),
        {"Resources": {"Copy": parameter({"Fn::ImportValue": export})}},
    )
    ids = physical_ids(local_aws, user["StackName"])
    assert value_of(local_aws, ids["Copy"]) == outputs(stack)["Name"]


def test_an_export_in_use_protects_its_stack(local_aws: LocalAws) -> None:
    exporter, importer = unique("exporter"), unique("importer")
    template = {
        "Resources": {"Shared": parameter("x")},
        "Outputs": {"Name": {"Value": {"Ref": "Shared"}, "Export": {"Name": exporter}}},
    }
    deploy(local_aws, exporter, template)
    copy = {"Resources": {"Copy": parameter({"Fn::ImportValue": exporter})}}
    deploy(local_aws, importer, copy)

    with pytest.raises(ClientError, match=f"in use by {importer}"):
        local_aws.client("cloudformation").delete_stack(StackName=exporter)

    delete(local_aws, importer)
    assert delete(local_aws, exporter)["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize("verb", ["updated", "deleted"])
def test_an_export_in_use_is_not_changed_by_an_update(
    local_aws: LocalAws, verb: str
) -> None:
    exporter, importer = unique("exporter"), unique("importer")
    resources = {"Shared": parameter("x"), "Other": parameter("y")}
    output = {"Value": {"Ref": "Shared"}, "Export": {"Name": exporter}}
    deploy(local_aws, exporter, {"Resources": resources, "Outputs": {"Name": output}})
    copy = {"Resources": {"Copy": parameter({"Fn::ImportValue": exporter})}}
    deploy(local_aws, importer, copy)

    changed = {**output, "Value": {"Ref": "Other"}}
    outputs_after = {"Name": changed} if verb == "updated" else {}
    after = deploy(
        local_aws, exporter, {"Resources": resources, "Outputs": outputs_after}
    )

    assert after["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    events = local_aws.client("cloudformation").describe_stack_events(
        StackName=exporter
    )["StackEvents"]
    reason = f"Export {exporter} cannot be {verb} as it is in use by {importer}"
    assert any(reason in one.get("ResourceStatusReason", "") for one in events)


def test_an_update_keeps_previous_values_defaults_included(
    local_aws: LocalAws,
) -> None:
    """Symptom cured: KeyError 'BootstrapVersion' at the first update."""
    name = unique("previous")
    template = with_parameters(
        Uri={"Type": "String"}, Version={"Type": "String", "Default": "/v/1"}
    )
    deploy(local_aws, name, template, Uri="a")

    stack = deploy(local_aws, name, template, Uri="b", Version=None)

    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert value_of(local_aws, outputs(stack)["Name"]) == "b|/v/1"
    assert {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}[
        "Version"
    ] == "/v/1"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, r"Parameters: \[Uri\] must have values"),
        ({"Uri": "s3://b/m.tar.gz", "Other": "x"}, r"\[Other\] do not exist"),
        ({"Uri": "http://b"}, "Parameter 'Uri' must match pattern"),
    ],
)
def test_parameters_that_do_not_fit_create_nothing(
    local_aws: LocalAws, values: dict[str, str], message: str
) -> None:
    name = unique("refused")
    template = with_parameters(
        Uri={"Type": "String", "AllowedPattern": r"s3://.+\.tar\.gz"}
    )

    with pytest.raises(ClientError, match=message):
        deploy(local_aws, name, template, **values)

    assert status(local_aws, name) is None


def test_an_update_that_changes_nothing_says_so(local_aws: LocalAws) -> None:
    name = unique("same")
    template = with_parameters(Uri={"Type": "String"})
    deploy(local_aws, name, template, Uri="a")
    client = local_aws.client("cloudformation")

    with pytest.raises(ClientError, match="No updates are to be performed"):
        client.update_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Parameters=given({"Uri": None}),
        )
    change_set = client.create_change_set(
        StackName=name,
        ChangeSetName="nothing",
        ChangeSetType="UPDATE",
        UsePreviousTemplate=True,
        Parameters=given({"Uri": "a"}),
    )["Id"]
    described = client.describe_change_set(ChangeSetName=change_set)

    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]
    assert described["Changes"] == []
    with pytest.raises(ClientError, match="cannot be executed"):
        client.execute_change_set(ChangeSetName=change_set)


def test_a_change_set_shows_what_would_be_replaced(local_aws: LocalAws) -> None:
    name = unique("shown")
    template = with_parameters(Uri={"Type": "String"})
    template["Resources"]["Fixed"] = parameter("y")
    template["Resources"]["Fixed"]["Properties"]["Name"] = unique("fixed")
    deploy(local_aws, name, template, Uri="a")
    template["Resources"]["Fixed"]["Properties"]["Name"] = unique("fixed")

    client = local_aws.client("cloudformation")
    change_set = client.create_change_set(
        StackName=name,
        ChangeSetName="shown",
        ChangeSetType="UPDATE",
        TemplateBody=json.dumps(template),
        Parameters=given({"Uri": "b"}),
    )["Id"]
    described = client.describe_change_set(ChangeSetName=change_set)

    changes = {
        one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"]
        for one in described["Changes"]
    }
    assert set(changes) == {"Joined", "Fixed"}
    assert changes["Joined"]["Replacement"] == "False"
    assert changes["Fixed"]["Replacement"] == "True"
    assert changes["Fixed"]["Details"][0]["Target"]["Name"] == "Name"


def test_a_resource_that_fails_rolls_the_creation_back(local_aws: LocalAws) -> None:
    name = unique("failing")
    missing = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": TRUST,
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"],
        },
        "DependsOn": "First",
    }

    stack = deploy(
        local_aws, name, {"Resources": {"First": parameter("x"), "Role": missing}}
    )

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "NoSuchPolicy" in reasons(local_aws, name)["Role"]
    assert physical_ids(local_aws, name) == {}
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be"):
        deploy(local_aws, name, {"Resources": {"First": parameter("x")}})

    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"
    again = deploy(local_aws, name, {"Resources": {"First": parameter("x")}})
    assert again["StackStatus"] == "CREATE_COMPLETE"


def test_a_resource_that_fails_rolls_the_update_back(local_aws: LocalAws) -> None:
    name = unique("failing")
    stack = deploy(local_aws, name, {"Resources": {"Kept": parameter("old")}})
    kept = physical_ids(local_aws, name)
    bad = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": "no-such-bucket", "PolicyDocument": {}},
        "DependsOn": "Kept",
    }

    stack = deploy(
        local_aws, name, {"Resources": {"Kept": parameter("new"), "Bad": bad}}
    )

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "bucket does not exist" in reasons(local_aws, name)["Bad"]
    assert physical_ids(local_aws, name) == kept
    assert value_of(local_aws, kept["Kept"]) == "old"
    good = deploy(local_aws, name, {"Resources": {"Kept": parameter("newer")}})
    assert good["StackStatus"] == "UPDATE_COMPLETE"


def test_a_type_that_is_not_supported_fails_and_is_named(local_aws: LocalAws) -> None:
    name = unique("unknown")

    deploy(local_aws, name, {"Resources": {"X": {"Type": "AWS::Braket::Thing"}}})

    reason = reasons(local_aws, name)["X"]
    assert reason == "Local AWS does not support resource type AWS::Braket::Thing."


def test_a_type_that_only_moto_knows_works_too(local_aws: LocalAws) -> None:
    name = unique("queue")
    template = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}},
    }

    stack = deploy(local_aws, name, template)

    queues = local_aws.client("sqs").list_queues(QueueNamePrefix=name)["QueueUrls"]
    assert len(queues) == 1
    assert outputs(stack)["Arn"].startswith("arn:aws:sqs:us-east-1:123456789012:")
    delete(local_aws, name)
    assert "QueueUrls" not in local_aws.client("sqs").list_queues(QueueNamePrefix=name)


def test_termination_protection_is_enforced(local_aws: LocalAws) -> None:
    name = unique("protected")
    deploy(local_aws, name, {"Resources": {"A": parameter("x")}})
    client = local_aws.client("cloudformation")
    client.update_termination_protection(
        StackName=name, EnableTerminationProtection=True
    )

    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        client.delete_stack(StackName=name)
    assert status(local_aws, name) == "CREATE_COMPLETE"

    client.update_termination_protection(
        StackName=name, EnableTerminationProtection=False
    )
    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"


def fill(aws: LocalAws, bucket: str) -> None:
    """Leave objects, old versions and a delete marker in a bucket."""
    s3 = aws.client("s3")
    for key in ("a", "b"):
        for body in (b"1", b"2"):
            s3.put_object(Bucket=bucket, Key=key, Body=body)
    s3.delete_object(Bucket=bucket, Key="a")


def test_a_bucket_that_is_not_empty_fails_the_deletion(local_aws: LocalAws) -> None:
    name = unique("full")
    deploy(local_aws, name, {"Resources": {"Bucket": BUCKET}})
    bucket = physical_ids(local_aws, name)["Bucket"]
    fill(local_aws, bucket)

    stack = delete(local_aws, name)

    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "[Bucket]" in stack["StackStatusReason"]
    assert "not empty" in reasons(local_aws, name)["Bucket"]
    local_aws.client("s3").head_bucket(Bucket=bucket)


def test_auto_delete_objects_empties_all_versions_without_lambda(
    local_aws: LocalAws,
) -> None:
    name = unique("emptied")
    marked = json.loads(json.dumps(BUCKET))
    marked["Properties"]["Tags"] = [
        {"Key": "aws-cdk:auto-delete-objects", "Value": "true"}
    ]
    emptier = {
        "Type": "Custom::S3AutoDeleteObjects",
        "Properties": {"ServiceToken": "arn:x", "BucketName": {"Ref": "Bucket"}},
    }
    deploy(local_aws, name, {"Resources": {"Bucket": marked, "Emptier": emptier}})
    bucket = physical_ids(local_aws, name)["Bucket"]
    fill(local_aws, bucket)

    stack = delete(local_aws, name)

    assert stack["StackStatus"] == "DELETE_COMPLETE"
    names = [one["Name"] for one in local_aws.client("s3").list_buckets()["Buckets"]]
    assert bucket not in names


def test_a_retained_bucket_outlives_its_stack(local_aws: LocalAws) -> None:
    name = unique("retained")
    kept = {**BUCKET, "DeletionPolicy": "Retain"}
    deploy(local_aws, name, {"Resources": {"Bucket": kept}})
    bucket = physical_ids(local_aws, name)["Bucket"]

    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"
    local_aws.client("s3").head_bucket(Bucket=bucket)


def test_a_bucket_is_configured_as_declared(local_aws: LocalAws) -> None:
    name = unique("configured")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    blocked = {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    sse = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    rule = {
        "Id": "old",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            **BUCKET["Properties"],
            "PublicAccessBlockConfiguration": blocked,
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [sse]},
            "LifecycleConfiguration": {"Rules": [rule]},
            "OwnershipControls": {
                "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
            },
            "Tags": [{"Key": "Project", "Value": "fraud"}],
        },
    }
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }

    deploy(local_aws, name, {"Resources": {"Bucket": bucket, "Policy": policy}})

    s3 = local_aws.client("s3")
    where = {"Bucket": physical_ids(local_aws, name)["Bucket"]}
    assert s3.get_bucket_versioning(**where)["Status"] == "Enabled"
    found = s3.get_public_access_block(**where)["PublicAccessBlockConfiguration"]
    assert found == blocked
    encryption = s3.get_bucket_encryption(**where)["ServerSideEncryptionConfiguration"]
    [default] = encryption["Rules"]
    assert default["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    [found_rule] = s3.get_bucket_lifecycle_configuration(**where)["Rules"]
    assert found_rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert json.loads(s3.get_bucket_policy(**where)["Policy"])["Statement"] == [
        statement
    ]
    assert s3.get_bucket_tagging(**where)["TagSet"] == [
        {"Key": "Project", "Value": "fraud"}
    ]
    # The policy is kept and denies nothing: nobody is authenticated here.
    s3.put_object(**where, Key="a", Body=b"x")


def test_roles_get_their_policies_and_lose_them(local_aws: LocalAws) -> None:
    name = unique("roles")
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
    template: Template = {
        "Resources": {
            "Managed": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": document},
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": TRUST,
                    "ManagedPolicyArns": [{"Ref": "Managed"}],
                },
            },
            "Inline": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": "inline",
                    "PolicyDocument": document,
                    "Roles": [{"Ref": "Role"}],
                },
            },
        }
    }
    deploy(local_aws, name, template)
    ids = physical_ids(local_aws, name)
    iam = local_aws.client("iam")

    def attached() -> list[str]:
        found = iam.list_attached_role_policies(RoleName=ids["Role"])
        return [one["PolicyArn"] for one in found["AttachedPolicies"]]

    assert attached() == [ids["Managed"]]
    listed = iam.list_role_policies(RoleName=ids["Role"])["PolicyNames"]
    assert listed == ["inline"]

    document["Statement"][0]["Action"] = "s3:PutObject"  # type: ignore[index]
    template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] = []
    deploy(local_aws, name, template)
    assert physical_ids(local_aws, name) == ids
    assert attached() == []
    version = iam.get_policy(PolicyArn=ids["Managed"])["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=ids["Managed"], VersionId=version)
    statements = found["PolicyVersion"]["Document"]["Statement"]
    assert statements[0]["Action"] == "s3:PutObject"

    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName=ids["Role"])


def test_yaml_and_url_templates_and_the_original_text(local_aws: LocalAws) -> None:
    name = unique("yaml")
    text = (
        "Resources:\n  P:\n    Type: AWS::SSM::Parameter\n    Properties:\n"
        "      Type: String\n      Value: !Sub '${AWS::StackName}'\n"
    )
    s3 = local_aws.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="t.yaml", Body=text.encode())
    client = local_aws.client("cloudformation")

    client.create_stack(StackName=name, TemplateURL=f"{local_aws.url}/{name}/t.yaml")

    stable(local_aws, name)
    assert value_of(local_aws, physical_ids(local_aws, name)["P"]) == name
    assert client.get_template(StackName=name)["TemplateBody"] == text


def test_deleted_stacks_are_found_by_id_and_not_by_name(local_aws: LocalAws) -> None:
    name = unique("gone")
    deploy(local_aws, name, {"Resources": {"A": parameter("x")}})

    stack = delete(local_aws, name)

    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert describe(local_aws, name) is None
    listed = local_aws.client("cloudformation").describe_stacks()["Stacks"]
    assert name not in [one["StackName"] for one in listed]


def test_an_emptied_bucket_may_have_had_more_versions_than_a_page(
    local_aws: LocalAws,
) -> None:
    name = unique("emptied")
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "VersioningConfiguration": {"Status": "Enabled"},
            "Tags": [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}],
        },
    }
    emptier = {
        "Type": "Custom::S3AutoDeleteObjects",
        "Properties": {"BucketName": {"Ref": "Bucket"}, "ServiceToken": "none"},
    }
    deploy(local_aws, name, {"Resources": {"Bucket": bucket, "Emptier": emptier}})
    made = physical_ids(local_aws, name)["Bucket"]
    s3 = local_aws.client("s3")
    for number in range(1_060):  # a page has 1,000
        s3.put_object(Bucket=made, Key=f"log/{number % 600}", Body=b"")
    for number in range(20):
        s3.delete_object(Bucket=made, Key=f"log/{number}")

    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket=made)


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("us-east-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ],
)
def test_a_stack_is_in_its_region_s_partition(
    local_aws: LocalAws, region: str, partition: str, suffix: str
) -> None:
    client = boto3.client(
        "cloudformation",
        region_name=region,
        endpoint_url=local_aws.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    name = unique("partition")
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {}}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {}}
    template = {
        "Resources": {"Group": group, "Bucket": bucket},
        "Outputs": {
            "Partition": {"Value": {"Ref": "AWS::Partition"}},
            "Suffix": {"Value": {"Ref": "AWS::URLSuffix"}},
            "Group": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}},
            "Bucket": {"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}},
            "Domain": {"Value": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]}},
        },
    }
    stack_id = client.create_stack(StackName=name, TemplateBody=json.dumps(template))[
        "StackId"
    ]
    client.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    found = outputs(client.describe_stacks(StackName=name)["Stacks"][0])
    assert stack_id.startswith(f"arn:{partition}:cloudformation:{region}:")
    assert found["Partition"] == partition
    assert found["Suffix"] == suffix
    assert found["Group"].startswith(f"arn:{partition}:logs:{region}:")
    assert found["Bucket"].startswith(f"arn:{partition}:s3:::")
    assert found["Domain"].endswith(f".s3.{region}.{suffix}")


def test_resources_are_not_imported(local_aws: LocalAws) -> None:
    with pytest.raises(ClientError, match="does not import resources"):
        local_aws.client("cloudformation").create_change_set(
            StackName=unique("import"),
            ChangeSetName="import",
            ChangeSetType="IMPORT",
            TemplateBody=json.dumps({"Resources": {"A": parameter("x")}}),
            ResourcesToImport=[
                {
                    "ResourceType": "AWS::SSM::Parameter",
                    "LogicalResourceId": "A",
                    "ResourceIdentifier": {"Name": "a"},
                }
            ],
        )


def test_tag_keys_that_differ_only_in_case_are_refused_for_roles(
    local_aws: LocalAws,
) -> None:
    name = unique("tags")
    tags = [{"Key": "environment", "Value": "a"}, {"Key": "Environment", "Value": "b"}]
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "Tags": tags,
        },
    }
    stack = deploy(local_aws, name, {"Resources": {"Role": role}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Tag keys are case insensitive" in reasons(local_aws, name)["Role"]


def test_values_that_are_referred_to_are_fetched(local_aws: LocalAws) -> None:
    name = unique("resolve")
    local_aws.client("ssm").put_parameter(
        Name=f"/{name}/plain", Value="one", Type="String"
    )
    secret = local_aws.client("secretsmanager").create_secret(
        Name=name, SecretString=json.dumps({"password": "two"})
    )["ARN"]
    template = {
        "Resources": {
            "Plain": parameter(f"a-{{{{resolve:ssm:/{name}/plain}}}}-b"),
            "Version": parameter(f"{{{{resolve:ssm:/{name}/plain:1}}}}"),
            "Secret": parameter(
                f"{{{{resolve:secretsmanager:{name}:SecretString:password}}}}"
            ),
            "Arn": parameter(
                f"{{{{resolve:secretsmanager:{secret}:SecretString:password}}}}"
            ),
        }
    }
    deploy(local_aws, name, template)
    values = {
        logical_id: local_aws.client("ssm").get_parameter(Name=made)["Parameter"][
            "Value"
        ]
        for logical_id, made in physical_ids(local_aws, name).items()
    }
    assert values == {
        "Plain": "a-one-b",
        "Version": "one",
        "Secret": "two",
        "Arn": "two",
    }


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("{{resolve:ssm:/no/such/parameter}}", "Could not resolve"),
        ("{{resolve:ssm-secure:/any:1}}", "does not resolve"),
        ("{{resolve:elsewhere:x}}", "does not resolve"),
    ],
)
def test_a_value_that_cannot_be_fetched_fails_its_resource(
    local_aws: LocalAws, reference: str, reason: str
) -> None:
    name = unique("unresolved")
    stack = deploy(local_aws, name, {"Resources": {"A": parameter(reference)}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason in reasons(local_aws, name)["A"]


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (
            {
                "Type": "AWS::S3::Bucket",
                "Properties": {"CorsConfiguration": {"CorsRules": []}},
            },
            "does not apply the properties CorsConfiguration",
        ),
        (
            {
                "Type": "AWS::SNS::Topic",
                "Properties": {
                    "Subscription": [{"Protocol": "email", "Endpoint": "a@b.example"}]
                },
            },
            "does not apply the properties Subscription",
        ),
        (
            {"Type": "AWS::S3::Bucket", "Properties": {"BuckeName": "x"}},
            "extraneous key [BuckeName] is not permitted",
        ),
        (
            {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "LifecycleConfiguration": {
                        "Rules": [{"Status": "Enabled", "TagFilters": []}]
                    }
                },
            },
            "does not apply LifecycleConfiguration.Rules.TagFilters",
        ),
        (
            {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeot": 3}},
            "extraneous key [VisibilityTimeot]",
        ),
        # moto makes these and cannot delete them, or pretends that they run.
        (
            {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": "vpc-1"}},
            "does not support resource type AWS::EC2::RouteTable",
        ),
        (
            {
                "Type": "AWS::SageMaker::NotebookInstance",
                "Properties": {"InstanceType": "ml.t3.medium", "RoleArn": "r"},
            },
            "does not support resource type AWS::SageMaker::NotebookInstance",
        ),
    ],
)
def test_what_would_be_dropped_in_silence_fails_its_resource(
    local_aws: LocalAws, resource: dict[str, Any], reason: str
) -> None:
    name = unique("dropped")
    stack = deploy(local_aws, name, {"Resources": {"A": resource}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason in reasons(local_aws, name)["A"]


def test_what_a_template_takes_away_is_taken_away(local_aws: LocalAws) -> None:
    name = unique("taken")
    tags = [{"Key": "Gone", "Value": "x"}, {"Key": "Kept", "Value": "y"}]
    full: dict[str, dict[str, Any]] = {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "VersioningConfiguration": {"Status": "Enabled"},
                "LifecycleConfiguration": {
                    "Rules": [{"Status": "Enabled", "ExpirationInDays": 1}]
                },
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
                "Tags": tags,
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": TRUST, "Tags": tags},
        },
        "Group": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"RetentionInDays": 1, "Tags": tags},
        },
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": "mine", "Tags": tags},
        },
        "Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {
                "KeyPolicy": {"Version": "2012-10-17", "Statement": []},
                "EnableKeyRotation": True,
                "Tags": tags,
            },
        },
        "Repository": {
            "Type": "AWS::ECR::Repository",
            "Properties": {
                "ImageTagMutability": "IMMUTABLE",
                "ImageScanningConfiguration": {"ScanOnPush": True},
                "Tags": tags,
            },
        },
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Type": "String",
                "Value": "x",
                "Description": "d",
                "Tags": {"Gone": "x", "Kept": "y"},
            },
        },
    }
    needed = {"AssumeRolePolicyDocument", "KeyPolicy", "Type", "Value"}
    bare = {
        logical_id: {
            "Type": one["Type"],
            "Properties": {
                **{k: v for k, v in one["Properties"].items() if k in needed},
                "Tags": {"Kept": "y"} if logical_id == "Parameter" else tags[1:],
            },
        }
        for logical_id, one in full.items()
    }
    assert deploy(local_aws, name, {"Resources": full})["StackStatus"] == (
        "CREATE_COMPLETE"
    ), reasons(local_aws, name)
    made = physical_ids(local_aws, name)
    arn = local_aws.client("ecr").describe_repositories(
        repositoryNames=[made["Repository"]]
    )["repositories"][0]["repositoryArn"]

    def keys_of_tags() -> dict[str, set[str]]:
        client = local_aws.client
        found = {
            "Bucket": client("s3").get_bucket_tagging(Bucket=made["Bucket"])["TagSet"],
            "Role": client("iam").list_role_tags(RoleName=made["Role"])["Tags"],
            "Topic": client("sns").list_tags_for_resource(ResourceArn=made["Topic"])[
                "Tags"
            ],
            "Key": client("kms").list_resource_tags(KeyId=made["Key"])["Tags"],
            "Repository": client("ecr").list_tags_for_resource(resourceArn=arn)["tags"],
            "Parameter": client("ssm").list_tags_for_resource(
                ResourceType="Parameter", ResourceId=made["Parameter"]
            )["TagList"],
        }
        groups = client("logs").list_tags_log_group(logGroupName=made["Group"])["tags"]
        keys = {
            logical_id: {one.get("Key") or one["TagKey"] for one in tags}
            for logical_id, tags in found.items()
        }
        return {**keys, "Group": set(groups)}

    assert set(map(frozenset, keys_of_tags().values())) == {frozenset({"Gone", "Kept"})}

    assert deploy(local_aws, name, {"Resources": bare})["StackStatus"] == (
        "UPDATE_COMPLETE"
    ), reasons(local_aws, name)

    assert set(map(frozenset, keys_of_tags().values())) == {frozenset({"Kept"})}
    s3 = local_aws.client("s3")
    versioning = s3.get_bucket_versioning(Bucket=made["Bucket"])
    assert versioning["Status"] == "Suspended"
    for get in (s3.get_bucket_lifecycle_configuration, s3.get_public_access_block):
        with pytest.raises(ClientError, match="NoSuch"):
            get(Bucket=made["Bucket"])
    topic = local_aws.client("sns").get_topic_attributes(TopicArn=made["Topic"])
    assert topic["Attributes"]["DisplayName"] == ""
    repository = local_aws.client("ecr").describe_repositories(
        repositoryNames=[made["Repository"]]
    )["repositories"][0]
    assert repository["imageTagMutability"] == "MUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": False}
    rotation = local_aws.client("kms").get_key_rotation_status(KeyId=made["Key"])
    assert rotation["KeyRotationEnabled"] is False


def test_types_of_moto_end_with_their_stack(local_aws: LocalAws) -> None:
    name = unique("moto")
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "ScheduleExpression": "rate(1 day)",
            "Targets": [{"Id": "a", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}],
        },
    }
    instance = {
        "Type": "AWS::EC2::Instance",
        "Properties": {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"},
    }
    script = {
        "Type": "AWS::SageMaker::NotebookInstanceLifecycleConfig",
        "Properties": {"NotebookInstanceLifecycleConfigName": name[:40]},
    }
    made = deploy(
        local_aws,
        name,
        {"Resources": {"Rule": rule, "Instance": instance, "Script": script}},
    )
    assert made["StackStatus"] == "CREATE_COMPLETE", reasons(local_aws, name)
    events, ec2 = local_aws.client("events"), local_aws.client("ec2")
    sagemaker = local_aws.client("sagemaker")
    [described] = events.list_rules()["Rules"]
    assert events.list_targets_by_rule(Rule=described["Name"])["Targets"]
    # moto's modules and the API see one SageMaker.
    sagemaker.describe_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=name[:40]
    )

    assert delete(local_aws, name)["StackStatus"] == "DELETE_COMPLETE"

    assert events.list_rules()["Rules"] == []
    states = {
        one["State"]["Name"]
        for reservation in ec2.describe_instances()["Reservations"]
        for one in reservation["Instances"]
    }
    assert states <= {"terminated"}
    with pytest.raises(ClientError):
        sagemaker.describe_notebook_instance_lifecycle_config(
            NotebookInstanceLifecycleConfigName=name[:40]
        )
