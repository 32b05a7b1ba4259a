"""One worker process: uvicorn around the service on a given socket, and its memory."""

import ctypes
import gc
import socket
from contextlib import suppress

import uvicorn

from serving.server.asgi import AsgiApplication
from serving.server.http_protocol import KEEP_ALIVE_SECONDS, Protocol
from serving.server.supervisor import DRAIN_SECONDS
from serving.service import Service

#: Connections a worker holds at a time; further ones are answered 503.
MAX_CONNECTIONS = 2048

# <malloc.h>: above this many free bytes at its top, the heap goes back to the system.
_M_TRIM_THRESHOLD = -1
# glibc's own 128 KB would be given back and taken again with every batch of rows.
_TRIM_THRESHOLD_BYTES = 2 * 1024 * 1024


def run_worker(service: Service, listener: socket.socket) -> None:
    """Serve one socket until SIGTERM, then finish what has begun."""
    config = uvicorn.Config(
        AsgiApplication(service),
        http=Protocol,
        loop="uvloop",
        ws="none",
        interface="asgi3",
        proxy_headers=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=int(KEEP_ALIVE_SECONDS),
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        service.log.flush()


def settle() -> None:
    """Give back what loading the model needed, and keep the rest as it is.

    To be called before workers fork: the collector then neither looks at what they
    share nor copies its pages. glibc raises its threshold with every large body
    unless it is set; other C libraries have no such calls and need none.
    """
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(None)
    with suppress(AttributeError):
        library.mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD_BYTES)
        library.malloc_trim(0)
