"""What the audit finds, and why it says that each is there."""

import json
from collections.abc import Callable, Sequence

import pytest
from botocore.exceptions import ClientError
from moto.s3.models import s3_backends

from cdk_app.settings import Settings, load
from operations.leftovers import audit as audit_module
from operations.leftovers.account import Account
from operations.leftovers.audit import Audit, remove
from operations.leftovers.command import table
from operations.leftovers.kinds import KINDS, governance, sagemaker
from operations.leftovers.resources import (
    AuditedResource,
    Kind,
    Resource,
    Standing,
)

from . import planted

# moto alone cannot tell these two kinds' tags; local AWS can, and tests them.
MOTO_KINDS = tuple(
    kind
    for kind in KINDS
    if kind not in (governance.BUDGETS, sagemaker.SCALABLE_TARGETS)
)
DEV = {"Project": "fraud-endpoint", "Environment": "dev"}
PROD = {"Project": "fraud-endpoint", "Environment": "prod"}
GB = 1024**3

Plant = Callable[[planted.Client, str, planted.Tags], None]


def audit(
    account: Account, settings: Settings, kinds: Sequence[Kind] = MOTO_KINDS
) -> Audit:
    return audit_module.audit(account, settings, kinds=kinds)


def named(result: Audit) -> dict[tuple[str, Standing], float | None]:
    return {
        (f.resource.kind, f.standing): f.resource.monthly_usd for f in result.resources
    }


def retaining(environment: str, *, retain: bool) -> Settings:
    settings = load(environment)
    storage = settings.storage.model_copy(update={"retain": retain})
    return settings.model_copy(update={"storage": storage})


TAGGABLE: list[tuple[str, Plant, str, float]] = [
    ("model", planted.model, "left-over", 0),
    # No endpoint config: moto's tagging API spoils its ARN; local AWS does not.
    # Two instances of 730 hours at 0.115 and 30 GB at 0.14 each.
    ("endpoint", planted.endpoint, "left-over", 2 * (730 * 0.115 + 30 * 0.14)),
    ("bucket", planted.bucket, "left-over", 1500 / GB * 0.023),
    ("log group", planted.log_group, "left-over", 0),
    ("alarm", planted.alarm, "left-over", 0.10),
    ("build project", planted.build_project, "left-over", 0),
    ("image repository", planted.repository, "left-over", 0),
    ("schedule group", planted.schedule_group, "left-over", 0),
    ("parameter", planted.parameter, "left-over", 0),
    ("DynamoDB table", planted.table, "left-over", 0),
    ("secret", planted.secret, "left-over", 0.40),
    ("KMS key", planted.key, "left-over", 1.00),
    ("VPC endpoint", planted.vpc_endpoint, "left-over", 730 * 0.01),
    ("network interface", planted.network_interface, "left-over", 0),
]


def test_an_empty_account_is_clean(account: Account) -> None:
    result = audit(account, load("dev"))
    assert result.resources == ()
    assert result.is_clean
    assert table(result) == "Clean: nothing remains beyond what is declared."


@pytest.mark.parametrize(
    ("kind", "plant", "name", "usd"), TAGGABLE, ids=[kind for kind, *_ in TAGGABLE]
)
def test_a_tagged_leftover_is_found_with_its_cost_and_removed(
    account: Account, kind: str, plant: Plant, name: str, usd: float
) -> None:
    plant(account.client, name, DEV)
    found = audit(account, load("dev"))
    assert not found.is_clean
    assert named(found)[kind, Standing.LEFTOVER] == pytest.approx(usd)

    told: list[str] = []
    leftovers = found.of(Standing.LEFTOVER)
    assert remove(account, leftovers, report=told.append, kinds=MOTO_KINDS) == 0
    assert len(told) == len(leftovers) == 1
    assert audit(account, load("dev")).is_clean


@pytest.mark.parametrize(
    ("kind", "plant", "name", "usd"), TAGGABLE, ids=[kind for kind, *_ in TAGGABLE]
)
def test_another_environments_leftover_is_none_of_this_ones(
    account: Account, kind: str, plant: Plant, name: str, usd: float
) -> None:
    plant(account.client, name, PROD)
    assert audit(account, load("dev")).resources == ()


