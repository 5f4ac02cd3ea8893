import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, Ridge

from langalign_sk import LangAligner, ParallelCorpus
from langalign_sk.maps import KernelMap, MLPMap, RidgeMap, _network_data, _network_training
from langalign_sk.maps._network_training import Batch, total_loss

QUICK = {"max_iter": 3, "hidden_width": 16, "random_state": 0}


@pytest.fixture(scope="module")
def bent():
    """Pairs that no matrix relates."""
    rng = np.random.default_rng(0)
    S = rng.standard_normal((1500, 6)).astype(np.float32)
    T = np.abs(S @ rng.standard_normal((6, 4))) + 3.0
    return S, T.astype(np.float32)


def error(fitted, S, T):
    return np.square(fitted.transform(S) - T).mean()


@pytest.mark.parametrize("architecture", ["residual", "fc", "ae"])
def test_learns_what_a_matrix_cannot(architecture, bent):
    S, T = bent
    fitted = MLPMap(
        architecture,
        hidden_width=64,
        dropout=0.0,
        batch_size=32,
        learning_rate=5e-3,
        random_state=0,
    ).fit(S[:1200], T[:1200])
    assert error(fitted, S[1200:], T[1200:]) < 0.5 * error(
        RidgeMap().fit(S[:1200], T[:1200]), S[1200:], T[1200:]
    )
    assert len(fitted.loss_curve_) == fitted.n_iter_ == len(fitted.validation_curve_) - 1
    assert fitted.validation_curve_[fitted.best_iter_] == min(fitted.validation_curve_)


@pytest.mark.parametrize(
    ("architecture", "widths"),
    [
        ("residual", [(6, 8), (8, 4)]),
        ("fc", [(6, 8), (8, 8), (8, 8), (8, 8), (8, 8), (8, 4)]),
        ("ae", [(6, 8), (8, 4), (4, 2), (2, 4), (4, 8), (8, 4)]),
    ],
)
def test_layers_of_each_architecture(architecture, widths, bent):
    fitted = MLPMap(architecture, hidden_width=8, max_iter=1, random_state=0).fit(*bent)
    assert [weights.shape for weights, _ in fitted.layers_] == widths
    layers = sum(a * b + b for a, b in widths)
    assert fitted.n_parameters_ == layers + (6 * 4 + 4 if architecture == "residual" else 0)


@pytest.mark.parametrize("architecture", ["residual", "fc", "ae"])
def test_transform_is_the_plain_formula(architecture, bent):
    S, T = bent
    fitted = MLPMap(architecture, **QUICK).fit(S, T)
    hidden = S.astype(np.float64)
    for weights, bias in fitted.layers_[:-1]:
        hidden = np.maximum(hidden @ weights + bias, 0)
    wanted = hidden @ fitted.layers_[-1][0] + fitted.layers_[-1][1]
    if architecture == "residual":
        wanted = wanted + fitted.base_.transform(S.astype(np.float64))
    np.testing.assert_allclose(fitted.transform(S.astype(np.float64)), wanted, atol=1e-12)
    np.testing.assert_allclose(fitted.transform(S), wanted, atol=1e-4)
    assert fitted.transform(S).dtype == np.float32


def test_folded_layers_give_the_validation_loss_of_training(bent):
    S, T = bent
    fitted = MLPMap("fc", **QUICK).fit(S, T)
    order = np.random.default_rng(0).permutation(len(S))
    held_out = order[: round(0.1 * len(S))]
    loss = np.square(fitted.transform(S[held_out]) - T[held_out]).mean() / T.var(axis=0).mean()
    assert loss == pytest.approx(fitted.validation_curve_[fitted.best_iter_], rel=1e-4)


def test_a_device_gives_the_rows_of_numpy(bent):
    S, T = bent
    fitted = MLPMap(**QUICK).fit(S, T)
    wanted = fitted.transform(S)
    np.testing.assert_allclose(fitted.set_params(device="cpu").transform(S), wanted, atol=1e-5)
    rows = S.astype(np.float64)
    assert fitted.transform(rows).dtype == np.float64


