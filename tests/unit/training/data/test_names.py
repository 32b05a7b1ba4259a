"""Names of columns in the words of public and private tables, and what they propose."""

import pytest

from training.data.names import (
    likely_amounts,
    likely_labels,
    likely_outcomes,
    likely_times,
)


@pytest.mark.parametrize(
    "name",
    [
        *("Betrag", "montant", "importe", "valor", "TransactionAmt", "amt", "Amount"),
        *("Transaction_Amount", "trans_amount", "amount_usd", "purchase_value"),
        *(
            "Amount (USD)",
            "transactionamount",
            "Rechnungsbetrag",
            "TX_AMOUNT",
            "Montant",
        ),
        *(
            "total_claim_amount",
            "price",
            "Kaufpreis",
            "Beløp",
            "loan_amnt",
            "VALOR_TRANSAÇÃO",
        ),
    ],
)
def test_amounts(name: str) -> None:
    others = ["avg_amount_7d", "amount_ratio", "days_since", "count", "V1", "merchant"]
    assert likely_amounts([*others, name]) == [name]


def test_an_amount_is_more_likely_than_a_worth() -> None:
    names = ["vehicle_value", "total_items_price", "claim_amount", "amount"]
    assert likely_amounts(names)[:2] == ["amount", "claim_amount"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "betrug",
            "is_fraud",
            "fraud_reported",
            "FraudFound_P",
            "Is Fraud?",
            "isFraud",
        ),
        *("fraud_bool", "EVENT_LABEL", "Class", "class", "PotentialFraud", "TX_FRAUD"),
        *(
            "FraudResult",
            "Is Laundering",
            "Is_laundering",
            "isSAR",
            "isfraud",
            "Target",
        ),
        *("fraud_label", "fraudlabel", "Fraude", "is_fraudulent", "ist_Betrug"),
        *("Fraudster", "Betrugsverdacht"),
        *("fraudulento", "frauduleux", "betrügerisch", "fraudflag", "isfraudulent"),
    ],
)
def test_labels(name: str) -> None:
    others = ["isFlaggedFraud", "TX_FRAUD_SCENARIO", "fraud_score", "device_class"]
    assert likely_labels([*others, name]) == [name]


@pytest.mark.parametrize("name", ["FLAG", "verdict", "Transaction_Status"])
def test_names_that_say_less(name: str) -> None:
    assert likely_labels(["Amount", name]) == []
    assert likely_outcomes(["Amount", name]) == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("fraudscore", "fraudrisk", "fraudprob", "fraudprobability", "fraudrate"),
        *("fraudcount", "fraudulentcount", "fraudtype", "betrugsscore", "frauds30d"),
    ],
)
def test_what_measures_fraud_is_no_label(name: str) -> None:
    assert likely_labels(["is_fraud", name]) == ["is_fraud"]
    assert likely_labels(["amount", name, "label"]) == ["label"]


@pytest.mark.parametrize("name", ["data_usage_mb", "hora", "heure", "data"])
def test_words_of_moments_are_a_time_where_the_values_are(name: str) -> None:
    assert likely_times([name]) == []
    assert likely_times([name], are_moments=True) == [name]
