"""The project's own server over real sockets: HTTP, deadlines, workers, the end."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from artifact.manifest_file import read_manifest
from tests.integration.serving.running import (
    ROOT,
    Server,
    project_server,
    wait_until,
)
from tests.unit.serving.sample_artifact import write_artifact

JSON = {"Content-Type": "application/json"}
ROW = {"Hour": 3.0, "V1": 0.25, "Amount": 12.5}
BODY = json.dumps(ROW).encode()
REQUEST = (
    b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
PING = b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("server") / "model"
    directory.mkdir()
    write_artifact(directory)
    return directory


@pytest.fixture(scope="module")
def server(
    model_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("log") / "server.log"
    with project_server(model_dir, log) as running:
        yield running


def read_answers(connection: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Answers from a raw connection, with one parser across them."""
    stream = connection.makefile("rb")
    answers = []
    for _ in range(count):
        status = int(stream.readline().split()[1])
        length = 0
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        answers.append((status, stream.read(length)))
    return answers


def error_of(body: bytes) -> str:
    error = json.loads(body)["error"]
    assert set(error) == {"code", "row", "field", "expected", "got"}
    return str(error["code"])


def test_it_answers_the_self_test_row_as_recorded(
    server: Server, model_dir: Path
) -> None:
    test = read_manifest(model_dir).self_test
    body = json.dumps(dict(test.row)).encode()
    status, answer = server.request("POST", "/invocations", body, JSON)
    assert status == 200
    expected = pytest.approx(test.fraud_probability)
    assert json.loads(answer) == {"fraud_probability": expected}


def test_reasons_come_only_when_asked_for(server: Server) -> None:
    asked = {**JSON, "X-Amzn-SageMaker-Custom-Attributes": "trace=1;explain=2"}
    _, answer = server.request("POST", "/invocations", BODY, asked)
    reasons = json.loads(answer)["reasons"]
    assert [set(reason) for reason in reasons] == [{"feature", "contribution"}] * 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/invocations", 405), ("HEAD", "/ping", 200)],
)
def test_addresses(server: Server, method: str, path: str, status: int) -> None:
    assert server.request(method, path)[0] == status


def peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
def test_memory_depends_on_the_payload_and_not_on_how_many_there_are(
    server: Server,
) -> None:
    """As a batch transform job sends a file that is larger than the memory."""
    lines = b"3,0.25,12.5\n" * 20_000
    csv = {"Content-Type": "text/csv"}

    def send(payloads: int) -> int:
        connection = server.connect()
        for _ in range(payloads):
            connection.request("POST", "/invocations", lines, csv)
            assert connection.getresponse().read().count(b"\n") == 20_000
        connection.close()
        return sum(map(peak_bytes, server.workers()))

    first = send(3)
    # Held until the end, the answers alone would take more.
    assert send(60) - first < 10 * len(lines)


def test_a_connection_serves_many_requests(server: Server) -> None:
    connection = server.connect()
    for body, status in [(BODY, 200), (b"{}", 400), (BODY, 200), (b"x", 400)] * 5:
        connection.request("POST", "/invocations", body, JSON)
        response = connection.getresponse()
        response.read()
        assert response.status == status
    connection.close()


UPGRADES = {
    "h2c": (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"
    ),
    "websocket": b"connection: upgrade\r\nupgrade: websocket\r\n",
    "several": b"Connection: keep-alive, Upgrade\r\nUpgrade: h2c, websocket\r\n",
    "no-token": b"Upgrade: h2c\r\n",
}


@pytest.mark.parametrize("offer", UPGRADES)
def test_an_offered_upgrade_is_ignored(server: Server, offer: str) -> None:
    request = REQUEST.replace(b"Host: x\r\n", b"Host: x\r\n" + UPGRADES[offer])
    connection = server.send(request + request + REQUEST + PING + request)
    assert [status for status, _ in read_answers(connection, 5)] == [200] * 5
    for at in range(len(request)):
        connection.sendall(request[at : at + 1])
    assert read_answers(connection, 1)[0][0] == 200
    connection.sendall(PING.replace(b"Host", UPGRADES[offer] + b"Host"))
    assert read_answers(connection, 1)[0][0] == 200
    connection.close()


def test_a_chunked_body_behind_an_offered_upgrade_is_read(server: Server) -> None:
    head = REQUEST.partition(b"Content-Length")[0]
    chunked = head + UPGRADES["h2c"] + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    connection = server.send(chunked + chunk + PING)
    assert [status for status, _ in read_answers(connection, 2)] == [200, 200]
    connection.close()


