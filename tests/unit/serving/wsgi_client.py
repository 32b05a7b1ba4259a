"""Calls a WSGI application as a server would, and checks that it keeps PEP 3333."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from serving.wsgi import Application


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class WsgiClient:
    def __init__(self, application: Application) -> None:
        self._application = validator(application)
        self.service = application.service

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        environ: Mapping[str, Any] | None = None,
    ) -> Reply:
        full: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **(environ or {}),
        }
        setup_testing_defaults(full)
        sent: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            sent.append((status, headers))
            return io.BytesIO().write

        chunks = self._application(full, start_response)
        try:
            answer = b"".join(chunks)
        finally:
            chunks.close()  # type: ignore[attr-defined]
        (status, headers), *_ = sent
        return Reply(int(status.split()[0]), dict(headers), answer)

    def invoke(
        self, body: bytes, content_type: str = "application/json", accept: str = ""
    ) -> Reply:
        return self.request(
            "POST",
            "/invocations",
            body,
            {
                "CONTENT_TYPE": content_type,
                **({"HTTP_ACCEPT": accept} if accept else {}),
            },
        )
