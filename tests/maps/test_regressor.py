import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.cross_decomposition import PLSRegression
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression, MultiTaskLasso, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from langalign_sk.maps import RegressorMap


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((40, 3))
    return S, S @ rng.standard_normal((3, 2)) + 1.0


@pytest.mark.parametrize(
    "regressor",
    [
        LinearRegression(),
        KNeighborsRegressor(),
        RandomForestRegressor(n_estimators=3, random_state=0),
        MLPRegressor(hidden_layer_sizes=8, solver="lbfgs", max_iter=30, tol=1.0, random_state=0),
        PLSRegression(2),
        MultiTaskLasso(0.01),
        MultiOutputRegressor(GradientBoostingRegressor(n_estimators=3)),
        make_pipeline(StandardScaler(), Ridge()),
        GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2),
        TransformedTargetRegressor(Ridge(), transformer=StandardScaler()),
    ],
    ids=lambda r: type(r).__name__,
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("ignore:lbfgs failed")
def test_takes_any_regressor_of_several_columns(regressor, dtype, rows):
    S, T = (side.astype(dtype) for side in rows)
    fitted = RegressorMap(regressor).fit(S, T)
    wanted = clone(regressor).fit(S, T).predict(S)
    mapped = fitted.transform(S)
    np.testing.assert_allclose(mapped, wanted, rtol=1e-6)
    assert mapped.dtype == dtype
    assert mapped.shape == (40, 2)
    assert not hasattr(regressor, "n_features_in_")  # a clone was fitted
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(S), mapped)


@pytest.mark.parametrize(
    "regressor",
    [SVR(), GradientBoostingRegressor(), GridSearchCV(SVR(), {"C": [1.0]}, cv=2)],
    ids=lambda r: type(r).__name__,
)
@pytest.mark.filterwarnings("ignore")
def test_single_column_regressors_are_told_the_way_out(regressor, rows):
    name = type(regressor).__name__
    with pytest.raises(ValueError, match=rf"{name} could not be .*\.MultiOutputRegressor\({name}"):
        RegressorMap(regressor).fit(*rows)


@pytest.mark.parametrize("regressor", [SVR(), LinearRegression(), KNeighborsRegressor()])
def test_one_target_column(regressor, rows):
    S, T = rows
    mapped = RegressorMap(regressor).fit(S, T[:, :1]).transform(S)
    assert mapped.shape == (40, 1)
    np.testing.assert_allclose(mapped[:, 0], clone(regressor).fit(S, T[:, 0]).predict(S))


def test_weights_reach_the_regressor_or_are_refused(rows):
    S, T = rows
    w = np.random.default_rng(0).random(40)
    weighted = RegressorMap(Ridge(5.0)).fit(S, T, w)
    np.testing.assert_allclose(weighted.transform(S), Ridge(5.0).fit(S, T, w).predict(S))
    assert not np.allclose(weighted.transform(S), RegressorMap(Ridge(5.0)).fit(S, T).transform(S))
    with pytest.raises(ValueError, match=r"KNeighborsRegressor\.fit does not take it"):
        RegressorMap(KNeighborsRegressor()).fit(S, T, w)
    with pytest.raises(ValueError, match="row 0 has weight -1"):
        RegressorMap(Ridge()).fit(S, T, -np.ones(40))


def test_other_errors_come_through(rows):
    S, T = rows
    with pytest.raises(ValueError, match="n_neighbors"):
        RegressorMap(KNeighborsRegressor(n_neighbors=50)).fit(S, T)
    with pytest.raises(ValueError, match="source pairs have 40 rows, target pairs 39"):
        RegressorMap(Ridge()).fit(S, T[:-1])
    with pytest.raises(ValueError, match="RegressorMap needs pairs"):
        RegressorMap(Ridge()).fit(None, None)
    with pytest.raises(ValueError, match="X has 2 features, but RegressorMap is expecting 3"):
        RegressorMap(Ridge()).fit(S, T).transform(T)


class MeanOfAll(RegressorMixin, BaseEstimator):
    """Predicts one column whatever it is given."""

    def fit(self, X, y):
        self.mean_ = y.mean()
        return self

    def predict(self, X):
        return np.full(len(X), self.mean_)


def test_predictions_of_another_width_are_noticed(rows):
    with pytest.raises(ValueError, match=r"MeanOfAll predicts 1 columns where .* have 2"):
        RegressorMap(MeanOfAll()).fit(*rows)


def test_parameters_are_nested(rows):
    found = RegressorMap(Ridge(2.0))
    assert found.get_params()["regressor__alpha"] == 2.0
    found.set_params(regressor__alpha=3.0)
    assert clone(found).regressor.alpha == 3.0
    np.testing.assert_allclose(
        RegressorMap(DummyRegressor()).fit(*rows).transform(rows[0])[0], rows[1].mean(axis=0)
    )