@pytest.mark.parametrize(
    ("kind", "plant", "name"),
    [
        ("model", planted.model, "fraud-dev-model"),
        ("endpoint config", planted.endpoint_config, "fraud-dev"),
        ("endpoint", planted.endpoint, "fraud-dev"),
        ("bucket", planted.bucket, "fraud-dev-storage-data-x1"),
        ("log group", planted.log_group, "/aws/sagemaker/Endpoints/fraud-dev"),
        ("log group", planted.log_group, "/aws/lambda/fraud-dev-storage-Handler"),
        ("alarm", planted.alarm, "fraud-dev-errors"),
        ("dashboard", planted.dashboard, "fraud-dev"),
        ("build project", planted.build_project, "fraud-dev-serving-image"),
        ("image repository", planted.repository, "fraud-dev"),
        ("schedule group", planted.schedule_group, "fraud-dev"),
        ("schedule", planted.schedule, "fraud-dev-evening"),
        ("parameter", planted.parameter, "/fraud-dev/rule"),
        ("KMS key", planted.key, "fraud-dev-storage"),
    ],
)
def test_what_matches_by_name_alone_is_listed_not_counted_and_never_removed(
    account: Account, kind: str, plant: Plant, name: str
) -> None:
    plant(account.client, name, {})
    result = audit(account, load("dev"))
    assert (kind, Standing.BY_NAME) in named(result)
    assert result.is_clean
    told: list[str] = []
    remove(account, result.resources, report=told.append, kinds=MOTO_KINDS)
    assert told == []
    assert audit(account, load("dev")).resources == result.resources


@pytest.mark.parametrize("name", ["fraud-devel", "my-fraud-dev2", "fraud-dev2-errors"])
def test_a_longer_name_is_another_environments(account: Account, name: str) -> None:
    planted.alarm(account.client, name, {})
    assert audit(account, load("dev")).resources == ()


def test_the_accounts_shared_log_groups_are_listed_and_never_removed(
    account: Account,
) -> None:
    for name in ("TrainingJobs", "TransformJobs"):
        planted.log_group(account.client, f"/aws/sagemaker/{name}", {})
    result = audit(account, load("dev"))
    assert [f.standing for f in result.resources] == [Standing.SHARED] * 2
    assert result.is_clean
    remove(account, result.resources, report=print, kinds=MOTO_KINDS)
    assert audit(account, load("dev")).resources == result.resources


def deploy_parameter(account: Account, stack: str, tags: dict[str, str]) -> None:
    template = {
        "Resources": {
            "Rule": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": "{}", "Name": "rule"},
            }
        }
    }
    account.client("cloudformation").create_stack(
        StackName=stack,
        TemplateBody=json.dumps(template),
        Tags=planted.pairs(tags),
    )


def test_what_a_stack_holds_is_deployed_and_left_to_cdk_destroy(
    account: Account,
) -> None:
    deploy_parameter(account, "fraud-dev-serving", DEV)
    result = audit(account, load("dev"))
    assert set(named(result)) == {
        ("stack", Standing.DEPLOYED),
        ("parameter", Standing.DEPLOYED),
    }
    assert not result.is_clean
    remove(account, result.resources, report=print, kinds=MOTO_KINDS)
    assert len(audit(account, load("dev")).resources) == 2


def test_a_stacks_resource_is_known_by_cloudformations_own_tag(
    account: Account,
) -> None:
    deploy_parameter(account, "fraud-dev-serving", DEV)
    made_by_it = {"aws:cloudformation:stack-name": "fraud-dev-serving"}
    s3_backends[account.id]["aws"].create_bucket("held", "us-east-1")
    bucket = s3_backends[account.id]["aws"].get_bucket("held")
    s3_backends[account.id]["aws"].tagger.tag_resource(
        bucket.arn, planted.pairs(DEV | made_by_it)
    )
    standings = {
        f.resource.kind: f.standing for f in audit(account, load("dev")).resources
    }
    assert standings["bucket"] is Standing.DEPLOYED


