"""What only a machine with a GPU can show; the rest of the policy is in process/test_device.py."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from contextlib import contextmanager

import joblib
import numpy as np
import pytest
import torch

from langalign_sk import (
    DistilledEncoder,
    EmbeddingExtractor,
    HubModel,
    LangAligner,
    ParallelCorpus,
    TunedEncoder,
)
from langalign_sk._process import free_memory
from langalign_sk.encoders import release_models
from langalign_sk.maps import MLPMap, RidgeMap
from langalign_sk.measures import retrieval

pytestmark = pytest.mark.gpu

TEXTS = ["a", "one two three", "", "the parcel is late again, and nobody answers", "한국어 문장"]


@pytest.fixture(scope="module")
def bent():
    """Pairs that no matrix relates."""
    rng = np.random.default_rng(0)
    S = rng.standard_normal((4000, 16)).astype(np.float32)
    T = np.abs(S @ rng.standard_normal((16, 12))) + 3.0
    return S, T.astype(np.float32)


@contextmanager
def little_memory(extra):
    """Let torch take so many bytes more than it holds now."""
    free_memory()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + extra) / total)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


def without_gpu(code, *args):
    """Run code in a process that sees no GPU."""
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([sys.executable, "-c", code, *map(str, args)], env=hidden, timeout=120)
    assert done.returncode == 0


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("checkpoint", ["tiny_bert", "tiny_sentence_bert"])
def test_encoding_equals_that_of_the_processor(checkpoint, dtype, request):
    folder = request.getfixturevalue(checkpoint)
    cpu = EmbeddingExtractor(HubModel(folder, device="cpu"), cache=None).transform(TEXTS)
    gpu = EmbeddingExtractor(HubModel(folder, device="cuda", dtype=dtype), cache=None)
    atol = {"float32": 1e-4, "bfloat16": 0.1, "float16": 0.02}[dtype]
    np.testing.assert_allclose(gpu.transform(TEXTS), cpu, atol=atol)


def test_the_gpu_is_what_none_takes(tiny_bert):
    release_models()
    gc.collect()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.max_memory_allocated()
    EmbeddingExtractor(tiny_bert, cache=None).transform(TEXTS)
    assert torch.cuda.max_memory_allocated() > before


def test_int8_is_for_processors(tiny_sentence_bert):
    model = HubModel(tiny_sentence_bert, device="cuda", dtype="int8")
    with pytest.raises(ValueError, match="int8"):
        EmbeddingExtractor(model).transform(["a"])


def test_a_card_that_is_not_there(tiny_bert):
    count = torch.cuda.device_count()
    with pytest.raises(ValueError, match=f"this machine has {count} CUDA device"):
        EmbeddingExtractor(HubModel(tiny_bert, device=f"cuda:{count}")).transform(["a"])


def test_encoding_goes_on_where_memory_runs_out(tiny_bert):
    texts = [f"{i:06} " + 29 * "a " for i in range(8192)]  # 37 tokens: 39 MB a state
    model = HubModel(tiny_bert, device="cuda", batch_size=16384, long_texts="cut")
    few = EmbeddingExtractor(HubModel(tiny_bert, device="cuda", long_texts="cut"), cache=None)
    expected = few.transform(texts)
    with (
        little_memory(100 * 2**20),
        pytest.warns(RuntimeWarning, match="out of memory; going on with smaller batches") as seen,
    ):
        found = EmbeddingExtractor(model, cache=None).transform(texts)
    assert sum("out of memory" in str(warning.message) for warning in seen) == 1
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("architecture", ["residual", "fc", "ae"])
def test_a_map_is_trained_there_and_used_anywhere(architecture, dtype, bent, tmp_path):
    S, T = bent
    fitted = MLPMap(
        architecture, hidden_width=64, dropout=0.0, device="cuda", dtype=dtype, random_state=0
    ).fit(S, T)
    there = fitted.transform(S)
    ridge = RidgeMap().fit(S, T).transform(S)
    assert np.square(there - T).mean() < 0.9 * np.square(ridge - T).mean()
    joblib.dump(fitted, tmp_path / "map.joblib")
    np.save(tmp_path / "S.npy", S)
    code = """
