"""Production: deployed, updated under load, rolled back by an alarm, destroyed.

The tests are one story on one deployment, in the order in which they stand.
"""

import hashlib
import itertools
import json
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from local_aws.testing.load import Answers, asking_once, load
from local_aws.testing.running import LocalAws, eventually
from local_aws.testing.stacks import physical_ids, reasons, status

from artifact.archive import pack
from tests.e2e.audit import assert_nothing_undeclared, kinds_under
from tests.e2e.conftest import ROOT, output_of, run, shell

ENDPOINT = "fraud-prod"
STORAGE = "fraud-prod-storage"
TRAINING = "fraud-prod-training"
SERVING = "fraud-prod-serving"
OBSERVABILITY = "fraud-prod-observability"
TRANSACTION = (ROOT / "demo" / "transactions" / "fraud.json").read_bytes()
SCALED_TO = 3
#: Kinds of what production's settings keep.
RETAINED = ["KMS key", "bucket", "bucket", "bucket", "image repository", "stack"]


@dataclass(frozen=True)
class Prod:
    """Production with a trained model that serves, and a newer model's artifact.

    Attributes
    ----------
    update
        The command that deploys the newer artifact.
    """

    account: LocalAws
    cdk: str
    update: str

    def ask(self) -> bytes:
        """Ask the endpoint once; a failed request is not repeated."""
        return asking_once(
            self.account, ENDPOINT, ContentType="application/json", Body=TRANSACTION
        )()

    def update_under_load(self) -> tuple[int, str, Answers]:
        """Deploy the newer artifact while clients ask; return how both went."""
        ask = asking_once(
            self.account, ENDPOINT, ContentType="application/json", Body=TRANSACTION
        )
        with load(ask) as answers:
            eventually(lambda: len(answers.bodies) > 0)
            done = shell(self.update, self.account)
            before = len(answers.bodies)
            eventually(lambda: len(answers.bodies) > before + 4)
        return done.returncode, done.stdout, answers

    def set_alarm(self, state: str) -> str:
        """Put the rollback alarm on 5xx into a state; return its name."""
        resources = physical_ids(self.account, SERVING)
        [name] = [v for k, v in resources.items() if k.startswith("RollbackServer")]
        self.account.client("cloudwatch").set_alarm_state(
            AlarmName=name, StateValue=state, StateReason="set by hand"
        )
        return name


def upload_newer_model(aws: LocalAws, directory: Path) -> dict[str, str]:
    """Train another model, upload its artifact; return its parameters."""
    model = directory / "model"
    run(
        "fraud train --data data/creditcard-sample.csv.gz "
        f"--random-state 7 --model-dir {model}"
    )
    archive = directory / "model.tar.gz"
    pack(model, archive)
    bucket, key = (
        output_of(aws, STORAGE, "ArtifactBucketName"),
        "newer/output/model.tar.gz",
    )
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=archive.read_bytes())
    manifest = (model / "manifest.json").read_bytes()
    return {
        "ModelArtifactUri": f"s3://{bucket}/{key}",
        "ModelManifestSha256": hashlib.sha256(manifest).hexdigest(),
    }


