"""Batch transform's records: split into mini-batches, joined with their answers."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from local_aws.sagemaker.json_path import JsonPath, JsonPathError

CSV = "text/csv"
JSON = "application/json"
JSON_LINES = "application/jsonlines"


class RecordError(Exception):
    """An input object that cannot be transformed; the message is for its log."""


def mini_batches(
    lines: Iterable[bytes], *, limit_bytes: int, single: bool
) -> Iterator[list[bytes]]:
    """Yield lines, without their ends, as many together as fit into a request.

    Blank lines are no records.

    Raises
    ------
    RecordError
        If one record alone is larger than the limit.
    """
    batch: list[bytes] = []
    size_bytes = 0
    for line in lines:
        record = line.rstrip(b"\r\n")
        if not record.strip():
            continue
        needed_bytes = len(record) + 1
        if needed_bytes > limit_bytes:
            raise RecordError(
                f"a record of {needed_bytes} bytes exceeds MaxPayloadInMB "
                f"({limit_bytes} bytes)"
            )
        if batch and (single or size_bytes + needed_bytes > limit_bytes):
            yield batch
            batch, size_bytes = [], 0
        batch.append(record)
        size_bytes += needed_bytes
    if batch:
        yield batch


@dataclass(frozen=True)
class Processing:
    """A job's DataProcessing: what is sent, what is joined, what is stored."""

    input_filter: JsonPath
    output_filter: JsonPath
    joins: bool
    media_type: str
    by_line: bool

    @classmethod
    def parse(
        cls, settings: Mapping[str, str], media_type: str, *, by_line: bool
    ) -> Self:
        """Return the settings of a job whose input is of this media type.

        Raises
        ------
        JsonPathError
            If a filter is not supported, or not for this media type.
        """
        processing = cls(
            JsonPath.parse(settings.get("InputFilter") or "$"),
            JsonPath.parse(settings.get("OutputFilter") or "$"),
            settings.get("JoinSource") == "Input",
            media_type.partition(";")[0].strip().lower(),
            by_line,
        )
        if processing.is_needed:
            processing.check()
        return processing

    @property
    def is_needed(self) -> bool:
        """Whether records are looked into at all."""
        return (
            self.joins
            or not self.input_filter.is_root
            or not self.output_filter.is_root
        )

    def check(self) -> None:
        """Refuse what SageMaker cannot look into."""
        if self.media_type not in {CSV, JSON, JSON_LINES}:
            raise JsonPathError(
                f"DataProcessing needs a ContentType of {CSV}, {JSON} or {JSON_LINES}, "
                f"got {self.media_type!r}"
            )
        if self.media_type == CSV:
            for path in (self.input_filter, self.output_filter):
                if path.has_names:
                    raise JsonPathError(
                        f"CSV has no attributes: {path.text!r} must use indexes"
                    )
        if not self.by_line and self.media_type != JSON:
            raise JsonPathError(
                f"DataProcessing of {self.media_type} needs SplitType Line"
            )

    def request(self, records: list[bytes]) -> list[bytes]:
        """Return what is sent of each record."""
        if self.input_filter.is_root:
            return records
        return [self._write(self.input_filter.select(self._read(r))) for r in records]

    def result(self, records: list[bytes], answer: bytes) -> bytes:
        """Return what is stored for a mini-batch, given the container's answer.

        Raises
        ------
        RecordError
            If answers and records cannot be paired.
        """
        if not self.joins and self.output_filter.is_root:
            return answer
        answers = _lines(answer) if self.by_line else [answer]
        if len(answers) != len(records):
            raise RecordError(
                f"cannot pair {len(records)} records with {len(answers)} lines of the "
                f"answer"
            )
        results = []
        for record, one in zip(records, answers, strict=True):
            value = self._read(one)
            if self.joins:
                value = self._joined(self._read(record), value)
            results.append(self._write(self.output_filter.select(value)))
        return b"".join(result + b"\n" for result in results)

    def _joined(self, record: Any, answer: Any) -> Any:  # noqa: ANN401
        if self.media_type == CSV:
            return [*record, *answer]
        if isinstance(record, dict):
            return {**record, "SageMakerOutput": answer}
        return {"SageMakerInput": record, "SageMakerOutput": answer}

    def _read(self, text: bytes) -> Any:  # noqa: ANN401
        try:
            if self.media_type == CSV:
                return next(csv.reader([text.decode()], strict=True))
            return json.loads(text)
        except (ValueError, csv.Error) as error:
            raise RecordError(f"a record or answer is not {self.media_type}") from error

    def _write(self, value: Any) -> bytes:  # noqa: ANN401
        if self.media_type != CSV:
            return json.dumps(value, ensure_ascii=False).encode()
        line = io.StringIO()
        cells = value if isinstance(value, list) else [value]
        csv.writer(line, lineterminator="").writerow(cells)
        return line.getvalue().encode()


def _lines(text: bytes) -> list[bytes]:
    return [line for line in text.splitlines() if line.strip()]
