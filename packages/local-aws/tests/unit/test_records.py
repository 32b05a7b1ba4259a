"""Records into mini-batches, and answers back to their records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_aws.sagemaker.json_path import JsonPathError
from local_aws.sagemaker.records import (
    CSV,
    JSON,
    JSON_LINES,
    Processing,
    RecordError,
    mini_batches,
)


@given(
    records=st.lists(st.binary(min_size=1, max_size=9).filter(bytes.strip)),
    limit_bytes=st.integers(10, 40),
    single=st.booleans(),
)
def test_batches_hold_every_record_once_in_order_within_the_limit(
    records: list[bytes], limit_bytes: int, single: bool
) -> None:
    records = [record.replace(b"\n", b"x").replace(b"\r", b"x") for record in records]
    batches = list(
        mini_batches(
            [record + b"\n" for record in records],
            limit_bytes=limit_bytes,
            single=single,
        )
    )
    assert [record for batch in batches for record in batch] == records
    assert all(sum(len(one) + 1 for one in batch) <= limit_bytes for batch in batches)
    if single:
        assert all(len(batch) == 1 for batch in batches)


def test_batches_are_as_full_as_fits() -> None:
    lines = [b"1234\n"] * 5
    batches = mini_batches(lines, limit_bytes=10, single=False)
    assert [len(batch) for batch in batches] == [2, 2, 1]


def test_blank_lines_are_no_records_and_line_ends_are_dropped() -> None:
    lines = [b"1\r\n", b"\n", b"2"]
    assert list(mini_batches(lines, limit_bytes=10, single=False)) == [[b"1", b"2"]]


def test_a_record_beyond_the_limit_is_an_error() -> None:
    with pytest.raises(RecordError, match="exceeds MaxPayloadInMB"):
        list(mini_batches([b"12345678901\n"], limit_bytes=10, single=False))


def processing(media_type: str, **settings: str) -> Processing:
    return Processing.parse(settings, media_type, by_line=media_type != JSON)


def test_without_settings_the_answer_is_stored_as_it_is() -> None:
    plain = processing("application/x-npy")
    assert plain.request([b"a"]) == [b"a"]
    assert plain.result([b"a"], b"whatever") == b"whatever"


def test_csv_rows_get_their_answers_appended() -> None:
    joining = processing(CSV, InputFilter="$[1:]", JoinSource="Input")
    records = [b'"a,b",1,2', b"c,3,4"]
    assert joining.request(records) == [b"1,2", b"3,4"]
    assert joining.result(records, b"0.1\n0.2\n") == b'"a,b",1,2,0.1\nc,3,4,0.2\n'


def test_an_output_filter_selects_of_the_joined_row() -> None:
    joining = processing(CSV, JoinSource="Input", OutputFilter="$[0,-1]")
    assert joining.result([b"a,1,2"], b"0.1\n") == b"a,0.1\n"


def test_json_lines_get_their_answers_as_an_attribute() -> None:
    joining = processing(
        JSON_LINES,
        InputFilter="$.features",
        JoinSource="Input",
        OutputFilter="$['id','SageMakerOutput']",
    )
    records = [b'{"id": 1, "features": {"a": 2}}', b'{"id": 2, "features": {"a": 3}}']
    assert joining.request(records) == [b'{"a": 2}', b'{"a": 3}']
    assert joining.result(records, b'{"p": 0.1}\n{"p": 0.2}\n') == (
        b'{"id": 1, "SageMakerOutput": {"p": 0.1}}\n'
        b'{"id": 2, "SageMakerOutput": {"p": 0.2}}\n'
    )


def test_a_json_document_that_is_no_object_becomes_one() -> None:
    joining = processing(JSON, JoinSource="Input")
    assert joining.result([b"[1, 2]"], b"[3]") == (
        b'{"SageMakerInput": [1, 2], "SageMakerOutput": [3]}\n'
    )


def test_answers_that_do_not_pair_with_records_are_an_error() -> None:
    joining = processing(CSV, JoinSource="Input")
    with pytest.raises(RecordError, match="2 records with 1 lines"):
        joining.result([b"1", b"2"], b"0.1\n")


@pytest.mark.parametrize(
    ("media_type", "settings", "message"),
    [
        (CSV, {"InputFilter": "$.id"}, "must use indexes"),
        ("application/x-npy", {"JoinSource": "Input"}, "needs a ContentType"),
    ],
)
def test_what_cannot_be_looked_into_is_refused(
    media_type: str, settings: dict[str, str], message: str
) -> None:
    with pytest.raises(JsonPathError, match=message):
        processing(media_type, **settings)


def test_lines_need_to_be_split_to_be_joined() -> None:
    with pytest.raises(JsonPathError, match="SplitType Line"):
        Processing.parse({"JoinSource": "Input"}, CSV, by_line=False)
