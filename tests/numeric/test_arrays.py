import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from langalign_sk._numeric import as_float_matrix, as_numpy, row_blocks
from langalign_sk._numeric._arrays import as_weights


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_arrays_are_not_copied(dtype):
    a = np.ones((3, 2), dtype=dtype)
    assert as_float_matrix(a, name="a") is a


def test_memmap_is_not_read_into_memory(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((4, 2), dtype=np.float32))
    a = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert np.shares_memory(as_float_matrix(a, name="a"), a)


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (np.ones((2, 2), dtype=np.float16), np.float32),
        (np.ones((2, 2), dtype=">f4"), np.float32),
        (np.ones((2, 2), dtype=">f8"), np.float64),
        (np.ones((2, 2), dtype=np.longdouble), np.float64),
        (np.ones((2, 2), dtype=np.int8), np.float64),
        (np.ones((2, 2), dtype=bool), np.float64),
        (np.ones((2, 2), dtype=object), np.float64),
        ([[1, 1], [1, 1]], np.float64),
        (pd.DataFrame({"a": [1.0, 1.0], "b": [1, 1]}), np.float64),
    ],
)
def test_other_numbers_become_floats(given, dtype):
    matrix = as_float_matrix(given, name="a")
    assert matrix.dtype == dtype
    assert matrix.dtype.isnative
    np.testing.assert_array_equal(matrix, np.ones((2, 2)))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([1.0, 2.0], ValueError, r"rows here: a 2-D array .* got shape \(2,\)"),
        (3.0, ValueError, r"got shape \(\)"),
        (np.ones((0, 3)), ValueError, r"at least one row and one column .* \(0, 3\)"),
        (np.ones((3, 0)), ValueError, r"at least one row and one column .* \(3, 0\)"),
        ([[1.0], [1.0, 2.0]], ValueError, "rows here: rows of one length"),
        ([["a", "b"]], TypeError, "rows here: real numbers are needed"),
        (np.array([["a", {}]], dtype=object), TypeError, "rows here: numbers are needed"),
        (np.ones((2, 2), dtype=complex), TypeError, "rows here: real numbers .* complex128"),
        (sparse.csr_matrix(np.eye(2)), TypeError, r"rows here: a dense array .* \.toarray\(\)"),
    ],
)
def test_errors_name_the_array(given, error, message):
    with pytest.raises(error, match=message):
        as_float_matrix(given, name="rows here")


@pytest.mark.parametrize(
    ("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_first_bad_row_is_named(value, what, dtype):
    a = np.ones((3_000_000, 2), dtype=dtype)  # more than one block
    a[2_500_000, 1] = a[2_600_000, 0] = value
    with pytest.raises(ValueError, match=f"source pairs: row 2500000 holds {what}$"):
        as_float_matrix(a, name="source pairs")


def test_infinities_that_cancel_and_sums_that_overflow():
    with pytest.raises(ValueError, match="row 0 holds infinity"):
        as_float_matrix([[np.inf, -np.inf]], name="a")
    huge = np.full((4, 2), np.finfo(np.float32).max)
    assert as_float_matrix(huge, name="a") is huge


def test_as_numpy_leaves_others_alone():
    for a in (np.ones(3), [1, 2], "text", None, pd.Series([1])):
        assert as_numpy(a) is a


def test_as_numpy_needs_no_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    a = np.ones(2)
    assert as_numpy(a) is a


def test_as_numpy_takes_tensors():
    torch = pytest.importorskip("torch")
    grad = torch.ones((2, 2), requires_grad=True)
    assert as_numpy(grad).dtype == np.float32
    for half in (torch.bfloat16, torch.float16):
        matrix = as_float_matrix(torch.full((2, 2), 0.5, dtype=half, requires_grad=True), name="a")
        assert matrix.dtype == np.float32
        np.testing.assert_array_equal(matrix, 0.5)
    assert as_float_matrix(torch.ones((2, 2), dtype=torch.float64), name="a").dtype == np.float64


def test_row_blocks_cover_each_row_once():
    for n_rows, width in [(0, 4), (1, 4), (10, 1000), (1000, 3)]:
        blocks = list(row_blocks(n_rows, width, block_bytes=4096))
        assert [row for block in blocks for row in range(n_rows)[block]] == list(range(n_rows))
        assert all((b.stop - b.start) * width * 8 <= 4096 or b.stop - b.start == 1 for b in blocks)


def test_weights_are_checked():
    assert as_weights(None, 3) is None
    np.testing.assert_array_equal(as_weights([1, 0, 2], 3), [1.0, 0.0, 2.0])
    for bad, error, message in [
        ([1, 2], ValueError, r"one weight per row is needed, got shape \(2,\) for 3 rows"),
        ([[1, 2, 3]], ValueError, r"got shape \(1, 3\) for 3 rows"),
        ([1, -2, 3], ValueError, "row 1 has weight -2"),
        ([1, 2, np.nan], ValueError, "row 2 has weight nan"),
        ([0, 0, 0], ValueError, "all weights are zero"),
        ([1e-200, 0, 0], ValueError, "1e-200 have squares that no float64 holds"),
        ([1e200, 1, 1], ValueError, "1e.200 have squares that no float64 holds"),
        (["a", "b", "c"], TypeError, "one number per row"),
    ]:
        with pytest.raises(error, match=message):
            as_weights(bad, 3)
