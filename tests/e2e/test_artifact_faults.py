"""A bad artifact fails the stack with its reason; what served before serves on."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from local_aws.testing.running import LocalAws, eventually

from tests.e2e.conftest import ROOT, run, shell
from tests.integration.stacks.account import Account

STACK = "fraud-dev-serving"
ENDPOINT = "fraud-dev"
FRAUD = (ROOT / "demo" / "transactions" / "fraud.json").read_bytes()


@dataclass(frozen=True)
class Deployed:
    """An environment with a live endpoint, and the model that it serves."""

    account: LocalAws
    bucket: str
    model_dir: Path

    def upload(self, name: str, directory: Path) -> str:
        """Put a directory's contents as an artifact; return its URI."""
        body = io.BytesIO()
        with tarfile.open(fileobj=body, mode="w:gz") as tar:
            for path in sorted(directory.iterdir()):
                tar.add(path, path.name)
        key = f"{name}/output/model.tar.gz"
        client = self.account.client("s3")
        client.put_object(Bucket=self.bucket, Key=key, Body=body.getvalue())
        return f"s3://{self.bucket}/{key}"

    def update(self, artifact_uri: str) -> tuple[str, str]:
        """Update the stack as the CLI does; return its status and the reasons."""
        client = self.account.client("cloudformation")
        client.update_stack(
            StackName=STACK,
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[
                {"ParameterKey": "ModelArtifactUri", "ParameterValue": artifact_uri},
                *(
                    {"ParameterKey": name, "UsePreviousValue": True}
                    for name in self._other_parameters()
                ),
            ],
        )

        def status() -> str:
            stack = client.describe_stacks(StackName=STACK)["Stacks"][0]
            return str(stack["StackStatus"])

        eventually(lambda: not status().endswith("_IN_PROGRESS"), seconds=120)
        events = client.describe_stack_events(StackName=STACK)["StackEvents"]
        reasons = [event.get("ResourceStatusReason", "") for event in events]
        return status(), "\n".join(reasons)

    def answer(self) -> float:
        """Return the endpoint's probability for the fraud."""
        response = self.account.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=ENDPOINT, ContentType="application/json", Body=FRAUD
        )
        return float(json.loads(response["Body"].read())["fraud_probability"])

    def _other_parameters(self) -> list[str]:
        stack = self.account.client("cloudformation").describe_stacks(StackName=STACK)
        names = [p["ParameterKey"] for p in stack["Stacks"][0]["Parameters"]]
        return [name for name in names if name != "ModelArtifactUri"]


@pytest.fixture(scope="module")
def deployed(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    model_dir = tmp_path_factory.mktemp("trained") / "model"
    run(f"fraud train --data data/creditcard-sample.csv.gz --model-dir {model_dir}")
    account = Account(local_aws)
    outputs = account.deploy("dev", "storage")
    environment = Deployed(local_aws, outputs["ArtifactBucketName"], model_dir)
    uri = environment.upload("good", model_dir)
    account.deploy("dev", "serving", ModelArtifactUri=uri)
    return environment


def without_the_model(model_dir: Path) -> None:
    (model_dir / "model.joblib").unlink()


def with_a_changed_model(model_dir: Path) -> None:
    with (model_dir / "model.joblib").open("ab") as file:
        file.write(b"changed")


def with_a_changed_threshold(model_dir: Path) -> None:
    config = model_dir / "config.json"
    config.write_text(config.read_text().replace("0.5", "0.1"))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (without_the_model, "no model.joblib"),
        (with_a_changed_model, "model.joblib has SHA-256"),
        (with_a_changed_threshold, "config.json has SHA-256"),
    ],
)
def test_a_broken_artifact_fails_the_stack_with_its_reason(
    deployed: Deployed, tmp_path: Path, fault: Callable[[Path], None], reason: str
) -> None:
    before = deployed.answer()
    broken = tmp_path / "model"
    shutil.copytree(deployed.model_dir, broken)
    fault(broken)
    status, reasons = deployed.update(deployed.upload(fault.__name__, broken))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert reason in reasons
    assert deployed.answer() == before


def test_an_artifact_that_is_not_there_fails_the_stack(deployed: Deployed) -> None:
    before = deployed.answer()
    status, reasons = deployed.update(f"s3://{deployed.bucket}/no/such/model.tar.gz")
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "no/such/model.tar.gz" in reasons
    assert deployed.answer() == before


def test_a_malformed_uri_is_refused_before_anything_is_created(
    deployed: Deployed,
) -> None:
    client = deployed.account.client("cloudformation")
    events = client.describe_stack_events(StackName=STACK)["StackEvents"]
    done = shell(
        f"npx cdk deploy {STACK} --parameters {STACK}:ModelArtifactUri=model.tar.gz",
        deployed.account,
    )
    assert done.returncode != 0
    assert "ModelArtifactUri" in done.stdout
    after = client.describe_stack_events(StackName=STACK)["StackEvents"]
    assert len(after) == len(events)


def test_an_unknown_environment_is_one_sentence() -> None:
    done = shell("npx cdk synth -q -c env=nowhere")
    assert done.returncode != 0
    assert "nowhere" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_stack_of_another_environment_hints_at_the_option() -> None:
    done = shell("npx cdk deploy fraud-prod-storage")
    assert done.returncode != 0
    assert "No stacks match the name(s) fraud-prod-storage" in done.stdout
    assert "env: dev; for prod, staging, add -c env=<name>" in done.stdout
