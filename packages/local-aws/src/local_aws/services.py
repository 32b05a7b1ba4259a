"""Which of moto's services local AWS replaces, and how requests find them."""

import sys
from collections.abc import Callable
from typing import Any

from flask import Flask
from moto import backends as moto_backends
from moto.backends import SERVICE_NAMES
from moto.moto_server import werkzeug_app
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.sagemaker import models as moto_sagemaker

from local_aws import patches
from local_aws.cloudformation.models import cloudformation_backends
from local_aws.errors import answer_errors, unsupported_service
from local_aws.sagemaker.models import sagemaker_backends
from local_aws.sagemakerruntime.models import sagemakerruntime_backends

REPLACED = {
    "cloudformation": cloudformation_backends,
    "sagemaker": sagemaker_backends,
    "sagemakerruntime": sagemakerruntime_backends,
}
#: moto's own pages, which empty or change the account of whoever reaches them.
CONTROL_PAGES = "moto_api"

_moto_backends: Any = moto_backends
_werkzeug_app: Any = werkzeug_app
_moto_get_backend = _moto_backends.get_backend


class Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, without its control pages, and with words for the unknown."""

    def get_application(self, environ: dict[str, Any]) -> Flask:
        """Return the application of a request's service."""
        try:
            return super().get_application(environ)
        except UnknownServiceError:
            return unsupported_service(environ)


class UnknownServiceError(Exception):
    """moto has no such service, or it is none of AWS's."""


def dispatcher() -> Dispatcher:
    """Return the WSGI application of all services.

    moto finds a service's backends by one function, from which it also takes their
    URLs; it is the one place where local AWS puts its own services in.
    """
    _moto_backends.get_backend = _get_backend
    _werkzeug_app.DISABLE_GLOBAL_CORS = True
    # moto looks into its folder at each request, a tenth of the request's time.
    modules = tuple(_moto_backends.list_of_moto_modules())
    _moto_backends.list_of_moto_modules = lambda: modules
    rebind(moto_sagemaker.sagemaker_backends, sagemaker_backends)
    patches.apply()
    return Dispatcher(_create_app)


def rebind(old: object, new: object) -> None:
    """Give moto's modules another object wherever they have one by name.

    Modules that are imported later take it from those that are there already.
    """
    for name, module in list(sys.modules.items()):
        if name == "moto" or name.startswith("moto."):
            for attribute, value in list(vars(module).items()):
                if value is old:
                    setattr(module, attribute, new)


def rebind_cloudformation() -> None:
    """Do the same for CloudFormation where a service's modules have imported moto's.

    Importing it here would make every start half a second longer.
    """
    module = sys.modules.get("moto.cloudformation.models")
    old = getattr(module, "cloudformation_backends", cloudformation_backends)
    if old is not cloudformation_backends:
        rebind(old, cloudformation_backends)


def _get_backend(name: str) -> object:
    return REPLACED[name] if name in REPLACED else _moto_get_backend(name)


def _create_app(service: SERVICE_NAMES | None) -> Flask:
    if service is None or service == CONTROL_PAGES:
        raise UnknownServiceError
    create: Callable[[SERVICE_NAMES], Flask] = werkzeug_app.create_backend_app
    patches.apply_to(service)
    app = create(service)
    rebind_cloudformation()
    app.debug = False
    answer_errors(app, service)
    return app
