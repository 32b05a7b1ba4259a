"""What the audit finds, and why it says that each is there."""

import json
from collections.abc import Callable, Sequence

import pytest
from botocore.exceptions import ClientError
from moto.s3.models import s3_backends

from cdk_app.settings import Settings, load
from operations.leftovers import audit as audit_module
from operations.leftovers import report
from operations.leftovers.account import Account
from operations.leftovers.audit import Audit
from operations.leftovers.found import Finding, Found, Standing
from operations.leftovers.kinds import KINDS, Kind, governance, scaling
from operations.leftovers.removal import remove

from . import orphans

# moto alone cannot tell these two kinds' tags; local AWS can, and tests them.
MOTO_KINDS = tuple(
    kind for kind in KINDS if kind not in (governance.BUDGETS, scaling.SCALABLE_TARGETS)
)
DEV = {"Project": "fraud-endpoint", "Environment": "dev"}
PROD = {"Project": "fraud-endpoint", "Environment": "prod"}
GB = 1024**3

Plant = Callable[[orphans.Client, str, orphans.Tags], None]


def audit(
    account: Account, settings: Settings, kinds: Sequence[Kind] = MOTO_KINDS
) -> Audit:
    return audit_module.audit(account, settings, kinds=kinds)


def named(result: Audit) -> dict[tuple[str, Standing], float | None]:
    return {(f.found.kind, f.standing): f.found.monthly_usd for f in result.findings}


def retaining(environment: str, *, retain: bool) -> Settings:
    settings = load(environment)
    storage = settings.storage.model_copy(update={"retain": retain})
    return settings.model_copy(update={"storage": storage})


TAGGABLE: list[tuple[str, Plant, str, float]] = [
    ("model", orphans.model, "orphan", 0),
    ("endpoint config", orphans.endpoint_config, "orphan", 0),
    # Two instances of 730 hours at 0.115 and 30 GB at 0.14 each.
    ("endpoint", orphans.endpoint, "orphan", 2 * (730 * 0.115 + 30 * 0.14)),
    ("bucket", orphans.bucket, "orphan", 1500 / GB * 0.023),
    ("log group", orphans.log_group, "orphan", 0),
    ("alarm", orphans.alarm, "orphan", 0.10),
    ("build project", orphans.build_project, "orphan", 0),
    ("image repository", orphans.repository, "orphan", 0),
    ("schedule group", orphans.schedule_group, "orphan", 0),
    ("parameter", orphans.parameter, "orphan", 0),
    ("KMS key", orphans.key, "orphan", 1.00),
    ("VPC endpoint", orphans.vpc_endpoint, "orphan", 730 * 0.01),
    ("network interface", orphans.network_interface, "orphan", 0),
]


def test_an_empty_account_is_clean(account: Account) -> None:
    result = audit(account, load("dev"))
    assert result.findings == ()
    assert result.is_clean
    assert report.table(result) == "Clean: nothing remains beyond what is declared."


@pytest.mark.parametrize(
    ("kind", "plant", "name", "usd"), TAGGABLE, ids=[kind for kind, *_ in TAGGABLE]
)
def test_a_tagged_orphan_is_found_with_its_cost_and_removed(
    account: Account, kind: str, plant: Plant, name: str, usd: float
) -> None:
    plant(account.client, name, DEV)
    found = audit(account, load("dev"))
    assert not found.is_clean
    assert named(found)[kind, Standing.LEFTOVER] == pytest.approx(usd)

    told: list[str] = []
    leftovers = found.of(Standing.LEFTOVER)
    assert remove(account, leftovers, tell=told.append, kinds=MOTO_KINDS) == 0
    assert len(told) == len(leftovers) == 1
    assert audit(account, load("dev")).is_clean


@pytest.mark.parametrize(
    ("kind", "plant", "name", "usd"), TAGGABLE, ids=[kind for kind, *_ in TAGGABLE]
)
def test_another_environments_orphan_is_none_of_this_ones(
    account: Account, kind: str, plant: Plant, name: str, usd: float
) -> None:
    plant(account.client, name, PROD)
    assert audit(account, load("dev")).findings == ()


