"""300 rows each in the names and types of well-known public fraud sets."""

import decimal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from training.columns import Columns
from training.options import ModelOptions

ROWS = 300
QUICK = ModelOptions(
    boosting_iterations=20,
    xgboost_iterations=10,
    xgboost_bins=256,
    trees=10,
    network_epochs=3,
)
_Random = np.random.Generator


@dataclass(frozen=True)
class PublicTable:
    """How a set is written, and the only names that training is given."""

    write: Callable[[Path, pd.DataFrame], Path]
    make: Callable[[_Random, np.ndarray], pd.DataFrame]
    columns: Columns


def _csv(path: Path, frame: pd.DataFrame) -> Path:
    frame.to_csv(path / "table.csv", index=False)
    return path / "table.csv"


def _parquet(path: Path, frame: pd.DataFrame) -> Path:
    frame.to_parquet(path / "table.parquet")
    return path / "table.parquet"


def _spark(path: Path, frame: pd.DataFrame) -> Path:
    """Partitions by day, parts without suffix, decimals, a _SUCCESS beside them."""
    for day, rows in frame.groupby("dt"):
        folder = path / "lake" / f"dt={day}"
        folder.mkdir(parents=True)
        table = pa.Table.from_pandas(rows.drop(columns="dt"), preserve_index=False)
        pa.parquet.write_table(table, folder / "20260101_120000_00012_abcde")
    (path / "lake" / "_SUCCESS").touch()
    return path / "lake"


def _text(random: _Random, prefix: str, count: int) -> list[str]:
    return [f"{prefix}{n}" for n in random.integers(10**8, 10**8 + count, ROWS)]


def _paysim(random: _Random, y: np.ndarray) -> pd.DataFrame:
    amount = random.exponential(1e5, ROWS).round(2)
    return pd.DataFrame(
        {
            "step": np.sort(random.integers(1, 743, ROWS)),
            "type": np.where(
                y, "TRANSFER", random.choice(["PAYMENT", "CASH_OUT", "DEBIT"], ROWS)
            ),
            "amount": amount,
            "nameOrig": _text(random, "C", 10**7),
            "oldbalanceOrg": np.where(y, amount, random.exponential(1e5, ROWS)),
            "newbalanceOrig": np.where(y, 0.0, random.exponential(1e5, ROWS)),
            "nameDest": _text(random, "M", 10**6),
            "oldbalanceDest": random.exponential(1e5, ROWS),
            "newbalanceDest": random.exponential(1e5, ROWS),
            "isFraud": y,
            "isFlaggedFraud": np.where(np.arange(ROWS) == 7, 1, 0),
        }
    )


def _banksim(random: _Random, y: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "step": np.sort(random.integers(0, 180, ROWS)),
            "customer": [f"'{name}'" for name in _text(random, "C", 10**7)],
            "age": random.choice(["'1'", "'2'", "'3'", "'U'"], ROWS),
            "gender": random.choice(["'M'", "'F'", "'E'"], ROWS),
            "zipcodeOri": "'28007'",
            "merchant": random.choice([f"'M{i}8934600'" for i in range(50)], ROWS),
            "zipMerchant": "'28007'",
            "category": random.choice(["'es_travel'", "'es_food'", "'es_tech'"], ROWS),
            "amount": (random.exponential(30, ROWS) + 100 * y).round(2),
            "fraud": y,
        }
    )


