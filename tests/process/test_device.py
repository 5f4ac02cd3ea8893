"""The one policy of devices, on a machine that need not have any."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest
import torch

from langalign_sk import EmbeddingExtractor, HubModel
from langalign_sk._process import (
    device_exists,
    free_memory,
    in_parts,
    is_out_of_memory,
    placed,
    precision,
    resolve_device,
    room_for_data,
    to_device,
)

CPU = torch.device("cpu")


@pytest.fixture
def cards(monkeypatch):
    """Say how many CUDA devices there seem to be."""

    def set_to(count):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.xpu, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)

    return set_to


@pytest.mark.parametrize("device", [None, "auto"])
def test_the_best_there_is(device, cards, monkeypatch):
    cards(0)
    assert resolve_device(device) == CPU
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert resolve_device(device) == torch.device("mps")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert resolve_device(device) == torch.device("cuda")


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:1", "meta", torch.device("cuda:0")])
def test_a_named_device_is_taken_as_it_is(device, cards):
    cards(2)
    assert resolve_device(device) == torch.device(device)
    assert device_exists(device)


@pytest.mark.parametrize(
    ("device", "count", "message"),
    [
        ("cuda", 0, "device='cuda': this machine has no CUDA device; device=None takes the best"),
        ("cuda:2", 2, "device='cuda:2': this machine has 2 CUDA devices, numbered from 0"),
        (torch.device("cuda:1"), 1, "device='cuda:1': this machine has 1 CUDA device, numbered"),
        ("mps", 1, "device='mps': this machine has no MPS device"),
    ],
)
def test_a_device_that_is_missing_is_never_replaced(device, count, message, cards):
    cards(count)
    assert not device_exists(device)
    with pytest.raises(ValueError, match=message):
        resolve_device(device)


@pytest.mark.parametrize("device", ["gpu", 3.5, ["cpu"]])
def test_what_is_no_device(device):
    with pytest.raises(ValueError, match="no such kind of device; take 'auto', 'cpu', 'cuda'"):
        resolve_device(device)
    with pytest.raises(ValueError, match="no such kind of device"):
        device_exists(device)


@pytest.mark.parametrize("device", [None, "auto", "cuda", "cuda:1"])
@pytest.mark.parametrize("count", [0, 1])  # torch finds none in such a child
def test_a_forked_child_of_a_process_on_the_gpu_is_told(count, device, cards, monkeypatch):
    cards(count)
    monkeypatch.setattr(torch.cuda, "_is_in_bad_fork", lambda: True)
    with pytest.raises(RuntimeError, match="forked from one that used the GPU.*'spawn'"):
        resolve_device(device)
    assert resolve_device("cpu") == CPU


def test_products_are_in_bfloat16_where_asked_for():
    x = torch.ones(2, 2)
    with torch.autocast("cpu", torch.bfloat16):  # somebody else's
        with precision(CPU, "float32"):
            assert (x @ x).dtype == torch.float32
        assert (x @ x).dtype == torch.bfloat16
    with precision(CPU, "bfloat16"):
        assert (x @ x).dtype == torch.bfloat16


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_what_is_sent_is_a_copy(dtype):
    array = np.arange(6, dtype=dtype).reshape(2, 3)
    array.setflags(write=False)  # such as rows of a memory map
    sent = to_device(array, CPU)
    assert sent.dtype == getattr(torch, np.dtype(dtype).name)
    sent += 1
    assert array.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_rows_are_placed_part_by_part(monkeypatch):
    monkeypatch.setattr("langalign_sk._process._device._UPLOAD", 4 * 3 * 2)
    rows = np.random.default_rng(0).standard_normal((7, 3)).astype(np.float32)
    asked = []

    def part(taken):
        asked.append(taken.stop - taken.start)
        return rows[taken]

    np.testing.assert_array_equal(placed(rows.shape, part, CPU).numpy(), rows)
    assert asked == [2, 2, 2, 1]


def test_a_processor_keeps_no_second_copy():
    assert room_for_data(CPU) == 0


def test_half_of_the_free_memory_is_for_data(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1000, 5000))
    assert room_for_data(torch.device("cuda")) == 500


def test_parts_are_halved_where_memory_runs_out(monkeypatch):
    freed, tried = [], []
    monkeypatch.setattr("langalign_sk._process._device.free_memory", lambda: freed.append(1))

    def compute(rows):
        tried.append(rows.stop - rows.start)
        if tried[-1] > 3:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return np.arange(20)[rows]

    assert np.concatenate(list(in_parts(20, 12, compute))).tolist() == list(range(20))
    assert tried == [12, 6, *[3] * 6, 2]
    assert len(freed) == 2


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("no room"), RuntimeError("shapes")])
def test_what_halving_cannot_help_is_raised(error):
    def compute(rows):
        raise error

    with pytest.raises(type(error), match=str(error)):
        list(in_parts(4, 4, compute))


def test_what_counts_as_out_of_memory():
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert is_out_of_memory(
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
    )
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("expected 2 dimensions"))


def test_memory_is_given_back_only_where_torch_is(cards, monkeypatch):
    emptied = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(1))
    cards(0)
    free_memory()
    cards(1)
    free_memory()
    monkeypatch.delitem(sys.modules, "torch")
    free_memory()
    assert emptied == [1]


def test_auto_and_none_are_one_model_in_memory(tiny_bert, cards):
    cards(0)
    texts = [f"text {os.getpid()}"]
    models = [HubModel(tiny_bert, device=device) for device in (None, "auto")]
    from langalign_sk.encoders._hub_encoder import named_encoder

    assert len({named_encoder(model).key for model in models}) == 1
    one, two = (EmbeddingExtractor(model, cache=None).transform(texts) for model in models)
    np.testing.assert_array_equal(one, two)
