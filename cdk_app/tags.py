"""Tags for cost allocation and for the audit after destroy. Imports no CDK."""

from cdk_app.settings import Settings

PROJECT_TAG = "Project"
ENVIRONMENT_TAG = "Environment"
PROJECT_TAG_VALUE = "fraud-endpoint"


def project_tags(settings: Settings) -> dict[str, str]:
    """Return the tags that every resource of an environment carries."""
    return {
        **settings.tags,
        PROJECT_TAG: PROJECT_TAG_VALUE,
        ENVIRONMENT_TAG: settings.environment,
    }
