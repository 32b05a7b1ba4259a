"""The environment as a whole: order, names, tags, purity."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infrastructure.synthesized import CONTEXT, ROOT, Synthesized

TAGGABLE = {
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SSM::Parameter",
    "AWS::SageMaker::Endpoint",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Model",
}
OWN_PROVIDER = "CustomS3AutoDeleteObjectsCustomResourceProvider"


def test_stacks_are_named_by_environment_and_unit(environment: Synthesized) -> None:
    assert {"storage", "training", "serving"} <= set(environment.units)


def test_nothing_depends_on_serving_so_it_can_go_alone(
    environment: Synthesized,
) -> None:
    for unit in environment.units:
        needed = {
            stack.id
            for stack in environment.stack(unit).dependencies
            if not stack.id.endswith(".assets")
        }
        assert f"fraud-{environment.environment}-serving" not in needed
        assert "-serving:" not in json.dumps(environment.json(unit))


def test_serving_exports_nothing(environment: Synthesized) -> None:
    for output in environment.json("serving")["Outputs"].values():
        assert "Export" not in output


def test_every_taggable_resource_and_stack_carries_the_tags(
    environment: Synthesized,
) -> None:
    expected = {
        "Project": "fraud-endpoint",
        "Environment": environment.environment,
        **environment.settings.tags,
    }
    for unit in environment.units:
        assert expected.items() <= environment.stack(unit).tags.items()
        for logical_id, resource in environment.json(unit)["Resources"].items():
            if resource["Type"] not in TAGGABLE or OWN_PROVIDER in logical_id:
                continue
            tags = resource["Properties"]["Tags"]
            if isinstance(tags, list):
                tags = {tag["Key"]: tag["Value"] for tag in tags}
            assert expected.items() <= tags.items(), logical_id


def test_templates_are_free_of_build_metadata(environment: Synthesized) -> None:
    for unit in environment.units:
        text = json.dumps(environment.json(unit))
        assert "CDKMetadata" not in text
        assert "aws:cdk:path" not in text
        assert "aws:asset" not in text


def test_templates_name_no_account(environment: Synthesized) -> None:
    for unit in environment.units:
        assert environment.stack(unit).environment.account == "unknown-account"


SYNTHESIZE = """
import runpy, sys
try:
    runpy.run_path("app.py", run_name="__main__")
except SystemExit as end:
    if end.code:
        raise
print("\\n".join(sys.modules))
"""


def synthesize(outdir: Path, **variables: str) -> tuple[dict[str, bytes], set[str]]:
    """Run ``app.py`` as the CDK CLI does; return files and imported modules."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**CONTEXT, "env": "prod"}),
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", SYNTHESIZE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    files = {path.name: path.read_bytes() for path in outdir.iterdir()}
    return files, set(done.stdout.split())


def test_synth_gives_the_same_bytes_anywhere_and_loads_no_ml_library(
    tmp_path: Path,
) -> None:
    one, modules = synthesize(
        tmp_path / "one", LC_ALL="C", TZ="UTC", PYTHONHASHSEED="1"
    )
    other, _ = synthesize(
        tmp_path / "other",
        LC_ALL="tr_TR.UTF-8",
        TZ="Pacific/Kiritimati",
        PYTHONHASHSEED="2",
        AWS_ACCESS_KEY_ID="another",
        AWS_SECRET_ACCESS_KEY="another",
        AWS_REGION="ap-southeast-2",
        CDK_DEFAULT_ACCOUNT="999999999999",
        CDK_DEFAULT_REGION="ap-southeast-2",
    )
    assert "fraud-prod-serving.template.json" in one
    assert one == other
    assert not modules & {
        "boto3",
        "botocore",
        "numpy",
        "pandas",
        "sagemaker",
        "sklearn",
    }


@pytest.mark.parametrize("name", ["qa", "../dev"])
def test_unknown_environment_is_refused_without_a_traceback(
    name: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_OUTDIR": str(tmp_path),
            "CDK_CONTEXT_JSON": json.dumps({"env": name}),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: env: expected ")
    assert name in done.stderr
    assert "Traceback" not in done.stderr