@pytest.mark.skipif(torch.cuda.is_available(), reason="for machines without a GPU")
def test_a_map_of_a_gpu_machine_transforms_without_one(bent):
    S, T = bent
    fitted = MLPMap(**QUICK).fit(S, T)
    wanted = fitted.transform(S)
    np.testing.assert_array_equal(fitted.set_params(device="cuda").transform(S), wanted)


@pytest.mark.parametrize("architecture", ["residual", "fc"])
def test_pairs_kept_on_a_device_are_those_sent_in_pieces(architecture, bent, monkeypatch):
    S, T = bent
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(S))
    settings = {**QUICK, "batch_size": 100}
    sent = MLPMap(architecture, **settings).fit(S, T, weights)
    with monkeypatch.context() as patch:
        patch.setattr(_network_data, "room_for_data", lambda device: 2**30)
        kept = MLPMap(architecture, **settings).fit(S, T, weights)
    monkeypatch.setattr(
        _network_data,
        "feed",
        lambda data, device: _network_data.Streamed(data, device, ahead=True),
    )
    monkeypatch.setattr(_network_training, "feed", _network_data.feed)
    ahead = MLPMap(architecture, **settings).fit(S, T, weights)
    np.testing.assert_array_equal(ahead.transform(S), sent.transform(S))
    np.testing.assert_allclose(kept.transform(S), sent.transform(S), atol=1e-4)


def test_pairs_that_a_device_has_no_room_for_are_sent_in_pieces(bent, monkeypatch):
    def no_room(*args):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    wanted = MLPMap(**QUICK).fit(*bent).transform(bent[0])
    monkeypatch.setattr(_network_data, "room_for_data", lambda device: 2**30)
    monkeypatch.setattr(_network_data, "placed", no_room)
    np.testing.assert_array_equal(MLPMap(**QUICK).fit(*bent).transform(bent[0]), wanted)


def test_a_step_without_room_says_what_to_lower(bent, monkeypatch):
    def no_room(*args):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch, "addmm", no_room)
    with pytest.raises(MemoryError, match="cpu is out of memory with batch_size=256 and layers up"):
        MLPMap(device="cpu", **QUICK).fit(*bent)


def test_a_device_without_room_transforms_in_halves(bent, monkeypatch):
    S, T = bent
    fitted = MLPMap(device="cpu", **QUICK).fit(S, T)
    wanted, real, rows = fitted.transform(S), torch.addmm, []

    def little_room(bias, hidden, weights):
        rows.append(len(hidden))
        if rows[-1] > 400:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(bias, hidden, weights)

    monkeypatch.setattr(torch, "addmm", little_room)
    np.testing.assert_allclose(fitted.transform(S), wanted, atol=1e-6)
    assert rows[:3] == [1500, 750, 375]


def test_products_in_bfloat16_lose_two_digits_and_no_more(bent):
    S, T = bent
    fine, coarse = (
        MLPMap("fc", dtype=dtype, **{**QUICK, "max_iter": 5}).fit(S, T).transform(S)
        for dtype in ("float32", "bfloat16")
    )
    assert np.abs(fine - coarse).max() > 1e-5
    assert np.square(fine - coarse).mean() < 0.01 * T.var()


def test_residual_never_loses_to_its_closed_form_on_held_out_pairs(bent):
    S, _ = bent
    T = S @ np.ones((6, 2), dtype=np.float32)  # ridge is right: training can only harm
    fitted = MLPMap(learning_rate=0.1, **QUICK).fit(S, T)
    assert fitted.best_iter_ == 0
    np.testing.assert_array_equal(fitted.transform(S), RidgeMap().fit(S, T).transform(S))


def test_residual_on_a_row_map(bent):
    S, T = bent
    fitted = MLPMap(base=KernelMap(n_components=20, random_state=0), **QUICK).fit(S, T)
    assert fitted.validation_curve_[fitted.best_iter_] <= fitted.validation_curve_[0]
    assert isinstance(fitted.base_, KernelMap)


