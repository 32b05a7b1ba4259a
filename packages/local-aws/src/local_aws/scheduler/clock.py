"""A thread that fires the schedules that moto keeps, when they are due."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError
from moto.scheduler.models import Schedule, ScheduleGroup, scheduler_backends

from local_aws.scheduler.expressions import ExpressionError, is_due
from local_aws.scheduler.firing import FiringError, fire
from local_aws.server_state import current, log

TICK_SECONDS = 0.5


class Clock:
    """Looks for due schedules twice a second until it is stopped."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start looking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; what was called goes on."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        before = datetime.now(tz=UTC)
        while not self._stopped.wait(TICK_SECONDS):
            now = datetime.now(tz=UTC)
            for account, region, group, schedule in list(_schedules()):
                if _is_due(schedule, before, now):
                    _fire(account, region, group, schedule)
            before = now


def _schedules() -> Iterator[tuple[str, str, ScheduleGroup, Schedule]]:
    for account, backends in list(scheduler_backends.items()):
        for region, backend in list(backends.items()):
            for group in list(backend.schedule_groups.values()):
                for schedule in list(group.schedules.values()):
                    yield account, region, group, schedule


def _is_due(schedule: Schedule, after: datetime, until: datetime) -> bool:
    # An update that leaves the state out enables, but moto then has none.
    if schedule.state == "DISABLED":
        return False
    try:
        return is_due(
            schedule.schedule_expression,
            schedule.schedule_expression_timezone,
            after,
            until,
        )
    except (ExpressionError, ValueError, OSError):
        return False


def _fire(account: str, region: str, group: ScheduleGroup, schedule: Schedule) -> None:
    clients = current().clients(region)
    try:
        fire(clients, account, group.arn, schedule.target)
    except (FiringError, ClientError, BotoCoreError, ValueError) as error:
        log.warning("schedule %s failed: %s", schedule.name, error)
    else:
        log.info("schedule %s called %s", schedule.name, schedule.target["Arn"])
