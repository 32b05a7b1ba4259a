"""``cdk_app/prices/instance_types.txt``: from botocore's description of SageMaker.

Synth reads the list and not botocore, which takes half a second.
"""

from botocore.loaders import Loader

_INTRODUCTION = """\
# SageMaker's instance types, from botocore's description of its API: those of
# endpoints, training jobs and transform jobs. Made by `fraud review`; do not edit.
"""
_SHAPES = (
    "ProductionVariantInstanceType",
    "TrainingInstanceType",
    "TransformInstanceType",
)


def instance_types_list() -> str:
    """Return the text of the file."""
    shapes = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    names = {name for shape in _SHAPES for name in shapes[shape]["enum"]}
    return _INTRODUCTION + "".join(f"{name}\n" for name in sorted(names))