@pytest.fixture(scope="module")
def prod(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Prod:
    temporary = tmp_path_factory.mktemp("prod")
    # Not the checkout's `cdk.out`, which may be another test's.
    options = f"-c env=prod --output {temporary / 'cdk.out'} --require-approval never"
    run("npx cdk bootstrap", local_aws)
    run(f"npx cdk deploy {options} {STORAGE} {TRAINING}", local_aws)
    run("fraud image --env prod", local_aws)
    told = run("fraud launch --env prod --spot --max-cost-usd 0.05", local_aws)
    assert "(spot), at most" in told
    printed = shlex.split(run("fraud launch --env prod --last", local_aws))
    parameters = [
        shlex.quote(value)
        for option, value in itertools.pairwise(printed)
        if option == "--parameters"
    ]
    assert all(one.strip("'").startswith(f"{SERVING}:") for one in parameters)
    given = " ".join(f"--parameters {one}" for one in parameters)
    run(f"npx cdk deploy --all {options} {given}", local_aws)

    run(f"fraud cost --env prod --templates {temporary / 'cdk.out'}")

    cdk = f"npx cdk --app {temporary / 'cdk.out'}"
    newer = " ".join(
        f"--parameters {SERVING}:{name}={value}"
        for name, value in upload_newer_model(local_aws, temporary).items()
    )
    update = f"{cdk} deploy {SERVING} --require-approval never {newer}"
    return Prod(local_aws, cdk, update)


def test_everything_is_deployed_and_answers(prod: Prod) -> None:
    for stack in (STORAGE, TRAINING, SERVING, OBSERVABILITY):
        assert status(prod.account, stack) == "CREATE_COMPLETE"
    assert set(json.loads(prod.ask())) == {"fraud_probability"}
    audit = shell("fraud leftovers --env prod", prod.account)
    assert audit.returncode == 1, audit.stdout
    assert "endpoint" in kinds_under("DEPLOYED", audit.stdout)
    assert kinds_under("LEFTOVER", audit.stdout) == []
    # The image repository is its stack's for as long as that stands.
    retained = [kind for kind in RETAINED if kind != "image repository"]
    assert kinds_under("DECLARED", audit.stdout) == retained
    prod.account.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": "AllTraffic", "DesiredInstanceCount": SCALED_TO}
        ],
    )


def test_an_update_with_an_alarm_in_alarm_rolls_back_and_loses_no_request(
    prod: Prod,
) -> None:
    before = prod.ask()
    alarm = prod.set_alarm("ALARM")

    code, said, answers = prod.update_under_load()

    assert code != 0
    assert "is in state ALARM; the endpoint serves" in " ".join(said.split())
    assert status(prod.account, SERVING) == "UPDATE_ROLLBACK_COMPLETE"
    [reason] = [
        reason
        for resource, reason in reasons(prod.account, SERVING).items()
        if resource.startswith("HostingEndpoint")
    ]
    assert f"{alarm} (set by hand) is in state ALARM" in reason
    assert answers.failures == []
    assert prod.ask() == before
    prod.set_alarm("OK")


def test_the_same_update_without_the_alarm_serves_the_newer_model_and_loses_none(
    prod: Prod,
) -> None:
    before = prod.ask()

    code, said, answers = prod.update_under_load()

    assert code == 0, said
    assert status(prod.account, SERVING) == "UPDATE_COMPLETE"
    assert answers.failures == []
    assert prod.ask() != before
    assert set(answers.counts()) == {before, prod.ask()}


def test_the_scaled_instance_count_survived_both(prod: Prod) -> None:
    endpoint = prod.account.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    [variant] = endpoint["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == SCALED_TO


def test_the_deployment_is_verified(prod: Prod) -> None:
    run("fraud verify --env prod", prod.account)


def test_destroying_leaves_what_the_settings_retain_and_storage_is_protected(
    prod: Prod,
) -> None:
    aws = prod.account
    run(f"{prod.cdk} destroy --force {SERVING} {OBSERVABILITY} {TRAINING}", aws)

    told = run("fraud leftovers --env prod", aws)
    refused = shell(f"{prod.cdk} destroy --force {STORAGE}", aws)

    assert refused.returncode != 0
    assert "TerminationProtection is enabled" in refused.stdout
    buckets = [
        one["Name"]
        for one in aws.client("s3").list_buckets()["Buckets"]
        if one["Name"].startswith("fraud-prod-")
    ]
    assert len(buckets) == 3
    assert all(bucket in told for bucket in buckets)
    assert_nothing_undeclared(told)
    assert kinds_under("DECLARED", told) == RETAINED
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    assert {one["StackName"] for one in stacks} == {"CDKToolkit", STORAGE}
    assert status(aws, STORAGE) == "CREATE_COMPLETE"
    assert aws.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    objects = aws.client("s3").list_objects_v2(
        Bucket=output_of(aws, STORAGE, "ArtifactBucketName")
    )
    assert objects["KeyCount"] >= 2
