"""Places in S3."""

import re
from dataclasses import dataclass
from typing import Self

from operations.account.errors import OperationError

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)


@dataclass(frozen=True)
class S3Uri:
    """Bucket and key, or key prefix."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str, *, option: str) -> Self:
        """Take ``s3://bucket/key`` apart.

        Raises
        ------
        OperationError
            Naming the option that gave it, if it is none.
        """
        found = _URI.fullmatch(uri)
        if not found:
            raise OperationError(f"{option}: expected s3://bucket/key, got {uri!r}.")
        return cls(found[1], found[2] or "")

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"