def _ieee_cis(random: _Random, y: np.ndarray) -> pd.DataFrame:
    """Transaction joined with identity: 434 columns."""

    def gaps(values: object, share: float) -> pd.Series:
        return pd.Series(values).mask(random.random(ROWS) < share)

    columns: dict[str, object] = {
        "TransactionID": 2_987_000 + np.arange(ROWS),
        "isFraud": y,
        "TransactionDT": 86_400 + np.sort(random.integers(0, 15_000_000, ROWS)),
        "TransactionAmt": (random.exponential(80, ROWS) + 0.01).round(3),
        "ProductCD": random.choice(list("WCHRS"), ROWS),
        "card1": random.integers(1000, 18_396, ROWS),
        "card2": gaps(random.integers(100, 600, ROWS).astype(float), 0.02),
        "card3": gaps(random.choice([150.0, 185.0], ROWS), 0.01),
        "card4": gaps(random.choice(["visa", "mastercard"], ROWS), 0.01),
        "card5": gaps(random.choice([102.0, 226.0, 117.0], ROWS), 0.01),
        "card6": gaps(random.choice(["debit", "credit"], ROWS), 0.01),
        "addr1": gaps(random.integers(100, 540, ROWS).astype(float), 0.1),
        "addr2": gaps(random.choice([87.0, 60.0], ROWS), 0.1),
        "dist1": gaps(random.exponential(100, ROWS).round(), 0.6),
        "dist2": gaps(random.exponential(100, ROWS).round(), 0.97),
        "P_emaildomain": gaps(random.choice(["gmail.com", "yahoo.com"], ROWS), 0.2),
        "R_emaildomain": gaps(random.choice(["gmail.com", "aol.com"], ROWS), 0.8),
    }
    columns |= {
        f"C{i}": random.integers(0, 30, ROWS).astype(float) for i in range(1, 15)
    }
    columns |= {
        f"D{i}": gaps(random.integers(0, 400, ROWS) * 1.0, 0.5) for i in range(1, 16)
    }
    columns |= {
        f"M{i}": gaps(random.choice(["M0", "M1"] if i == 4 else ["T", "F"], ROWS), 0.5)
        for i in range(1, 10)
    }
    columns |= {
        f"V{i}": gaps(random.integers(0, 5, ROWS) + (3.0 * y if i == 9 else 0.0), 0.3)
        for i in range(1, 340)
    }
    columns |= {
        f"id_{i:02d}": gaps(-random.integers(0, 100, ROWS) * 1.0, 0.7)
        for i in range(1, 12)
    }
    columns |= {
        f"id_{i}": gaps(random.choice(["Found", "NotFound"], ROWS), 0.7)
        for i in range(12, 39)
    }
    columns["DeviceType"] = gaps(random.choice(["desktop", "mobile"], ROWS), 0.7)
    columns["DeviceInfo"] = gaps(random.choice(["Windows", "iOS Device"], ROWS), 0.7)
    return pd.DataFrame(columns)


def _sparkov(random: _Random, y: np.ndarray) -> pd.DataFrame:
    moments = pd.Timestamp("2019-01-01") + pd.to_timedelta(
        np.sort(random.integers(0, 365 * 86_400, ROWS)), unit="s"
    )
    return pd.DataFrame(
        {
            "Unnamed: 0": np.arange(ROWS),
            "trans_date_trans_time": moments.strftime("%Y-%m-%d %H:%M:%S"),
            "cc_num": random.integers(10**14, 10**16, ROWS),
            "merchant": [f"fraud_Kub, Ltd {i % 180}" for i in range(ROWS)],
            "category": random.choice(["misc_net", "grocery_pos", "home"], ROWS),
            "amt": (random.exponential(50, ROWS) + 200 * y).round(2),
            "first": [f"Ann{i % 90}" for i in range(ROWS)],
            "gender": random.choice(["M", "F"], ROWS),
            "city": [f"Town {i % 120}" for i in range(ROWS)],
            "state": random.choice(["NC", "WA", "ID", "NY"], ROWS),
            "zip": random.integers(10_000, 99_999, ROWS),
            "lat": random.uniform(25, 48, ROWS).round(4),
            "long": random.uniform(-120, -70, ROWS).round(4),
            "city_pop": random.integers(50, 10**6, ROWS),
            "job": [f"Scientist, water {i % 130}" for i in range(ROWS)],
            "dob": (
                moments - pd.to_timedelta(9000 + random.integers(0, 9000, ROWS), "D")
            ).strftime("%Y-%m-%d"),
            "trans_num": _text(random, "f", 10**8),
            "unix_time": moments.astype("int64") // 10**9,
            "is_fraud": y,
        }
    )


def _handbook(random: _Random, y: np.ndarray) -> pd.DataFrame:
    seconds = np.sort(random.integers(0, 90 * 86_400, ROWS))
    return pd.DataFrame(
        {
            "TRANSACTION_ID": np.arange(ROWS),
            "TX_DATETIME": pd.Timestamp("2018-04-01") + pd.to_timedelta(seconds, "s"),
            "CUSTOMER_ID": random.integers(0, 5000, ROWS),
            "TERMINAL_ID": random.integers(0, 10_000, ROWS),
            "TX_AMOUNT": (random.exponential(50, ROWS) + 100 * y).round(2),
            "TX_TIME_SECONDS": seconds,
            "TX_TIME_DAYS": seconds // 86_400,
            "TX_FRAUD": y,
            "TX_FRAUD_SCENARIO": y * random.integers(1, 4, ROWS),
        }
    )


