"""What the name of a column says about it."""

import re
from unicodedata import combining, normalize

# Whole numbers under such a name are keys: card1, cc_num, CUSTOMER_ID.
_KEY_NAMES = frozenset(
    {
        *("id", "ids", "num", "number", "no", "nr", "nbr", "key", "uuid", "guid"),
        *("card", "account", "acct", "customer", "client", "merchant", "device"),
        *("terminal", "user", "iban", "pan", "ssn", "zip", "postcode"),
        *("phone", "msisdn", "token", "hash", "cc", "ip", "address", "imei", "imsi"),
        *("cpf", "cnpj", "dni", "siret", "passport", "plz", "cep"),
        # The same in the languages of those who keep such tables.
        *("karte", "konto", "kunde", "nummer", "tarjeta", "cuenta", "cliente"),
        *("cartao", "conta", "carte", "compte", "conto", "carta", "kaart", "klant"),
        # In one word.
        *("userid", "customerid", "custid", "clientid", "accountid", "merchantid"),
        *("deviceid", "cardid", "cardno", "cardnumber", "cardnum", "accountno"),
        *("accountnumber", "phonenumber", "transactionid", "txid", "txnid", "trxid"),
        *("orderid", "sessionid", "terminalid", "kartennummer", "kontonummer"),
        *("kundennummer", "ccnum", "zipcode"),
    }
)
# Names of a series: id_01 is the first of many features, card1 is a card.
_NUMBERED = frozenset({"id", "ids", "no", "nr", "num", "ip", "address", "nummer"})
# Such a word before a key's counts or measures: months_as_customer, num_items.
_QUANTITIES = frozenset(
    {
        *("days", "weeks", "months", "years", "hours", "minutes", "seconds", "age"),
        *("count", "amount", "amt", "total", "sum", "avg", "mean", "max", "min"),
        *("tenure", "velocity", "rate", "ratio", "share", "distance", "score", "per"),
        *("since", "distinct", "unique"),
    }
)
_LENGTHS = _QUANTITIES | {
    *("diff", "difference", "delta", "between", "elapsed", "duration", "mins", "secs"),
    *("length", "spent", "gap", "to"),
}
# What is made of several amounts, or of their number.
_MEASURES = _QUANTITIES - {"amount", "amt", "total", "sum"}
_AFTER_THE_FACT = re.compile(
    r"fraud|chargeback|charge_back|dispute|label|scenario|flagged|investigat|"
    r"verdict|outcome|decision|blocked|declined|refund|launder|betrug|frode",
    re.IGNORECASE,
)
# pandas' index, in Parquet and in a CSV that was read and written again.
_INDEX = re.compile(r"|__index_level_[0-9]+__|Unnamed: [0-9]+")
_PLAIN_LABELS = frozenset({"class", "label", "target"})
_AROUND_A_LABEL = frozenset(
    {
        *("is", "tx", "trans", "transaction", "event", "has", "bool", "flag", "label"),
        *("class", "target", "reported", "found", "p", "indicator", "status", "y"),
        *("result", "ind", "yn", "potential", "suspected", "confirmed", "actual"),
        *("known", "case", "ist", "est", "es"),
    }
)
# In the languages of those who keep such tables; in one word or several. A fraudscore
# is none: only what stands around a label may stand in the same word.
_LABEL_WORD = re.compile(
    rf"(?:is|has)?(?:fraud(?:s|e|ster|ul\w{{2,4}})?(?:{'|'.join(sorted(_AROUND_A_LABEL))})?|"
    r"frd|chargeback|cbk|laundering|sar|illicit|frode|bedrageri|"
    r"betrug(?:er|erisch|s?(?:fall|verdacht|merkmal|kennzeichen|flag|label))?)"
)
#: They may say as much of something else: a payment's outcome, a test's result.
_OUTCOMES = frozenset({"verdict", "outcome", "result", "flag", "status"})
_AMOUNT_WORDS = frozenset(
    {
        *(
            "amt",
            "amnt",
            "amount",
            "amounts",
            "betrag",
            "montant",
            "importe",
            "importo",
        ),
        *("valor", "bedrag", "belopp", "beløp", "monto", "quantia", "kwota", "summe"),
    }
)
#: They may be worth of something else.
_WORTH_WORDS = frozenset(
    {
        *("price", "value", "total", "sum", "cost", "worth", "wert", "preis"),
        *("umsatz", "prix", "somme", "precio", "preco", "prezzo", "prijs", "cena"),
    }
)
_CURRENCIES = frozenset(
    {
        *("usd", "eur", "gbp", "jpy", "cny", "inr", "chf", "cad", "aud", "sek", "nok"),
        *("dkk", "pln", "brl", "mxn", "ngn", "kes", "zar", "try", "local", "cents"),
    }
)
# One word of two: transactionamount, Rechnungsbetrag.
_LONG_WORD = 5
_TIME_WORDS = frozenset(
    {
        *("time", "timestamp", "date", "datetime", "step", "dt", "ts", "at", "when"),
        *("datum", "zeit", "zeitpunkt", "fecha", "horodatage", "unixtime", "tarih"),
    }
)
#: They mean a date or an hour, of numbers also megabytes and 0 to 23.
_WORDS_OF_MOMENTS = frozenset({"data", "hora", "heure"})
_LATER = frozenset(
    {
        *("updated", "modified", "changed", "closed", "resolved", "settled"),
        "settlement",
        *("posted", "processed", "loaded", "inserted", "ingested", "value", "valuta"),
        *("valutadatum", "exp", "expiry", "expires", "expiration", "due", "until"),
        *("delivery", "delivered", "shipped", "cancelled", "canceled"),
    }
)
_YEAR = frozenset({"year", "jahr", "annee", "ano", "anno"})
_PARTS_OF_TIME = _YEAR | {"month", "day", "hour", "minute", "monat", "tag", "mois"}


