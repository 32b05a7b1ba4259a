"""Clients that ask an endpoint all the while and never try twice."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from local_aws.testing.running import LocalAws

#: Between an answer and a client's next request; without it they hold all processors.
PAUSE_SECONDS = 0.005


@dataclass
class Answers:
    """What the clients got: each answer's body in order, and each failure."""

    bodies: list[bytes] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def counts(self, start: int = 0) -> Counter[bytes]:
        """Return how often each body came, from a position on."""
        return Counter(self.bodies[start:])


def asking_once(aws: LocalAws, endpoint: str, **request: Any) -> Callable[[], bytes]:
    """Return a function that asks an endpoint; a failed request is not repeated."""
    client = boto3.client(
        "sagemaker-runtime",
        endpoint_url=aws.url,
        region_name=aws.environment["AWS_REGION"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )

    def ask() -> bytes:
        answer = client.invoke_endpoint(EndpointName=endpoint, **request)
        body: bytes = answer["Body"].read()
        return body

    return ask


@contextmanager
def load(ask: Callable[[], bytes], clients: int = 2) -> Iterator[Answers]:
    """Ask all the while from several threads."""
    answers = Answers()
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(PAUSE_SECONDS):
            try:
                answers.bodies.append(ask())
            except Exception as error:  # noqa: BLE001  (each failure is told)
                answers.failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=work, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()
