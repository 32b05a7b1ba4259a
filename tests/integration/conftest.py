"""Local AWS as ``fraud local`` starts it."""

from collections.abc import Sequence

import pytest

from operations.local import OPTIONS


@pytest.fixture(scope="module")
def local_aws_arguments() -> Sequence[str]:
    return OPTIONS
