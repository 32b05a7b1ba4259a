"""Whatever is in an artifact's files, loading it works or is one `ArtifactError`."""

import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier

from artifact import layout
from artifact.decision import parse_decision_rule
from artifact.documents import parse_object
from artifact.errors import ArtifactError
from artifact.integrity import hash_files
from artifact.loading import load_artifact
from artifact.manifest_file import read_manifest, write_manifest
from artifact.scoring.forest import Forest
from artifact.scoring.scorer import GRAPH, read_scorer
from serving.service import Service
from training.writing.scorer import describe_scorer, write_scorer

NESTED = "[" * 100_000 + "]" * 100_000
#: JSON texts that no file of an artifact holds where they are put.
WRONG = [
    *("null", "true", "[]", "{}", '""', "-1", "0.5", "1e999", "-1e400", "NaN"),
    *("Infinity", str(10**400), "9" * 5000, NESTED, '"\\ud800"', '"\\u0000"'),
    *('"../x"', "[[[]]]", '{"a": 1, "a": 2}', '"é"', "1e308", str(2**70), "5e-324"),
]


@pytest.fixture
def trees_dir(model_dir: Path) -> Path:
    """The artifact with a forest in it, which has indices to follow."""
    random = np.random.default_rng(1)
    rows = random.normal(size=(60, 2))
    model = ExtraTreesClassifier(3, random_state=0).fit(rows, rows[:, 0] > 0)
    write_scorer(model_dir / layout.SCORER, model)
    manifest = read_manifest(model_dir)
    row = [list(manifest.self_test.row.values())]
    probability = float(model.predict_proba(row)[0, 1])
    test = replace(manifest.self_test, fraud_probability=probability)
    manifest = replace(manifest, files=hash_files(model_dir), self_test=test)
    write_manifest(model_dir, manifest)
    load_artifact(model_dir)
    return model_dir


def loads_or_is_refused(directory: Path) -> None:
    try:
        Service(directory)
    except ArtifactError as error:
        text = str(error)
        assert text.isprintable()
        assert len(text) < 2000


def rehash(directory: Path) -> None:
    """List the files as they are now, leaving all else in the manifest."""
    path = directory / layout.MANIFEST
    document = json.loads(path.read_text())
    document["files"] = hash_files(directory)
    path.write_text(json.dumps(document))


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from paths(item, (*at, key))


def with_text(value: Any, at: tuple[Any, ...], text: str) -> str:
    """JSON of a document with another text in one place."""
    if not at:
        return text
    marked = json.loads(json.dumps(value))
    inner = marked
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = "\u0001here"
    return json.dumps(marked).replace('"\\u0001here"', text)


def copied(directory: Path, temporary: str) -> Path:
    return Path(shutil.copytree(directory, Path(temporary) / "model"))


ONCE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=75, deadline=None, suppress_health_check=ONCE)
@given(data=st.data())
@pytest.mark.parametrize("name", [layout.MANIFEST, layout.CONFIG, layout.METRICS])
def test_any_wrong_value_anywhere_in_a_document(
    model_dir: Path, name: str, data: st.DataObject
) -> None:
    document = json.loads((model_dir / name).read_text())
    at = data.draw(st.sampled_from(list(paths(document))))
    text = data.draw(st.sampled_from(WRONG))
    with tempfile.TemporaryDirectory() as temporary:
        directory = copied(model_dir, temporary)
        (directory / name).write_text(with_text(document, at, text))
        if name != layout.MANIFEST:
            rehash(directory)
        loads_or_is_refused(directory)


@settings(max_examples=75, deadline=None, suppress_health_check=ONCE)
@given(data=st.data())
def test_any_wrong_value_anywhere_in_the_graph(
    trees_dir: Path, data: st.DataObject
) -> None:
    with np.load(trees_dir / layout.SCORER) as file:
        arrays = dict(file)
    graph = json.loads(arrays[GRAPH].tobytes())
    at = data.draw(st.sampled_from(list(paths(graph))))
    text = with_text(graph, at, data.draw(st.sampled_from(WRONG)))
    arrays[GRAPH] = np.frombuffer(text.encode(), np.uint8)
    with tempfile.TemporaryDirectory() as temporary:
        directory = copied(trees_dir, temporary)
        np.savez(directory / layout.SCORER, **arrays)
        rehash(directory)
        loads_or_is_refused(directory)


@settings(max_examples=120, deadline=None, suppress_health_check=ONCE)
@given(data=st.data())
def test_any_wrong_number_anywhere_in_the_arrays(
    trees_dir: Path, data: st.DataObject
) -> None:
    with np.load(trees_dir / layout.SCORER) as file:
        arrays = dict(file)
    name = data.draw(st.sampled_from(sorted(set(arrays) - {GRAPH})))
    array = arrays[name].copy()
    change = data.draw(st.sampled_from(["value", "shorter", "type", "shape", "empty"]))
    if change == "value":
        numbers: list[float] = [
            -1,
            0,
            1,
            2**30,
            2**31 - 1,
            -(2**31),
            len(array),
            len(array) - 1,
        ]
        if array.dtype.kind == "f":
            numbers += [float("nan"), float("inf"), float("-inf"), 1e308]
        place = data.draw(st.integers(0, len(array) - 1))
        array[place] = data.draw(st.sampled_from(numbers))
    elif change == "shorter":
        array = array[:-1]
    elif change == "type":
        with np.errstate(all="ignore"):
            array = array.astype(
                data.draw(st.sampled_from(["U5", "?", "c16", "f4", "i8"]))
            )
    elif change == "shape":
        array = array[np.newaxis]
    else:
        array = array[:0]
    arrays[name] = array
    with tempfile.TemporaryDirectory() as temporary:
        directory = copied(trees_dir, temporary)
        np.savez(directory / layout.SCORER, **arrays)
        rehash(directory)
        loads_or_is_refused(directory)


