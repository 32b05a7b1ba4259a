"""One worker process: uvicorn around the service, on a socket it is given."""

import socket

import uvicorn

from serving.server.asgi import AsgiApplication
from serving.server.http_protocol import KEEP_ALIVE_SECONDS, Protocol
from serving.server.supervisor import DRAIN_SECONDS
from serving.service import Service

#: Connections a worker holds at a time; further ones are answered 503.
MAX_CONNECTIONS = 2048


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
