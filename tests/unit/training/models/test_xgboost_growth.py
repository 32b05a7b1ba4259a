"""Trees that go on from a saved model are those of a run that was not interrupted."""

import numpy as np
import xgboost

from training.models.xgboost_classifier import TREES_TOGETHER, XGBoostClassifier


def test_a_run_that_goes_on_grows_the_same_trees() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(2000, 6)).astype(np.float32)
    labels = (features[:, 0] + random.normal(size=2000) > 1.5).astype(int)
    trees = 2 * TREES_TOGETHER + 5

    def growing(count: int) -> XGBoostClassifier:
        return XGBoostClassifier(
            n_estimators=count,
            max_depth=3,
            max_bin=64,
            colsample_bytree=0.5,
            random_state=1,
            seed_per_iteration=True,
            n_jobs=1,
        )

    def matrix() -> xgboost.QuantileDMatrix:
        return xgboost.QuantileDMatrix(features, label=labels, max_bin=64)

    kept: dict[int, bytes] = {}

    def keep(model: xgboost.Booster, grown: int) -> None:
        kept[grown] = bytes(model.save_raw("ubj"))

    whole = growing(trees).grow(matrix(), after_tree=keep)
    for grown in (TREES_TOGETHER, 2 * TREES_TOGETHER):
        assert growing(trees).grow(matrix(), begun=kept[grown]) == whole
    fitted = growing(trees).fit(features, labels)
    assert fitted.get_booster().num_boosted_rounds() == trees
