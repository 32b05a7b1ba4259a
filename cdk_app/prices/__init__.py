"""AWS prices from one dated file, and what a training job costs. Imports no CDK."""

from cdk_app.prices.price_list import (
    GLOBAL,
    INSTANCE_TYPES_FILE,
    PRICES_FILE,
    Price,
    PriceFileError,
    PriceList,
    UnknownPriceError,
    load,
)
from cdk_app.prices.training import affordable_seconds, training_cost_usd

__all__ = [
    "GLOBAL",
    "INSTANCE_TYPES_FILE",
    "PRICES_FILE",
    "Price",
    "PriceFileError",
    "PriceList",
    "UnknownPriceError",
    "affordable_seconds",
    "load",
    "training_cost_usd",
]
