"""What stops a review: an unknown price, an unpriced type, a passed ceiling."""

from cdk_app.prices import PRICES_FILE
from review.cost.estimate import Estimate


def problems(estimate: Estimate, ceiling_usd: float) -> list[str]:
    """Return one sentence for everything that must not be deployed as it is.

    The ceiling holds for autoscaling at its maximum: it is what the environment's
    own settings allow it to cost.
    """
    found = [
        f"{item}: expected a price in {estimate.region}, got none; run 'fraud "
        f"cost --refresh --region {estimate.region}' with AWS credentials, "
        f"or add the figure with its source to {PRICES_FILE.name}."
        for item in estimate.unknown_items
    ]
    found += [
        f"{type_}: expected a resource type that is priced or known to be free, got "
        "one that is neither; look up what it costs and add it to review/cost/meters "
        "or review/cost/free.py."
        for type_ in estimate.unlisted_types
    ]
    if estimate.maximum_usd > ceiling_usd:
        found.append(
            f"monthly_cost_ceiling_usd: expected a month of {estimate.environment} to "
            f"cost at most {ceiling_usd:,.2f} USD, got {estimate.maximum_usd:,.2f}; "
            "choose smaller hosting, or raise the ceiling in "
            f"cdk_app/environments/{estimate.environment}.toml."
        )
    return found
