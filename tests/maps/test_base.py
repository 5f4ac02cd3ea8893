"""What all maps share: one way to fit, all or nothing; names; parameters; few pairs."""

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import langalign_sk
from langalign_sk._numeric import PairMoments
from langalign_sk.maps import (
    TRUSTED_MAPS,
    AffineMap,
    BaseMap,
    CCAMap,
    FewPairsWarning,
    GeneralizedProcrustes,
    KernelMap,
    MeanShiftMap,
    MLPMap,
    MultiStepMap,
    NormalizedMap,
    ProcrustesMap,
    RCSLSMap,
    ReducedRankMap,
    RegressorMap,
    RidgeMap,
    SelfLearningMap,
    published_map,
    resolve_map,
)

#: Where interrupts fall: what cleans up after objects that go swallows exceptions.
ROOMS = tuple(str(Path(langalign_sk.__file__).parent / room) for room in ("maps", "_numeric"))
ROW_MAPS = [
    KernelMap(5, random_state=0),
    NormalizedMap("ridge"),
    RCSLSMap(max_iter=2),
    RegressorMap(Ridge()),
    SelfLearningMap(n_rounds=1, random_state=0),
]
MOMENT_MAPS = [
    ProcrustesMap(scale=True),
    RidgeMap(),
    RidgeMap("loo", alphas=[0.1, 1.0]),
    CCAMap(),
    MultiStepMap(whiten=True, reweight=0.5, scale=True),
    MeanShiftMap(),
]


def make_pairs(seed, n=40, ds=4, dt=4):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds))
    return S, S @ rng.standard_normal((ds, dt)) + 1.0 + 0.1 * rng.standard_normal((n, dt))


class InterruptAt:
    """Raise KeyboardInterrupt at the k-th line that runs in these rooms."""

    def __init__(self, k):
        self.left = k

    def __call__(self, frame, event, arg):
        if not frame.f_code.co_filename.startswith(ROOMS):
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self


def interrupted(work, k):
    """Do the work, interrupted at line k; whether it was that long."""
    before = sys.gettrace()
    sys.settrace(InterruptAt(k))
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("unfitted", [*ROW_MAPS, *MOMENT_MAPS], ids=repr)
def test_a_refit_is_all_or_nothing_wherever_it_is_interrupted(unfitted):
    old, new, X = make_pairs(0), make_pairs(1), make_pairs(2)[0]
    fitted = unfitted.fit(*old)
    of_old = fitted.transform(X)
    of_new = resolve_map(unfitted).fit(*new).transform(X)
    assert not np.allclose(of_old, of_new)
    k, kept = 1, 0
    while interrupted(lambda: fitted.fit(*new), k):
        # Exactly the one or the other, and it says nothing false about itself.
        now = fitted.transform(X)
        if np.array_equal(now, of_old):
            kept += 1
        else:
            np.testing.assert_array_equal(now, of_new)
        fitted.fit(*old)
        k = k + 1 if k < 60 else int(k * 1.1)
    assert kept > 20
    np.testing.assert_array_equal(fitted.transform(X), of_new)


def test_a_refit_that_fails_leaves_the_old_fit():
    (S, T), X = make_pairs(0), make_pairs(2)[0]
    fitted = RidgeMap().fit(S, T)
    before, state = fitted.transform(X), dict(vars(fitted))
    wide = np.hstack([S, S])
    wide[3, 5] = np.nan
    for work in (
        lambda: fitted.fit(wide, T),
        lambda: fitted.fit(S, None),
        lambda: fitted.set_params(alpha="loo").fit_moments(PairMoments.from_rows(S, T)),
        lambda: fitted.set_params(alphas=[-1.0]).fit(S, T),
    ):
        with pytest.raises(ValueError, match=r"NaN|together|row by row|alphas"):
            work()
        np.testing.assert_array_equal(fitted.transform(X), before)
    fitted.set_params(alpha="gcv", alphas=None)
    assert vars(fitted) == state
    # What one way of choosing left behind is no attribute of the other.
    fitted.set_params(alpha="loo").fit(S, T)
    assert hasattr(fitted, "loo_values_")
    assert not hasattr(fitted.set_params(alpha="gcv").fit(S, T), "loo_values_")


