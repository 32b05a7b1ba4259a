"""One HTTP server on loopback for all services."""

import logging
import shutil
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from local_aws.containers.dockerfile import DockerfileImage
from local_aws.guard import guarded
from local_aws.processes import Processes
from local_aws.sagemaker.models import sagemaker_backends
from local_aws.scheduler.clock import Clock
from local_aws.server_state import ServerState, activate
from local_aws.services import dispatcher


class Server:
    """AWS on this machine, as a context manager that leaves nothing behind."""

    def __init__(
        self,
        listener: socket.socket,
        *,
        startup_timeout_seconds: float,
        time_scale: float,
        images: Sequence[DockerfileImage] = (),
        hosts: Sequence[str] = (),
        log_requests: bool = False,
    ) -> None:
        logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
        logging.getLogger("local_aws").setLevel(logging.INFO)
        logging.getLogger("werkzeug").setLevel(
            logging.INFO if log_requests else logging.ERROR
        )
        # Always `localhost`: SDKs may address a bucket as `<bucket>.localhost`.
        self.url = f"http://localhost:{listener.getsockname()[1]}"
        self._directory = Path(tempfile.mkdtemp(prefix="local-aws-"))
        self._processes = Processes(self._directory)
        activate(
            ServerState(
                self.url,
                self._directory,
                self._processes,
                startup_timeout_seconds,
                time_scale,
                images,
            )
        )
        host, port = listener.getsockname()
        self._http = make_server(
            host,
            port,
            guarded(dispatcher(), hosts),
            threaded=True,
            request_handler=MotoRequestHandler,
            fd=listener.fileno(),
        )
        listener.close()
        self._clock = Clock()

    def serve_forever(self) -> None:
        """Answer requests until the process is told to stop."""
        self._clock.start()
        self._http.serve_forever(poll_interval=0.1)

    def interrupt_spot_instances(self) -> None:
        """Take the instances of spot training jobs away, as AWS does at times."""
        for account in list(sagemaker_backends.values()):
            for backend in list(account.values()):
                backend.interrupt_spot_instances()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clock.stop()
        self._http.server_close()
        self._processes.close()
        shutil.rmtree(self._directory, ignore_errors=True)
