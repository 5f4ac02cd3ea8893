import copy
import gc
import pickle
import threading
import time
import tracemalloc
import weakref

import joblib
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk._numeric import Moments, PairMoments


def direct(S, T, w=None):
    """The textbook formulas, in extended precision."""
    S, T = np.asarray(S, dtype=np.longdouble), np.asarray(T, dtype=np.longdouble)
    w = np.ones(len(S), dtype=np.longdouble) if w is None else np.asarray(w, dtype=np.longdouble)
    mean_s, mean_t = w @ S / w.sum(), w @ T / w.sum()
    Sc, Tc = S - mean_s, T - mean_t
    return {
        "mean_s": mean_s,
        "mean_t": mean_t,
        "ss": Sc.T @ (Sc * w[:, None]),
        "tt": Tc.T @ (Tc * w[:, None]),
        "st": Sc.T @ (Tc * w[:, None]),
    }


def parts(m):
    return {
        "mean_s": m.source.mean,
        "mean_t": m.target.mean,
        "ss": m.source.scatter,
        "tt": m.target.scatter,
        "st": m.cross,
    }


def assert_close(got, wanted, tolerance=1e-10):
    for name, value in wanted.items():
        # Relative to the largest entry; cross scatter to what it could be (Cauchy-Schwarz).
        size = np.abs(value).max()
        if name == "st":
            size = np.sqrt(np.abs(wanted["ss"]).max() * np.abs(wanted["tt"]).max())
        error = np.abs(got[name] - value).max()
        assert error <= tolerance * size, f"{name}: {error} of {size}"


def make_pairs(seed, n, ds=5, dt=4, offset=100.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) + offset
    T = S @ rng.standard_normal((ds, dt)) + rng.standard_normal((n, dt)) - offset
    return S.astype(dtype), T.astype(dtype)


def merge_in_order(chunks, order):
    """Add neighbours until one is left, in the order that `order` draws."""
    chunks = list(chunks)
    while len(chunks) > 1:
        i = order.integers(len(chunks) - 1)
        chunks[i : i + 2] = [chunks[i] + chunks[i + 1]]
    return chunks[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("block_rows", [1, 7, 256, 5000, None])
@pytest.mark.parametrize("weighted", [False, True])
def test_equal_to_direct_formulas(dtype, block_rows, weighted):
    S, T = make_pairs(0, 3000, 12, 9, dtype=dtype)
    w = np.random.default_rng(1).random(3000) if weighted else None
    m = PairMoments.from_rows(S, T, w, block_rows=block_rows)
    assert_close(parts(m), direct(S, T, w))
    assert m.n == 3000
    assert m.weight == pytest.approx(3000 if w is None else w.sum(), rel=1e-12)
    assert m.weight_sq == pytest.approx(3000 if w is None else (w**2).sum(), rel=1e-12)
    assert m.n_effective == pytest.approx(m.weight**2 / m.weight_sq)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=8),
    block_rows=st.integers(1, 80),
    offset=st.sampled_from([0.0, 1.0, -100.0, 100.0]),
    dtype=st.sampled_from([np.float32, np.float64]),
    weighted=st.booleans(),
)
def test_any_chunking_and_merge_order(seed, sizes, block_rows, offset, dtype, weighted):
    n = sum(sizes) + 1  # at least two rows
    S, T = make_pairs(seed, n, offset=offset, dtype=dtype)
    rng = np.random.default_rng(seed)
    w = rng.random(n) + 0.01 if weighted else None
    cuts = np.cumsum([1, *sizes])[:-1]
    chunks = [
        PairMoments.from_rows(S[rows], T[rows], w if w is None else w[rows], block_rows=block_rows)
        for rows in np.split(np.arange(n), cuts)
    ]
    merged = merge_in_order(chunks, rng)
    assert_close(parts(merged), direct(S, T, w))
    assert merged.n == n
    one_side = merge_in_order([chunk.source for chunk in chunks], rng)
    np.testing.assert_allclose(one_side.mean, merged.source.mean, rtol=1e-12, atol=1e-12)
    whole = PairMoments.from_rows(S, T, w)
    assert merged.weight == pytest.approx(whole.weight)
    assert merged.weight_sq == pytest.approx(whole.weight_sq)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    block_rows=st.integers(1, 80),
    offset=st.sampled_from([0.0, 100.0]),
    weighted=st.booleans(),
)
def test_without_the_scatter_of_the_target(seed, block_rows, offset, weighted):
    S, T = make_pairs(seed, 90, offset=offset)
    w = np.random.default_rng(seed).random(90) + 0.01 if weighted else None
    wanted = direct(S, T, w)
    wanted["tt"] = np.diag(wanted["tt"])
    chunks = [
        PairMoments.from_rows(
            S[rows],
            T[rows],
            w if w is None else w[rows],
            block_rows=block_rows,
            target_scatter=False,
        )
        for rows in (slice(0, 40), slice(40, 90))
    ]
    rest = PairMoments.from_rows(S[40:], T[40:], w if w is None else w[40:])
    for m in (chunks[0] + chunks[1], pickle.loads(pickle.dumps(chunks[0])) + rest):
        found = {"mean_s": m.source.mean, "mean_t": m.target.mean, "ss": m.source.scatter}
        assert_close(found | {"tt": m.target.squares, "st": m.cross}, wanted)
        with pytest.raises(ValueError, match="accumulated with target_scatter=False"):
            _ = m.target.covariance
        with pytest.raises(ValueError, match="diagonal of the scatter matrix only"):
            _ = m.swapped().source.scatter


