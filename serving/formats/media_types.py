"""The media types of requests and answers, and the choice among them."""

from serving.errors import RequestError

JSON = "application/json"
JSON_LINES = "application/jsonlines"
CSV = "text/csv"
NPY = "application/x-npy"

ACCEPTED_INPUTS = (JSON, JSON_LINES, CSV, NPY)
OFFERED_OUTPUTS = (JSON, JSON_LINES, CSV, NPY)

_ALIASES = {
    "application/x-jsonlines": JSON_LINES,
    "application/jsonl": JSON_LINES,
    "application/x-ndjson": JSON_LINES,
}


def input_type(content_type: str) -> str:
    """Media type of the body, from a Content-Type header; JSON when there is none.

    Raises
    ------
    RequestError
        415 for another type, or a charset other than UTF-8.
    """
    if content_type in ("", JSON):
        return JSON
    name, _, parameters = content_type.lower().partition(";")
    name = name.strip()
    name = _ALIASES.get(name, name)
    if name not in ACCEPTED_INPUTS:
        raise _unsupported(", ".join(ACCEPTED_INPUTS), "another content type")
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip(' "') not in (
            "utf-8",
            "utf8",
            "us-ascii",
        ):
            raise _unsupported("the charset utf-8", "another charset")
    return name


def output_type(accept: str, default: str) -> str:
    """Media type of the answer: the most preferred of an Accept header we offer.

    Raises
    ------
    RequestError
        406 when the header names only types that are not offered.
    """
    if accept in ("", "*/*"):
        return default
    best, best_quality = "", 0.0
    for item in accept.lower().split(","):
        name, _, parameters = item.partition(";")
        offered = _offered(name.strip(), default)
        quality = _quality(parameters)
        if offered and quality > best_quality:
            best, best_quality = offered, quality
    if not best:
        raise RequestError(
            406,
            "not_acceptable",
            expected="Accept of " + ", ".join(OFFERED_OUTPUTS),
            got="only other types",
        )
    return best


def _offered(name: str, default: str) -> str:
    if name == "*/*":
        return default
    name = _ALIASES.get(name, name)
    if name.endswith("/*"):
        group = name[:-1]
        matching = [t for t in (default, *OFFERED_OUTPUTS) if t.startswith(group)]
        return matching[0] if matching else ""
    return name if name in OFFERED_OUTPUTS else ""


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _unsupported(expected: str, got: str) -> RequestError:
    return RequestError(415, "unsupported_media_type", expected=expected, got=got)
