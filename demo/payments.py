"""Generated payments of cards at merchants, with two kinds of fraud.

    python -m demo.payments demo-out/payments.csv

A stolen card is used five to nine times within ten minutes; its holder sometimes
pays twice or three times in as many, never more often in a day. A terminal is
tampered with for some days, in which a good part of its payments are frauds, reported
a week later. Neither shows in a payment alone: it takes the card's and the merchant's
history.
"""

import csv
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

DAY_SECONDS = 86_400
#: 2024-01-01; the clock of the payments, whatever today is.
FIRST_DAY = 19_723
COLUMNS = ("TIME", "CARD", "MERCHANT", "AMOUNT", "FRAUD")
TRIP_SECONDS = 600
SHARE_AT_TAMPERED = 0.3


class Payment(NamedTuple):
    """One row, in the order of `COLUMNS`."""

    seconds: int
    card: str
    merchant: str
    amount: float
    fraud: int


@dataclass(frozen=True)
class Population:
    """How many there are, for how long."""

    cards: int = 600
    merchants: int = 40
    days: int = 90
    share_of_cards_that_pay_in_a_day: float = 0.4
    share_of_shopping_trips: float = 0.05
    stolen_cards_per_day: float = 1.5
    tampered_terminals_per_day: float = 0.12


def generate(population: Population, seed: int = 0) -> list[Payment]:
    """Return the payments in the order of their time."""
    random = np.random.default_rng(seed)
    usual = random.lognormal(3.2, 0.6, population.cards)
    made = _Maker(random, usual, population.merchants)
    tampered: dict[int, int] = {}  # merchant → the last day
    for day in range(population.days):
        if random.random() < population.tampered_terminals_per_day:
            tampered[int(random.integers(population.merchants))] = day + 20
        pays = (
            random.random(population.cards)
            < population.share_of_cards_that_pay_in_a_day
        )
        for card in np.flatnonzero(pays).tolist():
            is_trip = random.random() < population.share_of_shopping_trips
            for seconds in made.times(
                day, int(random.integers(2, 4)) if is_trip else 1
            ):
                merchant = int(random.integers(population.merchants))
                is_tampered = tampered.get(merchant, -1) >= day
                fraud = int(is_tampered and random.random() < SHARE_AT_TAMPERED)
                made.pay(seconds, card, merchant, fraud)
        for _ in range(random.poisson(population.stolen_cards_per_day)):
            card = int(random.integers(population.cards))
            for seconds in made.times(day, int(random.integers(5, 10))):
                made.pay(seconds, card, int(random.integers(population.merchants)), 1)
    return sorted(made.payments)


@dataclass
class _Maker:
    random: np.random.Generator
    #: What each card usually pays.
    usual: npt.NDArray[np.float64]
    merchants: int
    payments: list[Payment] = field(default_factory=list)

    def times(self, day: int, count: int) -> list[int]:
        """Return so many seconds within ten minutes of a day."""
        begin = (FIRST_DAY + day) * DAY_SECONDS
        begin += int(self.random.integers(0, DAY_SECONDS - TRIP_SECONDS))
        return sorted((begin + self.random.integers(0, TRIP_SECONDS, count)).tolist())

    def pay(self, seconds: int, card: int, merchant: int, fraud: int) -> None:
        amount = round(float(self.usual[card] * self.random.lognormal(0, 0.5)), 2)
        self.payments.append(
            Payment(seconds, f"card-{card}", f"shop-{merchant}", amount, fraud)
        )


def write_csv(path: Path, payments: list[Payment]) -> None:
    """Write a table that training reads."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(payments)


def main() -> None:
    """Write a table where the argument says."""
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    payments = generate(Population())
    write_csv(path, payments)
    frauds = sum(payment.fraud for payment in payments)
    print(f"{path}: {len(payments):,} payments, {frauds:,} of them frauds")


if __name__ == "__main__":
    main()
