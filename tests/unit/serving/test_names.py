"""Features of any name: all are read, and named when something is wrong with them."""

import json
from collections.abc import Callable

import pytest

from serving.invocation import Invocations
from serving.request import Request

ODD_NAMES = [
    *(
        'a "quoted" one',
        "back\\slash",
        "two\nlines",
        "tab\t",
        "a,b",
        "{}",
        "[",
        "\ud800",
    ),
    *("card age", "é", "27", "4111111111111111", "x" * 70, "instances", "", "NaN"),
]
OF_JSON = ("application/json", "application/jsonlines")

Make = Callable[..., Invocations]


def error_of(
    invocations: Invocations, body: str, content_type: str
) -> tuple[str, str | None]:
    answer = invocations.answer(Request(body.encode(), content_type))
    assert answer.status == 400, answer.body
    error = json.loads(answer.body)["error"]
    return error["code"], error["field"]


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("content_type", OF_JSON)
def test_a_feature_of_any_name_is_scored(
    invocations_of: Make, content_type: str, name: str
) -> None:
    body = json.dumps({name: 3, "V1": 0.25, "Amount": 12.5}).encode()
    answer = invocations_of(name, "V1", "Amount").answer(Request(body, content_type))
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("content_type", OF_JSON)
def test_a_declared_feature_is_named_whatever_its_name(
    invocations_of: Make, content_type: str, name: str
) -> None:
    invocations = invocations_of("V1", name, "Amount")
    null = json.dumps({"V1": 1, name: None, "Amount": 1})
    absent = json.dumps({"V1": 1, "Amount": 1})
    huge = json.dumps({"V1": 1, name: 1e300, "Amount": 1})
    assert error_of(invocations, null, content_type) == ("wrong_type", name)
    assert error_of(invocations, absent, content_type) == ("missing_field", name)
    assert error_of(invocations, huge, content_type) == ("out_of_range", name)
    assert error_of(invocations, "1,x,1", "text/csv") == ("wrong_type", name)


@pytest.mark.parametrize("name", ["4111111111111111", "card 4111", "é"])
def test_a_name_that_is_no_feature_is_hidden_beside_features_like_it(
    invocations_of: Make, name: str
) -> None:
    invocations = invocations_of("5222222222222222", "card age", "ü")
    body = json.dumps({name: 1})
    assert error_of(invocations, body, "application/json") == ("unknown_field", None)
    header = f"card age,{name},ü\n1,2,3"
    assert error_of(invocations, header, "text/csv") == ("unknown_field", None)


@pytest.mark.parametrize(
    ("names", "body", "rows"),
    [
        (("0", "1", "2"), "5,1,50\n6,7,8", 2),
        (("0", "1", "2"), "0,0,0", 1),
        (("0", "1", "2"), '"1","1","1"', 1),
        (("0", "1", "2"), "0,1,2\n5,1,50", 1),
        (("0", "1", "2"), "2,0,1\n5,1,50", 1),
        (("0", "1", "Amount"), "1,0,5\n", 1),
        (("0", "1", "Amount"), "Amount,1,0\n5,1,50", 1),
    ],
)
def test_a_line_of_numbers_is_a_header_only_when_it_is_all_the_names(
    invocations_of: Make, names: tuple[str, ...], body: str, rows: int
) -> None:
    answer = invocations_of(*names).answer(Request(body.encode(), "text/csv"))
    assert (answer.status, answer.rows) == (200, rows)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ("0,1\n3,4", "wrong_column_count", None),
        ("0,1,x\n3,4,5", "wrong_type", "2"),
        ("0,1,1\n3,4,\n", "wrong_type", "2"),
    ],
)
def test_a_line_that_only_resembles_a_header_of_numbers_is_data(
    invocations_of: Make, body: str, code: str, field: str | None
) -> None:
    invocations = invocations_of("0", "1", "2")
    assert error_of(invocations, body, "text/csv") == (code, field)


def test_columns_that_a_header_of_numbers_reorders_are_read_in_its_order(
    invocations_of: Make,
) -> None:
    invocations = invocations_of("0", "1", "2")
    plain = invocations.answer(Request(b"5,1,50", "text/csv"))
    reordered = invocations.answer(Request(b"2,0,1\n50,5,1", "text/csv"))
    assert plain.body == reordered.body
