"""The HTTP contract of the container, without a server."""

import io
import json
from pathlib import Path

import pytest

from artifact.errors import ArtifactError
from serving.request import MAX_BODY_BYTES
from serving.service import Service
from tests.unit.serving.wsgi_client import WsgiClient

Row = dict[str, float]


def test_ping_is_healthy(client: WsgiClient) -> None:
    assert client.request("GET", "/ping").status == 200


def test_one_transaction_gives_exactly_one_key(
    client: WsgiClient, row: Row, row_probability: float
) -> None:
    reply = client.invoke(json.dumps(row).encode())
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json() == {"fraud_probability": pytest.approx(row_probability)}


def test_the_application_does_not_exist_without_a_good_artifact(
    own_model_dir: Path,
) -> None:
    with (own_model_dir / "model.joblib").open("ab") as file:
        file.write(b"tampered")
    with pytest.raises(ArtifactError, match=r"model\.joblib has SHA-256"):
        Service(own_model_dir)


def test_another_manifest_than_the_pinned_one_is_refused(model_dir: Path) -> None:
    with pytest.raises(ArtifactError, match=r"manifest\.json has SHA-256"):
        Service(model_dir, "0" * 64)


@pytest.mark.parametrize("path", ["/", "/invocation", "/ping/", "/invocations/x"])
def test_another_path_is_404(client: WsgiClient, path: str) -> None:
    reply = client.request("POST", path)
    assert reply.status == 404
    assert reply.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/invocations", "POST"),
        ("PUT", "/invocations", "POST"),
        ("POST", "/ping", "GET, HEAD"),
    ],
)
def test_another_method_is_405_and_names_the_right_one(
    client: WsgiClient, method: str, path: str, allowed: str
) -> None:
    reply = client.request(method, path)
    assert reply.status == 405
    assert reply.headers["Allow"] == allowed


def test_a_body_declared_too_large_is_refused_unread(client: WsgiClient) -> None:
    class Untouched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the body was read")

    reply = client.request(
        "POST",
        "/invocations",
        environ={
            "CONTENT_LENGTH": str(MAX_BODY_BYTES + 1),
            "wsgi.input": Untouched(),
        },
    )
    assert reply.status == 413
    assert reply.json()["error"]["code"] == "payload_too_large"


def test_a_chunked_body_is_read_to_its_end(client: WsgiClient, row: Row) -> None:
    reply = client.request(
        "POST",
        "/invocations",
        environ={
            "CONTENT_LENGTH": "",
            "wsgi.input": io.BytesIO(json.dumps(row).encode()),
            "wsgi.input_terminated": True,
        },
    )
    assert reply.status == 200


def test_a_chunked_body_is_never_held_beyond_the_limit(client: WsgiClient) -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size == MAX_BODY_BYTES + 1
            return b" " * size

    reply = client.request(
        "POST",
        "/invocations",
        environ={
            "CONTENT_LENGTH": "",
            "wsgi.input": Endless(),
            "wsgi.input_terminated": True,
        },
    )
    assert reply.status == 413


def test_fewer_bytes_than_announced_are_400(client: WsgiClient) -> None:
    reply = client.request("POST", "/invocations", b"{}", {"CONTENT_LENGTH": "3"})
    assert reply.json()["error"]["code"] == "incomplete_body"


def test_a_compressed_body_is_415(client: WsgiClient) -> None:
    reply = client.request(
        "POST", "/invocations", b"\x1f\x8b", {"HTTP_CONTENT_ENCODING": "gzip"}
    )
    assert reply.status == 415


def test_a_fault_of_ours_is_500_and_tells_no_value(
    client: WsgiClient,
    row: Row,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"secret {row}")

    monkeypatch.setattr("serving.invocation.encode", fail)
    reply = client.invoke(json.dumps(row).encode())
    assert reply.status == 500
    assert reply.json()["error"]["code"] == "internal_error"
    client.service.log.flush()
    logged = capsys.readouterr()
    assert "RuntimeError" in logged.out
    assert "secret" not in logged.out + logged.err + reply.body.decode()
