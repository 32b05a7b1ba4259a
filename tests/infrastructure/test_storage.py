import json
from typing import Any

import pytest

from tests.infrastructure.synthesized import Synthesized

BUCKET = "AWS::S3::Bucket"
ACCESS_LOGS = "AccessLogsBucketCD784A59"
ARTIFACTS = "ArtifactsBucket88671897"
DATA = "DataBucketE6B0FAA8"


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


def expirations(bucket: dict[str, Any]) -> dict[str | None, int]:
    """Days after which objects expire, by prefix."""
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    return {
        rule.get("Prefix"): rule["ExpirationInDays"]
        for rule in rules
        if "ExpirationInDays" in rule
    }


def noncurrent_days(bucket: dict[str, Any]) -> int:
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    (days,) = (
        rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for rule in rules
        if "NoncurrentVersionExpiration" in rule
    )
    assert isinstance(days, int)
    return days


def test_lifecycle_follows_the_settings(environment: Synthesized) -> None:
    buckets = environment.resources("storage", BUCKET)
    storage, capture = environment.settings.storage, environment.settings.data_capture

    assert expirations(buckets[ACCESS_LOGS]) == {
        None: storage.access_logs_expire_after_days
    }
    assert expirations(buckets[ARTIFACTS]) == (
        {None: storage.artifacts_expire_after_days}
        if storage.artifacts_expire_after_days
        else {}
    )
    assert expirations(buckets[DATA]) == (
        {"captures/": capture.expire_after_days} if capture else {}
    )
    for logical_id in (DATA, ARTIFACTS):
        assert noncurrent_days(buckets[logical_id]) == (
            storage.noncurrent_versions_expire_after_days
        )


def test_unfinished_uploads_are_aborted(environment: Synthesized) -> None:
    for bucket in environment.resources("storage", BUCKET).values():
        rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_access_is_logged_to_a_bucket_that_outlives_the_logged(
    environment: Synthesized,
) -> None:
    """Logs come with delay: their bucket is created first and emptied last."""
    resources = environment.json("storage")["Resources"]
    prefixes = set()
    for logical_id in (DATA, ARTIFACTS):
        logging = resources[logical_id]["Properties"]["LoggingConfiguration"]
        assert logging["DestinationBucketName"] == {"Ref": ACCESS_LOGS}
        prefixes.add(logging["LogFilePrefix"])
        emptying = [
            name
            for name, resource in environment.resources(
                "storage", "Custom::S3AutoDeleteObjects"
            ).items()
            if resource["Properties"]["BucketName"] == {"Ref": ACCESS_LOGS}
        ]
        assert set(emptying) <= set(resources[logical_id]["DependsOn"])
    assert len(prefixes) == 2


