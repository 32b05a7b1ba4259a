"""What AWS's SDK and moto read anew for each session is read once for all tests."""

import os
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.loaders import create_loader

# Some 1,300 images that no test looks at, made anew for each empty account.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"


@pytest.fixture(scope="session", autouse=True)
def service_models_are_read_once() -> Iterator[None]:
    """Share what botocore's loaders keep: a new session parses megabytes of JSON."""
    kept: dict[Any, Any] = {}

    def sharing(search_path: str | None = None) -> Any:
        loader: Any = create_loader(search_path)
        loader._cache = kept
        return loader

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", sharing)
        yield