@pytest.mark.parametrize(
    ("kind", "plant", "name"),
    [
        ("model", orphans.model, "fraud-dev-model"),
        ("endpoint config", orphans.endpoint_config, "fraud-dev"),
        ("endpoint", orphans.endpoint, "fraud-dev"),
        ("bucket", orphans.bucket, "fraud-dev-storage-data-x1"),
        ("log group", orphans.log_group, "/aws/sagemaker/Endpoints/fraud-dev"),
        ("log group", orphans.log_group, "/aws/lambda/fraud-dev-storage-Handler"),
        ("alarm", orphans.alarm, "fraud-dev-errors"),
        ("dashboard", orphans.dashboard, "fraud-dev"),
        ("build project", orphans.build_project, "fraud-dev-serving-image"),
        ("image repository", orphans.repository, "fraud-dev"),
        ("schedule group", orphans.schedule_group, "fraud-dev"),
        ("schedule", orphans.schedule, "fraud-dev-evening"),
        ("parameter", orphans.parameter, "/fraud-dev/rule"),
        ("KMS key", orphans.key, "fraud-dev-storage"),
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
    remove(account, result.findings, tell=told.append, kinds=MOTO_KINDS)
    assert told == []
    assert audit(account, load("dev")).findings == result.findings


@pytest.mark.parametrize("name", ["fraud-devel", "my-fraud-dev2", "fraud-dev2-errors"])
def test_a_longer_name_is_another_environments(account: Account, name: str) -> None:
    orphans.alarm(account.client, name, {})
    assert audit(account, load("dev")).findings == ()


def test_the_accounts_shared_log_groups_are_listed_and_never_removed(
    account: Account,
) -> None:
    for name in ("TrainingJobs", "TransformJobs"):
        orphans.log_group(account.client, f"/aws/sagemaker/{name}", {})
    result = audit(account, load("dev"))
    assert [f.standing for f in result.findings] == [Standing.SHARED] * 2
    assert result.is_clean
    remove(account, result.findings, tell=print, kinds=MOTO_KINDS)
    assert audit(account, load("dev")).findings == result.findings


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
        Tags=orphans.pairs(tags),
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
    remove(account, result.findings, tell=print, kinds=MOTO_KINDS)
    assert len(audit(account, load("dev")).findings) == 2


def test_a_stacks_resource_is_known_by_cloudformations_own_tag(
    account: Account,
) -> None:
    deploy_parameter(account, "fraud-dev-serving", DEV)
    made_by_it = {"aws:cloudformation:stack-name": "fraud-dev-serving"}
    s3_backends[account.id]["aws"].create_bucket("held", "us-east-1")
    bucket = s3_backends[account.id]["aws"].get_bucket("held")
    s3_backends[account.id]["aws"].tagger.tag_resource(
        bucket.arn, orphans.pairs(DEV | made_by_it)
    )
    standings = {f.found.kind: f.standing for f in audit(account, load("dev")).findings}
    assert standings["bucket"] is Standing.DEPLOYED


def test_a_retained_storage_stack_is_declared_with_what_it_holds(
    account: Account,
) -> None:
    deploy_parameter(account, "fraud-prod-storage", PROD)
    kept = audit(account, retaining("prod", retain=True))
    assert {f.standing for f in kept.findings} == {Standing.DECLARED}
    assert kept.is_clean
    given_up = audit(account, retaining("prod", retain=False))
    assert {f.standing for f in given_up.findings} == {Standing.DEPLOYED}


def test_what_outlived_its_stack_where_storage_is_retained_is_declared(
    account: Account,
) -> None:
    orphans.bucket(account.client, "fraud-prod-storage-data-x1", PROD)
    orphans.alarm(account.client, "fraud-prod-storage-alarm", PROD)
    orphans.repository(account.client, "fraud-prod-training-serving-x1", PROD)
    standings = {
        f.found.kind: f.standing
        for f in audit(account, retaining("prod", retain=True)).findings
    }
    assert standings == {
        "bucket": Standing.DECLARED,
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
    orphans.bucket(account.client, "orphan", DEV)
    for number in range(1100):  # past HTTP, which takes ten times as long
        s3_backends[account.id]["aws"].put_object("orphan", f"part-{number}", b"x")
    account.client("s3").create_multipart_upload(Bucket="orphan", Key="unfinished")
    (leftover,) = audit(account, load("dev")).of(Standing.LEFTOVER)
    assert leftover.found.detail == "2,600 bytes in 1,103 versions"
    assert remove(account, [leftover], tell=print, kinds=MOTO_KINDS) == 0
    assert audit(account, load("dev")).is_clean


def test_an_endpoint_on_an_unpriced_instance_type_has_an_unknown_cost(
    account: Account,
) -> None:
    finding = Finding(Found("endpoint", "x", monthly_usd=None), Standing.LEFTOVER)
    text = report.table(Audit((finding,), ()))
    assert "unknown USD  x" in text
    assert "1 remain, 0.00 and unknown USD a month." in text
    assert account.monthly_usd("sagemaker.hosting.ml.x", 1) is None


def test_what_cannot_be_read_is_told_and_proves_nothing(account: Account) -> None:
    def refuse(_: Account) -> list[Found]:
        error = {"Error": {"Code": "AccessDenied", "Message": "not allowed"}}
        raise ClientError(error, "ListKeys")  # type: ignore[arg-type]

    result = audit(account, load("dev"), [Kind("KMS key", refuse, lambda *_: "")])
    assert not result.is_clean
    assert "UNREAD: KMS key: " in report.table(result)
    assert "Not proven clean" in report.table(result)


def test_one_that_cannot_be_deleted_does_not_stop_the_rest(account: Account) -> None:
    orphans.alarm(account.client, "orphan", DEV)
    (leftover,) = audit(account, load("dev")).of(Standing.LEFTOVER)
    gone = Finding(
        Found("model", "never-was", tags=DEV, monthly_usd=0), Standing.LEFTOVER
    )
    told: list[str] = []
    failures = remove(account, [gone, leftover], tell=told.append, kinds=MOTO_KINDS)
    assert failures == 1
    assert told[0].startswith("model never-was: NOT deleted: ")
    assert told[1] == "alarm orphan: deleted"
