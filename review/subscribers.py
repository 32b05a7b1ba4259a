"""Whether alarms reach somebody: what settings decide, and what is left to decide."""

from cdk_app.settings import Settings
from review.assembly import Finding

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
