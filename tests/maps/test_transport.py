import builtins
import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog
from sklearn.base import clone

from langalign_sk.maps import ProcrustesMap, TransportMap
from langalign_sk.maps._transport import _costs, transport_plan

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def pot():
    return pytest.importorskip("ot")


def make_clouds(seed=0, n=80, d=4):
    """The same meanings in two places, rows in another order, a little turned."""
    rng = np.random.default_rng(seed)
    english = rng.standard_normal((n, d)) * np.arange(1, d + 1)
    turn = np.linalg.qr(np.eye(d) + 0.05 * rng.standard_normal((d, d)))[0]
    turn *= np.sign(np.diag(turn))
    order = rng.permutation(n)
    return english, (english @ turn + 5.0)[order], order


@settings(max_examples=5, deadline=None)
@given(seed=seeds, n=st.integers(2, 5), m=st.integers(2, 5))
def test_the_plan_is_that_of_a_linear_program(seed, n, m):
    cost = np.random.default_rng(seed).random((n, m))
    rows, columns = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    masses = np.r_[np.full(n, 1 / n), np.full(m, 1 / m)]
    wanted = linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=masses).fun
    plan = transport_plan(cost, 0.0, None)
    assert np.sum(plan * cost) == pytest.approx(wanted)
    # Entropy costs at most eps log(n m).
    near = transport_plan(cost, 0.05, None)
    assert wanted - 1e-3 < np.sum(near * cost) < wanted + 0.05 * cost.mean() * np.log(n * m) + 1e-6


def test_the_entropic_plan_has_the_form_of_its_optimum():
    cost = np.random.default_rng(0).random((6, 4))
    plan = transport_plan(cost, 0.1, None)
    np.testing.assert_allclose(plan.sum(axis=1), 1 / 6, atol=1e-6)
    # log P + C / eps is a sum of one term per row and one per column.
    rest = np.log(plan) + cost / cost.mean() / 0.1
    rest -= rest.mean(axis=0)
    np.testing.assert_allclose(rest, np.tile(rest.mean(axis=1, keepdims=True), 4), atol=1e-6)


def test_the_unbalanced_plan_solves_its_equations():
    cost = np.random.default_rng(0).random((6, 4))
    plan = transport_plan(cost, 0.1, 0.5)
    # At the optimum log P = -C/eps - tau/eps (log(P1/a) + log(P'1/b)) + log(a b'), entrywise.
    forces = np.log(plan.sum(axis=1) * 6)[:, None] + np.log(plan.sum(axis=0) * 4)
    wanted = (-cost / cost.mean() - 0.5 * forces) / 0.1
    rest = np.log(plan) - wanted
    np.testing.assert_allclose(rest, rest[0, 0], atol=1e-4)
    assert not np.allclose(plan.sum(axis=1), 1 / 6, atol=1e-3)


@pytest.mark.parametrize("reg", [0.0, 0.02])
def test_finds_a_match_that_is_near(reg):
    english, korean, order = make_clouds(n=50)
    fitted = TransportMap(reg=reg, random_state=0).fit(
        unlabeled_source=english, unlabeled_target=korean
    )
    error = np.abs(fitted.transform(english)[order] - korean).max()
    assert error < (1e-9 if reg == 0 else 0.3)
    assert len(fitted.costs_) == 5
    assert fitted.costs_[-1] <= fitted.costs_[0] + 1e-9


def test_a_seed_bridges_two_unrelated_spaces():
    rng = np.random.default_rng(0)
    english = rng.standard_normal((150, 6))
    korean = english @ rng.standard_normal((6, 9)) + 3.0
    fitted = TransportMap("ridge", reg=0.0).fit(
        english[:10], korean[:10], unlabeled_source=english[10:], unlabeled_target=korean[:9:-1]
    )
    assert np.square(fitted.transform(english) - korean).mean() < 1e-2 * korean.var()


def test_unbalanced_leaves_out_what_the_other_side_does_not_have():
    cost = 1.0 - np.eye(6)
    cost[5] = 8.0
    mass = transport_plan(cost, 0.05, 0.3).sum(axis=1)
    assert mass[5] < 0.2 * mass[:5].min()
    np.testing.assert_allclose(transport_plan(cost, 0.05, None).sum(axis=1), 1 / 6, atol=1e-6)
    english, korean, _ = make_clouds()
    fitted = TransportMap(unbalanced=0.5, n_steps=1).fit(
        unlabeled_source=english, unlabeled_target=korean
    )
    assert np.isfinite(fitted.transform(english)).all()


def test_one_seed_one_map():
    english, korean, _ = make_clouds()
    few = TransportMap(n_rows=30, reg=0.1, random_state=0, n_steps=2)
    one, two = (clone(few).fit(unlabeled_source=english, unlabeled_target=korean) for _ in range(2))
    np.testing.assert_array_equal(one.transform(english), two.transform(english))
    assert pickle.loads(pickle.dumps(one)).transform(english).shape == english.shape
    single = clone(few).fit(
        unlabeled_source=np.float32(english), unlabeled_target=np.float32(korean)
    )
    moved = single.transform(np.float32(english))
    assert moved.dtype == np.float32
    assert np.abs(moved - one.transform(english)).max() < 1e-4 * np.abs(moved).max()


def test_costs_are_squared_distances_of_centred_unit_rows():
    A, B, _ = make_clouds(n=7)
    units = [(X - X.mean(axis=0)) for X in (A, B)]
    units = [X / np.linalg.norm(X, axis=1, keepdims=True) for X in units]
    wanted = np.square(units[0][:, None] - units[1]).sum(axis=2)
    np.testing.assert_allclose(_costs(A, B), wanted, atol=1e-12)


def test_pairs_alone_are_their_own_clouds():
    S = np.random.default_rng(0).standard_normal((30, 3))
    fitted = TransportMap(reg=0.0).fit(S, S + 1.0)
    np.testing.assert_allclose(fitted.transform(S), S + 1.0, atol=1e-9)
    np.testing.assert_allclose(fitted.map_.coef_, ProcrustesMap().fit(S, S + 1.0).coef_, atol=1e-9)


def test_says_what_is_missing(monkeypatch):
    english, korean, _ = make_clouds(n=10)
    with pytest.raises(ValueError, match="needs rows of both languages"):
        TransportMap().fit(unlabeled_source=english)
    with pytest.raises(ValueError, match="no pairs to start from.*give it a few pairs"):
        TransportMap().fit(unlabeled_source=english, unlabeled_target=korean[:, :2])
    with pytest.raises(ValueError, match="target pairs have 4 columns, unlabeled_target 2"):
        TransportMap().fit(
            english, korean, unlabeled_source=english, unlabeled_target=korean[:, :2]
        )
    for params, message in (
        ({"reg": -1.0}, "'reg' parameter of"),
        ({"unbalanced": 0.0}, "'unbalanced' parameter of"),
        ({"n_rows": 0}, "'n_rows' parameter of"),
        ({"n_steps": -1}, "'n_steps' parameter of"),
        ({"unbalanced": 1.0, "reg": 0.0}, "unbalanced transport needs reg > 0"),
    ):
        with pytest.raises(ValueError, match=message):
            TransportMap(**params).fit(english, korean)
    found = builtins.__import__

    def without_pot(name, *args, **kwargs):
        if name == "ot":
            raise ImportError(name)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pot)
    with pytest.raises(ImportError, match=r"pip install langalign-sk\[transport\]"):
        TransportMap().fit(english, korean)
