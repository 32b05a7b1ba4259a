"""What a worker reports of its failure, and when."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from xgboost.core import XGBoostError

from training.distributed import worker
from training.distributed.hosts import ALONE
from training.errors import TrainingError


class Tracker:
    """Waits for all hosts, which do not come to the end after a failure."""

    def wait_for(self, timeout: float) -> None:
        raise AssertionError("waited for hosts that will not come")


@pytest.mark.parametrize(
    ("error", "reported"),
    [
        (
            TrainingError("The data hold no files."),
            {"failed": "The data hold no files."},
        ),
        (ValueError("secret"), {"failed": "ValueError; its log has the traceback."}),
        (MemoryError(), {"failed": "MemoryError; its log has the traceback."}),
        # This alone may be the consequence of another host's death.
        (XGBoostError("x"), {"broken": "XGBoostError; its log has the traceback."}),
    ],
)
def test_a_failure_is_reported_once_and_before_the_group_is_left(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reported: dict[str, str]
) -> None:
    read, write = os.pipe()
    heard = os.fdopen(read)
    seen: list[Any] = []

    @contextmanager
    def communicating(*_: object) -> Iterator[None]:
        try:
            yield
        finally:
            seen.append(json.loads(heard.readline()))

    def train(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(worker, "communicating", communicating)
    monkeypatch.setattr(worker, "train", train)
    monkeypatch.setattr(worker, "hosts_of", lambda _: ALONE)
    monkeypatch.setattr(worker, "_meet", lambda *_: (Tracker(), {}))
    monkeypatch.setattr(worker, "_end_with_agent", lambda: None)
    arguments = ["--data", "data", "--model-dir", "model", "--report-to", str(write)]
    assert worker.main(arguments) == 1
    assert seen == [reported]
    assert heard.read() == ""
    heard.close()
