"""The OpenAPI document says what the application does."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from serving.invocation import Invocations
from serving.request import Request

ROOT = Path(__file__).parents[3]
DOCUMENT = json.loads((ROOT / "docs" / "serving-openapi.json").read_text())
GOOD = {"Hour": 3, "V1": 0.25, "Amount": 12.5}


def codes_in_the_document() -> set[str]:
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "enum" in node:
                found.update(node["enum"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(DOCUMENT["paths"])
    return found


def codes_in_the_source() -> Iterator[str]:
    for path in (ROOT / "serving").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"RequestError": 1, "bad_request": 0}.get(node.func.id)
                if place is None:
                    continue
                argument = node.args[place]
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)


def test_every_error_code_is_in_the_document_and_no_other() -> None:
    # Another path is none that the document could describe.
    assert set(codes_in_the_source()) == codes_in_the_document() | {"not_found"}


def schema_of(path: str, method: str, status: int) -> dict[str, Any]:
    responses = DOCUMENT["paths"][path][method]["responses"]
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    return {**schema, "components": DOCUMENT["components"]}


def request_schema() -> dict[str, Any]:
    body = DOCUMENT["paths"]["/invocations"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    return {**schema, "components": DOCUMENT["components"]}


@pytest.mark.parametrize(
    "body",
    [[], {}, 3, [[]], [[GOOD]], {"instances": [3]}, {"instances": [GOOD], "more": 1}],
)
def test_what_the_document_refuses_the_server_refuses(
    invocations: Invocations, body: Any
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, request_schema())
    assert invocations.answer(Request(json.dumps(body).encode())).status == 400


@pytest.mark.parametrize(
    ("body", "content_type", "attributes", "status"),
    [
        (json.dumps(GOOD), "", "", 200),
        (json.dumps(GOOD), "", "explain=2", 200),
        (json.dumps([GOOD, GOOD]), "", "explain=1", 200),
        (json.dumps({"instances": [GOOD]}), "", "", 200),
        (json.dumps([*GOOD.values()]), "", "explain=1", 200),
        (json.dumps([GOOD, [*GOOD.values()]]), "", "", 200),
        (json.dumps([3]), "", "", 400),
        ("{}", "", "", 400),
        ("", "", "", 400),
        ("x", "text/plain", "", 415),
        (json.dumps(GOOD), "", "explain=x", 400),
        (json.dumps(GOOD), "", "explain=" + "9" * 5000, 400),
        (json.dumps(GOOD), "", "explain=" + "0" * 5000 + "1", 400),
        (json.dumps(GOOD), "", "explain=\u0663", 400),
        (json.dumps([GOOD] * 101), "", "explain=1", 400),
    ],
)
def test_answers_are_as_the_document_says(
    invocations: Invocations,
    body: str,
    content_type: str,
    attributes: str,
    status: int,
) -> None:
    request = Request(body.encode(), content_type, "", attributes)
    answer = invocations.answer(request)
    assert answer.status == status
    if status == 200:
        jsonschema.validate(json.loads(body), request_schema())
    schema = schema_of("/invocations", "post", status)
    jsonschema.validate(json.loads(answer.body), schema)


def test_reasons_are_refused_for_csv(invocations: Invocations) -> None:
    request = Request(json.dumps(GOOD).encode(), "", "text/csv", "explain=1")
    assert invocations.answer(request).status == 406
