import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.training.samples import make_dataset, random_dataset
from training.data.dataset import Dataset
from training.models.estimators import RECIPES, VOTES, members
from training.models.fitting import assemble, fit_all, fit_pipeline
from training.options import ModelOptions

QUICK = ModelOptions(boosting_iterations=20, trees=20, network_epochs=60)
SINGLES = tuple(RECIPES)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 4), min_size=60, max_size=60))
def test_a_weight_counts_like_that_many_equal_rows(
    seed: int, weights: list[int]
) -> None:
    data = random_dataset(60, 15, seed, [float(weight) for weight in weights])
    rows = np.repeat(np.arange(60), weights)
    repeated = make_dataset(data.features[rows], data.labels[rows].tolist())
    by_weight = fit_pipeline("logistic-regression", data, QUICK)
    by_rows = fit_pipeline("logistic-regression", repeated, QUICK)
    np.testing.assert_allclose(
        by_weight.predict_proba(data.features),
        by_rows.predict_proba(data.features),
        atol=1e-3,
    )


@pytest.mark.parametrize("name", SINGLES)
class TestEveryModel:
    def test_frauds_score_higher(self, name: str) -> None:
        data = random_dataset()
        scores = fit_pipeline(name, data, QUICK).predict_proba(data.features)[:, 1]
        assert scores[data.labels == 1].mean() > scores[data.labels == 0].mean() + 0.1

    def test_a_fit_is_repeatable(self, name: str) -> None:
        data = random_dataset()
        first, second = (
            fit_pipeline(name, data, QUICK).predict_proba(data.features) for _ in "12"
        )
        np.testing.assert_array_equal(first, second)

    def test_weights_are_heeded(self, name: str) -> None:
        data = random_dataset()
        weights = np.where(data.labels == 1, 1.0, 20.0).tolist()
        rare = random_dataset(weights=weights)
        unseen = random_dataset(seed=1).features
        plain, weighted = (
            fit_pipeline(name, part, QUICK).predict_proba(unseen)[:, 1].mean()
            for part in (data, rare)
        )
        # The baseline balances classes, so that frauds never become rare to it.
        if name == "logistic-regression":
            assert weighted == pytest.approx(plain, abs=0.05)
        elif name == "extra-trees":  # grown to pure leaves: weights move the cuts
            assert weighted != plain
        else:
            assert weighted < plain

    @pytest.mark.parametrize("value", [5.0, 0.0, 1e30, 5e-324])
    def test_a_constant_column_does_no_harm(self, name: str, value: float) -> None:
        data = random_dataset()
        data.features[:, 3] = value
        probabilities = fit_pipeline(name, data, QUICK).predict_proba(data.features)
        assert np.isfinite(probabilities).all()

    def test_one_huge_value_and_denormal_ones_do_no_harm(self, name: str) -> None:
        data = random_dataset()
        data.features[0, 3] = 1e30
        data.features[1:, 3] = 5e-324
        probabilities = fit_pipeline(name, data, QUICK).predict_proba(data.features)
        assert np.isfinite(probabilities).all()


@pytest.mark.parametrize(
    "name", ["gradient-boosting", "xgboost", "extra-trees", "neural-network"]
)
def test_time_counts_as_hour_of_day_only(name: str) -> None:
    data = random_dataset()
    model = fit_pipeline(name, data, QUICK)
    later = data.features.copy()
    later[:, 0] = np.floor(later[:, 0])
    same_hour = later.copy()
    same_hour[:, 0] += 100 * 86_400
    np.testing.assert_array_equal(
        model.predict_proba(later), model.predict_proba(same_hour)
    )


def test_a_vote_is_the_weighted_mean_of_its_members() -> None:
    data = random_dataset()
    fitted = fit_all(list(members("vote")), data, QUICK)
    expected = np.average(
        [fitted[name].predict_proba(data.features) for name in VOTES["vote"]],
        axis=0,
        weights=list(VOTES["vote"].values()),
    )
    vote = assemble("vote", fitted)
    np.testing.assert_allclose(vote.predict_proba(data.features), expected)


@pytest.mark.parametrize(
    ("name", "options", "attribute", "value"),
    [
        ("logistic-regression", ModelOptions(logistic_c=0.5), "C", 0.5),
        ("gradient-boosting", ModelOptions(boosting_iterations=3), "n_iter_", 3),
        ("xgboost", ModelOptions(xgboost_iterations=4), "n_estimators", 4),
        ("extra-trees", ModelOptions(trees=7), "n_estimators", 7),
        ("neural-network", ModelOptions(network_units=9), "hidden_layer_sizes", (9,)),
    ],
)
def test_hyperparameters_reach_the_model(
    name: str, options: ModelOptions, attribute: str, value: object
) -> None:
    model = fit_pipeline(name, random_dataset(80, 10), options)
    assert getattr(model["classify"], attribute) == value


def test_columns_are_known_by_name_not_by_place() -> None:
    data = random_dataset()
    turned = Dataset(
        np.ascontiguousarray(data.features[:, ::-1]),
        data.labels,
        None,
        data.feature_names[::-1],
        data.columns,
        "",
    )
    model = fit_pipeline("logistic-regression", data, QUICK)
    other = fit_pipeline("logistic-regression", turned, QUICK)
    np.testing.assert_allclose(
        model.predict_proba(data.features),
        other.predict_proba(turned.features),
        atol=1e-4,
    )
