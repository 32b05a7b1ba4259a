from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesized

BUCKET = "AWS::S3::Bucket"


def denied_without(
    synthesized: Synthesized, bucket: str, condition: dict[str, Any]
) -> bool:
    """Whether the bucket's policy denies every request that meets the condition."""
    both = [
        {"Fn::GetAtt": [bucket, "Arn"]},
        {"Fn::Join": ["", [{"Fn::GetAtt": [bucket, "Arn"]}, "/*"]]},
    ]
    return any(
        statement["Effect"] == "Deny"
        and statement["Action"] == "s3:*"
        and statement["Principal"] == {"AWS": "*"}
        and statement["Condition"] == condition
        and statement["Resource"] == both
        for policy in synthesized.resources("storage", "AWS::S3::BucketPolicy").values()
        if policy["Properties"]["Bucket"] == {"Ref": bucket}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    )


def test_every_bucket_is_private_encrypted_and_versioned(
    environment: Synthesized,
) -> None:
    buckets = environment.resources("storage", BUCKET)
    assert buckets
    for bucket in buckets.values():
        properties = bucket["Properties"]
        assert properties["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }
        assert properties["OwnershipControls"] == {
            "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
        }
        assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "AccessControl" not in properties


def test_every_bucket_refuses_plain_http_and_old_tls(environment: Synthesized) -> None:
    for bucket in environment.resources("storage", BUCKET):
        assert denied_without(
            environment, bucket, {"Bool": {"aws:SecureTransport": "false"}}
        )
        assert denied_without(
            environment, bucket, {"NumericLessThan": {"s3:TlsVersion": 1.2}}
        )


def test_buckets_have_generated_names(environment: Synthesized) -> None:
    for bucket in environment.resources("storage", BUCKET).values():
        assert "BucketName" not in bucket["Properties"]


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_disposable_buckets_are_emptied_and_deleted(
    name: str, environments: dict[str, Synthesized]
) -> None:
    synthesized = environments[name]
    buckets = synthesized.resources("storage", BUCKET)
    emptied = synthesized.resources("storage", "Custom::S3AutoDeleteObjects")
    assert {bucket["DeletionPolicy"] for bucket in buckets.values()} == {"Delete"}
    assert {item["Properties"]["BucketName"]["Ref"] for item in emptied.values()} == (
        set(buckets)
    )
    assert not synthesized.stack("storage").termination_protection


def test_prod_keeps_its_buckets_and_protects_the_stack(prod: Synthesized) -> None:
    buckets = prod.resources("storage", BUCKET).values()
    assert {bucket["DeletionPolicy"] for bucket in buckets} == {"Retain"}
    assert {bucket["UpdateReplacePolicy"] for bucket in buckets} == {"Retain"}
    assert not prod.resources("storage", "Custom::S3AutoDeleteObjects")
    assert not prod.resources("storage", "AWS::Lambda::Function")
    assert prod.stack("storage").termination_protection


def test_only_storage_is_protected(prod: Synthesized) -> None:
    assert [unit for unit in prod.units if prod.stack(unit).termination_protection] == [
        "storage"
    ]


def test_bucket_emptier_leaves_no_log_group(dev: Synthesized) -> None:
    (log_group,) = dev.resources("storage", "AWS::Logs::LogGroup").items()
    (function,) = dev.resources("storage", "AWS::Lambda::Function")
    (role,) = dev.resources("storage", "AWS::IAM::Role").values()
    (policy,) = dev.resources("storage", "AWS::IAM::ManagedPolicy").items()

    logical_id, resource = log_group
    assert resource["Properties"]["LogGroupName"] == {
        "Fn::Join": ["", ["/aws/lambda/", {"Ref": function}]]
    }
    assert resource["DeletionPolicy"] == "Delete"
    for item in dev.resources("storage", "Custom::S3AutoDeleteObjects").values():
        assert logical_id in item["DependsOn"]

    assert role["Properties"]["ManagedPolicyArns"] == [{"Ref": policy[0]}]
    (statement,) = policy[1]["Properties"]["PolicyDocument"]["Statement"]
    assert "logs:CreateLogGroup" not in statement["Action"]


def test_lifecycle_follows_the_settings(environment: Synthesized) -> None:
    storage = environment.settings.storage
    for logical_id, bucket in environment.resources("storage", BUCKET).items():
        rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        noncurrent = next(rule for rule in rules if rule["Id"] == "NoncurrentVersions")
        assert noncurrent["NoncurrentVersionExpiration"] == {
            "NoncurrentDays": storage.noncurrent_versions_expire_after_days
        }
        assert noncurrent["AbortIncompleteMultipartUpload"]
        expires = [
            rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule
        ]
        if logical_id.startswith("Artifacts") and storage.artifacts_expire_after_days:
            assert expires == [storage.artifacts_expire_after_days]
        elif logical_id.startswith("Data"):
            assert expires == []


def test_outputs(environment: Synthesized) -> None:
    outputs = environment.json("storage")["Outputs"]
    assert outputs["DataBucketName"]["Value"] == {"Ref": "DataBucketE6B0FAA8"}
    assert outputs["ArtifactBucketName"]["Value"] == {"Ref": "ArtifactsBucket88671897"}


def test_logical_ids_of_the_buckets_never_change(environment: Synthesized) -> None:
    """Another id means a new, empty bucket."""
    assert {"DataBucketE6B0FAA8", "ArtifactsBucket88671897"} <= set(
        environment.resources("storage", BUCKET)
    )
