"""A bound for the head of a request, which uvicorn collects for as long as it comes.

The parser tells of a line when it is complete, and tells no positions. Counted are
therefore whole reads after the one in which a head began; of that one, what the parser
has made of it. A head within the bound is never refused.
"""

from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.errors import RequestError

#: Request line and header lines of a request; the trailer of a chunked body, too.
MAX_HEAD_BYTES = 64 * 1024
#: What a header line holds beside its name and value: a colon and the line's end.
_LINE_BYTES = 3
NO_LINES, HEAD, TRAILER = range(3)


class HeadTooLongError(Exception):
    """Stops the parser in the midst of what it was given."""


class BoundedHeads(HttpToolsProtocol):
    """One connection, of which no more is read once a head is too long."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*arguments, **named)
        #: The lines that the parser collects, and whether since the read at hand.
        self._in_lines, self._began_here = NO_LINES, False
        #: Bytes of them before the read at hand, and with it at most. Never reset:
        #: what is left of earlier lines only makes the most larger.
        self._line_bytes = self._most_line_bytes = 0
        self._head_refused = False
        #: Head of a request that offers an upgrade, without the offer.
        self._offer: bytes | None = None

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if self._head_refused:
            return
        self._began_here = False
        self._most_line_bytes = self._line_bytes + len(data)
        self._unset_keepalive_if_required()
        self._parse(data)
        if self._in_lines and not self._head_refused:
            self._line_bytes = (
                self._collected_bytes() if self._began_here else self._most_line_bytes
            )
            if self._line_bytes > MAX_HEAD_BYTES:
                self._head_refused = True
                self._refuse_head()

    def _parse(self, data: bytes | memoryview) -> None:
        """Parse what came, also behind the head of a request that offers an upgrade."""
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserError:
                self.send_400_response("Invalid HTTP request received.")
                return
            except httptools.HttpParserUpgrade as upgrade:
                if self._offer is None:
                    return
                head, self._offer = self._offer, None
                # The parser takes an upgrade for granted and would read no body.
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                self._most_line_bytes = len(head)
                self.parser.feed_data(head)
                data = memoryview(data)[upgrade.args[0] :]
            else:
                return

    def take_offer(self) -> bool:
        """Note the head of a request that offers an upgrade, to parse it without.

        The offer is ignored, as RFC 9110, 7.8 lets a server do.
        """
        if not self.parser.should_upgrade():
            return False
        lines = [
            b"%b: %b\r\n" % (name, value)
            for name, value in self.headers
            if name != b"upgrade"
        ]
        self._offer = b"%b %b HTTP/%b\r\n%b\r\n" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
            b"".join(lines),
        )
        return True

    def check_head(self) -> None:
        """Check a complete head that may be too long.

        Raises
        ------
        HeadTooLongError
            If it is.
        """
        if self._collected_bytes() > MAX_HEAD_BYTES:
            self._head_refused = True
            raise HeadTooLongError

    def on_chunk_header(self) -> None:
        """Expect a trailer: only the last chunk has one, but all are told alike."""
        self._in_lines, self._began_here = TRAILER, True

    def on_body(self, body: bytes) -> None:
        """Note that it was no trailer."""
        self._in_lines = NO_LINES
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a trailer has ended."""
        self._in_lines = NO_LINES
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on, or refuse the head that came while requests before it waited."""
        if self._head_refused and not self.pipeline:
            self._refuse_head()
        else:
            super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what stopped the parser."""
        if self._head_refused:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def answer_and_close(self, error: RequestError) -> None:
        """Write a refusal as the last answer of the connection."""
        raise NotImplementedError

    def _refuse_head(self) -> None:
        if self._in_lines == TRAILER:
            # Its request may be answered already, or wait behind another.
            self.transport.close()
        elif self.cycle is not None and not self.cycle.response_complete:
            self.flow.pause_reading()
        elif not self.transport.is_closing():
            self.answer_and_close(
                RequestError(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "head_too_long",
                    expected=f"at most {MAX_HEAD_BYTES} bytes of headers",
                    got="more",
                )
            )

    def _collected_bytes(self) -> int:
        lines = sum(
            len(name) + len(value) + _LINE_BYTES for name, value in self.headers
        )
        return len(self.url) + lines
