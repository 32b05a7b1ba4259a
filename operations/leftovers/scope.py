"""Which resources are an environment's: by tags, or only by their name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cdk_app.naming import PROJECT
from cdk_app.tags import ENVIRONMENT_TAG, PROJECT_TAG, PROJECT_TAG_VALUE


@dataclass(frozen=True)
class Scope:
    """One environment of the project."""

    environment: str

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Tell whether these are the tags of the project and this environment."""
        return (
            tags.get(PROJECT_TAG) == PROJECT_TAG_VALUE
            and tags.get(ENVIRONMENT_TAG) == self.environment
        )

    def names(self, name: str) -> bool:
        """Tell whether a name carries the environment's: ``/aws/…/fraud-dev``."""
        pattern = rf"(^|[/_.:-]){PROJECT}-{self.environment}($|[/_.-])"
        return re.search(pattern, name, re.IGNORECASE) is not None


def as_mapping(tags: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return tags given as ``Key``/``Value`` (or ``TagKey``/``TagValue``) pairs.

    AWS's services spell them with a capital, in lower case, or with a prefix.
    """
    return {
        str(_either(tag, "Key", "key", "TagKey")): str(
            _either(tag, "Value", "value", "TagValue")
        )
        for tag in tags
    }


def _either(tag: Mapping[str, Any], *names: str) -> object:
    return next(tag[name] for name in names if name in tag)
