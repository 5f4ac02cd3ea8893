import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import fractional_matrix_power

from langalign_sk import LangAligner
from langalign_sk.maps import AgreementMap
from langalign_sk.measures import retrieval


def languages(seed=0, n=150):
    """English and two others: a meaning that all share, and two loud directions that none do."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    meaning = rng.standard_normal((n, 4))
    sides = [np.hstack([meaning, 3 * rng.standard_normal((n, 2))]) for _ in range(3)]
    return [side @ turn + 2.0 for side in sides]


def test_it_is_the_formula():
    english, korean, _ = languages()
    fitted = AgreementMap(0.5).fit(english, korean)
    scatter = np.cov((english - korean).T, bias=True) * len(english)
    mu = np.trace(scatter) / 6
    wanted = fractional_matrix_power((scatter + 0.5 * mu * np.eye(6)) / (1.5 * mu), -0.5)
    np.testing.assert_allclose(fitted.coef_, wanted, atol=1e-10)
    both = fitted.transform(np.vstack([english, korean]))
    np.testing.assert_allclose(both.mean(axis=0), 0, atol=1e-10)


def test_a_language_without_pairs_is_found_better():
    english, korean, turkish = languages()
    fitted = AgreementMap(0.01).fit(english, korean)

    def found(*sides):
        return retrieval(*sides, method="cosine", center=True).mean.p_at_1

    both = found(fitted.transform(english), fitted.transform(turkish))
    assert both > found(english, turkish) + 0.5
    assert both > found(fitted.transform(english), turkish) + 0.5  # one side alone is no use


def test_an_aligner_moves_all_rows():
    english, korean, turkish = languages()
    aligner = LangAligner((english, korean), method="agreement", gate=None).fit(english)
    wanted = AgreementMap().fit(english, korean).transform(turkish)
    np.testing.assert_allclose(aligner.transform(turkish), wanted, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
def test_there_is_a_way_back_and_sides_may_be_exchanged(seed, alpha):
    english, korean, turkish = languages(seed, 40)
    fitted = AgreementMap(alpha).fit(english, korean)
    np.testing.assert_allclose(
        fitted.inverse_transform(fitted.transform(turkish)), turkish, atol=1e-6
    )
    other = AgreementMap(alpha).fit(korean, english)
    np.testing.assert_allclose(other.coef_, fitted.coef_, atol=1e-9)


def test_translations_that_are_equal_leave_the_shape_alone():
    rows = languages()[0]
    np.testing.assert_array_equal(AgreementMap().fit(rows, rows).coef_, np.eye(6))


def test_two_spaces_are_refused():
    english, korean, _ = languages()
    with pytest.raises(ValueError, match="6 columns and target rows 4: use one encoder"):
        AgreementMap().fit(english, korean[:, :4])
