import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.metrics import roc_auc_score

from langalign_sk._numeric import PairMoments
from langalign_sk.maps import _pair_fit as module
from langalign_sk.maps._pair_fit import judge_pairs


def make_pairs(n=1500, share=0.0, seed=0, ds=8, dt=6, noise=0.2):
    """Pairs of which the first `share` are mismatched among themselves."""
    rng = np.random.default_rng(seed)
    meaning = rng.standard_normal((n, 5))
    S = meaning @ rng.standard_normal((5, ds)) + noise * rng.standard_normal((n, ds)) + 2.0
    T = meaning @ rng.standard_normal((5, dt)) + noise * rng.standard_normal((n, dt)) - 1.0
    n_bad = int(share * n)
    T[:n_bad] = np.roll(T[:n_bad], 1, axis=0)
    return S, T, np.arange(n) < n_bad


def test_scores_are_gaussian_log_odds(monkeypatch):
    """With no penalty, no clipping and many pairs: the ratio of the fitted densities."""
    monkeypatch.setattr(module, "RELATIVE_PENALTY", 1e-9)
    S, T, _ = make_pairs(4000, noise=1.0)
    train = PairMoments.from_rows(S, T)
    judge = module._Judge(train, train)
    scores, _ = judge(S[:50], T[:50], T[50:100], np.zeros(50))
    joint = np.hstack([S, T])
    mean, covariance = joint.mean(axis=0), np.cov(joint.T, bias=True)
    wanted = (
        multivariate_normal(mean, covariance).logpdf(joint[:50])
        - multivariate_normal(mean[:8], covariance[:8, :8]).logpdf(S[:50])
        - multivariate_normal(mean[8:], covariance[8:, 8:]).logpdf(T[:50])
    )
    np.testing.assert_allclose(scores, wanted, atol=1e-5)


def test_a_pair_does_not_vouch_for_itself():
    S, T, _ = make_pairs(60)
    fold, train = PairMoments.from_rows(S[:20], T[:20]), PairMoments.from_rows(S[20:], T[20:])
    judge = module._Judge(train, fold)
    x, y = (S[:20] - judge._mean_s) @ judge._A, (T[:20] - judge._mean_t) @ judge._B
    np.testing.assert_allclose(np.mean(x**2, axis=0), 1.0)
    np.testing.assert_allclose(np.mean(y**2, axis=0), 1.0)
    about_zero = np.sqrt((x[1:] ** 2).sum(axis=0) * (y[1:] ** 2).sum(axis=0))
    others = np.clip((x[1:] * y[1:]).sum(axis=0) / about_zero, 0, 0.99)
    wanted = module._log_odds(x[:1], y[:1], others[None])
    scores, _ = judge(S[:20], T[:20], T[:20], np.ones(20))
    assert scores[0] == pytest.approx(wanted[0])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_finds_the_wrong_pairs_and_their_share(share):
    S, T, bad = make_pairs(share=share)
    fitted = judge_pairs(S, T)
    assert roc_auc_score(~bad, fitted.scores) > 0.96
    assert fitted.bad_share == pytest.approx(share, abs=0.06)
    assert fitted.good[~bad].mean() > 0.87
    assert fitted.good[bad].mean() < 0.35
    # The probability follows the score.
    assert (np.diff(fitted.good[np.argsort(fitted.scores)]) >= 0).all()
    assert np.median(fitted.scores[~bad]) > 0 > np.median(fitted.scores[bad])


def test_few_pairs_are_judged_as_fairly_as_many():
    """The null must not hang on the lengths of the rows that are left out."""
    fits = [(judge_pairs(S, T), bad) for S, T, bad in (make_pairs(60, 0.3, s) for s in range(40))]
    assert np.mean([fit.bad_share for fit, _ in fits]) == pytest.approx(0.3, abs=0.03)
    assert np.mean([np.mean(fit.good[bad] < 0.5) for fit, bad in fits]) > 0.65


