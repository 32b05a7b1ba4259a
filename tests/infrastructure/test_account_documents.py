"""docs/aws.md and the policies that are written by hand say what is so."""

import json
import re

import pytest

from cdk_app import images, settings
from cdk_app.settings import InstanceHosting, ServerlessHosting
from tests.infrastructure.synthesized import ROOT

PAGE = (ROOT / "docs" / "aws.md").read_text()
POLICIES = ROOT / "docs" / "policies"


def test_page_lists_the_regions_of_the_image_and_no_other() -> None:
    section = PAGE.partition("## Regions")[2].partition("Serverless endpoints")[0]
    listed = re.findall(r"\b[a-z]{2}(?:-[a-z]+)+-\d\b", section)
    assert sorted(listed) == sorted(images.REGISTRY_ACCOUNTS)


@pytest.mark.parametrize("name", settings.environment_names())
def test_page_asks_for_the_quotas_that_the_settings_need(name: str) -> None:
    chosen = settings.load(name)
    rows = [
        row for row in PAGE.splitlines() if re.match(rf"\|[^|]*\b{name}\b[^|]*\|", row)
    ]
    hosting = chosen.hosting
    if isinstance(hosting, ServerlessHosting):
        assert any(f"| {hosting.max_concurrency} " in row for row in rows)
    if isinstance(hosting, InstanceHosting):
        most = (
            hosting.autoscaling.maximum_instances
            if hosting.autoscaling
            else hosting.instance_count
        )
        assert any(
            f"`{hosting.instance_type}` for endpoint usage | {2 * most} " in row
            for row in rows
        )
    assert any(
        f"`{chosen.training.instance_type}` for training job usage" in row
        for row in rows
    )


def test_operator_may_nothing_by_wildcard() -> None:
    policy = json.loads((POLICIES / "operator.json").read_text())
    for statement in policy["Statement"]:
        assert not any("*" in action for action in statement["Action"])
        if statement["Resource"] == "*":
            assert statement["Sid"] == "WithoutResource"
        if "iam:PassRole" in statement["Action"]:
            assert statement["Condition"]["StringEquals"] == {
                "iam:PassedToService": "sagemaker.amazonaws.com"
            }


def test_only_one_github_environment_assumes_the_role() -> None:
    trust = json.loads((POLICIES / "github-trust.json").read_text())
    (statement,) = trust["Statement"]
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    subject = conditions["token.actions.githubusercontent.com:sub"]
    assert re.fullmatch(r"repo:\w+/\w+:environment:\w+", subject)


def test_workflows_run_make_targets_that_exist() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    )
    used = {
        target
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for target in re.findall(r"\bmake ([a-z-]+)", path.read_text())
    }
    assert used
    assert used <= targets