def test_thousands_of_offers_in_one_read_are_answered(server: Server) -> None:
    ping = PING.replace(b"Host", UPGRADES["h2c"] + b"Host")
    connection = server.send(ping * 500)
    assert [status for status, _ in read_answers(connection, 500)] == [200] * 500
    connection.close()


def test_a_tunnel_is_refused_and_closed(server: Server) -> None:
    connection = server.send(b"CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n")
    assert read_answers(connection, 1)[0][0] == 405
    assert connection.recv(1) == b""
    connection.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Content-Length: ", b"Content-Length:  \t"),
        (b"%d\r\n" % len(BODY), b"%d \t \r\n" % len(BODY)),
        (b"Host: x\r\n", b"Host: x\r\nContent-Encoding: Identity\r\n"),
        (b"Host: x\r\n", b"Host: x\r\ncontent-encoding:\tIDENTITY \r\n"),
        (b"Host: x\r\n", b"Host: x\r\nContent-Encoding:\r\n"),
    ],
)
def test_white_space_and_case_of_headers_do_not_matter(
    server: Server, before: bytes, after: bytes
) -> None:
    connection = server.send(REQUEST.replace(before, after, 1))
    assert read_answers(connection, 1)[0][0] == 200
    connection.close()


def test_a_large_body_of_small_cells_does_not_stall_small_requests(
    server: Server,
) -> None:
    rows = b"1,1,1\n" * (25 * 1024 * 1024 // 6)
    answers: list[int] = []
    sender = threading.Thread(
        target=lambda: answers.append(
            server.request("POST", "/invocations", rows, {"Content-Type": "text/csv"})[
                0
            ]
        )
    )
    sender.start()
    waits = []
    connection = server.connect()
    while sender.is_alive():
        started = time.monotonic()
        connection.request("POST", "/invocations", BODY, JSON)
        connection.getresponse().read()
        waits.append(time.monotonic() - started)
    connection.close()
    assert answers == [200]
    assert len(waits) > 20
    # One call of compiled code on the whole body used to take seconds.
    assert max(waits) < 1.0, sorted(waits)[-5:]


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    bad = REQUEST.replace(BODY, b" " * len(BODY))
    connection = server.send(REQUEST + bad + PING + REQUEST + PING)
    statuses = [status for status, _ in read_answers(connection, 5)]
    assert statuses == [200, 400, 200, 200, 200]
    connection.close()


def test_a_request_may_arrive_byte_by_byte(server: Server) -> None:
    connection = server.send(b"")
    for at in range(len(REQUEST)):
        connection.sendall(REQUEST[at : at + 1])
    assert read_answers(connection, 1)[0][0] == 200
    connection.close()


@pytest.mark.parametrize("header", [b"Connection: close\r\n", b"connection: Close\r\n"])
def test_a_connection_is_closed_when_the_client_says_so(
    server: Server, header: bytes
) -> None:
    connection = server.send(REQUEST.replace(b"Host: x\r\n", b"Host: x\r\n" + header))
    assert read_answers(connection, 1)[0][0] == 200
    assert connection.recv(1) == b""
    connection.close()


def test_http_1_0_is_answered_and_closed(server: Server) -> None:
    connection = server.send(REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert read_answers(connection, 1)[0][0] == 200
    assert connection.recv(1) == b""
    connection.close()


def test_a_chunked_body_is_answered(server: Server) -> None:
    connection = server.connect()
    chunks = iter([BODY[:10], BODY[10:]])
    connection.request("POST", "/invocations", chunks, JSON, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()


def test_a_client_that_waits_for_100_continue_gets_it(server: Server) -> None:
    head = REQUEST.removesuffix(BODY).replace(
        b"Host: x\r\n", b"Host: x\r\nExpect: 100-continue\r\n"
    )
    connection = server.send(head)
    stream = connection.makefile("rb")
    assert stream.readline().split()[1] == b"100"
    assert stream.readline() == b"\r\n"
    connection.sendall(BODY)
    assert read_answers(connection, 1)[0][0] == 200
    connection.close()


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"POST /invocations HTTP/1.1\r\nContent-Length: 99999999999\r\n", b"413"),
        (b"POST /elsewhere HTTP/1.1\r\nContent-Length: 100\r\n", b"404"),
        (b"PUT /invocations HTTP/1.1\r\nContent-Length: 100\r\n", b"405"),
    ],
)
def test_a_client_that_is_refused_instead_of_100_continue_begins_anew(
    server: Server, line: bytes, status: bytes
) -> None:
    """It need not send its body, and its next request would be taken for that."""
    connection = server.send(line + b"Host: x\r\nExpect: 100-continue\r\n\r\n")
    with connection.makefile("rb") as stream:
        answer = stream.read()
    assert answer.split()[1] == status
    assert b"\r\nconnection: close\r\n" in answer
    connection.close()


