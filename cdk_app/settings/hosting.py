"""How the endpoint is hosted: serverless or on instances."""

from typing import Annotated, Literal

from pydantic import Field

from cdk_app.settings.fields import InstanceType, Section


class ServerlessHosting(Section):
    """Pay per request; nothing while idle; the first request after a pause waits."""

    kind: Literal["serverless"]
    memory_size_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144]
    max_concurrency: Annotated[int, Field(ge=1, le=200)]


class InstanceHosting(Section):
    """Instances that are paid for as long as the endpoint exists."""

    kind: Literal["instances"]
    instance_type: InstanceType
    instance_count: Annotated[int, Field(ge=1, le=100)]


HostingSettings = Annotated[
    ServerlessHosting | InstanceHosting, Field(discriminator="kind")
]
