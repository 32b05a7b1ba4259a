"""The JSON files of an artifact, read as strictly as they were written."""

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from artifact.errors import ArtifactError

#: No JSON file of an artifact is near to it; more is not read.
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
#: Beyond them whole numbers are no counts, and float64 does not hold them exactly.
_MOST_DIGITS = 18


def parse_object(data: bytes, name: str) -> dict[str, Any]:
    """Parse the JSON object of the file `name`; every number in it is finite.

    Raises
    ------
    ArtifactError
        If it is no such object, or nested too deeply to be read.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise ArtifactError(
            f"{name} has more than {MAX_DOCUMENT_BYTES} bytes, which no artifact of "
            "this project has; train again."
        )
    try:
        document = json.loads(
            data.decode(),
            parse_int=_whole_number,
            parse_float=_finite_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
        # A half of a pair of surrogates could be written to no terminal and no file.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ArtifactError(
            f"{name} is not JSON that training wrote ({_reason(error)}); train again."
        ) from None
    if not isinstance(document, dict):
        raise ArtifactError(f"{name} must be a JSON object; train again.")
    return document


def read_file(path: Path) -> bytes:
    """Read a document of an unpacked artifact.

    Raises
    ------
    ArtifactError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise unreadable(path.name, error) from None


def unreadable(name: str, error: OSError) -> ArtifactError:
    """Build the error of a file that is there and cannot be read."""
    return ArtifactError(
        f"{name} of the artifact cannot be read ({error.strerror or error}); let the "
        "user that runs the server read it, with chmod -R a+rX."
    )


def _whole_number(text: str) -> int:
    if len(text.lstrip("-")) > _MOST_DIGITS:
        raise ValueError(f"a whole number of more than {_MOST_DIGITS} digits")
    return int(text)


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond the range of float64")
    return number


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word}, which is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name twice in one object")
    return fields


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeError):
        return "not UTF-8"
    return str(error)
