"""The user that the serving image runs as, which scanners of images remark on."""

from cdk_app.settings import Settings
from review.assembly import Acceptance


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
