"""Writing a price file, in the order and form that it is read in."""

import tempfile
from pathlib import Path

from cdk_app.prices.price_list import PRICES_FILE, PriceList

_HEADER = """\
# AWS on-demand prices in USD, before tax, discounts and free tiers.
# `fraud cost --refresh` rewrites this file from the AWS Price List
# API. A figure that is not here is unknown: estimates show it as unknown and
# the gate fails; it is never counted as zero.
"""


def write(prices: PriceList, path: Path = PRICES_FILE) -> None:
    """Replace ``path`` by a file of these prices, whole or not at all."""
    texts = sorted({price.source for price in prices.prices.values()})
    keys = {text: f"s{number}" for number, text in enumerate(texts, start=1)}
    sections = [
        _HEADER,
        f"updated = {prices.updated}\n",
        "[sources]\n" + "".join(f"{keys[t]} = {_quoted(t)}\n" for t in texts),
    ]
    sections += [
        f"[[price]]\nregion = {_quoted(price.region)}\nitem = {_quoted(price.item)}\n"
        f"unit = {_quoted(price.unit)}\nusd = {_decimal(price.usd)}\n"
        f"source = {_quoted(keys[price.source])}\n"
        for _, price in sorted(prices.prices.items())
    ]
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, suffix=".toml", delete=False
    ) as file:
        file.write("\n".join(sections))
    Path(file.name).replace(path)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _decimal(usd: float) -> str:
    return f"{usd:.10f}".rstrip("0").rstrip(".") or "0"
