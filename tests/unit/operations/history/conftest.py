"""The store of a table in memory."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from operations.history.store import HistoryStore


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[HistoryStore]:
    # A conftest is loaded before pytest knows `tests` as a package.
    from tests.unit.operations.history.stores import new_store  # noqa: PLC0415

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield new_store("histories")