@pytest.mark.parametrize(
    "garbage",
    [
        b"GARBAGE\r\n\r\n",
        b"POST /invocations HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /invocations HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /invocations HTTP/1.1\r\nBad Header: 1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_what_is_not_http_is_400_and_the_worker_lives(
    server: Server, garbage: bytes
) -> None:
    before = server.workers()
    connection = server.send(garbage)
    assert connection.recv(12) == b"HTTP/1.1 400"
    connection.close()
    assert server.is_healthy()
    assert server.workers() == before


LINE = b"X: %b\r\n" % (b"y" * 995)


def with_lines(request: bytes, line: bytes, count: int) -> bytes:
    return request.replace(b"Host: x\r\n", b"Host: x\r\n" + line * count)


def send_until_closed(connection: socket.socket, data: bytes) -> None:
    """Far more than is taken; that the server closes before the end is the point."""
    with suppress(OSError):
        for _ in range(64):
            connection.sendall(data)
        raise AssertionError("all of it was taken")


@pytest.mark.parametrize("before", [b"", REQUEST, PING, PING + REQUEST + PING])
@pytest.mark.parametrize(
    "head",
    [
        with_lines(REQUEST, LINE, 70),
        with_lines(REQUEST, b"X: y\r\n", 20_000),
        with_lines(REQUEST, b"X: %b\r\n" % (b"y" * 70_000), 1),
        with_lines(PING, LINE, 70),
        PING.replace(b"/ping", b"/" + b"p" * 70_000),
    ],
    ids=["lines", "short-lines", "one-line", "ping", "address"],
)
def test_a_head_beyond_64_kb_is_431_after_what_came_before_it(
    server: Server, before: bytes, head: bytes
) -> None:
    connection = server.send(before + head)
    count = before.count(b"HTTP/1.1")
    *earlier, (status, body) = read_answers(connection, count + 1)
    assert [status for status, _ in earlier] == [200] * count
    assert (status, error_of(body)) == (431, "head_too_long")
    connection.close()


@pytest.mark.parametrize("start", [b"X: y\r\n", b"X: "], ids=["lines", "one-line"])
def test_a_head_without_end_is_431_and_no_more_is_read(
    server: Server, start: bytes
) -> None:
    before = server.workers()
    connection = server.send(REQUEST.partition(b"Host")[0] + start)
    send_until_closed(connection, start * (1 << 19))
    status, body = read_answers(connection, 1)[0]
    assert (status, error_of(body)) == (431, "head_too_long")
    connection.close()
    assert server.workers() == before


def test_a_trailer_without_end_is_not_read(server: Server) -> None:
    head = REQUEST.partition(b"Content-Length")[0]
    chunk = b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n"
    connection = server.send(head + chunk)
    send_until_closed(connection, LINE * 2000)
    connection.close()


def test_heads_are_bounded_each_on_its_own(server: Server) -> None:
    large = with_lines(REQUEST, LINE, 60)
    chunked = with_lines(REQUEST, LINE, 60).partition(b"Content-Length")[0] + (
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
        + LINE * 3
        + b"\r\n"
    )
    connection = server.send(large * 3)
    assert [status for status, _ in read_answers(connection, 3)] == [200] * 3
    for request in (large, chunked, with_lines(PING, LINE, 60), chunked, large):
        for at in range(0, len(request), 5000):
            connection.sendall(request[at : at + 5000])
        assert read_answers(connection, 1)[0][0] == 200
    connection.close()


def test_a_large_body_does_not_count_as_head(server: Server) -> None:
    body = b"[" + b",".join([BODY] * 5000) + b"]"
    request = REQUEST.replace(BODY, body).replace(b"%d" % len(BODY), b"%d" % len(body))
    connection = server.send((request + PING) * 3)
    assert [status for status, _ in read_answers(connection, 6)] == [200] * 6
    connection.close()


def test_a_body_announced_too_large_is_413(server: Server) -> None:
    size = str(25 * 1024 * 1024 + 1).encode()
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: %b\r\n\r\n" % size
    connection = server.send(head + b" " * 1000)
    status, body = read_answers(connection, 1)[0]
    assert (status, error_of(body)) == (413, "payload_too_large")
    connection.close()


def test_a_chunked_body_that_grows_too_large_is_413(server: Server) -> None:
    head = (
        b"POST /invocations HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    connection = server.send(head)
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    for _ in range(26):
        try:
            connection.sendall(chunk)
        except OSError:
            break
    status, body = read_answers(connection, 1)[0]
    assert (status, error_of(body)) == (413, "payload_too_large")
    connection.close()


def test_health_is_answered_while_a_large_body_is_scored(server: Server) -> None:
    large = b"[" + b",".join([BODY] * 100_000) + b"]"
    results: list[int] = []
    sender = threading.Thread(
        target=lambda: results.append(
            server.request("POST", "/invocations", large, JSON)[0]
        )
    )
    sender.start()
    pings = 0
    while sender.is_alive():
        assert server.is_healthy()
        pings += 1
    sender.join()
    assert results == [200]
    assert pings > 0


def test_hundreds_of_slow_senders_do_not_stop_the_others(server: Server) -> None:
    slow = [server.send(REQUEST[:-5]) for _ in range(300)]
    assert server.request("POST", "/invocations", BODY, JSON)[0] == 200
    for connection in slow:
        connection.sendall(REQUEST[-5:])
    assert all(read_answers(c, 1)[0][0] == 200 for c in slow)
    for connection in slow:
        connection.close()


def test_more_large_bodies_than_may_be_held_are_503(server: Server) -> None:
    size = 25 * 1024 * 1024
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
    held = [server.send(head + b" " * 100_000) for _ in range(4)]
    refused: list[socket.socket] = []

    def is_refused() -> bool:
        connection = server.send(head + b" " * 100_000)
        refused.append(connection)
        connection.settimeout(0.2)
        try:
            return connection.recv(12) == b"HTTP/1.1 503"
        except TimeoutError:
            held.append(connection)
            return False

    wait_until(is_refused)
    assert server.request("POST", "/invocations", BODY, JSON)[0] == 200
    for connection in {*held, *refused}:
        connection.close()
    wait_until(lambda: server.request("POST", "/invocations", BODY, JSON)[0] == 200)


def test_the_log_tells_of_each_request_and_never_a_value(server: Server) -> None:
    secret = {"Hour": 3, "V1": 0.123456789, "Amount": 87.654321}
    named = {**JSON, "X-Amzn-SageMaker-Inference-Id": "payment-77"}
    server.request("POST", "/invocations", json.dumps(secret).encode(), named)
    wait_until(lambda: "payment-77" in server.log.read_text())
    lines = server.log.read_text().splitlines()
    entry = json.loads(next(line for line in lines if "payment-77" in line))
    assert set(entry) == {
        *("request_id", "status", "milliseconds", "rows", "alerts"),
        *("max_fraud_probability", "values_outside_training_range"),
    }
    assert "0.1234" not in server.log.read_text()
    assert "87.65" not in server.log.read_text()


def test_a_killed_worker_is_replaced(model_dir: Path, tmp_path: Path) -> None:
    with project_server(model_dir, tmp_path / "log", workers=2) as server:
        first, second = server.workers()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(set(server.workers()) - {first, second}) == 1)
        assert second in server.workers()
        assert server.is_healthy()
        assert "ended with status -9; starting another" in server.log.read_text()


def test_sigterm_finishes_what_has_begun_and_leaves_no_process(
    model_dir: Path, tmp_path: Path
) -> None:
    with project_server(model_dir, tmp_path / "log", workers=2) as server:
        workers = server.workers()
        named = b"Host: x\r\nX-Amzn-SageMaker-Inference-Id: last\r\n"
        begun = server.send(REQUEST[:-5].replace(b"Host: x\r\n", named))
        # The part above has arrived when a later request has been answered.
        for _ in workers:
            assert server.request("POST", "/invocations", BODY, JSON)[0] == 200
        server.process.send_signal(signal.SIGTERM)

        def refuses() -> bool:
            try:
                socket.create_connection(("127.0.0.1", server.port)).close()
            except OSError:
                return True
            return False

        begun.sendall(REQUEST[-5:])
        assert read_answers(begun, 1)[0][0] == 200
        wait_until(refuses)
        assert server.process.wait(60) == 0
        wait_until(
            lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers)
        )
        assert '"request_id": "last", "status": 200' in server.log.read_text()


