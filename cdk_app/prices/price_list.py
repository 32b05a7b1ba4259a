"""The price file: every figure with its unit and source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

PRICES_FILE = Path(__file__).with_name("prices.toml")
#: SageMaker's instance types, one a line, priced or not.
INSTANCE_TYPES_FILE = Path(__file__).with_name("instance_types.txt")
GLOBAL = "global"
"""The region of a price that is the same in every region."""


class UnknownPriceError(Exception):
    """The price file has no figure for an item in a region."""

    def __init__(self, region: str, item: str) -> None:
        super().__init__(
            f"price: expected a figure for '{item}' in {region}, got none; run "
            f"'fraud cost --refresh --region {region}' with AWS "
            f"credentials, or add it with its source to {PRICES_FILE.name}."
        )
        self.region = region
        self.item = item


class PriceFileError(Exception):
    """A price file that cannot be used; the message says where and what to do."""


@dataclass(frozen=True)
class Price:
    """What one unit of an item costs in a region, in USD before tax."""

    region: str
    item: str
    unit: str
    usd: float
    source: str


@dataclass(frozen=True)
class PriceList:
    """The prices of one file."""

    updated: date
    prices: Mapping[tuple[str, str], Price]
    """By region and item."""

    def get(self, region: str, item: str) -> Price:
        """Return the price of ``item`` in ``region``.

        Raises
        ------
        UnknownPriceError
            If the file has no such figure; a missing price is never zero.
        """
        price = self.prices.get((region, item)) or self.prices.get((GLOBAL, item))
        if price is None:
            raise UnknownPriceError(region, item)
        return price

    def usd(self, region: str, item: str) -> float:
        """Return what one unit of ``item`` costs in ``region``."""
        return self.get(region, item).usd

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that the file has prices for."""
        return tuple(sorted({region for region, _ in self.prices} - {GLOBAL}))


def load(path: Path = PRICES_FILE) -> PriceList:
    """Read a price file.

    Raises
    ------
    PriceFileError
        If it is not TOML, or a figure lacks its region, item, unit, source or a
        positive price, or stands twice.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PriceFileError(
            f"{path.name}: expected a readable TOML file, got {error}; restore it."
        ) from None
    updated = content.get("updated")
    if not isinstance(updated, date):
        raise PriceFileError(
            f"{path.name}: updated: expected a date, got {updated!r}; "
            "state when the prices were read."
        )
    sources = content.get("sources", {})
    prices: dict[tuple[str, str], Price] = {}
    for entry in content.get("price", []):
        price = _price(path.name, entry, sources)
        if (price.region, price.item) in prices:
            raise PriceFileError(
                f"{path.name}: {price.region} {price.item}: expected one figure, "
                "got two; remove one."
            )
        prices[price.region, price.item] = price
    return PriceList(updated=updated, prices=prices)


def _price(file: str, entry: dict[str, Any], sources: dict[str, str]) -> Price:
    item = f"{entry.get('region')} {entry.get('item')}"
    for field in ("region", "item", "unit", "source"):
        if not isinstance(entry.get(field), str):
            raise PriceFileError(
                f"{file}: {item}: {field}: expected text, got "
                f"{entry.get(field)!r}; add it."
            )
    usd = entry.get("usd")
    if not isinstance(usd, int | float) or isinstance(usd, bool) or not usd > 0:
        raise PriceFileError(
            f"{file}: {item}: usd: expected a positive number, got {usd!r}; give the "
            "published figure, or remove the entry so that it counts as unknown."
        )
    source = sources.get(entry["source"])
    if source is None:
        raise PriceFileError(
            f"{file}: {item}: source: expected a key of [sources], got "
            f"{entry['source']!r}; add it there with its date."
        )
    return Price(entry["region"], entry["item"], entry["unit"], float(usd), source)
