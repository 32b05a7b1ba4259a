"""Every tool for an environment acts in that environment's region and account."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from cdk_app.settings import Settings, load
from operations.account.errors import OperationError
from operations.account.session import environment_session

ROOT = Path(__file__).parents[3]
#: The account that moto's credentials are of.
MOTO_ACCOUNT = "123456789012"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shell that is set up for moto's account in us-east-1."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    with mock_aws():
        yield


def of(account: str | None, region: str | None) -> Settings:
    settings = load("dev")
    aws = settings.aws.model_copy(update={"account": account, "region": region})
    return settings.model_copy(update={"aws": aws})


@pytest.mark.usefixtures("shell")
@pytest.mark.parametrize("account", [None, MOTO_ACCOUNT])
def test_the_region_is_the_environments_then_the_shells(account: str | None) -> None:
    assert environment_session(of(account, "eu-west-1")).region_name == "eu-west-1"
    assert environment_session(of(account, None)).region_name == "us-east-1"


@pytest.mark.usefixtures("shell")
def test_other_credentials_are_refused_with_both_accounts_named() -> None:
    with pytest.raises(OperationError) as raised:
        environment_session(of("999999999999", None))
    said = str(raised.value)
    assert "999999999999" in said
    assert MOTO_ACCOUNT in said
    assert "AWS_PROFILE" in said


def modules_with_an_environment() -> list[Path]:
    """Commands below operations and launch that take ``--env``."""
    commands = [*(ROOT / "operations").rglob("command.py")]
    commands.append(ROOT / "training/launch/command.py")
    return [path for path in commands if "options.env" in path.read_text()]


@pytest.mark.parametrize(
    "path", modules_with_an_environment(), ids=lambda path: path.parent.name
)
def test_every_command_for_an_environment_takes_its_session(path: Path) -> None:
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "environment_session" in called
    # `fraud score --endpoint` knows no environment.
    assert "aws_session" not in called or path.parent.name == "score"


def test_no_other_module_makes_a_session() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("operations", "training", "review", "cdk_app")
        for path in (ROOT / folder).rglob("*.py")
        if "boto3.Session(" in path.read_text() or "boto3.client(" in path.read_text()
    }
    # The price list's API is public knowledge of no environment.
    assert makers - {"review/cost/command.py"} == {"operations/account/credentials.py"}
