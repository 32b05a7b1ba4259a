"""A new model beside the baseline and the model in service."""

import copy
import json
from typing import Any

import boto3
import pytest

from artifact import layout
from artifact.archive import Documents
from artifact.decision import ThresholdRule
from operations.account.errors import OperationError
from training.launch import comparison
from training.launch.comparison import (
    InService,
    describe_comparison,
    side_by_side,
    verdict,
)

FIGURES = {
    "average_precision": 0.7612,
    "roc_auc": 0.98,
    "brier": 0.0005,
    "precision": 0.8,
    "recall": 0.75,
    "alerts_per_day": 52.0,
    "savings": 4941.0,
}


def metrics(model: str = "vote", **changed: float) -> dict[str, Any]:
    return {
        "model": {"name": model},
        "data": {"sha256": "a" * 64},
        "split": {"protocol": "time", "test_rows": 900, "test_frauds": 75},
        "test": {
            **FIGURES,
            **changed,
            "intervals_95": {"average_precision": [0.70, 0.82]},
        },
        "baseline": {
            "name": "logistic-regression",
            "test": {**FIGURES, "average_precision": 0.72},
        },
    }


def test_figures_stand_side_by_side() -> None:
    live = metrics("extra-trees", average_precision=0.8123)
    lines = side_by_side(metrics(), live).splitlines()
    assert " ".join(" ".join(lines[:2]).split()) == (
        "Beside the baseline, logistic-regression, and the model in service, "
        "extra-trees:"
    )
    cells = [line.split() for line in lines]
    assert ["this", "model", "baseline", "in", "service"] in cells
    assert ["average", "precision", "0.7612", "0.7200", "0.8123"] in cells
    assert max(map(len, lines)) <= 80
    # What a rule changes is not by the one that is in service, set by hand or not.
    (by_rule,) = (n for n, line in enumerate(lines) if "its own training chose" in line)
    assert [cell[0] for cell in cells[by_rule + 1 :]] == [
        *("precision", "recall", "alerts", "saved")
    ]


def test_the_baseline_is_not_beside_itself() -> None:
    assert side_by_side(metrics("logistic-regression"), None) == ""


def test_a_figure_that_the_other_lacks_is_a_dash() -> None:
    live = metrics()
    del live["test"]["savings"]
    assert side_by_side(metrics(), live).splitlines()[-1].split()[-1] == "-"


def test_worse_than_the_model_in_service_is_said() -> None:
    said = " ".join(verdict(metrics(), metrics("extra-trees", average_precision=0.9)))
    assert "Worse than the model in service: average precision 0.7612" in said
    assert "extra-trees in service has 0.9000" in said


def test_within_its_interval_they_have_not_been_told_apart() -> None:
    (said,) = verdict(metrics(), metrics(average_precision=0.75))
    assert "0.700 to 0.820" in said
    assert "not been told apart" in said


@pytest.mark.parametrize("part", ["data", "split"])
def test_other_test_rows_are_said(part: str) -> None:
    live = copy.deepcopy(metrics(average_precision=0.6))
    live[part] |= {"sha256": "b" * 64} if part == "data" else {"test_frauds": 1}
    (said,) = verdict(metrics(), live)
    assert said.startswith("Each was judged on its own test part: this model on 900")
    assert said.endswith("Small differences mean nothing.")
    assert ("with 1 fraud." in said) == (part == "split")


class TestInService:
    session: boto3.Session = None  # type: ignore[assignment]
    manifest: Any = None

    def described(
        self, monkeypatch: pytest.MonkeyPatch, live: InService | Exception | None
    ) -> str:
        def find(*_: object) -> InService | None:
            if isinstance(live, Exception):
                raise live
            return live

        monkeypatch.setattr(comparison, "find_in_service", find)
        files = {layout.METRICS: json.dumps(metrics()).encode()}
        artifact = Documents(self.manifest, "c" * 64, ThresholdRule(0.5), files)
        self.compared = describe_comparison(
            self.session, "dev", "s3://b/new.tar.gz", artifact
        )
        return self.compared.text

    def test_none_yet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "No model is in service in dev yet." in self.described(monkeypatch, None)

    def test_the_same_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        live = InService("s3://b/new.tar.gz", metrics())
        said = self.described(monkeypatch, live)
        assert "It is the model in service in dev." in said
        assert not self.compared.worse
        assert "in service, vote" not in said

    def test_another_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        live = InService("s3://b/old.tar.gz", metrics(average_precision=0.9))
        said = self.described(monkeypatch, live)
        assert "in service, vote" in said
        assert "Worse than the model in service" in said
        assert self.compared.worse in " ".join(said.split())

    def test_one_that_cannot_be_read_spoils_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = self.described(monkeypatch, OperationError("There is no object."))
        assert "cannot be compared: There is no object." in said
        assert "Beside the baseline" in said

    def test_figures_of_another_form_spoil_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        live = InService("s3://b/old.tar.gz", {"accuracy": 0.99})
        said = self.described(monkeypatch, live)
        assert "its metrics.json is of another" in said
        assert "Beside the baseline" in said
