"""A whole run on two hosts beside the run on one machine."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from artifact import layout
from artifact.loading import load_artifact
from tests.unit.training.distributed.hosts_in_threads import on_hosts
from training.columns import Columns
from training.distributed.group import Group
from training.distributed.job import train
from training.distributed.refusing import refuse
from training.distributed.sampling import Sample, sample_by_class, sample_by_score
from training.errors import TrainingError
from training.options import Arguments, DecisionOptions, Policy, SplitOptions
from training.report.run import describe_run
from training.train import train as train_alone

EXACT = (
    "alerts", "alert_rate", "precision", "recall", "f1", "cost", "savings",
    "cost_flagging_nothing", "cost_flagging_everything", "savings_oracle",
    "alerts_per_day",
)  # fmt: skip


def train_together(
    roots: list[Path], out: Path, arguments: Arguments
) -> dict[str, Any]:
    def work(group: Group) -> dict[str, Any] | None:
        return train(
            group,
            roots[group.hosts.rank],
            out,
            arguments,
            run=lambda span: describe_run(roots[0], span, {}),
            checkpoints_dir=None,
            threads=1,
            tell=lambda _: None,
        )

    first, *others = on_hosts(len(roots), work)
    assert first is not None
    assert others == [None] * len(others)
    return first


def test_the_linear_model_of_two_hosts_is_that_of_one(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    arguments = Arguments(calibration="none")
    whole, *roots = shard([frame[:200], frame[200:]], 2)
    together = train_together(roots, tmp_path / "together", arguments)
    alone = train_alone(whole, tmp_path / "alone", arguments)
    for section in ("data", "split"):
        assert together[section] == alone[section]
    for figure in ("average_precision", "roc_auc", "brier", "savings", "recall"):
        assert together["test"][figure] == pytest.approx(alone["test"][figure])
    documents = [
        json.loads((tmp_path / name / layout.MANIFEST).read_text())
        for name in ("together", "alone")
    ]
    for field in ("features", "columns", "training_data"):
        assert documents[0][field] == documents[1][field]
    assert load_artifact(tmp_path / "together").manifest.label == "Class"


def test_parts_too_large_for_one_host_are_judged_as_they_would_be_there(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Room for a sixth of what is learnt from, and for half of what is judged."""
    score = partial(sample_by_score, most_rows=60)
    monkeypatch.setattr("training.distributed.judging.sample_by_score", score)
    some = partial(sample_by_class, most_rows=80)
    monkeypatch.setattr("training.distributed.learning.sample_by_class", some)
    frame = frame.drop(columns="gaps")  # its median is the sample's
    whole, *roots = shard([frame[:200], frame[200:]], 2)
    arguments = Arguments(calibration="none")
    together = train_together(roots, tmp_path / "together", arguments)
    alone = train_alone(whole, tmp_path / "alone", arguments)
    for figure in ("average_precision", "roc_auc", "brier", "savings", "recall"):
        found, exact = (one["test"][figure] for one in (together, alone))
        assert found == pytest.approx(exact, rel=1e-3), figure
    confusion = (one["test"]["confusion_matrix"] for one in (together, alone))
    assert next(confusion) == pytest.approx(next(confusion))
    calibrated = train_together(roots, tmp_path / "calibrated", Arguments())
    assert calibrated["test"].keys() == together["test"].keys()


@pytest.mark.parametrize("policy", ["expected-value", "fixed"])
def test_what_decisions_do_is_added_up_over_all_rows_of_all_hosts(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    policy: Policy,
) -> None:
    """A sample with half of the legitimate rows has other amounts than all rows."""

    def half(
        group: Group, scores: Sequence[Any], labels: Any, weights: Any, chances: Any
    ) -> Sample:
        taken = (labels == 1) | (chances < 0.5)
        stands_for = np.where(labels[taken] == 1, 1.0, 2.0)
        return Sample(taken, np.column_stack([stands_for] * len(scores)))

    monkeypatch.setattr("training.distributed.judging.sample_by_score", half)
    frame = frame.drop(columns="gaps")  # its median is the sample's
    decision = DecisionOptions(policy, threshold=0.5, review_cost=5.0)
    whole, *roots = shard([frame[:200], frame[200:]], 2)
    arguments = Arguments(calibration="none", decision=decision)
    together = train_together(roots, tmp_path / "together", arguments)
    alone = train_alone(whole, tmp_path / "alone", arguments)
    for name, figure in alone["test"].items():
        if name in EXACT:
            assert together["test"][name] == pytest.approx(figure), name
            for low, high in filter(None, [together["test"]["intervals_95"].get(name)]):
                assert low <= together["test"][name] <= high, name
    confusion = (one["test"]["confusion_matrix"] for one in (together, alone))
    assert next(confusion) == pytest.approx(next(confusion))


def test_the_test_part_decides_nothing(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    """Other labels in the test part: the same model, calibration and threshold."""
    arguments = Arguments(
        split=SplitOptions("time"), decision=DecisionOptions("max-f1")
    )
    _, *roots = shard([frame[:300], frame[300:]], 2)
    first = train_together(roots, tmp_path / "first", arguments)
    frame = frame.copy()
    # Rows are in the order of time: the last fifth is judged.
    labels = frame["Class"].to_numpy().copy()
    labels[-120:] = labels[-120:][::-1]
    frame["Class"] = labels
    for root, part in zip(roots, (frame[:300], frame[300:]), strict=True):
        (file,) = root.iterdir()
        part.to_parquet(file, index=False)
    second = train_together(roots, tmp_path / "second", arguments)
    assert first["test"]["average_precision"] != second["test"]["average_precision"]
    scorers = [
        load_artifact(tmp_path / name).manifest.files[layout.SCORER]
        for name in ("first", "second")
    ]
    assert scorers[0] == scorers[1]
    assert first["test"]["threshold"] == second["test"]["threshold"]
    # One fold has no deviation, and the documents say what was chosen on.
    assert {
        scores["standard_error"] for scores in first["cross_validation"].values()
    } == {None}
    chosen_on = "predictions of a held-out fifth of the training part"
    config = json.loads((tmp_path / "first" / layout.CONFIG).read_text())
    assert config["chosen_by"]["on"] == chosen_on
    for name in (layout.MODEL_CARD, layout.REPORT):
        words = " ".join((tmp_path / "first" / name).read_text().split())
        assert chosen_on in words
        assert "out-of-fold predictions of" not in words


def test_a_time_in_the_wrong_unit_is_refused_before_anything_is_fitted(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fit(*_: object) -> None:
        raise AssertionError("fitted")

    monkeypatch.setattr("training.distributed.learning.fit_pipeline", fit)
    frame = frame.assign(Time=3600 * np.arange(len(frame)))
    _, *roots = shard([frame[:300], frame[300:]], 2)
    with pytest.raises(TrainingError, match="say its unit with --time-unit"):
        train_together(roots, tmp_path / "out", Arguments(Columns(time_unit="d")))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (Arguments(model="vote"), "--model vote trains on one instance"),
        (Arguments(Columns(entities=("card",))), "--entities needs every row"),
        (Arguments(backtest=True), "--backtest runs on one instance"),
    ],
)
def test_what_several_hosts_cannot_do_is_refused(
    arguments: Arguments, said: str
) -> None:
    with pytest.raises(TrainingError, match=said):
        refuse(arguments)
