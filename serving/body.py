"""The limits of a request's body, checked before it is in memory."""

from serving.errors import RequestError, bad_request, too_large

#: Largest body of a real-time endpoint:
#: https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints.html
MAX_BODY_BYTES = 25 * 1024 * 1024


def check_encoding(encoding: str) -> None:
    """Refuse a compressed body: a small one could unpack to any size."""
    if encoding not in ("", "identity"):
        raise RequestError(
            415,
            "unsupported_media_type",
            expected="a body without Content-Encoding",
            got="an encoded body",
        )


def check_length(announced: str) -> int:
    """Return the length that Content-Length announces, refusing one too large."""
    if not announced.isascii() or not announced.isdigit():
        raise bad_request(
            "invalid_length", expected="Content-Length in digits", got="other text"
        )
    if len(announced) > len(str(MAX_BODY_BYTES)) or int(announced) > MAX_BODY_BYTES:
        raise too_large(MAX_BODY_BYTES)
    return int(announced)
