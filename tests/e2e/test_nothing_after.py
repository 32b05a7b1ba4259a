"""Staging from nothing to a served model, through an evening, and back to nothing.

Dev's way is the README's (test_readme.py), production's is test_prod.py.
"""

from pathlib import Path

from local_aws.testing.running import LocalAws, eventually

from tests.e2e.audit import assert_nothing_undeclared, kinds_under
from tests.e2e.conftest import run, shell
from tests.integration.evening import bring_forward, live


def evening_comes(account: LocalAws) -> None:
    """Let the schedule delete the serving stack: endpoint, scaling, log group, all."""
    cloudformation = account.client("cloudformation")
    before = live(cloudformation)
    bring_forward(account.client("scheduler"))
    eventually(
        lambda: live(cloudformation) == before - {"fraud-staging-serving"}, seconds=120
    )


def test_what_is_deployed_is_known_and_nothing_undeclared_remains(
    local_aws: LocalAws, tmp_path: Path
) -> None:
    # `cdk.out` of the checkout may be another test's, or its user's.
    cdk = f"-c env=staging --output {tmp_path / 'cdk.out'}"
    launch = "fraud launch --env staging"
    audit = "fraud leftovers --env staging"
    run(f"npx cdk bootstrap {cdk}", local_aws)
    stacks = " ".join(
        f"fraud-staging-{unit}" for unit in ("storage", "training", "observability")
    )
    run(f"npx cdk deploy --require-approval never {cdk} {stacks}", local_aws)

    run("fraud image --env staging", local_aws)
    told = run(f"{launch} --spot --max-cost-usd 0.05", local_aws)
    assert "(spot), at most" in told
    assert told.count("Billable: ") == told.count(" USD.\n") == 1

    # The printed command deploys and then verifies.
    options = f"--require-approval never --output {tmp_path / 'cdk.out'}"
    deploy, _, verify = run(f"{launch} --last", local_aws).rpartition("&&")
    run(
        f"{deploy[deploy.index('npx cdk') :].rstrip()} {options} && {verify}", local_aws
    )
    run(f"fraud cost --env staging --templates {tmp_path / 'cdk.out'}")

    deployed = shell(audit, local_aws)
    assert deployed.returncode == 1, deployed.stdout
    assert "endpoint" in kinds_under("DEPLOYED", deployed.stdout)
    assert kinds_under("LEFTOVER", deployed.stdout) == []
    assert kinds_under("DECLARED", deployed.stdout) == []

    evening_comes(local_aws)
    during = shell(audit, local_aws)
    assert "endpoint" not in kinds_under("DEPLOYED", during.stdout)
    assert kinds_under("LEFTOVER", during.stdout) == [], during.stdout

    run(f"npx cdk destroy --force {cdk} --all", local_aws)
    after = run(audit, local_aws)
    assert_nothing_undeclared(after)
    assert kinds_under("DECLARED", after) == []
