"""docs/aws.md and the policies that are written by hand say what is so."""

import json
import re
from pathlib import Path

import pytest

from cdk_app import regions, settings
from cdk_app.settings import InstanceHosting, ServerlessHosting
from review.schemas import is_action, takes_resource
from tests.infrastructure.synthesized import ROOT

PAGE = (ROOT / "docs" / "aws.md").read_text()
POLICIES = ROOT / "docs" / "policies"


def test_page_lists_the_regions_and_no_other() -> None:
    section = PAGE.partition("## Regions")[2].partition("Serverless endpoints")[0]
    listed, _, budgets = section.partition("no budget")
    region = r"\b[a-z]{2}(?:-[a-z]+)+-\d\b"
    assert sorted(re.findall(region, listed)) == sorted(regions.REGIONS)
    without = sorted(re.findall(region, budgets))
    assert without == sorted(regions.REGIONS_WITHOUT_BUDGETS)


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


def test_operator_writes_code_and_data_and_no_artifact() -> None:
    policy = json.loads((POLICIES / "operator.json").read_text())
    writable = [
        statement["Resource"]
        for statement in policy["Statement"]
        if "s3:PutObject" in statement["Action"]
    ]
    assert writable == [
        [
            "arn:aws:s3:::fraud-*-databucket*/batch/*",
            "arn:aws:s3:::fraud-*-databucket*/datasets/*",
            "arn:aws:s3:::fraud-*-artifactsbucket*/code/*",
            "arn:aws:s3:::fraud-*-artifactsbucket*/serving-image/sources.zip",
        ]
    ]


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.json")), ids=str)
def test_every_action_exists_and_is_not_narrowed_where_it_cannot_be(path: Path) -> None:
    """`s3:REST.PUT.OBJECT` stands in a schema and is no action of IAM's."""
    for statement in json.loads(path.read_text())["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert is_action(action), action
            if statement.get("Resource", "*") != "*":
                assert takes_resource(action), action


def test_only_one_github_environment_assumes_the_role() -> None:
    trust = json.loads((POLICIES / "github-trust.json").read_text())
    (statement,) = trust["Statement"]
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    by_name, by_id = conditions["token.actions.githubusercontent.com:sub"]
    assert re.fullmatch(r"repo:\w+/\w+:environment:\w+", by_name)
    assert re.fullmatch(r"repo:\w+@\w+/\w+@\w+:environment:\w+", by_id)


def test_page_prints_the_ids_and_a_session_outlasts_a_deployment() -> None:
    assert "gh api repos/OWNER/REPOSITORY --jq '.owner.id, .id'" in PAGE
    (duration,) = re.findall(r"--max-session-duration (\d+)", PAGE)
    longest = max(
        chosen.hosting.deployment.maximum_seconds
        for chosen in map(settings.load, settings.environment_names())
        if isinstance(chosen.hosting, InstanceHosting)
    )
    assert int(duration) >= longest + 1800
    workflow = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
    assert f"role-duration-seconds: {duration}" in workflow


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
