"""What depends on a region's partition: AWS itself, China, GovCloud and the others."""

import functools
from typing import Any

from botocore.session import get_session
from moto.utilities.utils import get_partition


def arn(service: str, region: str, account: str, resource: str) -> str:
    """Return an ARN of a resource in a region.

    >>> arn("logs", "cn-north-1", "1", "log-group:g")
    'arn:aws-cn:logs:cn-north-1:1:log-group:g'
    """
    return f"arn:{get_partition(region)}:{service}:{region}:{account}:{resource}"


@functools.cache
def url_suffix(region: str) -> str:
    """Return the domain of a region's services.

    >>> url_suffix("cn-north-1")
    'amazonaws.com.cn'
    """
    resolver: Any = get_session().get_component("endpoint_resolver")
    return str(resolver.get_partition_dns_suffix(get_partition(region)))
