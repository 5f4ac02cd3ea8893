import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.cross_decomposition import PLSRegression
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from langalign_sk.maps import AffineMap, ProcrustesMap, RegressorMap, RidgeMap, resolve_map
from tests.maps.throwaway import DuckMap, TorchMap


def test_names():
    assert type(resolve_map("procrustes")) is ProcrustesMap
    assert type(resolve_map("ridge")) is RidgeMap
    assert resolve_map("ridge") is not resolve_map("ridge")
    with pytest.raises(ValueError, match=r"method 'rigde'.*'procrustes'.*'ridge'.*RidgeMap"):
        resolve_map("rigde")


def test_maps_are_cloned_unfitted():
    S = np.random.default_rng(0).standard_normal((10, 2))
    given = RidgeMap(alpha=0.3).fit(S, S)
    found = resolve_map(given)
    assert found is not given
    assert found.get_params() == given.get_params()
    assert not hasattr(found, "coef_")
    duck = resolve_map(DuckMap().fit(S, S))
    assert type(duck) is DuckMap


@pytest.mark.parametrize(
    "regressor",
    [
        Ridge(),
        PLSRegression(),  # has a transform, but is no map
        GridSearchCV(Ridge(), {}),
        make_pipeline(StandardScaler(), Ridge()),
    ],
    ids=lambda r: type(r).__name__,
)
def test_regressors_are_wrapped(regressor):
    found = resolve_map(regressor)
    assert type(found) is RegressorMap
    assert type(found.regressor) is type(regressor)
    assert found.regressor is not regressor


def test_old_style_regressors_are_known_by_their_type():
    class Old:
        _estimator_type = "regressor"

        def get_params(self, deep=True):
            return {}

    assert type(resolve_map(Old())) is RegressorMap


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (RidgeMap, r"must be an object: RidgeMap\(\.\.\.\), not the class"),
        (Ridge, r"must be an object: Ridge\(\.\.\.\)"),
        (LogisticRegression(), "LogisticRegression is a classifier, which predicts no vectors"),
        (KMeans(), "KMeans is a clusterer"),
        (StandardScaler(), "StandardScaler is a transformer of one space: its fit takes no pairs"),
        (None, "NoneType is neither a map nor a regressor; pass one of the names"),
        (0.5, "float is neither a map nor a regressor"),
        (np.eye(3), "ndarray is neither a map nor a regressor"),
    ],
)
def test_everything_else_is_refused_with_advice(method, message):
    with pytest.raises(TypeError, match=message):
        resolve_map(method)


def test_seed_goes_where_none_was_given():
    assert resolve_map(TorchMap(), random_state=7).random_state == 7
    assert resolve_map(TorchMap(random_state=3), random_state=7).random_state == 3
    given = RandomForestRegressor()
    assert resolve_map(given, random_state=7).regressor.random_state == 7
    assert given.random_state is None
    nested = resolve_map(make_pipeline(StandardScaler(), given), random_state=7)
    assert nested.get_params()["regressor__randomforestregressor__random_state"] == 7
    assert resolve_map("ridge", random_state=7).get_params() == RidgeMap().get_params()
    assert type(resolve_map(DuckMap(), random_state=7)) is DuckMap
    assert resolve_map(TorchMap()).random_state is None


def test_a_known_matrix_is_a_method():
    found = resolve_map(AffineMap([[2.0]])).fit([[1.0]], [[9.0]])
    np.testing.assert_array_equal(found.transform([[1.0]]), [[2.0]])
