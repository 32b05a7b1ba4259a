import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cdk_app import settings
from cdk_app.settings import ServerlessHosting, SettingsError

VALID = (settings.ENVIRONMENTS_DIRECTORY / "staging.toml").read_text()
Refusal = Callable[[str], str]


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """Return the message with which a settings file's text is refused."""

    def refuse(text: str) -> str:
        directory = tmp_path / "cdk_app" / "environments"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "try.toml").write_text(text)
        with pytest.raises(SettingsError) as caught:
            settings.load("try", directory)
        return str(caught.value)

    return refuse


def replaced(old: str, new: str) -> str:
    assert VALID.count(old) == 1, old
    return VALID.replace(old, new)


def test_three_environments_are_shipped_and_valid() -> None:
    assert settings.environment_names() == ["dev", "prod", "staging"]
    for name in settings.environment_names():
        assert settings.load(name).environment == name


def test_dev_costs_nothing_while_idle() -> None:
    assert isinstance(settings.load("dev").hosting, ServerlessHosting)


def test_settings_cannot_be_changed() -> None:
    chosen = settings.load("dev")
    with pytest.raises(ValidationError):
        chosen.training.instance_type = "ml.m5.24xlarge"


def test_unknown_environment_names_the_known_ones() -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load("qa")
    assert str(caught.value) == (
        "env: expected one of dev, prod, staging, got 'qa'; "
        "choose one of these or add cdk_app/environments/qa.toml."
    )


@pytest.mark.parametrize("name", ["", "../dev", "Dev", "dev.toml", "a" * 17, "dev\n"])
def test_malformed_environment_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="expected an environment's name"):
        settings.load(name)


def test_unknown_key_is_refused_with_the_nearest_known_one(refusal: Refusal) -> None:
    message = refusal(replaced("max_runtime_seconds", "max_runtime_second"))
    assert (
        "cdk_app/environments/try.toml: training.max_runtime_second: expected one of "
        "encrypt_inter_container_traffic, instance_type, max_runtime_seconds, "
        "volume_size_gb, got the unknown key "
        "'max_runtime_second'; did you mean 'max_runtime_seconds'?"
    ) in message
    assert (
        "training.max_runtime_seconds: expected a value (whole number, 60 to 432000, "
        "in seconds), got none; add it, such as: max_runtime_seconds = 300."
    ) in message


def test_unknown_key_of_a_hosting_kind_is_refused(refusal: Refusal) -> None:
    message = refusal(replaced("instance_count = 1", "max_concurrency = 1"))
    assert "hosting.max_concurrency: expected one of " in message
    assert "instance_count" in message


def test_unknown_section_is_refused(refusal: Refusal) -> None:
    message = refusal(VALID + "\n[training2]\n")
    assert "did you mean 'training'?" in message


def test_missing_section_is_refused(refusal: Refusal) -> None:
    start, end = VALID.index("[container]"), VALID.index("[alarms]")
    text = VALID[:start] + VALID[end:]
    assert refusal(text) == (
        "cdk_app/environments/try.toml: container: expected a table, got none; "
        "add it to the file."
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "retain = false",
            'retain = "no"',
            "storage.retain: expected a valid boolean, got 'no'; correct the value.",
        ),
        (
            "instance_count = 1",
            "instance_count = 1.5",
            "hosting.instance_count: expected a valid integer, got 1.5",
        ),
        (
            "instance_count = 1",
            "instance_count = 0",
            "hosting.instance_count: expected greater than or equal to 1, got 0",
        ),
        (
            'kind = "instances"',
            'kind = "lambda"',
            "hosting.kind: expected 'serverless', 'instances', got 'lambda'",
        ),
        (
            'log_level = "INFO"',
            'log_level = "INFO"\ninterface = "asgi"',
            "container.interface: expected 'wsgi' or 'hooks', got 'asgi'",
        ),
        (
            "retention_days = 14",
            "retention_days = 10",
            "logs.retention_days: expected a retention that CloudWatch Logs knows",
        ),
        (
            'CostCenter = "fraud-staging"',
            'Project = "mine"',
            "expected a tag of your own, got 'Project'",
        ),
        (
            'CostCenter = "fraud-staging"',
            'environment = "mine"',  # IAM takes it for our Environment
            "expected a tag of your own, got 'environment'",
        ),
        (
            'CostCenter = "fraud-staging"',
            'CostCenter = "a"\ncostcenter = "b"',
            "tags: expected keys that differ in more than case, got 'CostCenter'",
        ),
        (
            "[storage]",
            '[aws]\nregion = "eu-centrall-1"\n\n[storage]',
            "got 'eu-centrall-1'; did you mean 'eu-central-1'",
        ),
        (
            "[storage]",
            '[aws]\nregion = "cn-north-1"\n\n[storage]',
            "aws.region: expected a region that has the image and every resource type",
        ),
    ],
)
def test_wrong_value_is_refused(
    refusal: Refusal, old: str, new: str, expected: str
) -> None:
    message = refusal(replaced(old, new))
    assert message.startswith("cdk_app/environments/try.toml: ")
    assert expected in message
    assert message.endswith(".")


def test_arm_instances_cannot_run_the_image(refusal: Refusal) -> None:
    text = VALID.replace(
        'instance_type = "ml.m5.large"', 'instance_type = "ml.c7g.large"'
    )
    message = refusal(text)
    assert "training.instance_type: expected an x86 instance type" in message
    assert "hosting.instance_type: expected an x86 instance type" in message


def test_file_that_is_no_toml_is_refused_with_the_line(refusal: Refusal) -> None:
    message = refusal("[storage\n")
    assert "cdk_app/environments/try.toml: expected valid TOML" in message
    assert "line 1" in message


def test_environment_is_named_by_the_file_alone(refusal: Refusal) -> None:
    assert "remove it" in refusal('environment = "prod"\n' + VALID)


def fields(table: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in table.items():
        found.append((*path, key))
        if isinstance(value, dict):
            found += fields(value, (*path, key))
    return found


@given(
    path=st.sampled_from(fields(tomllib.loads(VALID))),
    value=st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=5),
        st.lists(st.integers(), max_size=2),
        st.dictionaries(st.sampled_from(["kind", "x"]), st.text(max_size=3)),
    ),
)
def test_any_wrong_value_is_told_in_sentences_that_name_the_file(
    path: tuple[str, ...], value: object
) -> None:
    """Whatever stands in a field, the file loads or is refused in words."""
    table = tomllib.loads(VALID)
    section = table
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = value
    try:
        settings.Settings(environment="try", **table)
    except ValidationError as error:
        message = settings.explain("try.toml", error, settings.Settings)
        for sentence in message.splitlines():
            assert sentence.startswith("try.toml: ")
            assert "expected " in sentence


@pytest.mark.parametrize(
    ("got", "meant"),
    [("ml.m5.lrge", "ml.m5.large"), ("ml.m5.4xlarg", "ml.m5.4xlarge")],
)
def test_a_mistyped_size_is_refused_with_the_nearest(
    refusal: Refusal, got: str, meant: str
) -> None:
    message = refusal(VALID.replace("ml.m5.large", got, 1))
    assert f"got '{got}'; did you mean '{meant}'?" in message
