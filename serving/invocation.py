"""One request from body to answer, whatever the transport."""

from dataclasses import dataclass

from artifact.scorer import Scorer
from serving import media_types
from serving.csv_input import CsvReader
from serving.encoding import encode
from serving.errors import RequestError, empty_body, too_large
from serving.json_input import JsonReader
from serving.npy_input import read_npy
from serving.schema import Rows, Schema

#: Largest body of a real-time endpoint:
#: https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints.html
MAX_BODY_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """Status, media type and body; rows and values outside training's range."""

    status: int
    media_type: str
    body: bytes
    rows: int = 0
    outside: int = 0
    error_code: str = ""


class Invocations:
    """Answers requests with one scorer."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._schema = Schema(scorer.manifest)
        self._json = JsonReader(self._schema)
        self._csv = CsvReader(self._schema)

    def answer(self, body: bytes, content_type: str = "", accept: str = "") -> Answer:
        """Score the transactions in `body`; a refusal is an answer too."""
        try:
            return self._score(body, content_type, accept)
        except RequestError as error:
            return refusal(error)

    def _score(self, body: bytes, content_type: str, accept: str) -> Answer:
        media_type = media_types.input_type(content_type)
        default = media_types.JSON if media_type == media_types.NPY else media_type
        wanted = media_types.output_type(accept, default)
        if len(body) > MAX_BODY_BYTES:
            raise too_large(MAX_BODY_BYTES)
        if not body:
            raise empty_body()
        rows, form = self._read(body, media_type)
        probabilities = self._scorer.predict(rows).tolist()
        return Answer(
            200,
            wanted,
            encode(probabilities, form, wanted),
            rows=len(rows),
            outside=self._schema.count_outside(rows),
        )

    def _read(self, body: bytes, media_type: str) -> tuple[Rows, str]:
        if media_type == media_types.JSON:
            return self._json.read(body)
        if media_type == media_types.JSON_LINES:
            return self._json.read_lines(body), "list"
        if media_type == media_types.CSV:
            return self._csv.read(body), "list"
        return read_npy(body, self._schema), "list"


def refusal(error: RequestError) -> Answer:
    """Make the answer that says why a request was refused."""
    return Answer(error.status, media_types.JSON, error.body(), error_code=error.code)