def test_a_retained_storage_stack_is_declared_with_what_it_holds(
    account: Account,
) -> None:
    deploy_parameter(account, "fraud-prod-storage", PROD)
    kept = audit(account, retaining("prod", retain=True))
    assert {f.standing for f in kept.resources} == {Standing.DECLARED}
    assert kept.is_clean
    given_up = audit(account, retaining("prod", retain=False))
    assert {f.standing for f in given_up.resources} == {Standing.DEPLOYED}


def test_what_outlived_its_stack_where_storage_is_retained_is_declared(
    account: Account,
) -> None:
    planted.bucket(account.client, "fraud-prod-storage-data-x1", PROD)
    planted.table(account.client, "fraud-prod-storage-HistoryTable-x1", PROD)
    planted.secret(account.client, "fraud-prod-storage-HistoryHashKey-x1", PROD)
    planted.alarm(account.client, "fraud-prod-storage-alarm", PROD)
    planted.repository(account.client, "fraud-prod-training-serving-x1", PROD)
    standings = {
        f.resource.kind: f.standing
        for f in audit(account, retaining("prod", retain=True)).resources
    }
    assert standings == {
        "bucket": Standing.DECLARED,
        "DynamoDB table": Standing.DECLARED,
        "secret": Standing.DECLARED,
        "alarm": Standing.LEFTOVER,
        "image repository": Standing.DECLARED,
    }


def test_a_stack_of_the_same_name_without_the_tags_is_somebodys(
    account: Account,
) -> None:
    deploy_parameter(account, "fraud-dev-serving", {})
    result = audit(account, load("dev"))
    assert named(result) == {("stack", Standing.BY_NAME): 0}
    assert result.is_clean


def test_a_bucket_with_more_versions_than_a_page_is_emptied(account: Account) -> None:
    """Access logs get there in half an hour."""
    planted.bucket(account.client, "left-over", DEV)
    for number in range(1497):  # past HTTP, which takes ten times as long
        s3_backends[account.id]["aws"].put_object("left-over", f"part-{number}", b"x")
    account.client("s3").create_multipart_upload(Bucket="left-over", Key="unfinished")
    (leftover,) = audit(account, load("dev")).of(Standing.LEFTOVER)
    assert leftover.resource.detail == "2,997 bytes in 1,500 versions"
    assert remove(account, [leftover], report=print, kinds=MOTO_KINDS) == 0
    assert audit(account, load("dev")).is_clean


