"""Where an environment would be deployed: what review and cost look at."""

import os

from cdk_app.settings import Settings

#: Looked at where neither settings nor shell name a region.
DEFAULT_REGION = "us-east-1"


def region_of(settings: Settings) -> str:
    """Return the environment's own region, else the one that the CDK CLI would take.

    That is the shell's: ``AWS_REGION``, ``AWS_DEFAULT_REGION``, its profile's; with
    none of them `DEFAULT_REGION`. Whoever prints a figure prints the region with it.
    """
    # Takes a fifth of a second to import, which `--help` need not wait for.
    from botocore.session import Session  # noqa: PLC0415

    of_profile: str | None = None
    if not (settings.aws.region or os.environ.get("AWS_REGION")):
        of_profile = Session().get_config_variable("region")
    return (
        settings.aws.region
        or os.environ.get("AWS_REGION")
        or of_profile
        or DEFAULT_REGION
    )