def test_same_seed_same_map_and_no_global_generator(bent):
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002  # must not move
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002  # must not move
    first = MLPMap(**QUICK).fit(*bent)
    np.testing.assert_array_equal(before[0], torch.get_rng_state())
    np.testing.assert_array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002  # must not move
    torch.manual_seed(2)
    second = MLPMap(**QUICK).fit(*bent)
    for (w, b), (v, c) in zip(first.layers_, second.layers_, strict=True):
        np.testing.assert_array_equal(w, v)
        np.testing.assert_array_equal(b, c)
    other = MLPMap(**{**QUICK, "random_state": 1}).fit(*bent)
    assert not np.array_equal(first.layers_[0][0], other.layers_[0][0])


@pytest.mark.parametrize("seed", [None, 0, np.random.default_rng(0), np.random.RandomState(0)])
def test_no_seed_touches_the_global_generator(seed, bent):
    before = np.random.get_state()  # noqa: NPY002  # must not move
    MLPMap(**{**QUICK, "max_iter": 1, "random_state": seed}).fit(*bent)
    after = np.random.get_state()  # noqa: NPY002  # must not move
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2] == after[2]


def test_what_the_base_draws_follows_the_seed(bent):
    S, T = bent
    one, two = (MLPMap(base=KernelMap(20), **QUICK).fit(S, T).transform(S) for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_pairs_leave_one_to_learn_from(n, bent):
    S, T = bent
    fitted = MLPMap(**QUICK).fit(S[:n], T[:n])
    assert np.isfinite(fitted.transform(S)).all()


@pytest.mark.parametrize("factor", [1e-60, 1e60])
def test_weights_count_against_each_other(factor, bent):
    S, T = bent
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(S))
    wanted = MLPMap(**QUICK).fit(S, T, weights).transform(S)
    np.testing.assert_allclose(
        MLPMap(**QUICK).fit(S, T, factor * weights).transform(S), wanted, rtol=1e-4, atol=1e-4
    )


def test_fits_inside_inference_mode_and_another_default_dtype(bent):
    wanted = MLPMap(**QUICK).fit(*bent).transform(bent[0])
    torch.set_default_dtype(torch.float64)
    try:
        with torch.inference_mode():
            np.testing.assert_array_equal(MLPMap(**QUICK).fit(*bent).transform(bent[0]), wanted)
    finally:
        torch.set_default_dtype(torch.float32)


def test_pairs_without_weight_are_not_there(bent):
    S, T = bent
    weights = np.ones(len(S))
    weights[::3] = 0.0
    spoiled = T.copy()
    spoiled[::3] = 100.0
    first = MLPMap("fc", **QUICK).fit(S, T, weights)
    np.testing.assert_array_equal(
        first.transform(S), MLPMap("fc", **QUICK).fit(S, spoiled, weights).transform(S)
    )


@pytest.mark.parametrize("architecture", ["residual", "fc"])
def test_one_scale_and_offset_for_all_columns_change_nothing(architecture, bent):
    S, T = bent
    mapped = MLPMap(architecture, **QUICK).fit(S, T).transform(S)
    other = MLPMap(architecture, **QUICK).fit(8 * S + 1, 4 * T - 2).transform(8 * S + 1)
    np.testing.assert_allclose((other + 2) / 4, mapped, atol=2e-2)


def test_reads_a_memory_map_without_taking_it_in(tmp_path, bent):
    S, T = bent
    np.save(tmp_path / "S.npy", S)
    np.save(tmp_path / "T.npy", T)
    S_map, T_map = (np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in "ST")
    np.testing.assert_array_equal(
        MLPMap(**QUICK).fit(S_map, T_map).transform(S), MLPMap(**QUICK).fit(S, T).transform(S)
    )


def test_stops_when_nothing_is_gained(bent):
    S, _ = bent
    noise = np.random.default_rng(1).standard_normal((len(S), 2))
    fitted = MLPMap("fc", hidden_width=32, max_iter=50, n_iter_no_change=2, random_state=0)
    assert fitted.fit(S, noise).n_iter_ < 20


def batch(**changes):
    rng = np.random.default_rng(0)
    rows = {
        name: torch.tensor(rng.standard_normal((5, 3))) for name in ("source", "target", "mapped")
    }
    weight = torch.tensor([1.0, 2.0, 0.5, 1.0, 3.0], dtype=torch.float64)
    full = {"scale": 2.0, "temperature": 0.1, "weight": weight, **rows}
    return Batch(**{**full, **changes})


