"""uvicorn's HTTP protocol with a short way for the common request, and deadlines.

Three in four microseconds of a small request are spent on making an ASGI task of it.
A request to score a small body that is announced by its length, with nothing else
going on in its connection, is therefore answered as soon as the parser has all of it.
Every other request takes uvicorn's own way to the ASGI application.

uvicorn has no deadline for a request that never becomes complete; here one sweep a
second over a worker's connections ends those, and idle ones.
"""

import asyncio
import os
import socket
import struct
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from serving.errors import RequestError
from serving.invocation import Answer
from serving.request import Request
from serving.server.asgi import BODY_SECONDS, INLINE_BYTES, AsgiApplication
from serving.server.http_head import HEAD, MAX_HEAD_BYTES, NO_LINES, BoundedHeads
from serving.service import header_lines

#: An idle connection is kept this long, longer than load balancers keep theirs.
KEEP_ALIVE_SECONDS = 75.0
_SWEEP_SECONDS = 1.0

_PATH, _METHOD, _VERSION = b"/invocations", b"POST", "1.1"
_CONNECT = b"CONNECT"
_NO_LINGER = struct.pack("ii", 1, 0)
_WANTED = {
    b"content-type": "content_type",
    b"accept": "accept",
    b"x-amzn-sagemaker-custom-attributes": "custom_attributes",
    b"x-amzn-sagemaker-inference-id": "id",
}
_LENGTH, _ENCODING = b"content-length", b"content-encoding"
_INDIRECT = frozenset({b"transfer-encoding", b"expect", b"upgrade"})
_JSON = "application/json"
_OK = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
)


class Protocol(BoundedHeads):
    """One connection."""

    _sweeping = False

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*arguments, **named)
        self._service = cast("AsgiApplication", self.config.app).service
        #: Body so far of a request that goes the short way; None outside of one.
        self._direct: bytes | None = None
        self._fields: dict[str, str] = {}
        self._closing = False
        #: When what is being waited for began: a whole request, or the next one.
        self._since = self.loop.time()
        self._receiving = False
        #: Bytes of answers that the client had not taken at the last sweep, and since
        #: when it has taken none.
        self._unsent_bytes, self._unsent_since = 0, self._since

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's
        """Begin; the first connection of a worker starts the sweep."""
        super().connection_made(transport)
        if not Protocol._sweeping:
            Protocol._sweeping = True
            self.loop.call_later(_SWEEP_SECONDS, _sweep, self.loop, self.connections)

    def on_message_begin(self) -> None:
        """Note when the request began; only uvicorn's way needs an ASGI scope."""
        self._since, self._receiving = self.loop.time(), True
        self._in_lines, self._began_here = HEAD, True
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """Choose the way."""
        self._in_lines = NO_LINES
        if self._most_line_bytes > MAX_HEAD_BYTES:
            self.check_head()
        if self._may_go_direct():
            self._direct = b""
            return
        if self.parser.get_method() == _CONNECT:
            self.answer_and_close(
                RequestError(
                    HTTPStatus.METHOD_NOT_ALLOWED,
                    "method_not_allowed",
                    expected="GET or POST",
                    got="another method",
                )
            )
            return
        if self.take_offer():
            return
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()
        if expects and self.cycle is not None:
            # A client that is refused need not send the body that it announced, so
            # nobody could tell where its next request begins.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Collect the body."""
        if self._direct is None:
            super().on_body(body)
        else:
            self._direct += body

    def on_message_complete(self) -> None:
        """Answer, on the short way."""
        if self._direct is None:
            # The parser also ends what it takes for an upgrade: not yet a request.
            if self._offer is None and not self._closing:
                self._receiving = False
                super().on_message_complete()
            return
        self._receiving = False
        body, self._direct = self._direct, None
        if self.transport.is_closing():
            return
        self._write(self._service.invoke(Request(body, **self._fields)))
        self.server_state.total_requests += 1
        self._since = self.loop.time()

    def shutdown(self) -> None:
        """Close when idle, else after the answer."""
        if self._direct is None:
            super().shutdown()
        else:
            self._closing = True

    def expire(self, now: float) -> None:
        """End what has taken too long."""
        waited = now - self._since
        if self._is_unread(now):
            self._reset()
            return
        if self._receiving and waited > BODY_SECONDS:
            if self._direct is not None or self.cycle is None:
                self.answer_and_close(
                    RequestError(
                        HTTPStatus.REQUEST_TIMEOUT,
                        "slow_request",
                        expected=f"the whole request within {BODY_SECONDS:g} seconds",
                        got="only part of it",
                    )
                )
            elif self.cycle.response_complete:
                self.transport.close()
        elif not self._receiving and waited > KEEP_ALIVE_SECONDS and self._is_idle():
            self.transport.close()

    def _is_unread(self, now: float) -> bool:
        """Whether nothing of an answer has been taken for too long."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent < self._unsent_bytes:
            self._unsent_since = now
        self._unsent_bytes = unsent
        return unsent > 0 and now - self._unsent_since > BODY_SECONDS

    def _reset(self) -> None:
        """Drop the connection, and what the kernel holds for it too."""
        number = self.transport.get_extra_info("socket").fileno()
        with socket.socket(fileno=os.dup(number)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def answer_and_close(self, error: RequestError) -> None:
        """Write a refusal as the last answer of the connection."""
        self._closing = True
        self._write(self._service.refuse(error, ""))

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _may_go_direct(self) -> bool:
        if (
            self.url != _PATH
            or self.parser.get_method() != _METHOD
            or self.parser.get_http_version() != _VERSION
            or not self._is_idle()
            or self.pipeline
            or self.flow.write_paused
            or len(self.connections) >= (self.limit_concurrency or 0)
        ):
            return False
        fields: dict[str, str] = {}
        length = b""
        for name, value in self.headers:
            if name in _WANTED:
                fields[_WANTED[name]] = value.decode("latin-1")
            elif name == _LENGTH:
                length = value
            elif name in _INDIRECT or (name == _ENCODING and value != b"identity"):
                return False
        self._fields = fields
        return length.isdigit() and int(length) <= INLINE_BYTES

    def _write(self, answer: Answer) -> None:
        keep = self.parser.should_keep_alive() and not self._closing
        if answer.status == HTTPStatus.OK and keep and answer.media_type == _JSON:
            self.transport.write(_OK % (len(answer.body), answer.body))
            return
        lines = [STATUS_LINE[answer.status]]
        lines += [f"{k.lower()}: {v}\r\n".encode() for k, v in header_lines(answer)]
        if not keep:
            lines.append(b"connection: close\r\n")
        self.transport.write(b"".join([*lines, b"\r\n", answer.body]))
        if not keep:
            self.transport.close()


def _sweep(loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
    now = loop.time()
    for connection in list(connections):
        connection.expire(now)
    loop.call_later(_SWEEP_SECONDS, _sweep, loop, connections)
