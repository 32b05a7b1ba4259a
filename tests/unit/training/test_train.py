"""The command as a whole: what it writes, and what it leaves alone when it fails."""

import json
import os
import tarfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from artifact import layout
from artifact.archive import pack
from artifact.decision import ThresholdRule, read_decision_rule
from artifact.loading import load_artifact
from artifact.manifest_file import read_manifest
from training import one_machine, results
from training.train import main
from training.writing.artifact import write_artifact


def run(data: Path, model_dir: Path, *options: str) -> int:
    return main(["--data", str(data), "--model-dir", str(model_dir), *options])


@pytest.fixture
def model_dir(csv_file: Path, tmp_path: Path) -> Path:
    directory = tmp_path / "model"
    assert run(csv_file, directory, "--threshold", "0.4") == 0
    return directory


def test_the_artifact_loads_and_scores(model_dir: Path, frame: pd.DataFrame) -> None:
    artifact = load_artifact(model_dir)
    rows = frame[list(artifact.manifest.feature_names)].to_numpy()
    expected = joblib.load(model_dir / layout.MODEL).predict_proba(rows)[:, 1]
    np.testing.assert_allclose(artifact.scorer.predict(rows), expected, atol=1e-6)


def test_the_artifact_can_be_pinned_by_its_manifest(model_dir: Path) -> None:
    load_artifact(model_dir, layout.sha256_of(model_dir / layout.MANIFEST))


def test_the_manifest_says_what_the_model_was_made_of(
    model_dir: Path, csv_file: Path, frame: pd.DataFrame
) -> None:
    manifest = read_manifest(model_dir)
    assert manifest.feature_names == ("Time", "V1", "V2", "Amount")
    assert manifest.label == "Class"
    assert manifest.training_data.sha256 == layout.sha256_of(csv_file)
    assert (manifest.training_data.rows, manifest.training_data.frauds) == (300, 30)
    assert {"python", "scikit-learn", "numpy", "joblib"} <= set(manifest.versions)
    quantiles = manifest.features[-1].quantiles
    assert frame["Amount"].min() <= quantiles[0.0] <= quantiles[0.5] <= quantiles[1.0]


def test_the_self_test_row_is_no_transaction(
    model_dir: Path, frame: pd.DataFrame
) -> None:
    row = read_manifest(model_dir).self_test.row
    assert not (frame[list(row)] == list(row.values())).all(axis=1).any()


def test_the_rule_is_the_threshold_asked_for(model_dir: Path) -> None:
    assert read_decision_rule(model_dir) == ThresholdRule(0.4)
    config = json.loads((model_dir / layout.CONFIG).read_text())
    assert config["decision_threshold"] == 0.4
    assert config["chosen_by"] == {"policy": "fixed", "threshold": 0.4, "on": "given"}


def test_metrics_are_those_of_the_test_part(model_dir: Path) -> None:
    metrics = json.loads((model_dir / layout.METRICS).read_text())
    assert metrics["split"]["test_rows"] == 60
    assert metrics["split"]["test_frauds"] == 6
    matrix = metrics["test"]["confusion_matrix"]
    assert sum(matrix.values()) == 60
    assert matrix["true_positives"] + matrix["false_negatives"] == 6
    assert 0.5 < metrics["test"]["roc_auc"] <= 1