@settings(max_examples=60, deadline=None, suppress_health_check=ONCE)
@given(
    name=st.sampled_from(
        [layout.MANIFEST, layout.CONFIG, layout.METRICS, layout.SCORER]
    ),
    start=st.floats(0, 1),
    junk=st.binary(max_size=40),
    is_cut=st.booleans(),
)
def test_any_damaged_file(
    trees_dir: Path, name: str, start: float, junk: bytes, is_cut: bool
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        directory = copied(trees_dir, temporary)
        data = (directory / name).read_bytes()
        at = int(start * len(data))
        rest = b"" if is_cut else data[at + len(junk) :]
        (directory / name).write_bytes(data[:at] + junk + rest)
        if name != layout.MANIFEST:
            rehash(directory)
        loads_or_is_refused(directory)


@pytest.mark.parametrize(
    "text", [t for t in WRONG if t not in {"true", "0.5", "5e-324"}]
)
@pytest.mark.parametrize("field", ["policy", "threshold", "set_by_hand", "more"])
def test_a_wrong_rule_is_one_short_sentence(field: str, text: str) -> None:
    rule = {"policy": "threshold", "threshold": 0.5}
    with pytest.raises(ArtifactError) as caught:
        parse_decision_rule(with_text({**rule, field: 0}, (field,), text))
    assert len(str(caught.value)) < 300


def test_a_rule_from_python_may_hold_any_number() -> None:
    with pytest.raises(ArtifactError, match="'threshold' must be a number"):
        parse_decision_rule({"policy": "threshold", "threshold": 10**5000})


def forest(**changes: Any) -> Forest:
    random = np.random.default_rng(1)
    rows = random.normal(size=(60, 2))
    model = ExtraTreesClassifier(3, random_state=0).fit(rows, rows[:, 0] > 0)
    graph, arrays = describe_scorer(model)
    node = graph["probability"]
    names = ("threshold", "left", "feature", "value", "root", "depth")
    given = {name: np.array(arrays[node[name]]) for name in names}
    for name, value in changes.items():
        given[name][0] = value
    return Forest(given)


@pytest.mark.parametrize(
    "change",
    [{"left": 2**30}, {"left": -1}, {"feature": -1}, {"root": 2**30}, {"root": -1}],
)
def test_no_index_leads_out_of_a_forest(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"leads out|impossible column"):
        forest(**change)


@pytest.mark.parametrize("depth", [0, -1, 1000, 2**31 - 1])
def test_depths_are_those_of_the_trees(depth: int) -> None:
    with pytest.raises(ValueError, match="other depths"):
        forest(depth=depth)


def test_a_forest_asks_for_no_column_that_rows_lack() -> None:
    with pytest.raises(ValueError, match="101 columns"):
        forest(feature=100).sum_leaves(np.zeros((1, 2)))


def test_a_scorer_that_unpacks_beyond_the_bound_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    np.savez_compressed(raw, zeros=np.zeros(1 << 20))
    (tmp_path / "scorer.npz").write_bytes(raw.getvalue())
    monkeypatch.setattr("artifact.scoring.scorer.MAX_BYTES", 1 << 20)
    with pytest.raises(ArtifactError, match="is not a scorer"):
        read_scorer(tmp_path / "scorer.npz")


def test_a_file_that_the_manifest_does_not_list_is_refused(model_dir: Path) -> None:
    (model_dir / "code" / "sitecustomize.py").write_text("")
    with pytest.raises(ArtifactError, match="which its manifest does not list"):
        load_artifact(model_dir)


def test_a_link_in_a_files_place_is_refused(model_dir: Path, tmp_path: Path) -> None:
    moved = (model_dir / layout.CONFIG).rename(tmp_path / "elsewhere.json")
    (model_dir / layout.CONFIG).symlink_to(moved)
    with pytest.raises(ArtifactError, match=r"config\.json of the artifact is a link"):
        load_artifact(model_dir)


@pytest.mark.parametrize(
    "name", [layout.MANIFEST, layout.CONFIG, layout.SCORER, layout.INFERENCE]
)
def test_a_file_that_may_not_be_read_is_one_sentence(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    honest = Path.open

    def refusing(path: Path, *arguments: Any, **named: Any) -> Any:
        if path == model_dir / name:
            raise PermissionError(13, "Permission denied", str(path))
        return honest(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", refusing)
    with pytest.raises(ArtifactError, match=r"cannot be read \(Permission denied\)"):
        load_artifact(model_dir)


@pytest.mark.parametrize("data", [b"\xff", b"[]", b"{", b'{"a": NaN}'])
def test_a_document_names_its_file(data: bytes) -> None:
    with pytest.raises(ArtifactError, match=r"^config\.json "):
        parse_object(data, "config.json")