def words_of(name: str) -> list[str]:
    """Return the lower-case words of a name, without accents: merchantId has two."""
    plain = "".join(c for c in normalize("NFKD", name) if not combining(c))
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
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
        if any(map(_LABEL_WORD.fullmatch, parts))
        and all(p in _AROUND_A_LABEL or _LABEL_WORD.fullmatch(p) for p in parts)
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
    found = {
        name: (rank, len(words))
        for name in names
        if (words := words_of(name)) and (rank := _amount_rank(words)) is not None
    }
    return sorted(found, key=lambda name: found[name])


def _amount_rank(words: list[str]) -> int | None:
    """Return 0 for a word that means an amount, 1 for one that may, None for none."""
    if _MEASURES.intersection(words):
        return None
    for rank, known in enumerate((_AMOUNT_WORDS, _WORTH_WORDS)):
        long = tuple(word for word in known if len(word) >= _LONG_WORD)
        # What is worth something is the last word: of "total sent" it is what was sent.
        telling = [w for w in words if w not in _CURRENCIES][-1:] if rank else words
        if any(word in known or word.endswith(long) for word in telling):
            return rank
    return None


def is_of_later(name: str) -> bool:
    """Whether it is the time of what comes after a transaction, or will come."""
    return bool(_LATER.intersection(words_of(name)))


def likely_times(names: list[str], *, are_moments: bool = False) -> list[str]:
    """Return the names that the time of a transaction has, and no length of time.

    Of columns that are moments by their values, less plain ones too.
    """
    known = _TIME_WORDS | _WORDS_OF_MOMENTS if are_moments else _TIME_WORDS
    return [
        name
        for name in names
        if known.intersection(words := words_of(name))
        and not _LENGTHS.intersection(words)
    ]


def time_parts(names: list[str]) -> list[str]:
    """Return the names of a year and what goes with it, where there is one."""
    parts = [name for name in names if name.lower() in _PARTS_OF_TIME]
    return parts if any(name.lower() in _YEAR for name in parts) else []
