"""What the name of a column says about it."""

import re

# Whole numbers under such a name are keys: card1, cc_num, CUSTOMER_ID.
_KEY_NAMES = frozenset(
    {
        *("id", "ids", "num", "number", "no", "nr", "nbr", "key", "uuid", "guid"),
        *("card", "account", "acct", "customer", "client", "merchant", "device"),
        *("terminal", "user", "iban", "pan", "ssn", "zip", "zipcode", "postcode"),
        *("phone", "msisdn", "token", "hash", "cc", "ip", "address"),
    }
)
# Names of a series: id_01 is the first of many features, card1 is a card.
_NUMBERED = frozenset({"id", "ids", "no", "nr", "num", "ip", "address"})
# Such a word before a key's counts or measures: months_as_customer, num_items.
_QUANTITIES = frozenset(
    {
        *("days", "weeks", "months", "years", "hours", "minutes", "seconds", "age"),
        *("count", "amount", "amt", "total", "sum", "avg", "mean", "max", "min"),
        *("tenure", "velocity", "rate", "ratio", "share", "distance", "score", "per"),
        *("since", "distinct", "unique"),
    }
)
_AFTER_THE_FACT = re.compile(
    r"fraud|chargeback|charge_back|dispute|label|scenario|flagged|investigat|"
    r"verdict|outcome|decision|blocked|declined|refund",
    re.IGNORECASE,
)
# pandas' index, in Parquet and in a CSV that was read and written again.
_INDEX = re.compile(r"|__index_level_[0-9]+__|Unnamed: [0-9]+")
_LABEL_WORDS = frozenset(
    {"fraud", "isfraud", "fraudulent", "chargeback", "cbk", "isflaggedfraud"}
)
_PLAIN_LABELS = frozenset({"class", "label", "target"})
_AROUND_A_LABEL = frozenset(
    {
        *("is", "tx", "trans", "transaction", "event", "has", "bool", "flag", "label"),
        *("class", "target", "reported", "found", "p", "indicator", "status", "y"),
        *("result", "ind", "yn"),
    }
)
#: They may say as much of something else: a payment's outcome, a test's result.
_OUTCOMES = frozenset({"verdict", "outcome", "result"})
_AMOUNT_WORDS = frozenset({"amt", "amount", "price", "value", "total"})
_TIME_WORDS = frozenset({"time", "timestamp", "date", "datetime", "step", "dt", "at"})


def words_of(name: str) -> list[str]:
    """Return the lower-case words of a name: ``merchantId`` has two."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return [word for word in re.split(r"[\W_]+", parted.lower()) if word]


def is_index_name(name: str) -> bool:
    """Whether it is no name, or one that pandas gives to an index."""
    return bool(_INDEX.fullmatch(name))


def is_after_the_fact(name: str) -> bool:
    """Whether a name is of something known only when the fraud is."""
    return bool(_AFTER_THE_FACT.search(name))


def is_key_name(name: str) -> bool:
    """Whether whole numbers of that name are keys and not quantities."""
    words = words_of(name)
    if not words or _QUANTITIES.intersection(words[:-1]):
        return False
    bare = words[-1].rstrip("0123456789")
    if bare in _KEY_NAMES and bare not in _NUMBERED:
        return True
    return words[-1] in _KEY_NAMES


def likely_labels(names: list[str]) -> list[str]:
    """Return the names that a label has, those of the plainest form only."""
    words = {name: words_of(name) for name in names}
    plain = [
        name
        for name, parts in words.items()
        if _LABEL_WORDS.intersection(parts)
        and set(parts) <= _LABEL_WORDS | _AROUND_A_LABEL
        and "flagged" not in parts
    ]
    return plain or [
        name
        for name, parts in words.items()
        if _PLAIN_LABELS.intersection(parts) and set(parts) <= _AROUND_A_LABEL
    ]


def likely_outcomes(names: list[str]) -> list[str]:
    """Return the names that a label may have where none is plain."""
    around = _OUTCOMES | _AROUND_A_LABEL
    words = {name: set(words_of(name)) for name in names}
    return [n for n, parts in words.items() if parts & _OUTCOMES and parts <= around]


def likely_amounts(names: list[str]) -> list[str]:
    """Return the names that an amount of money has, the plainest first."""
    found = [name for name in names if _AMOUNT_WORDS.intersection(words_of(name))]
    return sorted(found, key=lambda name: len(words_of(name)))


def likely_times(names: list[str]) -> list[str]:
    """Return the names that the time of a transaction has."""
    return [name for name in names if _TIME_WORDS.intersection(words_of(name))]
