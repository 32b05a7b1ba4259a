"""The units that AWS bills in."""

HOURS_PER_MONTH = 730
"""AWS's own convention for a month: 8,760 hours a year divided by 12."""

SECONDS_PER_HOUR = 3600
BYTES_PER_GB = 1024**3
"""AWS bills storage, logs and transfer by 2**30 bytes."""

DEFAULT_VOLUME_GB = 30
"""SageMaker's volume for hosting on instances without local disks, if none is stated
(SageMaker AI guide, endpoint parameters for large model inference)."""