@pytest.mark.parametrize("n", [60, 300, 1500])
def test_clean_pairs_are_left_alone(n):
    for seed in range(3):
        S, T, _ = make_pairs(n, seed=seed)
        fitted = judge_pairs(S, T)
        assert fitted.bad_share <= 2 / min(n, 100)  # one pair below the null's median at most
        assert np.mean(fitted.good < 0.5) < 0.03


def test_pairs_of_nothing_are_not_told_apart():
    rng = np.random.default_rng(0)
    S, T = rng.standard_normal((600, 8)), rng.standard_normal((600, 8))
    fitted = judge_pairs(S, T)
    assert fitted.bad_share > 0.8
    assert np.isfinite(fitted.scores).all()


def test_rotations_shifts_and_scales_change_nothing():
    S, T, _ = make_pairs(300, share=0.2)
    rng = np.random.default_rng(1)
    Q, R = (np.linalg.qr(rng.standard_normal((d, d)))[0] for d in (8, 6))
    plain, moved = judge_pairs(S, T), judge_pairs(50 * S @ Q + 3, 0.1 * T @ R - 7)
    np.testing.assert_allclose(moved.scores, plain.scores, atol=1e-6)
    np.testing.assert_allclose(moved.good, plain.good, atol=1e-6)


def test_sides_can_be_exchanged():
    S, T, _ = make_pairs(300, share=0.2)
    np.testing.assert_allclose(
        judge_pairs(T, S, n_passes=1).scores, judge_pairs(S, T, n_passes=1).scores, atol=1e-6
    )


def test_pairs_of_no_weight_teach_nothing():
    S, T, bad = make_pairs(share=0.3)
    known = judge_pairs(S, T, (~bad).astype(float))
    blind = judge_pairs(S, T, n_passes=1)
    assert roc_auc_score(~bad, known.scores) > roc_auc_score(~bad, blind.scores)


def test_blocks_are_one_pass(monkeypatch):
    S, T, _ = make_pairs(200, share=0.2)
    whole = judge_pairs(S, T)
    blocks = module.row_blocks
    monkeypatch.setattr(module, "row_blocks", lambda n, width, **_: blocks(n, 1, block_bytes=8 * 7))
    parts = judge_pairs(S, T)
    np.testing.assert_allclose(parts.scores, whole.scores, atol=1e-9)


def test_float32_follows_float64():
    S, T, _ = make_pairs(300, share=0.2)
    double, single = judge_pairs(S, T), judge_pairs(np.float32(S), np.float32(T))
    assert np.abs(single.scores - double.scores).max() < 1e-4 * np.abs(double.scores).max()


def test_one_seed_one_judgement():
    S, T, _ = make_pairs(300, share=0.2)
    np.testing.assert_array_equal(judge_pairs(S, T).scores, judge_pairs(S, T).scores)
    other = judge_pairs(S, T, random_state=1).scores
    assert not np.array_equal(other, judge_pairs(S, T).scores)


def test_flat_rows_say_nothing():
    fitted = judge_pairs(np.ones((40, 3)), np.ones((40, 2)))
    np.testing.assert_array_equal(fitted.scores, 0.0)
    assert np.isfinite(fitted.good).all()


def test_errors():
    S, T, _ = make_pairs(40)
    with pytest.raises(ValueError, match="20 pairs are too few to judge each of them by the other"):
        judge_pairs(S[:20], T[:20])
    with pytest.raises(ValueError, match="source pairs have 40 rows, target pairs 39"):
        judge_pairs(S, T[:39])
    with pytest.raises(ValueError, match="too few pairs of positive weight"):
        judge_pairs(S, T, np.r_[1.0, np.zeros(39)])


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_were_shuffled_by_a_common_seed_are_found(seed):
    S, T, _ = make_pairs(600, 0.0, seed)
    wrong = np.random.default_rng(seed).permutation(600)[:200]
    T[wrong] = T[np.roll(wrong, 1)]
    assert 0.25 < judge_pairs(S, T).bad_share < 0.4