def test_a_bad_artifact_ends_the_server_before_it_is_healthy(
    model_dir: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    log = tmp_path / "log"
    with (
        pytest.raises(AssertionError, match=r"\[ERROR\] The artifact has no manifest"),
        project_server(empty, log),
    ):
        pass


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A server that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "serving", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "port", "told"),
    [
        (
            "--workers 0",
            "",
            "--workers: expected a whole number from 1 to 1024, got '0'",
        ),
        ("--workers -1", "", "--workers: expected a whole number from 1 to 1024, got"),
        ("--workers 2.5", "", "--workers: expected a whole number from 1 to 1024, got"),
        ("--port 99999", "", "--port: expected a whole number from 0 to 65535, got"),
        ("--port -1", "", "--port: expected a whole number from 0 to 65535, got '-1'"),
        ("", "abc", "SAGEMAKER_BIND_TO_PORT: expected a whole number from 0 to 65535"),
        ("", "65536", "SAGEMAKER_BIND_TO_PORT: expected a whole number from 0 to"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(
    model_dir: Path, arguments: str, port: str, told: str
) -> None:
    ended = start(
        *arguments.split(), FRAUD_MODEL_DIR=str(model_dir), SAGEMAKER_BIND_TO_PORT=port
    )
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("[ERROR] ")
    assert told in line


def test_a_port_in_use_is_told(server: Server, model_dir: Path, tmp_path: Path) -> None:
    arguments = ["--host", "127.0.0.1", "--port", str(server.port), "--workers", "1"]
    ended = start(*arguments, FRAUD_MODEL_DIR=str(model_dir))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"[ERROR] Cannot listen on 127.0.0.1:{server.port}")


@pytest.mark.parametrize("workers", [1, 2])
def test_two_servers_do_not_share_a_port(
    model_dir: Path, tmp_path: Path, workers: int
) -> None:
    with project_server(model_dir, tmp_path / "log", workers=2) as first:
        for host in ("127.0.0.1", "0.0.0.0"):
            second = subprocess.run(
                [
                    *(sys.executable, "-m", "serving", "--model-dir", model_dir),
                    *("--host", host, "--port", str(first.port)),
                    *("--workers", str(workers)),
                ],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert second.returncode == 1
            assert "stop what uses the port" in second.stderr
        assert first.is_healthy()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL])