def test_only_s3_delivers_logs_and_only_of_this_stack(environment: Synthesized) -> None:
    (policy,) = (
        item["Properties"]["PolicyDocument"]
        for item in environment.resources("storage", "AWS::S3::BucketPolicy").values()
        if item["Properties"]["Bucket"] == {"Ref": ACCESS_LOGS}
    )
    (statement,) = (
        item for item in policy["Statement"] if item.get("Sid") == "DeliverAccessLogs"
    )
    assert statement["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert statement["Action"] == "s3:PutObject"
    condition = statement["Condition"]
    assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert f":s3:::fraud-{environment.environment}-storage-*" in json.dumps(
        condition["ArnLike"]
    )


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_without_a_key_of_its_own_s3_encrypts(
    name: str, environments: dict[str, Synthesized]
) -> None:
    assert not environments[name].resources("storage", "AWS::KMS::Key")
    for bucket in environments[name].resources("storage", BUCKET).values():
        assert encryption(bucket) == {"SSEAlgorithm": "AES256"}


def test_prod_encrypts_with_its_own_rotating_key(prod: Synthesized) -> None:
    (key,) = prod.resources("storage", "AWS::KMS::Key").items()
    logical_id, resource = key
    assert resource["Properties"]["EnableKeyRotation"] is True
    assert resource["DeletionPolicy"] == "Retain"
    buckets = prod.resources("storage", BUCKET)
    for name in (DATA, ARTIFACTS):
        assert encryption(buckets[name]) == {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Fn::GetAtt": [logical_id, "Arn"]},
        }
    # S3 delivers access logs to no bucket under a customer's key.
    assert encryption(buckets[ACCESS_LOGS]) == {"SSEAlgorithm": "AES256"}


def test_services_use_the_key_only_for_this_account(prod: Synthesized) -> None:
    policy = prod.the("storage", "AWS::KMS::Key")["KeyPolicy"]
    for statement in policy["Statement"]:
        if "Service" in statement["Principal"]:
            assert statement["Action"] != "kms:*"
            condition = json.dumps(statement["Condition"])
            assert "AWS::AccountId" in condition


def encryption(bucket: dict[str, Any]) -> dict[str, Any]:
    (rule,) = bucket["Properties"]["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    default: dict[str, Any] = rule["ServerSideEncryptionByDefault"]
    return default


def test_outputs(environment: Synthesized) -> None:
    outputs = environment.json("storage")["Outputs"]
    assert outputs["DataBucketName"]["Value"] == {"Ref": "DataBucketE6B0FAA8"}
    assert outputs["ArtifactBucketName"]["Value"] == {"Ref": "ArtifactsBucket88671897"}


def test_logical_ids_of_stateful_resources_never_change(prod: Synthesized) -> None:
    """Another id means a new, empty bucket, or data under a key that is gone."""
    stateful = {
        logical_id
        for logical_id, resource in prod.json("storage")["Resources"].items()
        if resource.get("DeletionPolicy") == "Retain"
    }
    assert stateful == {ACCESS_LOGS, ARTIFACTS, DATA, "EncryptionKey3A692D6E"}


def writing_denied(synthesized: Synthesized) -> dict[str, dict[str, Any]]:
    """What the artifact bucket's policy denies to write, by the statement's name."""
    (document,) = (
        policy["Properties"]["PolicyDocument"]
        for policy in synthesized.resources("storage", "AWS::S3::BucketPolicy").values()
        if policy["Properties"]["Bucket"] == {"Ref": ARTIFACTS}
    )
    return {
        statement["Sid"]: statement
        for statement in document["Statement"]
        if statement["Effect"] == "Deny" and "s3:PutObject" in statement["Action"]
    }


def keys(resources: Any) -> list[str]:
    """Return the keys of the artifact bucket that the ARNs name."""
    return [
        "".join(part for part in arn["Fn::Join"][1] if isinstance(part, str))
        for arn in (resources if isinstance(resources, list) else [resources])
    ]


def test_only_training_jobs_write_artifacts(environment: Synthesized) -> None:
    """An artifact is code that the endpoint runs."""
    name = environment.environment
    statement = writing_denied(environment)["OnlyJobsWriteArtifacts"]
    assert statement["Principal"] == {"AWS": "*"}
    assert keys(statement["Resource"]) == [f"/fraud-{name}-*"]
    ((condition, who),) = statement["Condition"].items()
    assert condition == "ArnNotLike"  # true also of a service, which has no such key
    assert json.dumps(who).count(f":role/fraud-{name}-training-TrainingRole*") == 1
    (role,) = (
        logical_id
        for logical_id in environment.resources("training", "AWS::IAM::Role")
        if logical_id.startswith("TrainingRole")
    )
    assert f"fraud-{name}-training-{role}".startswith(
        f"fraud-{name}-training-TrainingRole"
    )


def test_jobs_write_no_code_and_nobody_writes_elsewhere(
    environment: Synthesized,
) -> None:
    denied = writing_denied(environment)
    assert set(denied) == {
        "JobsWriteNoSources",
        "NothingElseIsWritten",
        "OnlyJobsWriteArtifacts",
    }
    sources = denied["JobsWriteNoSources"]
    assert keys(sources["Resource"]) == ["/code/*", "/serving-image/sources.zip"]
    assert sources["Condition"] == {
        "ArnLike": denied["OnlyJobsWriteArtifacts"]["Condition"]["ArnNotLike"]
    }
    elsewhere = denied["NothingElseIsWritten"]
    assert "Condition" not in elsewhere
    assert "Resource" not in elsewhere
    assert set(keys(elsewhere["NotResource"])) == {
        "/code/*",
        f"/fraud-{environment.environment}-*",
        "/serving-image/sources.zip",
    }


def test_the_emptier_may_still_delete(environment: Synthesized) -> None:
    for statement in writing_denied(environment).values():
        assert not any("Delete" in action for action in statement["Action"])
