"""The wheel, by itself in an empty environment, deploys what the CDK makes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from local_aws.testing.running import start_local_aws, stop_local_aws
from local_aws.testing.sagemaker_resources import ask, put_model
from local_aws.testing.stacks import describe, outputs, status

PACKAGE = Path(__file__).parents[2]
APP = Path(__file__).with_name("endpoint_app.py")
Cdk = Callable[..., tuple[int, str]]
STACK = "endpoint-of-a-wheel"


def run(*arguments: str | Path) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def installed(directory: Path) -> Path:
    """Build the wheel, install it into an empty environment; return its command."""
    distributions, environment = directory / "dist", directory / "venv"
    uv = Path(sys.executable).with_name("uv")
    run(uv, "build", "--quiet", "--wheel", "--out-dir", distributions, PACKAGE)
    (wheel,) = distributions.glob("*.whl")
    run(uv, "venv", "--quiet", "--python", sys.executable, environment)
    python = environment / "bin" / "python"
    run(uv, "pip", "install", "--quiet", "--python", python, wheel)
    return environment / "bin" / "local-aws"


def test_a_cdk_stack_with_an_endpoint_comes_answers_and_goes(
    tmp_path: Path,
    cdk: Cdk,
) -> None:
    temporary = tmp_path / "server"
    temporary.mkdir()
    aws = start_local_aws(temporary, program=(str(installed(tmp_path)),))
    try:
        app = f"{sys.executable} {APP} {put_model(aws, 'wheel')}"
        code, printed = cdk(aws, app, "deploy", "--require-approval", "never")
        assert code == 0, printed
        stack = describe(aws, STACK)
        assert stack is not None
        assert ask(aws, outputs(stack)["Name"])["model"] == "wheel"

        code, printed = cdk(aws, "cdk.out", "destroy", "--force")
        assert code == 0, printed
        assert status(aws, STACK) is None
    finally:
        stop_local_aws(aws, temporary)
