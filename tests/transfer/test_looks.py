"""How rows come to where a head meets them, and how real translations scatter about them there."""

from __future__ import annotations

import numpy as np
import pytest

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, RidgeMap
from langalign_sk.transfer import GaussianHead
from langalign_sk.transfer._constants import EVEN, MOST_EVEN
from langalign_sk.transfer._looks import Languages, _scatter
from tests.transfer.world import two_languages

S, T, Y, PAIRS = two_languages()
PAIRED = slice(0, 300)


def looks_at(lang, aligner, head=None, *, native=False):
    """The looks at a language, before any head is fitted."""
    fitted = aligner.set_params(pairs=PAIRS).fit(S)
    languages = Languages(fitted, native=native)
    return languages, languages.looks([PAIRS], head)[lang], fitted


def covariance(left):
    return left.T @ left / len(left)


def test_of_its_own_the_target_space_gets_rows_by_ridge():
    languages, (own, back), _ = looks_at("ko", ReverseAligner(method="ridge"), native=True)
    there = RidgeMap().fit(S[PAIRED], T[PAIRED])
    carried, noise = languages.carry(S, "en", "ko", own)
    np.testing.assert_allclose(carried, there.transform(S))
    left = T[PAIRED] - there.transform(S[PAIRED])
    np.testing.assert_allclose(noise.covariance, covariance(left), atol=1e-9)
    assert own.of(T) is T
    rows, noise = languages.carry(S, "en", "ko", back)
    np.testing.assert_allclose(rows, back.of(there.transform(S)), atol=1e-9)
    # A kernel head has no use for it; rows that are left out are met with it.
    np.testing.assert_allclose(
        noise.covariance, covariance(back.of(left) - back.of(0 * left)), atol=1e-9
    )


def even_by_hand(rows, wanted, coef, penalty):
    """The even variance, from the projection that a ridge regression is."""
    rows, wanted = rows - rows.mean(axis=0), wanted - wanted.mean(axis=0)
    n, width = wanted.shape
    hat = rows @ np.linalg.solve(rows.T @ rows + penalty * np.eye(rows.shape[1]), rows.T)
    told = np.sum((wanted - rows @ coef) ** 2) / n
    left_out = told / (1 - (1 + np.trace(hat)) / n) ** 2
    explained = max(1 - left_out / (np.sum(wanted**2) / n), 0)
    return min(EVEN * explained * (left_out - told), MOST_EVEN * told) / width


@pytest.mark.parametrize("n", [300, 60])
def test_rows_of_other_texts_scatter_further_the_less_the_pairs_tell(n):
    pairs = ParallelCorpus(S[:n], T[:n], target_lang="ko", layout=PAIRS.layout)
    aligner = ReverseAligner(pairs, method="ridge").fit(S)
    look, _ = Languages(aligner, native=True).looks([pairs], None)["ko"]
    there = RidgeMap().fit(S[:n], T[:n])
    penalty = n * there.alpha_ * S[:n].var(axis=0).mean()
    expected = even_by_hand(S[:n], T[:n], there.coef_, penalty)
    (way,) = look.ways.values()
    assert way.noise.even == pytest.approx(expected)
    assert expected > 0


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_pairs_that_tell_nothing_leave_the_scatter_even_or_as_it_is():
    rng = np.random.default_rng(0)
    for n, most in ((2, MOST_EVEN), (40, 0.5)):
        pairs = ParallelCorpus(S[:n], rng.normal(size=(n, T.shape[1])), target_lang="ko")
        ridge = RidgeMap(towards="zero").fit_moments(pairs.moments)
        found = _scatter(pairs.moments, ridge)
        assert 0 <= found.even <= most * np.trace(found.covariance) / T.shape[1] + 1e-12


def test_behind_a_reverse_aligner_rows_are_predicted_images():
    languages, (look,), aligner = looks_at("ko", ReverseAligner(method="ridge"))
    images = aligner.maps_["ko"].transform(T[PAIRED])
    trip = RidgeMap(towards="zero").fit(S[PAIRED], images)  # two encoders, whatever the images
    carried, noise = languages.carry(S, "en", "ko", look)
    np.testing.assert_allclose(carried, trip.transform(S), atol=1e-9)
    np.testing.assert_allclose(
        noise.covariance, covariance(images - trip.transform(S[PAIRED])), atol=1e-9
    )


def test_behind_a_forward_aligner_rows_go_through_its_map():
    languages, (look,), aligner = looks_at("ko", LangAligner(method="procrustes"))
    carried, noise = languages.carry(S, "en", "ko", look)
    there = aligner.maps_["en"]
    np.testing.assert_allclose(carried, there.transform(S), atol=1e-9)
    left = T[PAIRED] - there.transform(S[PAIRED])
    np.testing.assert_allclose(noise.covariance, covariance(left), atol=1e-9)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_language_stays_with_itself(lang):
    languages, (look,), _ = looks_at(
        lang, ReverseAligner(method="ridge"), GaussianHead(), native=True
    )
    rows, noise = languages.carry(S, lang, lang, look)
    assert rows is S
    assert noise is None
    fitted = look.with_head(GaussianHead(2.0))
    assert fitted.ways == {}
    assert fitted.head.noise == 2.0