def _account_fraud(random: _Random, y: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fraud_bool": y,
            "income": random.choice([0.1, 0.5, 0.9], ROWS),
            "name_email_similarity": random.random(ROWS),
            "prev_address_months_count": random.choice([-1, 3, 60], ROWS),
            "current_address_months_count": random.integers(-1, 300, ROWS),
            "customer_age": random.choice([20, 30, 40, 50], ROWS),
            "intended_balcon_amount": random.normal(10, 20, ROWS) + 50 * y,
            "payment_type": random.choice(["AA", "AB", "AC"], ROWS),
            "velocity_6h": random.exponential(5000, ROWS),
            "device_distinct_emails_8w": random.choice([-1, 1, 2], ROWS),
            "device_os": random.choice(["linux", "windows", "other"], ROWS),
            "email_is_free": random.choice([0, 1], ROWS),
            "source": random.choice(["INTERNET", "TELEAPP"], ROWS),
            "device_fraud_count": 0,
            "month": np.sort(random.integers(0, 8, ROWS)),
        }
    )


def _openml(random: _Random, y: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Time": np.sort(random.integers(0, 172_792, ROWS)).astype(float),
            **{
                f"V{i}": random.normal(size=ROWS) + (2 * y if i == 4 else 0)
                for i in range(1, 29)
            },
            "Amount": random.exponential(80, ROWS).round(2),
            "Class": np.where(y == 1, "'1'", "'0'"),
        }
    )


def _lake(random: _Random, y: np.ndarray) -> pd.DataFrame:
    moments = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(
        np.sort(random.integers(0, 4 * 86_400, ROWS)), "s"
    )
    amounts = (random.exponential(50, ROWS) + 100 * y).round(2)
    return pd.DataFrame(
        {
            "event_time": moments,
            "amount": [decimal.Decimal(f"{amount:.2f}") for amount in amounts],
            "card_id": _text(random, "card-", 10**7),
            "channel": pd.Categorical(random.choice(["web", "app", "pos"], ROWS)),
            "is_recurring": random.random(ROWS) < 0.3,
            "installments": pd.array(random.integers(1, 12, ROWS), dtype="Int16"),
            "fraud": y == 1,
            "dt": moments.strftime("%Y-%m-%d"),
        }
    )


def _fraud_detector(random: _Random, y: np.ndarray) -> pd.DataFrame:
    moments = pd.Timestamp("2021-01-01") + pd.to_timedelta(
        np.sort(random.integers(0, 90 * 86_400, ROWS)), "s"
    )
    return pd.DataFrame(
        {
            "EVENT_LABEL": np.where(y, "fraud", "legit"),
            "EVENT_TIMESTAMP": moments.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "LABEL_TIMESTAMP": (moments + pd.Timedelta("9D")).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "EVENT_ID": _text(random, "e", 10**8),
            "ENTITY_TYPE": "customer",
            "ENTITY_ID": _text(random, "u", 10**7),
            "ip_address": [
                f"10.{a}.{b}.7" for a, b in random.integers(0, 255, (ROWS, 2))
            ],
            "email_address": [f"a{i}@example.org" for i in range(ROWS)],
            "user_agent": random.choice(["Mozilla, 5.0", "curl"], ROWS),
            "payment_currency": random.choice(["usd", "eur"], ROWS),
            "order_price": (random.exponential(50, ROWS) + 150 * y).round(2),
        }
    )


def columns(label: str, time: str, amount: str, **more: object) -> Columns:
    return Columns(label=label, time=time, amount=amount, **more)  # type: ignore[arg-type]


TABLES = {
    "paysim": PublicTable(
        _csv, _paysim, columns("isFraud", "step", "amount", time_unit="h")
    ),
    "banksim": PublicTable(
        _csv, _banksim, columns("fraud", "step", "amount", time_unit="d")
    ),
    "ieee-cis": PublicTable(
        _csv, _ieee_cis, columns("isFraud", "TransactionDT", "TransactionAmt")
    ),
    "sparkov": PublicTable(_csv, _sparkov, columns("is_fraud", "unix_time", "amt")),
    "handbook": PublicTable(
        _parquet, _handbook, columns("TX_FRAUD", "TX_DATETIME", "TX_AMOUNT")
    ),
    "account-fraud": PublicTable(
        _csv, _account_fraud, columns("fraud_bool", "month", "intended_balcon_amount")
    ),
    "openml": PublicTable(_csv, _openml, columns("Class", "Time", "Amount")),
    "lake": PublicTable(_spark, _lake, columns("fraud", "event_time", "amount")),
    "fraud-detector": PublicTable(
        _csv,
        _fraud_detector,
        columns("EVENT_LABEL", "EVENT_TIMESTAMP", "order_price"),
    ),
}


def make(name: str) -> pd.DataFrame:
    random = np.random.default_rng(11)
    y = np.zeros(ROWS, dtype=int)
    y[random.choice(ROWS, 45, replace=False)] = 1
    return TABLES[name].make(random, y)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON has them."""
    return [
        {str(name): _json_value(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _json_value(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, (str, bool, int, float)) else float(value)
