"""The process of one host that trains; its agent starts it and listens to it."""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from artifact.printable import printable
from training import container
from training.command_line import parser, to_arguments
from training.distributed.checkpoints import checkpoints_dir
from training.distributed.group import communicating
from training.distributed.hosts import Hosts, address_of, hosts_of, threads_of
from training.distributed.job import train
from training.errors import TrainingError
from training.report.run import describe_run

_STARTED = time.perf_counter()
_TRACKER_SECONDS = 60

Report = Callable[..., None]


def main(argv: Sequence[str] | None = None) -> int:
    """Train; report the end to the agent. Return 0, or 1 after a failure."""
    given = list(sys.argv[1:] if argv is None else argv)
    *options, _, descriptor = given
    with os.fdopen(int(descriptor), "w") as pipe:

        def report(**message: Any) -> None:  # noqa: ANN401 - what JSON can hold
            pipe.write(json.dumps(message) + "\n")
            pipe.flush()

        try:
            with _reported(report):
                _work(options, report)
        except _ReportedError:
            return 1
        report(done=True)
    return 0


class _ReportedError(Exception):
    """The agent knows of the failure."""


@contextmanager
def _reported(report: Report) -> Iterator[None]:
    """Report a failure, before what is around it ends: that can take long."""
    from xgboost.core import XGBoostError  # noqa: PLC0415 - slow to load

    try:
        yield
    except _ReportedError:
        raise
    except TrainingError as error:
        report(failed=str(error))
        raise _ReportedError from error
    except Exception as error:
        traceback.print_exc()
        said = f"{type(error).__name__}; its log has the traceback."
        # Another host's death shows here as a broken connection, and as nothing else.
        is_consequence = isinstance(error, XGBoostError)
        report(**{"broken" if is_consequence else "failed": said})
        raise _ReportedError from error


def _work(options: Sequence[str], report: Report) -> None:
    environment = os.environ
    hosts = hosts_of(environment)
    chosen = parser().parse_args(options)
    data_path = chosen.data or container.data_path(environment)
    model_dir = chosen.model_dir or container.model_dir(environment)
    if data_path is None or model_dir is None:
        raise TrainingError("The job has no channel of data; start it again.")
    described = partial(describe_run, data_path, variables=environment)
    tracker, where = _meet(hosts, report)
    # The agent's end closes standard input: nobody would end this process then.
    threading.Thread(target=_end_with_agent, daemon=True).start()
    with communicating(hosts, where) as group, _reported(report):
        train(
            group,
            data_path,
            model_dir,
            to_arguments(chosen),
            run=lambda span: described(span=span),
            checkpoints_dir=checkpoints_dir(environment),
            threads=threads_of(hosts),
            tell=_say,
        )
    if tracker is not None:
        tracker.wait_for(timeout=_TRACKER_SECONDS)


def _meet(hosts: Hosts, report: Report) -> tuple[Any, dict[str, Any]]:
    """Return the tracker, which the first host keeps, and where all find it."""
    if not hosts.is_first:
        return None, json.loads(sys.stdin.readline())["tracker"]
    from xgboost.tracker import RabitTracker  # noqa: PLC0415 - slow to load

    tracker = RabitTracker(len(hosts), host_ip=address_of(hosts.current), sortby="task")
    tracker.start()
    where = tracker.worker_args()
    report(tracker=where)
    return tracker, where


def _end_with_agent() -> None:
    sys.stdin.read()
    os._exit(1)


def _say(what: str) -> None:
    print(f"{time.perf_counter() - _STARTED:7.1f} s  {printable(what)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
