"""Calls of AWS side by side, none of which is waited for beyond a deadline."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

WORKERS = 8
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Outcome:
    """A call's result, and whether AWS may have carried it out where there is none."""

    value: Any = None
    is_known: bool = False
    may_be_done: bool = False


class Calls:
    """Runs calls in threads of its own."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(WORKERS, "history")

    def start(self, call: Callable[..., Any], *arguments: Any) -> "Future[Any]":  # noqa: ANN401
        """Start a call; `outcome_of` ends it."""
        return self._executor.submit(call, *arguments)

    def close(self) -> None:
        """Wait for the calls under way, and stop the threads."""
        self._executor.shutdown()


def outcome_of(future: "Future[Any]", until: float) -> Outcome:
    """Wait for a call until a moment of `time.monotonic`; never raises for AWS."""
    try:
        return Outcome(future.result(max(until - time.monotonic(), 0.0)), is_known=True)
    except TimeoutError:
        # What waits in the queue behind a slow table must not be written later on.
        return Outcome(may_be_done=not future.cancel())
    except ClientError as error:
        status = error.response["ResponseMetadata"].get("HTTPStatusCode")
        return Outcome(may_be_done=(status or _SERVER_ERROR) >= _SERVER_ERROR)
    except BotoCoreError:
        return Outcome(may_be_done=True)


def condition_failed(error: ClientError) -> bool:
    """Whether a write was refused because of its own condition."""
    return error.response["Error"].get("Code") == "ConditionalCheckFailedException"
