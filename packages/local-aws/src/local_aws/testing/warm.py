"""What a server imports and reads once it is asked, done before servers fork.

It is imported for its effects, by the process that `forked` forks.
"""

import gc
import os
from importlib import import_module
from typing import Any

from moto.backends import get_backend
from moto.core.utils import get_service_model
from moto.iam.models import iam_backends

ACCOUNT = "123456789012"
MODULES = ("local_aws.server", "local_aws.dynamodb", "moto.cloudformation.parsing")
#: moto's name of each service that tests ask, and botocore's.
SERVICES = {
    "applicationautoscaling": "application-autoscaling",
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "ecr": "ecr",
    "iam": "iam",
    "kms": "kms",
    "logs": "logs",
    "s3": "s3",
    "scheduler": "scheduler",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm",
    "sts": "sts",
}
#: Those that local AWS answers itself.
REPLACED = ("cloudformation", "sagemaker", "sagemaker-runtime")


def warm() -> None:
    """Import modules, read service models, find regions; no account holds anything."""
    # As the server sets it, before it makes the first account.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    for module in MODULES:
        import_module(module)
    for moto_name, name in SERVICES.items():
        import_module(f"moto.{moto_name}.urls")
        regions: Any = get_backend(moto_name)  # type: ignore[call-overload]
        regions[ACCOUNT]
        get_service_model(name)
    for name in REPLACED:
        get_service_model(name)
    # Each request looks its key up in all partitions.
    for partition in iam_backends[ACCOUNT].regions:
        iam_backends[ACCOUNT][partition]
    gc.freeze()


warm()
