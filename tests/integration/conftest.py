"""Local AWS for tests that need a whole AWS: one server a test module."""

from local_aws.testing.running import local_aws

__all__ = ["local_aws"]