def test_data_without_an_amount_have_no_figures_about_money(
    csv_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "model"
    assert run(csv_file, directory, "--drop-columns", "Amount") == 0
    assert "saved" not in capsys.readouterr().out
    test = json.loads((directory / layout.METRICS).read_text())["test"]
    config = json.loads((directory / layout.CONFIG).read_text())
    for figures in (test, test["intervals_95"], config["expected"]):
        assert not [name for name in figures if "cost" in name or "savings" in name]
    assert {piece["savings"] for piece in test["slices"]} <= {None}
    assert "saved" not in (directory / layout.MODEL_CARD).read_text()


def test_a_fixed_loss_is_money_without_an_amount(
    csv_file: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "model"
    options = ["--drop-columns", "Amount", "--fixed-loss-per-fraud", "10"]
    assert run(csv_file, directory, *options) == 0
    test = json.loads((directory / layout.METRICS).read_text())["test"]
    assert test["cost_flagging_nothing"] == 60.0


def test_entities_without_a_split_by_time_are_not_passed_over(
    tmp_path: Path, frame: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.csv"
    frame.assign(card=[f"c{i % 9}" for i in range(len(frame))]).to_csv(path)
    options = ["--model", "logistic-regression", "--entities", "card"]
    model_dir = tmp_path / "a-directory-with-a-name-of-some-length"
    assert main(["--data", str(path), "--model-dir", str(model_dir), *options]) == 0
    out = capsys.readouterr().out
    assert "none are computed: add --split time --time-column NAME, or" in " ".join(
        out.split()
    )
    said = [line for line in out.splitlines() if str(model_dir) not in line]
    assert max(map(len, said)) <= 80


def test_rows_that_the_label_delay_leaves_out_are_counted(
    tmp_path: Path, frame: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.csv"
    rows = frame.sample(frac=1, random_state=1).assign(Time=np.arange(300) * 3600.0)
    rows.to_csv(path, index=False)
    options = ["--model", "logistic-regression", "--split", "time"]
    assert run(path, tmp_path / "m", *options, "--label-delay-hours", "24") == 0
    out = " ".join(capsys.readouterr().out.split())
    # The label of a row a day before the first test row comes with that row.
    assert "split into 216 rows to learn from and 60" in out
    assert "24 rows before the test part are left out" in out


def test_the_tar_is_laid_out_as_sagemaker_unpacks_it(
    model_dir: Path, tmp_path: Path
) -> None:
    pack(model_dir, tmp_path / layout.ARCHIVE)
    with tarfile.open(tmp_path / layout.ARCHIVE) as tar:
        names = tar.getnames()
    for name in (*layout.REQUIRED_FILES, layout.MANIFEST, "code/serving/wsgi.py"):
        assert name in names


def test_the_same_data_and_options_give_the_same_bytes(
    csv_file: Path, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        assert run(csv_file, tmp_path / name) == 0
        pack(tmp_path / name, tmp_path / f"{name}.tar.gz")
    first, second = (tmp_path / f"{name}.tar.gz" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_training_again_replaces_the_artifact(model_dir: Path, csv_file: Path) -> None:
    cache = model_dir / "code" / "__pycache__"
    cache.mkdir()
    (cache / "inference.pyc").touch()
    assert run(csv_file, model_dir, "--logistic-c", "0.01") == 0
    assert not cache.exists()
    metrics = json.loads((model_dir / layout.METRICS).read_text())
    assert metrics["model"]["hyperparameters"]["logistic_c"] == 0.01
    load_artifact(model_dir)


def test_a_directory_with_other_files_is_left_alone(
    csv_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "thesis.txt").write_text("years of work")
    assert run(csv_file, notes) == 1
    assert "holds 'thesis.txt', which is not part of an" in capsys.readouterr().err
    assert [path.name for path in notes.iterdir()] == ["thesis.txt"]


def test_another_programs_manifest_does_not_make_an_artifact(
    csv_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = tmp_path / "web-app"
    (app / "src").mkdir(parents=True)
    (app / layout.MANIFEST).write_text('{"name": "app", "icons": []}')
    (app / "src" / "thesis.txt").write_text("years of work")
    assert run(csv_file, app) == 1
    assert "would be deleted; name an empty or a new" in capsys.readouterr().err
    assert layout.list_files(app) == [layout.MANIFEST, "src/thesis.txt"]


@pytest.mark.parametrize("name", ["notes.txt", "code/notes.py", "src/thesis.txt"])
def test_an_artifact_with_a_file_of_somebody_else_is_left_alone(
    csv_file: Path, model_dir: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (model_dir / name).parent.mkdir(exist_ok=True)
    (model_dir / name).write_text("years of work")
    before = layout.list_files(model_dir)
    assert run(csv_file, model_dir) == 1
    assert f"holds {name!r}, which is not part of an" in capsys.readouterr().err
    assert layout.list_files(model_dir) == before


def test_a_file_put_there_during_the_training_is_left_alone(
    csv_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "model"

    def meanwhile(*given: Any, **named: Any) -> str:
        directory.mkdir()
        (directory / "thesis.txt").write_text("years of work")
        return write_artifact(*given, **named)

    monkeypatch.setattr(results, "write_artifact", meanwhile)
    assert run(csv_file, directory) == 1
    assert layout.list_files(directory) == ["thesis.txt"]


@pytest.mark.parametrize("place", ["{file}", "{file}/model", "{file}/a/b", "/proc/a/b"])
def test_a_place_that_cannot_be_written_is_refused_before_the_data_are_read(
    csv_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    file = tmp_path / "file"
    file.write_text("years of work")
    assert run(csv_file, Path(place.format(file=file))) == 1
    told = capsys.readouterr()
    assert told.err.startswith("error: --model-dir: ")
    assert "Traceback" not in told.err
    assert "read 300 rows" not in told.out
    assert file.read_text() == "years of work"


def test_a_directory_without_permission_is_refused_before_the_data_are_read(
    csv_file: Path,
    model_dir: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Permissions do not stop the superuser, who may run the tests.
    monkeypatch.setattr(os, "access", lambda *_: False)
    capsys.readouterr()
    assert run(csv_file, model_dir) == 1
    told = capsys.readouterr()
    assert "cannot be written (Permission denied); name a" in told.err
    assert "read 300 rows" not in told.out
    load_artifact(model_dir)


def test_refused_data_leave_nothing_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data.csv"
    data.write_text("V1,Class\n1,0\n2,0\n")
    assert run(data, tmp_path / "model") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv"]
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "Traceback" not in error


def test_refused_data_leave_the_artifact_that_was_there(
    model_dir: Path, tmp_path: Path
) -> None:
    before = layout.sha256_of(model_dir / layout.MANIFEST)
    data = tmp_path / "bad.csv"
    data.write_text("V1,Class\n1,0\n2,0\n")
    assert run(data, model_dir) == 1
    assert layout.sha256_of(model_dir / layout.MANIFEST) == before
    load_artifact(model_dir)


def test_a_crash_halfway_leaves_nothing(
    csv_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(results, "write_artifact", crash)
    assert run(csv_file, tmp_path / "model") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["transactions.csv"]


def test_without_paths_the_options_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 1
    assert "--data and --model-dir are needed" in capsys.readouterr().err


class TestInsideSageMaker:
    @pytest.fixture
    def opt_ml(
        self, csv_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        """The container's directories, with the data in a channel."""
        opt_ml = tmp_path / "opt" / "ml"
        channel = opt_ml / "input" / "data" / "training"
        channel.mkdir(parents=True)
        csv_file.rename(channel / csv_file.name)
        for name in ("model", "output"):
            (opt_ml / name).mkdir()
        monkeypatch.setenv("SM_CHANNEL_TRAINING", str(channel))
        monkeypatch.setenv("SM_MODEL_DIR", str(opt_ml / "model"))
        monkeypatch.setenv("SM_OUTPUT_DIR", str(opt_ml / "output"))
        monkeypatch.setenv("SM_OUTPUT_DATA_DIR", str(opt_ml / "output" / "data"))
        return opt_ml

    def test_paths_come_from_the_environment(self, opt_ml: Path) -> None:
        assert main(["--threshold", "0.3"]) == 0
        load_artifact(opt_ml / "model")
        assert (opt_ml / "output" / "data" / layout.METRICS).is_file()
        assert not (opt_ml / "output" / "failure").exists()

    def test_a_model_directory_that_cannot_be_renamed_is_filled(
        self, opt_ml: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rename = Path.rename

        def mounted(self: Path, target: Path) -> Path:
            if "model" in (self.name, target.name):
                raise OSError(16, "Device or resource busy")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", mounted)
        assert main([]) == 0
        load_artifact(opt_ml / "model")

    def test_refused_data_become_the_failure_reason(self, opt_ml: Path) -> None:
        channel = opt_ml / "input" / "data" / "training"
        (channel / "transactions.csv").write_text("V1,Class\n1,0\n")
        assert main([]) == 1
        reason = (opt_ml / "output" / "failure").read_text()
        assert "training needs both classes" in reason
        assert not list((opt_ml / "model").iterdir())

    def test_a_wrong_option_becomes_the_failure_reason(self, opt_ml: Path) -> None:
        assert main(["--threshold", "2"]) == 2
        assert "--threshold" in (opt_ml / "output" / "failure").read_text()

    def test_a_crash_is_located_without_quoting_data(
        self, opt_ml: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(*_: object, **__: object) -> None:
            raise ValueError("could not convert 4929123412341234")

        monkeypatch.setattr(one_machine, "run", crash)
        assert main([]) == 1
        reason = (opt_ml / "output" / "failure").read_text()
        assert reason.startswith("ValueError in test_train.py, line")
        assert "4929" not in reason
