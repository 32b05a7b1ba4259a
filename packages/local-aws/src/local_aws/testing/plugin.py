"""A pytest plugin: the fixture `local_aws`, there wherever this package is installed.

It is imported by every pytest run, so what takes time to import waits for the fixture.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local_aws.testing.running import LocalAws


@pytest.fixture(scope="module")
def local_aws_arguments() -> Sequence[str]:
    """Arguments of `local-aws`; define a fixture of this name to give others."""
    return ()


@pytest.fixture(scope="module")
def local_aws(
    tmp_path_factory: pytest.TempPathFactory, local_aws_arguments: Sequence[str]
) -> Iterator["LocalAws"]:
    """AWS on this machine, empty, for one test module; nothing of it remains."""
    from local_aws.testing.running import (  # noqa: PLC0415 -- see above
        fork_local_aws,
        stop_local_aws,
    )

    temporary = tmp_path_factory.mktemp("local-aws")
    server = fork_local_aws(temporary, *local_aws_arguments)
    yield server
    stop_local_aws(server, temporary)
