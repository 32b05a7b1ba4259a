"""Which instance types SageMaker has, and which of them the image runs on.

They are those of endpoints, training jobs and transform jobs. Which of them a region
has, and for which use, changes: AWS says so when a stack is deployed.
"""

import difflib
import re
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

from cdk_app.prices import INSTANCE_TYPES_FILE

_TYPE = re.compile(r"ml\.(?P<family>[a-z]+\d+[a-z]*(?:-[a-z0-9]+)*)\.[a-z0-9-]+")
_ARM_FAMILY = re.compile(r"[a-z]+\d+g[a-z]*")


def instance_family(instance_type: str) -> str:
    """Return ``m5`` for ``ml.m5.large``."""
    match = _TYPE.fullmatch(instance_type)
    if match is None:
        raise ValueError(
            f"expected a SageMaker instance type such as 'ml.m5.large', "
            f"got {instance_type!r}; see the SageMaker pricing page for the list"
        )
    return match["family"]


def checked_type(instance_type: str) -> str:
    """Return the type as it is given.

    Raises
    ------
    ValueError
        If SageMaker has no such type, or the image does not run on it.
    """
    if _ARM_FAMILY.fullmatch(instance_family(instance_type)):
        raise ValueError(
            f"expected an x86 instance type, got {instance_type!r}, which has an Arm "
            "(Graviton) processor that the scikit-learn 1.9-0 image does not run on; "
            "choose the Intel or AMD type of the same size, such as 'ml.m5.large'"
        )
    if instance_type in _known_types():
        return instance_type
    usable = [
        known
        for known in _known_types()
        if not _ARM_FAMILY.fullmatch(instance_family(known))
    ]
    near = difflib.get_close_matches(instance_type, usable, n=1, cutoff=0.0)
    raise ValueError(
        f"expected a SageMaker instance type, got {instance_type!r}; did you mean "
        f"{near[0]!r}?"
    )


@cache
def _known_types() -> tuple[str, ...]:
    lines = INSTANCE_TYPES_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


InstanceType = Annotated[str, AfterValidator(checked_type)]