import joblib, numpy, sys
folder = sys.argv[1]
fitted = joblib.load(folder + "/map.joblib")
numpy.save(folder + "/mapped.npy", fitted.transform(numpy.load(folder + "/S.npy")))
"""
    without_gpu(code, tmp_path)
    np.testing.assert_allclose(np.load(tmp_path / "mapped.npy"), there, atol=2e-3)
    here = fitted.set_params(device=None).transform(S)
    np.testing.assert_allclose(here, there, atol=2e-3)


def test_training_there_is_training_here(bent):
    S, T = bent
    settings = {"hidden_width": 64, "dropout": 0.0, "max_iter": 3, "random_state": 0}
    there, here = (MLPMap("fc", device=device, **settings).fit(S, T) for device in ("cuda", "cpu"))
    np.testing.assert_allclose(there.validation_curve_, here.validation_curve_, rtol=0.02)


@pytest.mark.parametrize("architecture", ["residual", "fc"])
def test_pairs_that_do_not_fit_are_sent_in_pieces(architecture, bent, monkeypatch):
    S, T = bent
    settings = {"hidden_width": 32, "max_iter": 2, "device": "cuda", "random_state": 0}
    kept = MLPMap(architecture, **settings).fit(S, T).transform(S)
    monkeypatch.setattr("langalign_sk.maps._network_data.room_for_data", lambda device: 0)
    sent = MLPMap(architecture, **settings).fit(S, T).transform(S)
    np.testing.assert_allclose(sent, kept, atol=1e-3)


def test_a_step_that_does_not_fit_says_what_to_lower(bent):
    S, T = bent
    S, T = np.tile(S, (50, 1)), np.tile(T, (50, 1))
    settings = {"hidden_width": 2048, "batch_size": len(S), "max_iter": 1}  # 1.6 GB a layer
    with (
        little_memory(300 * 2**20),
        pytest.raises(MemoryError, match="cuda is out of memory with batch_size=200000 and layers"),
    ):
        MLPMap("fc", device="cuda", random_state=0, **settings).fit(S, T)


@pytest.mark.parametrize("method", ["cosine", "csls", "margin", "inverted_softmax"])
def test_retrieval_equals_that_of_numpy(method):
    rng = np.random.default_rng(0)
    S = rng.standard_normal((3000, 24)).astype(np.float32)
    T = S + 0.9 * rng.standard_normal(S.shape).astype(np.float32)
    there, here = (retrieval(S, T, method=method, device=device) for device in ("cuda", None))
    for side in ("forward", "backward"):
        found, wanted = (vars(getattr(one, side)) for one in (there, here))
        assert found == pytest.approx(wanted, abs=1e-3)


def test_retrieval_goes_on_where_memory_runs_out():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((12_000, 16)).astype(np.float32)
    T = S + 0.3 * rng.standard_normal(S.shape).astype(np.float32)
    expected = retrieval(S, T, device="cuda")
    with little_memory(300 * 2**20):  # a tile is 512 MB
        found = retrieval(S, T, device="cuda")
    assert vars(found.forward) == pytest.approx(vars(expected.forward), abs=1e-3)


def test_a_pipeline_of_a_gpu_machine_is_served_without_one(tiny_bert, bent, tmp_path):
    embed = EmbeddingExtractor(HubModel(tiny_bert, device="cuda"), cache=None)
    pairs = ParallelCorpus(*bent, source_lang="en", target_lang="ko")
    network = MLPMap(hidden_width=16, max_iter=1, device="cuda", random_state=0)
    aligner = LangAligner(pairs, method=network, gate=None).fit(bent[0])
    joblib.dump((embed.fit(TEXTS), aligner), tmp_path / "pipeline.joblib")
    code = """
import joblib, numpy, sys
embed, aligner = joblib.load(sys.argv[1])
assert aligner.transform(numpy.zeros((2, 16), numpy.float32)).shape == (2, 12)
try:
    embed.transform(["new"])
except ValueError as error:
    assert "this machine has no CUDA device; device=None takes the best" in str(error), error
else:
    raise AssertionError("it said nothing")
assert embed.set_params(model__device=None).transform(["new"]).shape == (1, 32)
"""
    without_gpu(code, tmp_path / "pipeline.joblib")


def test_a_forked_child_is_told(tmp_path):
    code = """
import os, torch
from langalign_sk._process import resolve_device
torch.ones(1, device="cuda")
if os.fork() == 0:
    try:
        resolve_device("auto")
    except RuntimeError as error:
        os._exit(0 if "start workers anew" in str(error) else 1)
    os._exit(2)
os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], timeout=120)
    assert done.returncode == 0


def test_an_encoder_is_tuned_there_and_used_anywhere(tiny_sentence_bert, tmp_path):
    pytest.importorskip("accelerate", reason="tuning is not installed")
    rows = [f"{'yes' if n % 2 else 'no'} number {n}" for n in range(64)]
    tuned = TunedEncoder(
        tiny_sentence_bert, epochs=2, device="cuda", dtype="bfloat16", progress=False
    ).fit(rows, np.arange(64) % 2)
    assert np.isfinite(tuned.history_[-1]["loss"])
    embed = EmbeddingExtractor(tuned, cache=None).fit(rows)
    there = embed.transform(rows)
    frozen = EmbeddingExtractor(tiny_sentence_bert, cache=None).transform(rows)
    assert np.abs(there - frozen).max() > 1e-4
    joblib.dump((embed, rows), tmp_path / "tuned.joblib")
    code = """
import joblib, numpy, sys
folder = sys.argv[1]
embed, rows = joblib.load(folder + "/tuned.joblib")
numpy.save(folder + "/vectors.npy", embed.transform(rows))
"""
    without_gpu(code, tmp_path)
    np.testing.assert_allclose(np.load(tmp_path / "vectors.npy"), there, atol=1e-4)


def test_a_student_is_taught_there(tiny_sentence_bert, tiny_bert):
    pytest.importorskip("accelerate", reason="tuning is not installed")
    english = [f"number {n}" for n in range(48)]
    korean = [f"{n} 번" for n in range(48)]
    settings = {"epochs": 8, "learning_rate": 1e-3, "progress": False, "device": "cuda"}
    student = DistilledEncoder(tiny_sentence_bert, tiny_bert, **settings).fit((english, korean))
    losses = [entry["loss"] for entry in student.history_]
    assert losses[-1] < 0.9 * losses[0]
    assert EmbeddingExtractor(student, cache=None).transform(korean).shape == (48, 32)


def test_tuning_there_is_tuning_here(tiny_sentence_bert):
    pytest.importorskip("accelerate", reason="tuning is not installed")
    rows = [f"{'yes' if n % 2 else 'no'} number {n}" for n in range(64)]
    losses = [
        TunedEncoder(tiny_sentence_bert, epochs=3, device=device, progress=False)
        .fit(rows, np.arange(64) % 2)
        .history_[-1]["loss"]
        for device in ("cuda", "cpu")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=0.2)  # other draws of dropout