def cosine(x, y):
    return x @ y / np.linalg.norm(x) / np.linalg.norm(y)


def direct(name, b):
    """Each loss again, by loops in numpy."""
    s, t, m = (getattr(b, side).numpy() for side in ("source", "target", "mapped"))
    w = b.weight.numpy()

    if name == "mse":
        rows = [np.mean((m[i] - t[i]) ** 2) / b.scale**2 for i in range(5)]
    elif name == "keep_source":
        rows = [np.mean((m[i] - s[i]) ** 2) / b.scale**2 for i in range(5)]
    elif name == "cosine":
        rows = [1 - cosine(m[i], t[i]) for i in range(5)]
    elif name == "relational":
        two = [(i, j) for i in range(5) for j in range(5) if i != j]
        of = np.array([[cosine(side[i], side[j]) for i, j in two] for side in (m, t)])
        (a, both), (_, b) = np.cov(of, aweights=[w[i] * w[j] for i, j in two])
        return 1 - both / np.sqrt(a * b)
    else:
        e = np.exp([[cosine(m[i], other) / b.temperature for other in t] for i in range(5)])
        rows = [
            -(np.log(e[i, i] / e[i].sum()) + np.log(e[i, i] / e[:, i].sum())) / 2 for i in range(5)
        ]
    return float(np.average(rows, weights=w))


@pytest.mark.parametrize("name", ["mse", "cosine", "infonce", "relational", "keep_source"])
def test_losses_are_their_formulas(name):
    b = batch()
    assert float(total_loss(b, {name: 2.0})) == pytest.approx(2 * direct(name, b), rel=1e-6)


def test_infonce_with_a_sentence_twice():
    b = batch()
    twice = batch(target=torch.cat([b.target[:4], b.target[:1]]))
    # Rows 0 and 4 have one target: neither is a negative of the other.
    t, m = twice.target.numpy(), twice.mapped.numpy()
    e = np.exp([[cosine(row, other) / 0.1 for other in t] for row in m])
    e[0, 4] = e[4, 0] = 0.0
    rows = [-(np.log(e[i, i] / e[i].sum()) + np.log(e[i, i] / e[:, i].sum())) / 2 for i in range(5)]
    wanted = np.average(rows, weights=b.weight.numpy())
    assert float(total_loss(twice, {"infonce": 1.0})) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    "loss",
    ["cosine", "infonce", {"mse": 1.0, "relational": 0.5}, {"infonce": 1.0, "keep_source": 0.1}],
)
def test_every_loss_trains(loss, bent):
    S, T = bent
    square = S[:, :4]
    fitted = MLPMap(
        "fc",
        loss=loss,
        learning_rate=5e-3,
        batch_size=32,
        max_iter=4,
        hidden_width=32,
        random_state=0,
    )
    curve = fitted.fit(square, T).validation_curve_
    assert min(curve) < 0.95 * curve[0]


def test_relational_keeps_the_cosines_of_the_targets(bent):
    S, _ = bent
    rng = np.random.default_rng(2)
    # What is alike among the targets is not what is alike among the sources.
    T = np.tanh(3 * S @ rng.standard_normal((6, 6)))
    held = slice(1000, 1200)

    def agreement(loss):
        fitted = MLPMap(
            "fc", loss=loss, hidden_width=64, dropout=0.0, learning_rate=5e-3, random_state=0
        ).fit(S[:1000], T[:1000])
        mapped, wanted = (
            np.corrcoef(rows - rows.mean(axis=0))[np.triu_indices(200, 1)]
            for rows in (fitted.transform(S[held]), T[held])
        )
        among_sources = np.corrcoef(S[held])[np.triu_indices(200, 1)]
        return spearmanr(mapped, wanted)[0], spearmanr(mapped, among_sources)[0]

    alone = agreement("relational")
    assert alone[0] > 0.6
    assert alone[0] > alone[1] + 0.2


