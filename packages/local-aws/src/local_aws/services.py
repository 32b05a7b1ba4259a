"""Which of moto's services local AWS replaces, and how requests find them."""

from typing import Any

from flask import Flask
from moto import backends as moto_backends
from moto.backends import SERVICE_NAMES
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)

from local_aws import patches
from local_aws.cloudformation.models import cloudformation_backends
from local_aws.errors import answer_errors
from local_aws.sagemaker.models import sagemaker_backends
from local_aws.sagemakerruntime.models import sagemakerruntime_backends

REPLACED = {
    "cloudformation": cloudformation_backends,
    "sagemaker": sagemaker_backends,
    "sagemakerruntime": sagemakerruntime_backends,
}

_moto_backends: Any = moto_backends
_moto_get_backend = _moto_backends.get_backend


def _get_backend(name: str) -> object:
    return REPLACED[name] if name in REPLACED else _moto_get_backend(name)


def dispatcher() -> DomainDispatcherApplication:
    """Return the WSGI application of all services.

    moto finds a service's backends by one function, from which it also takes their
    URLs; it is the one place where local AWS puts its own services in.
    """
    _moto_backends.get_backend = _get_backend
    patches.apply()
    return DomainDispatcherApplication(_create_app)


def _create_app(service: SERVICE_NAMES) -> Flask:
    app = create_backend_app(service)
    app.debug = False
    answer_errors(app, service)
    return app