def test_an_object_that_may_not_be_deleted_ends_the_emptying(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.bucket(account.client, "left-over", DEV)
    (leftover,) = audit(account, load("dev")).of(Standing.LEFTOVER)
    refused = {"Key": "data.csv", "Code": "AccessDenied", "Message": "locked"}
    with monkeypatch.context() as patch:
        patch.setattr(
            account.client("s3"), "delete_objects", lambda **_: {"Errors": [refused]}
        )
        said: list[str] = []
        assert remove(account, [leftover], report=said.append, kinds=MOTO_KINDS) == 1
    assert "NOT deleted: data.csv in left-over cannot be deleted" in said[0]


def refuse_key(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        error = {"Error": {"Code": "AccessDeniedException", "Message": "not allowed"}}
        raise ClientError(error, "DescribeKey")  # type: ignore[arg-type]

    monkeypatch.setattr(account.client("kms"), "describe_key", refuse)


def test_others_keys_that_may_not_be_described_are_none_of_ours(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.key(account.client, "of-another-team", {"Project": "theirs"})
    account.client("kms").create_key()
    refuse_key(account, monkeypatch)
    assert audit(account, load("dev")).is_clean


def test_our_key_that_may_not_be_described_proves_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.key(account.client, "left-over", DEV)
    refuse_key(account, monkeypatch)
    (unread,) = audit(account, load("dev")).unread
    assert unread.startswith("KMS key: AWS refused DescribeKey")


def test_a_retained_key_is_declared_though_its_alias_is_gone(account: Account) -> None:
    planted.key(account.client, "fraud-prod-storage", PROD)
    account.client("kms").delete_alias(AliasName="alias/fraud-prod-storage")
    kept = audit(account, retaining("prod", retain=True))
    assert [r.standing for r in kept.resources] == [Standing.DECLARED]
    assert kept.is_clean
    given_up = audit(account, retaining("prod", retain=False))
    assert [r.standing for r in given_up.resources] == [Standing.LEFTOVER]


@pytest.mark.parametrize(
    "shows",
    [
        {"type": "text", "properties": {"markdown": "# fraud-dev\nCeiling 10 USD"}},
        {"type": "metric", "properties": {"metrics": [["Fraud/dev", "Alerts"]]}},
    ],
)
def test_a_dashboard_is_the_environments_by_what_it_shows(
    account: Account, shows: dict[str, object]
) -> None:
    account.client("cloudwatch").put_dashboard(
        DashboardName="fraud-dev-old", DashboardBody=json.dumps({"widgets": [shows]})
    )
    found = audit(account, load("dev"))
    assert named(found)["dashboard", Standing.LEFTOVER] == pytest.approx(3.0)
    leftovers = found.of(Standing.LEFTOVER)
    assert remove(account, leftovers, report=print, kinds=MOTO_KINDS) == 0
    assert audit(account, load("dev")).is_clean


def test_tags_are_read_at_once_and_not_resource_by_resource(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call for each resource of a large account is throttled."""
    for number in range(5):
        planted.alarm(account.client, f"of-another-team-{number}", {})
        planted.log_group(account.client, f"of-another-team-{number}", {})
        planted.parameter(account.client, f"of-another-team-{number}", {})
        planted.model(account.client, f"of-another-team-{number}", {})
        planted.bucket(account.client, f"of-another-team-{number}", {})

    def throttle(*_: object, **__: object) -> None:
        raise AssertionError("a tag call for one resource")

    for service, operation in (
        ("cloudwatch", "list_tags_for_resource"),
        ("logs", "list_tags_for_resource"),
        ("ssm", "list_tags_for_resource"),
        ("sagemaker", "list_tags"),
        ("s3", "get_bucket_tagging"),
        ("kms", "list_resource_tags"),
    ):
        monkeypatch.setattr(account.client(service), operation, throttle)
    assert audit(account, load("dev")).is_clean


def test_an_endpoint_on_an_unpriced_instance_type_has_an_unknown_cost(
    account: Account,
) -> None:
    finding = AuditedResource(
        Resource("endpoint", "x", monthly_usd=None), Standing.LEFTOVER
    )
    text = table(Audit((finding,), ()))
    assert "unknown USD  x" in text
    assert "1 remain, 0.00 and unknown USD a month." in text
    assert account.monthly_usd("sagemaker.hosting.ml.x", 1) is None


def test_what_cannot_be_read_is_told_and_proves_nothing(account: Account) -> None:
    def refuse(_: Account) -> list[Resource]:
        error = {"Error": {"Code": "AccessDenied", "Message": "not allowed"}}
        raise ClientError(error, "ListKeys")  # type: ignore[arg-type]

    result = audit(account, load("dev"), [Kind("KMS key", refuse, lambda *_: "")])
    assert not result.is_clean
    assert "UNREAD: KMS key: " in table(result)
    assert "Not proven clean" in table(result)


def test_one_that_cannot_be_deleted_does_not_stop_the_rest(account: Account) -> None:
    planted.alarm(account.client, "left-over", DEV)
    (leftover,) = audit(account, load("dev")).of(Standing.LEFTOVER)
    gone = AuditedResource(
        Resource("model", "never-was", tags=DEV, monthly_usd=0), Standing.LEFTOVER
    )
    told: list[str] = []
    failures = remove(account, [gone, leftover], report=told.append, kinds=MOTO_KINDS)
    assert failures == 1
    assert told[0].startswith("model never-was: NOT deleted: ")
    assert told[1] == "alarm left-over: deleted"