@pytest.mark.parametrize("away", [0.25, 4.0])
@pytest.mark.parametrize("base", [RidgeMap(1e-12), Ridge(1e-9)], ids=["moments", "rows"])
@pytest.mark.parametrize("weighted", [False, True])
def test_keep_source_reaches_the_base(away, base, weighted, bent):
    S, T = bent[0][:, :4].astype(float), bent[1].astype(float)
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(S)) if weighted else None
    fitted = MLPMap(
        base=base, loss={"mse": 1.0, "keep_source": away}, learning_rate=1e-9, **QUICK
    ).fit(S, T, weights)
    # The minimum of |A(s) - t|^2 + away |A(s) - s|^2 over affine maps, solved as one regression
    # of twice as many rows.
    w = np.ones(len(S)) if weights is None else weights.copy()
    if fitted.best_iter_ > 0:  # then the base was fitted without those held out
        w[np.random.default_rng(0).permutation(len(S))[:150]] = 0.0
    reference = LinearRegression().fit(np.vstack([S, S]), np.vstack([T, S]), np.r_[w, away * w])
    np.testing.assert_allclose(fitted.base_.transform(S), reference.predict(S), atol=1e-5)


def test_much_weight_on_keep_source_leaves_rows_where_they_are(bent):
    S, T = bent[0][:, :4], bent[1]
    near, far = (
        MLPMap(loss={"mse": 1.0, "keep_source": away}, **QUICK).fit(S, T).transform(S)
        for away in (1e4, 1e-4)
    )
    assert np.abs(near - S).max() < 0.05
    assert np.abs(far - S).mean() > 1.0


def test_thirteen_parameters_and_no_more():
    assert len(MLPMap().get_params()) == 13


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"architecture": "transformer"}, "architecture"),
        ({"loss": "l1"}, "unknown loss 'l1'"),
        ({"loss": {"mse": -1.0}}, "weight of loss 'mse'"),
        ({"loss": "keep_source"}, "same width"),
        ({"batch_size": 0}, "batch_size"),
        ({"max_iter": 1.5}, "max_iter"),
        ({"dropout": 1.0}, "dropout"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"hidden_width": 0}, "hidden_width"),
        ({"learning_rate": "fast"}, "'learning_rate' parameter of MLPMap must be .* Got 'fast'"),
    ],
)
def test_says_what_is_wrong_with_a_parameter(parameters, message, bent):
    with pytest.raises(ValueError, match=message):
        MLPMap(**{"max_iter": 1, **parameters}).fit(*bent)
    with pytest.raises(TypeError, match="loss must be"):
        MLPMap(loss=3).fit(*bent)


@pytest.mark.filterwarnings("ignore:overflow")
def test_says_that_training_diverged(bent):
    with pytest.raises(ValueError, match="lower learning_rate"):
        MLPMap("fc", learning_rate=1e30, max_iter=3, random_state=0).fit(*bent)


def test_no_torch_in_the_pickle_nor_for_using_it(tmp_path, bent):
    S, T = bent
    fitted = MLPMap(**QUICK).fit(S, T)
    blob = pickle.dumps(fitted)
    assert b"torch" not in blob
    (tmp_path / "map.pickle").write_bytes(blob)
    np.save(tmp_path / "S.npy", S)
    code = (
        "import sys, pickle, numpy as np\n"
        "fitted = pickle.load(open('map.pickle', 'rb'))\n"
        "np.save('out.npy', fitted.transform(np.load('S.npy')))\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=120)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), fitted.transform(S))


def test_inside_an_aligner(bent):
    S, T = bent
    aligner = LangAligner(
        ParallelCorpus(S, T, target_lang="ko"),
        method=MLPMap(max_iter=2, hidden_width=8),
        blocks={"en": 6, "ko": 4},
        random_state=0,
    )
    fitted = clone(aligner).fit(np.hstack([S, np.zeros((len(S), 4), np.float32)]))
    assert fitted.maps_["en"].random_state == 0
    again = clone(aligner).fit(np.hstack([S, np.zeros((len(S), 4), np.float32)]))
    np.testing.assert_array_equal(fitted.maps_["en"].transform(S), again.maps_["en"].transform(S))
