"""One request from body to answer, whatever the transport."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from artifact.loading import Artifact
from artifact.scoring.reasons import explain
from serving.alerts import AlertCounter
from serving.errors import RequestError, bad_request, empty_body, too_large
from serving.formats import media_types
from serving.formats.csv_input import CsvReader
from serving.formats.encoding import encode, encode_one, encode_with_reasons
from serving.formats.json_input import JsonReader
from serving.formats.npy_input import read_npy
from serving.formats.schema import Ignored, Rows, Schema
from serving.request import MAX_BODY_BYTES, Request, reasons_wanted

#: Reasons cost two scored rows per feature; for more transactions use batch transform.
MAX_ROWS_WITH_REASONS = 100

_JSON_INPUTS = frozenset({"", media_types.JSON})
_JSON_OUTPUTS = frozenset({"", "*/*", media_types.JSON})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """Status, media type and body; and for the log, what was scored."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str] = _NO_HEADERS
    rows: int = 0
    #: Values outside the range that training saw.
    outside: int = 0
    #: Transactions that the artifact's own decision rule would have reviewed.
    alerts: int = 0
    max_fraud_probability: float = 0.0
    error_code: str = ""
    #: Fields of the training table that the model does not use.
    ignored: int = 0
    #: Transactions that came without the history of at least one entity.
    without_history: int = 0
    #: Values that are missing, of features that training never saw missing.
    missing: int = 0


class Invocations:
    """Answers requests with one artifact."""

    def __init__(self, artifact: Artifact) -> None:
        self._scorer = artifact.scorer
        self._features = artifact.manifest.features
        self._schema = Schema(artifact.manifest)
        self._json = JsonReader(self._schema)
        self._csv = CsvReader(self._schema)
        self._alerts = AlertCounter(artifact.decision_rule, self._schema)

    def answer(self, request: Request) -> Answer:
        """Score the transactions in the body; a refusal is an answer too."""
        try:
            return self._score_common(request) or self._score(request)
        except RequestError as error:
            return refusal(error)

    def _score_common(self, request: Request) -> Answer | None:
        """Answer what nearly every request is: one ordinary transaction in JSON.

        `_score` would give the same answer, in twice the time; it gets all others.
        """
        if (
            request.content_type not in _JSON_INPUTS
            or request.accept not in _JSON_OUTPUTS
            or request.custom_attributes
        ):
            return None
        values = self._json.read_one(request.body)
        if values is None:
            return None
        probability = self._scorer.predict_one(values)
        return Answer(
            200,
            media_types.JSON,
            encode_one(probability),
            rows=1,
            alerts=self._alerts.count_one(probability, values),
            max_fraud_probability=probability,
            without_history=int(self._schema.is_without_history(values)),
            missing=self._schema.lacks(values),
        )

    def _score(self, request: Request) -> Answer:
        media_type = media_types.input_type(request.content_type)
        default = media_types.JSON if media_type == media_types.NPY else media_type
        wanted = media_types.output_type(request.accept, default)
        n_reasons = reasons_wanted(request.custom_attributes)
        if len(request.body) > MAX_BODY_BYTES:
            raise too_large(MAX_BODY_BYTES)
        if not request.body:
            raise empty_body()
        ignored = Ignored()
        rows, form = self._read(request.body, media_type, ignored)
        probabilities = self._scorer.predict(rows)
        if n_reasons:
            body = self._explain(rows, probabilities, form, wanted, n_reasons)
        else:
            body = encode(probabilities, form, wanted)
        return Answer(
            200,
            wanted,
            body,
            rows=len(probabilities),
            outside=self._schema.count_outside(rows),
            alerts=self._alerts.count(probabilities, rows),
            max_fraud_probability=float(probabilities.max()),
            ignored=ignored.fields,
            without_history=self._schema.count_without_history(rows),
            missing=self._schema.count_missing(rows),
        )

    def _read(self, body: bytes, media_type: str, ignored: Ignored) -> tuple[Rows, str]:
        if media_type == media_types.JSON:
            return self._json.read(body, ignored)
        if media_type == media_types.JSON_LINES:
            return self._json.read_lines(body, ignored), "list"
        if media_type == media_types.CSV:
            return self._csv.read(body, ignored), "list"
        return read_npy(body, self._schema), "list"

    def _explain(
        self, rows: Rows, probabilities: Rows, form: str, wanted: str, count: int
    ) -> bytes:
        if wanted in (media_types.CSV, media_types.NPY):
            raise RequestError(
                406,
                "not_acceptable",
                expected="Accept of a JSON type, which can hold reasons",
                got=wanted,
            )
        if len(rows) > MAX_ROWS_WITH_REASONS:
            raise bad_request(
                "too_many_rows",
                expected=f"at most {MAX_ROWS_WITH_REASONS} transactions with explain",
                got=f"{len(rows)} transactions",
            )
        reasons = [explain(self._scorer, self._features, row, count) for row in rows]
        return encode_with_reasons(probabilities.tolist(), reasons, form, wanted)


def refusal(error: RequestError, headers: Mapping[str, str] = _NO_HEADERS) -> Answer:
    """Make the answer that says why a request was refused."""
    return Answer(
        error.status,
        media_types.JSON,
        error.body(),
        headers=headers,
        error_code=error.code,
    )
