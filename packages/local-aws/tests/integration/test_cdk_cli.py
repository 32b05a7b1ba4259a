"""The real cdk CLI, with its default deploy method, on a ready cloud assembly.

Nothing is synthesized here: the assembly is written as `cdk synth` would write it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_aws.testing.running import LocalAws
from local_aws.testing.stacks import describe, outputs, parameter, status

NAME = "cli-stack"
Cdk = Callable[..., tuple[int, str]]


def assembly(directory: Path, template: dict[str, Any]) -> None:
    """Write a cloud assembly of one stack."""
    directory.mkdir(exist_ok=True)
    file_name = f"{NAME}.template.json"
    (directory / file_name).write_text(json.dumps(template))
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": file_name, "validateOnSynth": False},
        "displayName": NAME,
    }
    manifest = {"version": "36.0.0", "artifacts": {NAME: artifact}}
    (directory / "manifest.json").write_text(json.dumps(manifest))


def template(**more: Any) -> dict[str, Any]:
    resources = {
        "Rule": parameter({"Ref": "Value"}),
        "Fixed": parameter("x"),
        **more,
    }
    return {
        "Parameters": {"Value": {"Type": "String", "AllowedPattern": "[a-z]+"}},
        "Resources": resources,
        "Outputs": {"Name": {"Value": {"Ref": "Rule"}, "Export": {"Name": "cli"}}},
    }


def test_the_cli_deploys_updates_rolls_back_and_destroys(
    local_aws: LocalAws, tmp_path: Path, cdk: Cdk
) -> None:
    directory = tmp_path / "assembly"
    assembly(directory, template())

    def run(*arguments: str) -> tuple[int, str]:
        return cdk(local_aws, str(directory), *arguments)

    def deploy(value: str) -> tuple[int, str]:
        return cdk(
            local_aws, str(directory), "deploy", "--parameters", f"Value={value}"
        )

    code, printed = deploy("one")
    assert code == 0, printed
    assert f"{NAME}.Name = " in printed
    stack = describe(local_aws, NAME)
    assert stack is not None
    ssm = local_aws.client("ssm")
    rule = outputs(stack)["Name"]

    code, printed = deploy("TWO")
    assert code != 0
    assert "must match pattern" in printed

    assembly(directory, template(New=parameter("y")))
    code, printed = run("diff")
    assert "[+] AWS::SSM::Parameter New" in printed, printed

    # Without a value the CLI sends the previous one.
    code, printed = run("deploy")
    assert code == 0, printed
    assert ssm.get_parameter(Name=rule)["Parameter"]["Value"] == "one"

    code, printed = run("deploy")
    assert code == 0
    assert "no changes" in printed

    bad = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": "no-such-bucket", "PolicyDocument": {}},
        "DependsOn": "Rule",
    }
    assembly(directory, template(Bad=bad))
    code, printed = deploy("three")
    assert code != 0
    assert "bucket does not exist" in printed
    assert status(local_aws, NAME) == "UPDATE_ROLLBACK_COMPLETE"
    assert ssm.get_parameter(Name=rule)["Parameter"]["Value"] == "one"

    code, printed = run("destroy", "--force")
    assert code == 0, printed
    assert status(local_aws, NAME) is None


@pytest.mark.parametrize("again", [False, True])
def test_a_creation_that_failed_can_be_deployed_again_and_destroyed(
    local_aws: LocalAws, tmp_path: Path, cdk: Cdk, *, again: bool
) -> None:
    directory = tmp_path / "assembly"

    def run(*arguments: str) -> tuple[int, str]:
        return cdk(local_aws, str(directory), *arguments)

    bad = {"Type": "AWS::Braket::Thing", "DependsOn": "Rule"}
    assembly(directory, template(Bad=bad))
    code, printed = cdk(
        local_aws, str(directory), "deploy", "--parameters", "Value=one"
    )
    assert code != 0
    assert "does not support resource type AWS::Braket::Thing" in printed
    assert status(local_aws, NAME) == "ROLLBACK_COMPLETE"

    if again:
        assembly(directory, template())
        code, printed = cdk(
            local_aws, str(directory), "deploy", "--parameters", "Value=one"
        )
        assert code == 0, printed
        assert status(local_aws, NAME) == "CREATE_COMPLETE"

    code, printed = run("destroy", "--force")
    assert code == 0, printed
    assert status(local_aws, NAME) is None
