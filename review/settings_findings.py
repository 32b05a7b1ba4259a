"""What a reviewer reads of the settings alone: open, to decide, and accepted."""

from cdk_app.settings import Settings
from review.assembly import Acceptance, Finding

#: Watched by whoever works on it.
DEVELOPMENT = "dev"


def open_subscribers(settings: Settings) -> list[Finding]:
    """Return a finding where nobody has decided who reads an environment's alarms."""
    if settings.alarms.email is not None or settings.environment == DEVELOPMENT:
        return []
    return [
        Finding(
            check="alarms",
            rule="subscriber",
            resource=f"cdk_app/environments/{settings.environment}.toml",
            message="alarms.email: expected an address, or 'none' for nobody, got "
            "none of both; add it",
        )
    ]


def to_decide(settings: Settings) -> tuple[str, ...]:
    """Return what has to be decided before the environment is production."""
    if settings.alarms.subscriber is not None:
        return ()
    return ("Who is sent an e-mail when an alarm trips ([alarms] email): nobody yet.",)


def accepted_user(settings: Settings) -> tuple[Acceptance, ...]:
    """Return what is accepted where an environment serves from the project's image.

    Nothing is known here of the user of AWS's image.
    """
    if settings.container.image != "project":
        return ()
    return (
        Acceptance(
            rule="CIS Docker 4.1",
            resource="serving/Dockerfile",
            reason="The image names no USER and runs as root: SageMaker's guide "
            "expects that of all containers "
            "(https://docs.aws.amazon.com/sagemaker/latest/dg/"
            "your-algorithms-inference-code.html). The server needs no rights: it "
            "is tested as any user, on a read-only tree, without capabilities. "
            "Trivy names it DS-0002.",
        ),
    )
