"""``metrics.json`` is what ``docs/metrics.schema.json`` says, field by field."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from training.train import main
from training.writing.artifact import PROJECT_DIR

SCHEMA: dict[str, Any] = json.loads(
    (PROJECT_DIR / "docs" / "metrics.schema.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--calibration", "none"],
        ["--split", "time", "--threshold-policy", "expected-value", "--backtest"],
        ["--drop-columns", "Time,Amount"],
    ],
    ids=" ".join,
)
def test_every_run_conforms(csv_file: Path, tmp_path: Path, options: list[str]) -> None:
    shuffle_times(csv_file)
    paths = ["--data", str(csv_file), "--model-dir", str(tmp_path / "model")]
    assert main([*paths, *options]) == 0
    metrics = json.loads((tmp_path / "model" / "metrics.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(metrics)


def shuffle_times(csv_file: Path) -> None:
    """Spread the frauds, which the fixture puts last, over two days."""
    header, *rows = csv_file.read_text().splitlines()
    moved = [
        f"{(index * 7919) % len(rows) * 576},{row.partition(',')[2]}"
        for index, row in enumerate(rows)
    ]
    csv_file.write_text("\n".join([header, *moved]) + "\n")


def fields(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields(field, f"{path}.{name}")
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield from fields(schema[inner], f"{path}[]")


@pytest.mark.parametrize(
    ("path", "field"), list(fields(SCHEMA)), ids=[path for path, _ in fields(SCHEMA)]
)
def test_every_field_is_described(path: str, field: dict[str, Any]) -> None:
    assert "$ref" in field or field.get("description"), path
