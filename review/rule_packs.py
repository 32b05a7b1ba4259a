"""cdk-nag's rule packs, run while the application is synthesized for review."""

from collections.abc import Callable, Sequence

import cdk_nag
from aws_cdk import App, Validations
from constructs import IConstruct

_PACKS: dict[str, Callable[[IConstruct], cdk_nag.NagPack]] = {
    "AwsSolutions": cdk_nag.AwsSolutionsChecks,
    "NIST.800.53.R5": cdk_nag.NIST80053R5Checks,
    "PCI.DSS.321": cdk_nag.PCIDSS321Checks,
}


def add_rule_packs(app: App, names: Sequence[str]) -> None:
    """Check every resource of the application against the named packs."""
    Validations.of(app).add_plugins(*(_PACKS[name](app) for name in names))
