"""What is said of something that is not there: where, and what is there instead."""

from collections.abc import Callable, Iterable
from itertools import islice

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operations.account.errors import OperationError

#: Names that are listed at most.
_SHOWN = 6


def absent(
    session: boto3.Session,
    what: str,
    remedy: str,
    *,
    kind: str = "",
    there: Callable[[], Iterable[str]] | None = None,
) -> OperationError:
    """Return the error about something that does not exist.

    Parameters
    ----------
    what : str
        The thing with its name, such as ``stack fraud-dev-serving``.
    remedy : str
        What to do; it ends the sentence.
    kind : str
        What `there` lists, such as ``stacks of this project``.
    there : callable
        Returns the names of what exists. Whoever may not list them is not shown them.
    """
    said = f"There is no {what} in {whereabouts(session)}"
    if there is not None:
        try:
            names = list(islice(there(), _SHOWN + 1))
        except (ClientError, BotoCoreError, OperationError):
            names = None
        if names == []:
            said += f", which has no {kind}"
        elif names:
            more = ", …" if len(names) > _SHOWN else ""
            said += f", which has these {kind}: {', '.join(names[:_SHOWN])}{more}"
    return OperationError(f"{said}; {remedy}")


def whereabouts(session: boto3.Session) -> str:
    """Return region and account of a session; the region alone if AWS does not say."""
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (ClientError, BotoCoreError):
        return f"{session.region_name}"
    return f"{session.region_name}, account {account}"
