"""The ASGI application, as the project's own server runs it.

Small bodies are scored where they arrive; large ones in one thread beside, so that
/ping and small requests are answered meanwhile. Both queues are bounded.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeAlias

from serving.errors import RequestError, too_large
from serving.invocation import Answer, refusal
from serving.request import MAX_BODY_BYTES, Request, check_encoding, check_length
from serving.service import Service, header_lines

Scope: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]

#: A sender has this long for its whole body; SageMaker gives up after 60 seconds.
BODY_SECONDS = 30.0
#: Larger bodies go to the thread: below, decoding takes less than a millisecond.
INLINE_BYTES = 64 * 1024
#: Bytes of incomplete and large bodies held at a time, and of large answers (or a
#: single one that is larger); then the answer is 503.
MAX_HELD_BYTES = 4 * MAX_BODY_BYTES

_RETRY_AFTER = {"Retry-After": "1"}
_WANTED = {
    b"content-type": "content_type",
    b"accept": "accept",
    b"x-amzn-sagemaker-custom-attributes": "custom_attributes",
    b"x-amzn-sagemaker-inference-id": "id",
    b"content-length": "length",
    b"content-encoding": "encoding",
}


class DisconnectedError(Exception):
    """The client went away before its body was complete."""


class AsgiApplication:
    """Carries requests to a service and its answers back (ASGI 3, HTTP only)."""

    def __init__(self, service: Service, body_seconds: float = BODY_SECONDS) -> None:
        self.service = service
        self._body_seconds = body_seconds
        #: Bytes of incomplete and large bodies, and of large answers until their
        #: clients have read them.
        self._held_bytes = self._unread_bytes = 0
        self._thread = ThreadPoolExecutor(1, "large-bodies")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except DisconnectedError:
            return
        if len(answer.body) <= INLINE_BYTES:
            await _send(send, answer)
            return
        if (
            self._unread_bytes
            and self._unread_bytes + len(answer.body) > MAX_HELD_BYTES
        ):
            error = _overloaded("answers that are not yet read")
            await _send(send, refusal(error, _RETRY_AFTER))
            return
        self._unread_bytes += len(answer.body)
        try:
            await _send(send, answer)
        finally:
            self._unread_bytes -= len(answer.body)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        refused = self.service.refuse_address(scope["method"], scope["path"])
        if refused is not None:
            return refused
        if scope["path"] == "/ping":
            return self.service.ping()
        headers = {
            _WANTED[name]: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _WANTED
        }
        request_id = headers.get("id", "")
        try:
            check_encoding(headers.pop("encoding", ""))
            length = check_length(headers.pop("length", "0") or "0")
            return await self._read_and_score(receive, length, headers)
        except RequestError as error:
            answer = self.service.refuse(error, request_id)
            if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                return answer._replace(headers=_RETRY_AFTER)
            return answer

    async def _read_and_score(
        self, receive: Receive, length: int, headers: Mapping[str, str]
    ) -> Answer:
        message = await self._first(receive)
        if not message.get("more_body") and length <= INLINE_BYTES:
            return self.service.invoke(Request(message["body"], **headers))
        held = length or MAX_BODY_BYTES
        if self._held_bytes + held > MAX_HELD_BYTES:
            raise _overloaded("large bodies")
        self._held_bytes += held
        try:
            body = await self._within_time(_rest(message, receive))
            request = Request(body, **headers)
            if len(body) <= INLINE_BYTES:
                return self.service.invoke(request)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._thread, self.service.invoke, request
            )
        finally:
            self._held_bytes -= held

    async def _first(self, receive: Receive) -> Mapping[str, Any]:
        message: Mapping[str, Any] = await self._within_time(receive())
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        return message

    async def _within_time(self, reading: Awaitable[Any]) -> Any:  # noqa: ANN401 - what is read
        try:
            async with asyncio.timeout(self._body_seconds):
                return await reading
        except TimeoutError:
            raise RequestError(
                HTTPStatus.REQUEST_TIMEOUT,
                "slow_body",
                expected=f"the body within {self._body_seconds:g} seconds",
                got="only part of it",
            ) from None


async def _send(send: Send, answer: Answer) -> None:
    """Send an answer; return when its client has read all but little of it."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(k.encode(), v.encode()) for k, v in header_lines(answer)],
        }
    )
    is_large = len(answer.body) > INLINE_BYTES
    await send(
        {"type": "http.response.body", "body": answer.body, "more_body": is_large}
    )
    if is_large:
        # uvicorn waits before it sends on, not after it has sent.
        await send({"type": "http.response.body", "body": b""})


def _overloaded(of_what: str) -> RequestError:
    return RequestError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "overloaded",
        expected=f"at most {MAX_HELD_BYTES} bytes of {of_what} at a time",
        got="more",
    )


async def _rest(message: Mapping[str, Any], receive: Receive) -> bytes:
    """Body from its first message to its end, refused once it is too large."""
    chunks, size = [message["body"]], len(message["body"])
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        chunks.append(message["body"])
        size += len(message["body"])
        if size > MAX_BODY_BYTES:
            raise too_large(MAX_BODY_BYTES)
    return b"".join(chunks)