def test_no_worker_outlives_its_supervisor(
    model_dir: Path, tmp_path: Path, number: int
) -> None:
    with project_server(model_dir, tmp_path / "log", workers=2) as running:
        workers = running.workers()
        assert len(workers) == 2
        status = running.stop(number)
        assert status == (-number if number == signal.SIGKILL else 0)
        wait_until(lambda: not any(map(psutil.pid_exists, workers)))


def test_a_closed_standard_error_ends_nothing(model_dir: Path, tmp_path: Path) -> None:
    command = f'exec "{sys.executable}" -m serving "$@" >&- 2>&-'
    with project_server(
        model_dir, tmp_path / "log", workers=2, command=("sh", "-c", command, "serve")
    ) as running:
        (victim, _) = running.workers()
        os.kill(victim, signal.SIGKILL)
        wait_until(
            lambda: len(running.workers()) == 2 and victim not in running.workers()
        )
        assert running.is_healthy()
        assert running.stop() == 0


def test_the_log_goes_on_when_its_reader_went_and_came_again(
    model_dir: Path, tmp_path: Path
) -> None:
    """Standard output is a pipe: opened by name again, it has another reader."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    command = f'exec "{sys.executable}" -m serving "$@" >"{pipe}"'
    with project_server(
        model_dir, tmp_path / "log", command=("sh", "-c", command, "serve")
    ) as running:
        os.close(reader)
        for _ in range(3):
            assert running.request("POST", "/invocations", BODY, JSON)[0] == 200
            time.sleep(0.3)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        seen = b""

        def dropped_lines_are_told() -> bool:
            nonlocal seen
            running.request("POST", "/invocations", BODY, JSON)
            with suppress(BlockingIOError):
                seen += os.read(reader, 65536)
            return b"log_lines_dropped" in seen and b'"status": 200' in seen

        wait_until(dropped_lines_are_told)
    os.close(reader)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_while_the_model_loads_ends_the_server_at_once(
    model_dir: Path, tmp_path: Path, number: int
) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    (slow / "sitecustomize.py").write_text(
        "import sys, time\n"
        "class Slow:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'serving.service':\n"
        "            print('loading', flush=True)\n"
        "            time.sleep(120)\n"
        "sys.meta_path.insert(0, Slow())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "serving", "--port", "0", "--model-dir", model_dir],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(slow)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "loading\n"
        started = time.monotonic()
        process.send_signal(number)
        assert process.wait(60) == 0
        assert time.monotonic() - started < 5
    finally:
        process.kill()
        process.wait()
