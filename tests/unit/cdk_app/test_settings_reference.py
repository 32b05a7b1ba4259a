"""The reference of the settings says what the models accept."""

import tomllib
from typing import Any

import pytest

from cdk_app.settings import load
from cdk_app.settings.model import Settings
from cdk_app.settings.reference import EFFECTS, Setting, example_of, settings_of

REFERENCE = {(one.key, one.variant): one for one in settings_of(Settings)}
KEYS = sorted(REFERENCE)


def leaves(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and key not in {"tags", "cost.destroy_serving_at"}:
            found |= leaves(value, f"{key}.")
        else:
            found[key] = value
    return found


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_key_in_force_is_described(environment: str) -> None:
    used = leaves(load(environment).model_dump(exclude_none=True))
    described = {key for key, _ in REFERENCE}
    assert set(used) - {"environment"} <= described


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_every_key_has_a_type_an_effect_and_an_example_that_is_toml(
    key: tuple[str, str],
) -> None:
    setting = REFERENCE[key]
    assert setting.type
    assert setting.effect
    name = setting.key.rpartition(".")[2]
    line = example_of(setting)
    text = line if " = " in line else f"{name} = {line}"
    assert tomllib.loads(text)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("hosting.kind", 'one of "serverless", "instances"'),
        ("data_capture.sampling_percent", "whole number, 1 to 100, in percent"),
        ("alarms.client_error_percent", "number, more than 0, up to 100, in percent"),
        ("cost.destroy_serving_at", "time and zone"),
        ("storage.retain", "true or false"),
    ],
)
def test_what_is_expected_is_in_words(key: str, expected: str) -> None:
    assert REFERENCE[key, ""].expected == expected


def test_keys_of_one_kind_of_hosting_say_so() -> None:
    assert REFERENCE["hosting.memory_size_mb", "serverless"].unit == "in MB"
    assert REFERENCE["hosting.instance_count", "instances"].default == ""


def test_no_effect_is_of_a_key_that_is_gone() -> None:
    for prefix in EFFECTS:
        assert any(
            key == prefix or key.startswith(f"{prefix}.") for key, _ in REFERENCE
        ), prefix


def test_defaults_are_written_as_toml() -> None:
    defaults = {one.default for one in REFERENCE.values()}
    assert {"", "none", "true", '["application/json"]'} <= defaults
    assert isinstance(REFERENCE["tags", ""], Setting)
