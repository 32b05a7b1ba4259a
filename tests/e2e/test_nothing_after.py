"""Each environment from nothing to a served model and back, and what is left then."""

from pathlib import Path

import pytest
from local_aws.testing.running import LocalAws, eventually

from tests.e2e.conftest import run, shell
from tests.integration.evening import bring_forward, live

DISPOSABLE = {
    "dev": "--all",
    "staging": "--all",
    "prod": "fraud-prod-serving fraud-prod-observability fraud-prod-training",
}
REPOSITORY = "image repository"
RETAINED = {
    "dev": [],
    "staging": [],
    "prod": ["KMS key", "bucket", "bucket", "bucket", REPOSITORY, "stack"],
}


def kinds_under(heading: str, table: str) -> list[str]:
    """Return the kinds of the resources that the audit lists under a heading."""
    found, here = [], False
    for line in table.splitlines():
        if not line.startswith(" "):
            here = line.startswith(f"{heading}:")
        elif here and line[2] != " ":  # else a long name, or what is to know of it
            found.append(line[2:20].strip())
    return sorted(found)


def evening_comes(account: LocalAws) -> None:
    """Let the schedule delete the serving stack: endpoint, scaling, log group, all."""
    cloudformation = account.client("cloudformation")
    before = live(cloudformation)
    bring_forward(account.client("scheduler"))
    eventually(
        lambda: live(cloudformation) == before - {"fraud-staging-serving"}, seconds=120
    )


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_what_is_deployed_is_known_and_nothing_undeclared_remains(
    local_aws: LocalAws, tmp_path: Path, environment: str
) -> None:
    # `cdk.out` of the checkout may be another test's, or its user's.
    cdk = f"-c env={environment} --output {tmp_path / 'cdk.out'}"
    launch = f"fraud launch --env {environment}"
    audit = f"fraud leftovers --env {environment}"
    if environment == "dev":
        run(f"npx cdk bootstrap {cdk}", local_aws)
    stacks = " ".join(
        f"fraud-{environment}-{unit}"
        for unit in ("storage", "training", "observability")
    )
    run(f"npx cdk deploy --require-approval never {cdk} {stacks}", local_aws)

    run(f"fraud image --env {environment}", local_aws)
    told = run(f"{launch} --spot --max-cost-usd 0.05", local_aws)
    assert "(spot), at most" in told
    assert told.count("Billable: ") == told.count(" USD.\n") == 1

    # The printed command deploys and then verifies.
    options = f"--require-approval never --output {tmp_path / 'cdk.out'}"
    deploy, _, verify = run(f"{launch} --last", local_aws).rpartition("&&")
    run(
        f"{deploy[deploy.index('npx cdk') :].rstrip()} {options} && {verify}", local_aws
    )
    templates = tmp_path / "cdk.out"
    run(f"fraud cost --env {environment} --templates {templates}")

    deployed = shell(audit, local_aws)
    assert deployed.returncode == 1, deployed.stdout
    assert "endpoint" in kinds_under("DEPLOYED", deployed.stdout)
    assert kinds_under("LEFTOVER", deployed.stdout) == []
    # The image repository is its stack's for as long as that stands.
    retained_now = [kind for kind in RETAINED[environment] if kind != REPOSITORY]
    assert kinds_under("DECLARED", deployed.stdout) == retained_now

    if environment == "staging":
        evening_comes(local_aws)
        during = shell(audit, local_aws)
        assert "endpoint" not in kinds_under("DEPLOYED", during.stdout)
        assert kinds_under("LEFTOVER", during.stdout) == [], during.stdout

    run(f"npx cdk destroy --force {cdk} {DISPOSABLE[environment]}", local_aws)
    after = run(audit, local_aws)
    for heading in ("LEFTOVER", "DEPLOYED", "NAME ONLY"):
        assert kinds_under(heading, after) == [], after
    assert kinds_under("DECLARED", after) == RETAINED[environment]