def test_several_views_are_all_or_nothing_too():
    views = GeneralizedProcrustes((2, 2)).fit(make_pairs(0)[0])
    before = views.agreement_
    with pytest.raises(ValueError, match="widths"):
        views.set_params(widths=(2, 3)).fit(make_pairs(1)[0])
    assert views.agreement_ is before


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (lambda m, S, T: m.fit(S, T[:-1]), "source pairs have 40 rows, target pairs 39; row i"),
        (lambda m, S, T: m.fit(S), "S and T must be given together"),
        (lambda m, S, T: m.fit(), "needs pairs: both S and T"),
        (lambda m, S, T: m.fit(S, T, np.ones(3)), "one weight per row is needed"),
        (lambda m, S, T: m.fit(S, T, np.zeros(40)), "all weights are zero"),
        (lambda m, S, T: m.fit(S, np.full((40, 3), np.inf)), "target pairs: row 0 holds inf"),
        (lambda m, S, T: m.fit(S[0], T), "source pairs: a 2-D array"),
    ],
)
@pytest.mark.parametrize(
    "unfitted", [m for m in [*ROW_MAPS, *MOMENT_MAPS] if m.needs_pairs], ids=repr
)
def test_every_map_checks_alike(unfitted, fit, message):
    with pytest.raises(ValueError, match=message):
        fit(resolve_map(unfitted), *make_pairs(0))


@pytest.mark.parametrize("unfitted", [MeanShiftMap(), SelfLearningMap()], ids=repr)
def test_rows_of_one_space_have_one_width(unfitted):
    S, T = make_pairs(0)
    with pytest.raises(ValueError, match="target pairs have 4 columns, unlabeled_target 3"):
        unfitted.fit(S, T, unlabeled_source=S, unlabeled_target=T[:, :3])


def test_names_are_those_the_classes_bear():
    names = {name: cls for cls in TRUSTED_MAPS for name in getattr(cls, "names", ())}
    assert sorted(names) == [
        "agreement", "artetxe2016", "artetxe2018", "cca", "diagonal_procrustes", "faruqui2014",
        "kernel", "language_direction", "language_mask", "mean_shift", "mikolov2013", "mlp",
        "procrustes", "rcsls", "reduced_rank", "ridge", "self_learning", "subspace_shift",
        "vecmap2018", "xing2015",
    ]  # fmt: skip
    for name, cls in names.items():
        found = resolve_map(name)
        if name in NormalizedMap.names:
            assert repr(found) == repr(published_map(name))
        else:
            assert type(found) is cls
            assert found.get_params() == cls().get_params()


def test_a_class_of_the_users_own_has_a_name_too():
    class Doubling(BaseMap, name="doubling"):
        needs_pairs = False

        def _fit(self, S, T, weights, *unlabeled):
            pass

        def _transform(self, X):
            return 2 * X

    assert type(resolve_map("doubling")) is Doubling
    np.testing.assert_array_equal(resolve_map("doubling").fit([[1.0]], [[1.0]]).transform([[3]]), 6)

    class Further(Doubling):  # a name is not inherited
        pass

    assert type(resolve_map("doubling")) is Doubling
    with pytest.raises(ValueError, match="the name 'ridge' is taken by RidgeMap"):

        class MyRidge(BaseMap, name="ridge"):
            pass

    assert type(resolve_map("ridge")) is RidgeMap


