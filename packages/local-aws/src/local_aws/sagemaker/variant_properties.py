"""What of an endpoint's variants survives an update.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VariantProperty.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

FIELDS = {
    "DesiredInstanceCount": ("CurrentInstanceCount", "DesiredInstanceCount"),
    "DesiredWeight": ("CurrentWeight", "DesiredWeight"),
}
DATA_CAPTURE = "DataCaptureConfig"


def retained(*, retain_all: bool, excluded: Iterable[str]) -> frozenset[str]:
    """Return the property types that an update leaves as they are."""
    everything = {*FIELDS, DATA_CAPTURE} if retain_all else set()
    return frozenset(everything - set(excluded))


def carried_over(
    new: Iterable[Mapping[str, Any]],
    old: Iterable[Mapping[str, Any]],
    kept: frozenset[str],
) -> list[dict[str, Any]]:
    """Return new variants with the kept properties of the old ones of their names."""
    before = {one["VariantName"]: one for one in old}
    result = []
    for variant in new:
        previous = before.get(variant["VariantName"], {})
        fields = [one for name in FIELDS if name in kept for one in FIELDS[name]]
        own = {one: previous[one] for one in fields if one in previous}
        result.append({**variant, **own})
    return result
