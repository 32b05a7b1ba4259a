"""``fraud score`` with several transactions: what it reads, and the table it shows."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody

from artifact import layout
from artifact.archive import Documents
from artifact.columns import Column, Kind
from artifact.decision import ExpectedValueRule, ThresholdRule
from artifact.history.definition import HistoryDefinition
from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from artifact.scoring.reasons import Reason
from operations import client as client_module
from operations.account import session
from operations.account.errors import OperationError
from operations.client import FraudClient, Score
from operations.history.counters import Counters
from operations.history.store import History
from operations.score import command
from operations.score.command import main
from operations.score.showing import in_table, in_words
from operations.score.transactions import read_transactions
from tests.unit.operations.test_score import PARAMETER, RULE, Aws
from tests.unit.training.samples import locked_zip

ROWS: list[dict[str, Any]] = [
    {"at": "2026-01-01", "amount": 12.5},
    {"at": None, "amount": 900.0},
]
CSV = "at,amount\n2026-01-01,12.5\n,900\n"
Bodies = list[dict[str, Any]]
NUMBER = Column("", Kind.NUMBER)
CLOCK = Column("", Kind.NUMBER, is_clock=True)
WORD = Column("", Kind.CATEGORY, categories=("food", "web"))
FLAG = Column("", Kind.CATEGORY, categories=("false", "true"), is_boolean=True)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    account = Aws()
    monkeypatch.setattr(client_module, "aws_session", lambda: account)
    return account


@pytest.fixture
def sent(aws: Aws) -> Callable[[Sequence[float]], Bodies]:
    """Let the endpoint give these probabilities; returns what it is sent."""

    def answering(probabilities: Sequence[float]) -> Bodies:
        bodies: Bodies = []
        left = list(probabilities)

        def invoke(**call: Any) -> Any:
            bodies.append(call)
            text = call["Body"].decode()
            count = len(text.splitlines()) - 1
            if call["ContentType"] == "application/json":
                count = len(json.loads(text))
            scores: Bodies = [{"fraud_probability": left.pop(0)} for _ in range(count)]
            if "CustomAttributes" in call:
                reasons = [{"feature": "amount", "contribution": 1.5}]
                scores = [{**score, "reasons": reasons} for score in scores]
            answer = json.dumps(scores).encode()
            return {"Body": StreamingBody(io.BytesIO(answer), len(answer))}

        aws.client("sagemaker-runtime").invoke_endpoint = invoke
        return bodies

    return answering


def in_service(monkeypatch: pytest.MonkeyPatch, aws: Aws, manifest: Manifest) -> None:
    """Let this be the model of the environment and of the endpoint."""
    stack: Any = type("Stack", (), {"parameters": {"ModelArtifactUri": "s3://b/m"}})
    documents = Documents(manifest, "a" * 64, ThresholdRule(0.4), {})
    monkeypatch.setattr(command, "find_stack", lambda *_: stack)
    monkeypatch.setattr(command, "read_artifact", lambda *_: documents)
    monkeypatch.setattr(command, "aws_session", lambda: aws)
    monkeypatch.setattr(session, "environment_session", lambda _: aws)


def run(tmp_path: Path, text: str, *arguments: str) -> int:
    path = tmp_path / "transactions"
    path.write_text(text, encoding="utf-8")
    place = ["--endpoint", "fraud-dev", "--decision-rule-parameter", PARAMETER]
    return main([*place, "--file", str(path), *arguments])


@pytest.mark.parametrize(
    "text",
    [json.dumps(ROWS), "\n".join(map(json.dumps, ROWS)), CSV, "\ufeff" + CSV],
    ids=["list", "JSON Lines", "CSV", "CSV with a mark"],
)
def test_several_are_a_table(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
) -> None:
    sent([0.25, 0.75])
    aws.publishes(RULE)
    assert run(tmp_path, text) == 0
    assert capsys.readouterr().out.splitlines() == [
        "row  fraud probability  decision",
        "  1           0.250000  no alert",
        "  2           0.750000  alert",
        "",
        "2 transactions, 1 alert",
        "Rule  threshold 0.4",
    ]


def test_columns_that_are_named_tell_the_rows_apart(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent([0.25, 0.75])
    aws.publishes(RULE)
    text = "order,card,amount\nA-7,4929123412341234,12.5\nB-12,,900\n"
    assert run(tmp_path, text, "--show", "order,card") == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "row  order  card   fraud probability  decision",
        "  1  A-7    …1234           0.250000  no alert",
        "  2  B-12                   0.750000  alert",
    ]


def test_what_is_shown_of_one_and_is_there_for_none(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.answers(0.75)
    aws.publishes(RULE)
    text = json.dumps({"order": "A 4929 1234 1234 1234\n\x1b[2J" + "x" * 99, "at": 1})
    assert run(tmp_path, text, "--show", "order") == 0
    (line, *_) = capsys.readouterr().out.splitlines()
    assert line == "order              A …1234 \\x1b[2Jxxxxxxxx…"
    assert run(tmp_path, text, "--show", "oder") == 1
    assert "did you mean 'order'?" in capsys.readouterr().err


def test_cells_of_a_csv_are_sent_as_they_are(
    aws: Aws, sent: Callable[[Sequence[float]], Bodies], tmp_path: Path
) -> None:
    bodies = sent([0.1])
    aws.publishes(RULE)
    assert run(tmp_path, 'code,"what, where"\n007,"a ""b"", c"\n') == 0
    (call,) = bodies
    assert call["ContentType"] == "text/csv"
    assert call["Body"].decode() == 'code,"what, where"\n007,"a ""b"", c"\n'


def test_json_of_several_is_one_object(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent([0.25, 0.75])
    aws.publishes(RULE)
    assert run(tmp_path, CSV, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "scores": [
            {"fraud_probability": 0.25, "alert": False},
            {"fraud_probability": 0.75, "alert": True},
        ],
        "decision_rule": RULE,
    }


def test_reasons_stand_in_each_line(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent([0.25, 0.75])
    aws.publishes(RULE)
    assert run(tmp_path, json.dumps(ROWS), "--explain", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [
        "  1           0.250000  no alert  amount +1.500",
        "  2           0.750000  alert     amount +1.500",
    ]


def test_many_go_in_parts_and_stay_in_order(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    count = 2 * command.ROWS_PER_CALL + 1
    bodies = sent([index / count for index in range(count)])
    aws.publishes(RULE)
    text = "amount\tx".replace("\t", ",") + "\n" + "1,2\n" * count
    assert run(tmp_path, text, "--json") == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert [score["fraud_probability"] for score in scores] == [
        index / count for index in range(count)
    ]
    assert len(bodies) == 3


def test_a_rule_by_amount_reads_the_cell(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent([0.1, 0.1, 0.1])
    rule = {"policy": "expected-value", "review_cost": 5.0, "amount": "amount"}
    aws.publishes(rule)
    text = "amount,channel\n149.62,web\n20,web\n,web\n"
    assert run(tmp_path, text, "--json") == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert [score["alert"] for score in scores] == [True, False, False]


def test_an_amount_that_is_no_number_is_said(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent([0.1])
    rule = {"policy": "expected-value", "review_cost": 5.0, "amount": "amount"}
    aws.publishes(rule)
    assert run(tmp_path, "amount,channel\na lot,web\n") == 1
    assert "needs a number in the field 'amount'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "found nothing"),
        ("[]", "found nothing in it"),
        ("{", "line 1: expected a row of the training table"),
        ("{}", "found nothing in it"),
        ('[{"a": 1}, 2]', "item 2: expected a row of the training table"),
        ('{"a": 1}\n{"a": \n', "line 2: expected a row"),
        ('{"a": 1}\n2\n', "line 2: expected a row"),
        ("[" * 100_000, "nested too deep"),
        ('{"a": 1}\n' + '{"a":' * 100_000, "found something else"),
        ("a,b\n", "a header and no row"),
        ("a,b\n1,2\n1,2,3\n", "row 2: expected 2 cells, as the header has, found 3"),
        ('a,b\n1,"2\n', "found something else"),
    ],
)
def test_what_holds_no_transactions_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "transactions"
    path.write_text(text)
    with pytest.raises(OperationError) as raised:
        read_transactions(str(path))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "data",
    [
        "stadt;betrag\nKöln;12,50\n".encode(),
        "stadt\tbetrag\nKöln\t12,50\n".encode(),
        "stadt|betrag\nKöln|12,50\n".encode(),
        "stadt;betrag\nKöln;12,50\n".encode("windows-1252"),
        "stadt\tbetrag\nKöln\t12,50\n".encode("utf-16"),
        "sep=;\r\nstadt;betrag\r\nKöln;12,50\r\n".encode("utf-8-sig"),
        "Umsätze vom 1. März\n\nstadt;betrag\nKöln;12,50\n;\n".encode(),
        "'stadt';'betrag'\n'Köln';'12,50'\n".encode(),
        gzip.compress("stadt;betrag\nKöln;12,50\n".encode()),
    ],
    ids=[
        *("semicolons", "tabs", "bars", "Latin-1", "Excel's text", "Excel's line"),
        *("a title", "single quotes", "gzip"),
    ],
)
def test_a_csv_is_read_as_training_reads_it(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "transactions"
    path.write_bytes(data)
    read = read_transactions(str(path))
    assert read.rows == [{"stadt": "Köln", "betrag": "12,50"}]
    assert read.are_texts


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "transactions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rows.csv", CSV)
    assert [row["amount"] for row in read_transactions(str(path)).rows] == [
        *("12.5", "900")
    ]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", CSV)
    with pytest.raises(OperationError, match="holds 2 files, expected one"):
        read_transactions(str(path))
    path.write_bytes(b"PAR1" + bytes(9))
    with pytest.raises(OperationError, match="is a Parquet file; write its rows as"):
        read_transactions(str(path))
    path.write_bytes(gzip.compress(CSV.encode() * 9)[:40])
    with pytest.raises(OperationError, match="it is damaged"):
        read_transactions(str(path))


@pytest.mark.parametrize("fault", ["encrypted", "an unknown compression"])
def test_a_zip_file_that_cannot_be_opened_is_refused(
    tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "transactions.zip"
    path.write_bytes(locked_zip(fault))
    with pytest.raises(OperationError, match="is encrypted or packed in a way"):
        read_transactions(str(path))


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b"])
def test_a_line_of_json_ends_where_the_line_does(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "transactions"
    row = json.dumps({"note": f"a{mark}b"}, ensure_ascii=mark < " ")
    path.write_text(f"{row}\n{row}\n", encoding="utf-8")
    assert len(read_transactions(str(path)).rows) == 2


def test_two_columns_of_one_name_are_told_apart_as_in_training(tmp_path: Path) -> None:
    path = tmp_path / "transactions"
    path.write_text("a,a\n1,2\n")
    assert read_transactions(str(path)).rows == [{"a": "1", "a.1": "2"}]


def manifest_of(*columns: Column) -> Manifest:
    """The manifest of a model with these inputs."""
    features = tuple(Feature(c.name, "float64", {0.0: 0.0, 1.0: 9.0}) for c in columns)
    test = SelfTest({column.name: 0.0 for column in columns}, 0.5)
    facts = TrainingData("0" * 64, 1, 1)
    return Manifest({}, features, "fraud", {}, facts, test, columns=columns)


@pytest.mark.parametrize(
    ("text", "columns", "body"),
    [
        ("0,1\n5,6\n", [("0", NUMBER), ("1", NUMBER)], "0,1\n5,6\n"),
        ("0,1\n5,6\n", [("a", NUMBER), ("b", NUMBER)], "a,b\n0,1\n5,6\n"),
        ("true,food\nno,web\n", [("a", FLAG), ("b", WORD)], "a,b\ntrue,food\nno,web\n"),
        ("true,food\nyes,food\n", [("true", FLAG), ("food", NUMBER)], None),
        ("12:30,food\n9:05,web\n", [("a", CLOCK), ("b", WORD)], "a,b\n12:30,food\n"),
        ("kind,a\nkind,3\nx,4\n", [("kind", WORD), ("a", NUMBER)], None),
        ("kind,a\nx,3\n", [("kind", WORD), ("a", NUMBER)], None),
    ],
)
def test_where_a_first_line_may_be_either_the_models_names_decide(
    *,
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str,
    columns: list[tuple[str, Column]],
    body: str | None,
) -> None:
    """As the endpoint decides; None is a body like the file, whose names are names."""
    manifest = manifest_of(*(replace(column, name=name) for name, column in columns))
    in_service(monkeypatch, aws, manifest)
    bodies = sent([0.1] * 9)
    aws.publishes(RULE)
    assert run(tmp_path, text) == 0
    assert bodies[0]["Body"].decode().startswith(body or text)


class TestLists:
    """Values without names: the columns of the model in service, in their order."""

    @pytest.fixture(autouse=True)
    def model(self, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        columns = [replace(NUMBER, name=name) for name in ("at", "amount")]
        in_service(monkeypatch, aws, manifest_of(*columns))

    @pytest.mark.parametrize(
        ("text", "body"),
        [
            ("[[1, 149.62], [2, 20]]", '[{"at": 1, "amount": 149.62}, '),
            ('[[1, 149.62], {"amount": 20, "at": 2}]', '[{"at": 1, "amount": 149.62}'),
            ("[1, 149.62]\n[2, 20]\n", '[{"at": 1, "amount": 149.62}, '),
            ("1,149.62\n2,20\n", "at,amount\n1,149.62\n2,20\n"),
        ],
        ids=["list", "with an object", "lines", "CSV"],
    )
    def test_they_are_sent_with_their_names_and_the_rule_finds_its_amount(
        self,
        *,
        aws: Aws,
        sent: Callable[[Sequence[float]], Bodies],
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        text: str,
        body: str,
    ) -> None:
        bodies = sent([0.1, 0.1])
        aws.publishes(
            {"policy": "expected-value", "review_cost": 5.0, "amount": "amount"}
        )
        output = tmp_path / "scored.csv"
        assert run(tmp_path, text, "--output", str(output)) == 0
        assert bodies[0]["Body"].decode().startswith(body)
        alerts = [line.split(",")[-1] for line in output.read_text().splitlines()]
        assert alerts == ["alert", "true", "false"]
        assert "2 transactions, 1 alert" in capsys.readouterr().out

    def test_one_alone_is_one_transaction(
        self, aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        aws.answers(0.75, Body=b'{"at": 1, "amount": 7}')
        aws.publishes(RULE)
        assert run(tmp_path, "[1, 7]") == 0
        assert capsys.readouterr().out.startswith("Fraud probability  0.750000")

    @pytest.mark.usefixtures("aws")
    @pytest.mark.parametrize("text", ["[[1, 2], [4111]]", "1,2\n4111\n"])
    def test_another_number_of_values_is_said(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
    ) -> None:
        assert run(tmp_path, text) == 1
        said = capsys.readouterr().err
        assert "Transaction 2: expected 2 values" in said
        assert "found 1 value;" in said
        assert "4111" not in said

    @pytest.mark.usefixtures("aws")
    def test_where_histories_are_looked_up_the_ids_are_needed(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        histories = Histories()
        monkeypatch.setattr(command, "find_history", lambda *_: histories)
        path = tmp_path / "transactions"
        path.write_text("[[1, 2]]")
        assert main(["--env", "dev", "--file", str(path)]) == 1
        assert "not the ids of card" in capsys.readouterr().err
        assert histories.calls == []


def test_a_client_takes_lists_where_it_has_the_names(aws: Aws) -> None:
    aws.answers(0.1, Body=b'{"at": null, "amount": 7}')
    aws.answers([{"fraud_probability": 0.1}], Body=b'[{"at": 1, "amount": 7}]')
    aws.publishes(RULE)
    client = FraudClient(
        "fraud-dev",
        decision_rule_parameter=PARAMETER,
        feature_names=("at", "amount"),
    )
    client.score([float("nan"), 7])
    client.score_many([(1, 7)])
    with pytest.raises(OperationError, match=r"expected 2 values.*found 1 value"):
        client.score([7])
    with pytest.raises(OperationError, match="give FraudClient the feature_names"):
        FraudClient("fraud-dev").score([7])


@pytest.mark.usefixtures("aws")
def test_infinity_is_refused_by_its_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, '{"amount": 1e999}') == 1
    said = capsys.readouterr().err
    assert said == (
        "error: amount: expected a finite number or null, got infinity; correct it.\n"
    )


class Histories:
    """Says how each transaction was looked up."""

    definition = HistoryDefinition(("card",), "at", "amount")

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.counters = Counters()

    def check(self, transactions: object) -> None:
        """All have a time."""

    def record(self, _: object, transaction_id: str | None = None) -> History:
        self.calls.append(f"recorded {transaction_id}")
        return History({})

    def read(self, _: object) -> History:
        self.calls.append("read")
        self.counters.add("not_later")
        return History({})


@pytest.mark.parametrize(
    ("text", "arguments", "calls"),
    [
        ("at,id\n1,a\n2,b\n", [], ["read", "read"]),
        ("at,id\n1,a\n2,b\n", ["--record"], ["recorded None", "recorded None"]),
        (
            "at,id\n1,a\n2,b\n",
            ["--transaction-id-column", "id"],
            ["recorded a", "recorded b"],
        ),
        (
            '[{"at": 1, "id": 801.0}]',
            ["--transaction-id-column", "id", "--no-record"],
            ["read"],
        ),
        (
            '[{"at": 1, "id": 801}]',
            ["--transaction-id-column", "id"],
            ["recorded 801"],
        ),
    ],
)
def test_several_are_counted_once_for_each_id_or_where_asked_for(
    *,
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    arguments: list[str],
    calls: list[str],
) -> None:
    histories = Histories()
    monkeypatch.setattr(session, "environment_session", lambda _: aws)
    monkeypatch.setattr(command, "find_history", lambda *_: histories)
    bodies = sent([0.1, 0.2])
    aws.publishes(RULE)
    path = tmp_path / "transactions"
    path.write_text(text)
    place = ["--env", "dev", "--decision-rule-parameter", PARAMETER]
    assert main([*place, "--file", str(path), *arguments]) == 0
    assert histories.calls == calls
    said = " ".join(capsys.readouterr().err.split())
    behind = histories.counters["not_later"]
    are_not_later = f"{behind} of {len(calls)} transaction" in said
    assert are_not_later == (behind > 0)
    is_sent = b"id" in bodies[0]["Body"]
    assert is_sent == ("--transaction-id-column" not in arguments)


@pytest.mark.usefixtures("aws")
def test_an_id_that_a_row_lacks_is_said_before_anything_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "at,id\n1,a\n2,\n", "--transaction-id-column", "id") == 1
    assert "found none in row 2" in capsys.readouterr().err


def test_an_id_is_for_one_transaction(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, CSV, "--transaction-id", "7") == 1
    assert "--transaction-id: expected a file of one" in capsys.readouterr().err


def test_an_answer_for_fewer_is_no_answer(aws: Aws) -> None:
    aws.answers([{"fraud_probability": 0.1}])
    client = FraudClient("fraud-dev", decision_rule_parameter=PARAMETER)
    with pytest.raises(OperationError, match="something else than fraud probabilities"):
        client.score_many(ROWS)


class TestWithoutAFile:
    @pytest.fixture(autouse=True)
    def in_dev(self, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(session, "environment_session", lambda _: aws)
        monkeypatch.setattr(command, "find_history", lambda *_: None)
        stack: Any = type("Stack", (), {"parameters": {"ModelArtifactUri": "s3://b/m"}})
        monkeypatch.setattr(command, "read_stack", lambda *_: stack)

    def carries(self, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
        manifest: Any = None
        documents = Documents(manifest, "a" * 64, ThresholdRule(0.4), files)
        monkeypatch.setattr(command, "read_artifact", lambda *_, **__: documents)

    def test_the_typical_transaction_of_the_model_in_service_is_scored(
        self,
        aws: Aws,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.carries(monkeypatch, {layout.EXAMPLE: b'{"amount": 7}'})
        aws.answers(0.75, Body=b'{"amount": 7}')
        aws.publishes(RULE)
        assert main(["--env", "dev", "--decision-rule-parameter", PARAMETER]) == 0
        out, err = capsys.readouterr()
        assert out.startswith("Fraud probability  0.750000")
        assert "example.json of s3://b/m" in " ".join(err.split())

    def test_it_is_counted_in_no_history(
        self,
        aws: Aws,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        histories = Histories()
        monkeypatch.setattr(command, "find_history", lambda *_: histories)
        self.carries(monkeypatch, {layout.EXAMPLE: b'{"amount": 7}'})
        aws.answers(0.75)
        aws.publishes(RULE)
        place = ["--env", "dev", "--decision-rule-parameter", PARAMETER]
        assert main(place) == 0
        assert histories.calls == ["read"]
        assert main([*place, "--record"]) == 1
        assert "--record: expected a file" in capsys.readouterr().err

    def test_an_older_artifact_says_so(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.carries(monkeypatch, {})
        assert main(["--env", "dev"]) == 1
        assert "carries no example.json" in capsys.readouterr().err

    def test_an_endpoint_alone_needs_a_file(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--endpoint", "fraud-dev"]) == 1
        assert "--file: expected a file" in capsys.readouterr().err


def test_scores_are_written_beside_the_rows_they_are_of(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent([0.25, 0.75])
    aws.publishes(RULE)
    output = tmp_path / "scored.csv"
    assert run(tmp_path, CSV, "--output", str(output)) == 0
    assert output.read_text().splitlines() == [
        "at,amount,fraud_probability,alert",
        "2026-01-01,12.5,0.25,false",
        ",900,0.75,true",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("scored.csv", "transactions")
    ]
    # No line for each on the terminal.
    assert capsys.readouterr().out.splitlines() == [
        "2 transactions, 1 alert",
        "Rule  threshold 0.4",
        f"Wrote {output}",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("transactions", "expected a new file"),
        ("nowhere/scored.csv", "expected a directory"),
        ("scored.csv", "expected no column 'alert'"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_endpoint_is_asked(
    aws: Aws,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    said: str,
) -> None:
    # An endpoint that is asked would have no answer.
    text = "alert,amount\n1,2\n"
    assert run(tmp_path, text, "--output", str(tmp_path / name)) == 1
    assert f"error: --output: {said}" in capsys.readouterr().err


def test_reasons_in_words_stay_within_a_terminal() -> None:
    words = "7 payments of this card in the hour before, and 0 in the day before that"
    score = Score(0.75, alert=True, reasons=(Reason(words, 1.5), Reason(words, 0.5)))
    rule = ExpectedValueRule(12.25, 1000.5, "amount_in_account_currency", True)
    for shown in (in_table([score], rule), in_words(score, rule)):
        assert max(map(len, shown.splitlines())) <= 80
        assert words in " ".join(shown.split())


def test_of_many_rows_the_alerts_and_the_highest_are_shown() -> None:
    scores = [Score(i / 1000, alert=i == 7) for i in range(100)]
    text = in_table(scores, ThresholdRule(0.4), ["id"], [[f"A{i}"] for i in range(100)])
    lines = text.splitlines()
    assert lines[1].split() == ["8", "A7", "0.007000", "alert"]
    assert lines[2].split() == ["100", "A99", "0.099000", "no", "alert"]
    assert sum(line.endswith(" alert") for line in lines[1:21]) == 20
    assert lines[21] == ""
    assert "20 of 100 rows" in text
    assert "--output" in text
    assert "100 transactions, 1 alert" in lines


def test_small_probabilities_have_digits() -> None:
    scores = [Score(2.44e-11, alert=False), Score(0.0, alert=False)]
    shown = in_table(scores, ThresholdRule(0.4)).splitlines()
    assert shown[1:3] == [
        "  1            2.4e-11  no alert",
        "  2           0.000000  no alert",
    ]
    assert "2.4e-11" in in_words(scores[0], ThresholdRule(0.4))


def test_scores_are_written_as_the_file_is(
    aws: Aws,
    sent: Callable[[Sequence[float]], Bodies],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent([0.25, 4.5e-10])
    aws.publishes(RULE)
    output = tmp_path / "scored.csv"
    text = "wert;land\n12,5;AT\n900;DE\n"
    assert run(tmp_path, text, "--output", str(output)) == 0
    assert output.read_text().splitlines() == [
        "wert;land;fraud_probability;alert",
        "12,5;AT;0,25;false",
        "900;DE;4,5e-10;false",
    ]
    assert "with semicolons and decimal commas" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--output", "scored.csv"], ["--json"]])
def test_columns_are_shown_on_the_terminal_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, CSV, "--show", "at", *arguments)
    assert ended.value.code == 2
    assert "not allowed with argument --show" in capsys.readouterr().err