@pytest.mark.parametrize(
    ("unfitted", "message"),
    [
        (RidgeMap(alpha=-1.0), r"'alpha' parameter of RidgeMap must be a float in .*Got -1.0"),
        (ProcrustesMap(scale="yes"), r"'scale' parameter of ProcrustesMap .* Got 'yes'"),
        (MultiStepMap(whiten=1.5), "'whiten' parameter of MultiStepMap"),
        (KernelMap(n_components=True), r"'n_components' parameter of KernelMap .* Got True"),
        (MLPMap(batch_size=0), "'batch_size' parameter of MLPMap"),
    ],
)
def test_a_parameter_is_named_with_its_map_and_what_it_may_be(unfitted, message):
    with pytest.raises(ValueError, match=message):
        unfitted.fit(*make_pairs(0))


@pytest.mark.parametrize(
    ("unfitted", "needed"),
    [
        (ProcrustesMap(), 101),  # a rotation of the smaller width, and the means
        (RCSLSMap(n_candidates=50, max_iter=0), 101),
        (MultiStepMap(), 101),
        (MultiStepMap(whiten=True, shrinkage=0.0, reweight=1.0), 121),
        (MultiStepMap(whiten=True, reweight=0.5), 30),
        (RidgeMap(alpha=0.0), 121),
        (ReducedRankMap(alpha=0.0), 121),
        (RidgeMap(), 50),  # half the smaller width: below, it says little
        (RidgeMap("loo", alphas=[1.0]), 50),
        (CCAMap(), 30),
        (KernelMap(20, random_state=0), 30),
        (NormalizedMap("ridge"), 50),
        (MLPMap("fc", max_iter=1, hidden_width=4, random_state=0), 30),
        (MLPMap(max_iter=1, hidden_width=4, random_state=0), 50),
    ],
    ids=repr,
)
def test_few_pairs_for_the_width_are_told_with_the_number_needed(unfitted, needed):
    S, T = make_pairs(0, 150, 120, 100)
    message = rf"{needed - 1} pairs for spaces of 120 and 100 columns .* {needed} or more"
    enough = needed + 5
    if needed == 50:
        message = "49 pairs for .* about 200 are needed, twice the width"
    if isinstance(unfitted, MLPMap) and unfitted.architecture == "residual":
        message = r"RidgeMap: \d\d pairs for .* twice the width"  # the base, without those held out
        enough += 10
    with pytest.warns(FewPairsWarning, match=message) as caught:
        resolve_map(unfitted).fit(S[: needed - 1], T[: needed - 1])
    assert caught[0].filename == __file__ or "langalign_sk" in caught[0].filename
    resolve_map(unfitted).fit(S[:enough], T[:enough])  # a warning would be an error
    weights = np.r_[np.ones(needed - 1), np.zeros(150 - needed + 1)]
    with pytest.warns(FewPairsWarning):
        resolve_map(unfitted).fit(S, T, weights)


def test_no_warning_where_few_pairs_are_enough_or_the_point():
    S, T = make_pairs(0, 3, 384, 384)
    with pytest.warns(FewPairsWarning, match="3 pairs for spaces of 384 and 384"):
        RidgeMap().fit(S, T)
    with pytest.warns(FewPairsWarning, match="1 pair for"):
        RidgeMap().fit_moments(PairMoments.from_rows(S[:1], T[:1]))
    for unfitted in (MeanShiftMap(), SelfLearningMap(random_state=0), RegressorMap(Ridge())):
        unfitted.fit(S, T)
    RidgeMap().fit(S, S)  # a space onto itself is known before the first pair
    AffineMap(np.eye(384)).fit(S, T)
    RidgeMap().fit(*make_pairs(0, 4, 3, 3))  # three columns ask for no thirty pairs


def test_a_warning_that_is_an_error_leaves_the_old_fit():
    S, T = make_pairs(0)
    fitted = ProcrustesMap().fit(S, T)
    before = fitted.coef_
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FewPairsWarning):
            fitted.fit(S[:2], T[:2])
    assert fitted.coef_ is before
