"""The table of histories: only where it is asked for, and it stays with the storage."""

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_app import settings
from tests.infrastructure.synthesized import Synthesized

TABLE = "AWS::DynamoDB::Table"
SECRET = "AWS::SecretsManager::Secret"


def test_without_the_section_nothing_of_it_is_there(environment: Synthesized) -> None:
    text = json.dumps([environment.json(unit) for unit in environment.units])
    assert "DynamoDB" not in text
    assert "SecretsManager" not in text


def test_the_section_adds_a_table_a_secret_and_nothing_else(
    dev: Synthesized, dev_history: Synthesized
) -> None:
    for unit in dev.units:
        plain: dict[str, Any] = dev.json(unit)["Resources"]
        more: dict[str, Any] = dev_history.json(unit)["Resources"]
        added = {more[name]["Type"] for name in more.keys() - plain.keys()}
        assert added == ({TABLE, SECRET} if unit == "storage" else set())
        assert plain == {name: more[name] for name in plain}


def test_the_table_costs_nothing_while_it_is_idle(dev_history: Synthesized) -> None:
    table = dev_history.the("storage", TABLE)
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in table
    assert table["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": True,
    }


def test_the_secret_is_generated_and_in_no_template(dev_history: Synthesized) -> None:
    secret = dev_history.the("storage", SECRET)
    assert secret["GenerateSecretString"]["PasswordLength"] == 64
    assert "SecretString" not in secret


@pytest.mark.parametrize("kind", [TABLE, SECRET])
def test_it_goes_with_dev_and_stays_with_prod(
    dev_history: Synthesized, prod_history: Synthesized, kind: str
) -> None:
    (gone,) = dev_history.resources("storage", kind).values()
    (kept,) = prod_history.resources("storage", kind).values()
    assert gone["DeletionPolicy"] == "Delete"
    assert kept["DeletionPolicy"] == kept["UpdateReplacePolicy"] == "Retain"


def test_prod_protects_encrypts_and_can_restore(prod_history: Synthesized) -> None:
    table = prod_history.the("storage", TABLE)
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True
    }
    assert table["SSESpecification"]["SSEType"] == "KMS"
    assert (
        prod_history.the("storage", SECRET)["KmsKeyId"]
        == table["SSESpecification"]["KMSMasterKeyId"]
    )


def test_callers_find_both_by_the_outputs(dev_history: Synthesized) -> None:
    outputs = dev_history.json("storage")["Outputs"]
    assert {"HistoryTableName", "HistoryHashKeySecretArn"} <= outputs.keys()


def test_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    text = (settings.ENVIRONMENTS_DIRECTORY / "dev.toml").read_text()
    directory = tmp_path / "environments"
    directory.mkdir()
    file = directory / "dev.toml"
    file.write_text(f"{text}\n[history]\npoint_in_time = true\n")
    with pytest.raises(settings.SettingsError, match=r"history\.point_in_time"):
        settings.load("dev", directory)
