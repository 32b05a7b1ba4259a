"""Bodies as text."""

from collections.abc import Iterator

from serving.errors import bad_request

BLANK = " \t\n\r"
#: Large bodies are read in blocks of this size: a single call of compiled code on all
#: of a body would keep the small requests beside it waiting.
BLOCK_BYTES = 64 * 1024


def decode_text(body: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises
    ------
    RequestError
        If the bytes are not UTF-8.
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad_request(
            "invalid_encoding", expected="UTF-8", got=f"other bytes at {error.start}"
        ) from None


def lines_of(text: str) -> Iterator[str]:
    """Lines between line feeds, one at a time: a body may hold millions."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def counted_cells(number: int) -> str:
    """Return a number of cells in words."""
    return "1 cell" if number == 1 else f"{number} cells"