def test_squares_are_the_diagonal():
    m = PairMoments.from_rows(*make_pairs(3, 30))
    np.testing.assert_array_equal(m.target.squares, np.diag(m.target.scatter))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), block_rows=st.integers(1, 40))
def test_weights_are_repetition(seed, block_rows):
    S, T = make_pairs(seed, 30)
    times = np.random.default_rng(seed).integers(0, 4, 30)
    times[0] = 1
    repeated = PairMoments.from_rows(np.repeat(S, times, axis=0), np.repeat(T, times, axis=0))
    weighted = PairMoments.from_rows(S, T, times, block_rows=block_rows)
    assert_close(parts(weighted), {k: v.astype(np.longdouble) for k, v in parts(repeated).items()})
    assert weighted.weight == repeated.weight == times.sum()
    assert (weighted.n, repeated.n) == (30, times.sum())
    assert weighted.n_effective <= repeated.n_effective


def test_blocks_of_weight_zero_are_passed_over():
    S, T = make_pairs(3, 20)
    w = np.zeros(20)
    w[11:14] = [1.0, 2.0, 0.5]
    m = PairMoments.from_rows(S, T, w, block_rows=4)
    assert_close(parts(m), direct(S, T, w))
    assert m.n == 20


def test_one_object_for_both_sides_is_read_once():
    S, _ = make_pairs(4, 500, dtype=np.float32)
    m = PairMoments.from_rows(S, S, block_rows=17)
    assert m.source is m.target
    assert_close(parts(m), direct(S, S))
    other = PairMoments.from_rows(S, S.copy(), block_rows=17)
    np.testing.assert_allclose(m.cross, other.cross, rtol=1e-12)
    twice = m + m
    assert twice.source is twice.target
    copied = pickle.loads(pickle.dumps(m))
    assert copied.source is copied.target
    np.testing.assert_array_equal(copied.cross, m.cross)


def test_scatter_is_symmetric_to_the_last_bit():
    S, T = make_pairs(5, 999, 20, 15)
    m = PairMoments.from_rows(S, T, np.random.default_rng(0).random(999), block_rows=100)
    for side in (m.source, m.target, (m + m).source):
        np.testing.assert_array_equal(side.scatter, side.scatter.T)


def test_covariance_is_numpys():
    S, _ = make_pairs(6, 50)
    m = Moments.from_rows(S)
    np.testing.assert_allclose(m.covariance, np.cov(S.T, bias=True), rtol=1e-10)
    assert m.width == 5


def test_extra_memory_is_bounded(tmp_path):
    n, d = 200_000, 16
    rng = np.random.default_rng(0)
    np.save(tmp_path / "S.npy", rng.standard_normal((n, d), dtype=np.float32))
    S = np.load(tmp_path / "S.npy", mmap_mode="r")
    w = np.ones(n)
    gc.collect()
    tracemalloc.start()
    m = PairMoments.from_rows(S, S[::-1], w, block_rows=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6, f"{peak / 1e6:.1f} MB for 12.8 MB of rows"
    np.testing.assert_allclose(m.source.scatter, m.target.scatter, rtol=1e-9, atol=1e-6)


def test_immutable_and_itself_under_copying():
    m = PairMoments.from_rows(*make_pairs(7, 20))
    for one in (m, m.source):
        assert copy.copy(one) is one
        assert copy.deepcopy(one) is one
        with pytest.raises(AttributeError, match="immutable"):
            one.weight = 3.0
        with pytest.raises(AttributeError, match="immutable"):
            del one.source
    for array in (m.cross, m.source.mean, m.source.scatter):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
    with pytest.raises(AttributeError, match="immutable"):
        m.cross = m.cross


def test_pickle_holds_the_numbers_alone():
    m = PairMoments.from_rows(*make_pairs(8, 20))
    before, digest = pickle.dumps(m), joblib.hash(m)
    m.memo("derived", lambda: np.zeros(10_000))
    m.source.memo("derived", lambda: np.zeros(10_000))
    assert pickle.dumps(m) == before
    assert joblib.hash(m) == digest
    loaded = pickle.loads(before)
    assert_close(parts(loaded), parts(m), 0.0)
    assert (loaded.n, loaded.weight, loaded.weight_sq) == (m.n, m.weight, m.weight_sq)
    assert loaded.memo("derived", lambda: 5) == 5
    one = pickle.loads(pickle.dumps(m.source))
    np.testing.assert_array_equal(one.scatter, m.source.scatter)


def test_skops_reads_the_state():
    skops_io = pytest.importorskip("skops.io")
    m = PairMoments.from_rows(*make_pairs(8, 20))
    data = skops_io.dumps(m)
    trusted = skops_io.get_untrusted_types(data=data)
    assert all(name.startswith("langalign_sk.") for name in trusted)
    assert_close(parts(skops_io.loads(data, trusted=trusted)), parts(m), 0.0)


def test_swapped_is_a_view():
    m = PairMoments.from_rows(*make_pairs(9, 20))
    s = m.swapped()
    assert s.source is m.target
    assert s.target is m.source
    assert np.shares_memory(s.cross, m.cross)
    np.testing.assert_array_equal(s.cross, m.cross.T)
    assert s.is_swapped
    assert not s.swapped().is_swapped


def test_memo_is_per_direction_and_outlives_the_view():
    m = PairMoments.from_rows(*make_pairs(10, 20))
    assert m.memo("a", lambda: "forward") == "forward"
    assert m.swapped().memo("a", lambda: "back") == "back"
    assert m.swapped().memo("a", lambda: "not again") == "back"
    assert m.swapped().swapped().memo("a", lambda: "not again") == "forward"


def test_a_slot_keeps_the_newest_alone():
    m = PairMoments.from_rows(*make_pairs(10, 20))
    one = weakref.ref(m.memo("one", lambda: np.zeros(3), slot="kind"))
    assert m.memo("one", lambda: pytest.fail("again"), slot="kind") is one()
    assert m.swapped().memo("one", lambda: "back", slot="kind") == "back"
    assert one() is not None
    assert m.memo("two", lambda: 2, slot="kind") == 2
    gc.collect()
    assert one() is None
    assert m.memo("one", lambda: 1, slot="kind") == 1
    assert m.memo("kind", lambda: "no slot") == "no slot"


def test_memo_computes_once_among_threads():
    m = Moments.from_rows(np.eye(3))
    calls = []

    def compute():
        time.sleep(0.02)
        calls.append(1)
        return m.memo("nested", lambda: object())  # may itself use the memo

    results = []
    threads = [
        threading.Thread(target=lambda: results.append(m.memo("k", compute))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert len({id(result) for result in results}) == 1


def test_nothing_keeps_moments_alive():
    m = PairMoments.from_rows(*make_pairs(11, 20))
    m.memo("a", lambda: 1)
    m.swapped().memo("a", lambda: 1)
    gone = weakref.ref(m)
    gc.disable()
    try:
        del m
        assert gone() is None
    finally:
        gc.enable()


def test_errors_say_what_and_where():
    S, T = make_pairs(12, 6)
    with pytest.raises(ValueError, match="source pairs have 6 rows, target pairs 5"):
        PairMoments.from_rows(S, T[:5])
    bad = T.copy()
    bad[4, 2] = np.nan
    with pytest.raises(ValueError, match="target pairs: row 4 holds NaN"):
        PairMoments.from_rows(S, bad, block_rows=3)
    with pytest.raises(ValueError, match="target pairs: row 4 holds NaN"):
        PairMoments.from_rows(S, bad, [1, 1, 1, 1, 0, 1])
    with pytest.raises(ValueError, match="pool: row 4 holds NaN"):
        Moments.from_rows(bad, name="pool")
    with pytest.raises(ValueError, match="source pairs: at least one row"):
        PairMoments.from_rows(S[:0], T[:0])
    with pytest.raises(ValueError, match="sample_weight: one weight per row"):
        PairMoments.from_rows(S, T, [1.0])
    with pytest.raises(ValueError, match="of 5 and of 4 columns cannot be added"):
        Moments.from_rows(S) + Moments.from_rows(T)
    with pytest.raises(TypeError):
        PairMoments.from_rows(S, T) + Moments.from_rows(S)
    with pytest.raises(TypeError):
        Moments.from_rows(S) + 0


def test_short_reprs():
    m = PairMoments.from_rows(*make_pairs(13, 6))
    assert repr(m) == "PairMoments(n=6, widths=(5, 4))"
    assert repr(m.source) == "Moments(n=6, width=5)"


def test_says_so_when_squares_are_beyond_float64():
    large = 1e200 * np.eye(3)
    with pytest.raises(ValueError, match="X: the squares of some numbers are beyond float64"):
        Moments.from_rows(large)
    with pytest.raises(ValueError, match="source pairs or target pairs: the squares"):
        PairMoments.from_rows(np.eye(3), large)
