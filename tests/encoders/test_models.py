"""What a process holds once: models, identities; and what names a checkpoint."""

import gc
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from langalign_sk._process import _models as _registry, identity, load_once
from langalign_sk.encoders import release_models
from langalign_sk.encoders._checkpoint import find_checkpoint


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(_registry, "_models", {})
    return _registry._models


def test_many_threads_load_once(registry):
    loads = []
    start = threading.Barrier(32)

    def load():
        loads.append(threading.get_ident())
        time.sleep(0.05)
        return object()

    def use(_):
        start.wait()
        return load_once("key", load)

    with ThreadPoolExecutor(32) as pool:
        models = set(pool.map(use, range(32)))
    assert len(models) == len(loads) == 1


def test_keys_are_separate_and_released_together(registry):
    first, second = load_once("a", object), load_once("b", object)
    assert first is not second
    assert load_once("a", object) is first
    release_models()
    assert load_once("a", object) is not first


def test_a_failed_load_is_tried_again(registry):
    def fail():
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        load_once("a", fail)
    assert load_once("a", lambda: "model") == "model"


class Thing:
    pass


class Slotted:
    __slots__ = ()


def test_identities_are_never_used_twice():
    seen = set()
    for _ in range(200):  # the same address again and again
        thing = Thing()
        assert identity(thing) == identity(thing)
        seen.add(identity(thing))
        del thing
        gc.collect(0)
    assert len(seen) == 200
    one, other = Slotted(), Slotted()  # no weak references: kept alive instead
    assert identity(one) != identity(other)
    assert identity(one) == identity(one)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "README.md").write_text("words")
    (tmp_path / ".gitattributes").write_text("x")
    return tmp_path


def test_a_folder_is_known_by_its_content(folder, tmp_path_factory):
    before = find_checkpoint(str(folder))
    assert not before.is_sentence_transformer
    assert before.is_local
    (folder / "README.md").write_text("other words")
    (folder / ".cache").write_text("y")
    assert find_checkpoint(str(folder)) == before
    moved = tmp_path_factory.mktemp("elsewhere") / "copy"
    moved.mkdir()
    for path in folder.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    assert find_checkpoint(str(moved)).fingerprint == before.fingerprint
    (moved / "model.safetensors").write_bytes(b"Weights")
    assert find_checkpoint(str(moved)).fingerprint != before.fingerprint
    (moved / "model.safetensors").write_bytes(b"weights")
    (moved / "model.safetensors").rename(moved / "other.safetensors")
    assert find_checkpoint(str(moved)).fingerprint != before.fingerprint


def test_modules_in_folders_count_and_other_folders_do_not(folder):
    modules = [{"idx": 0, "path": ""}, {"idx": 1, "path": "1_Pooling"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text("mean")
    before = find_checkpoint(str(folder))
    assert before.is_sentence_transformer
    (folder / "checkpoint-500").mkdir()
    (folder / "checkpoint-500" / "optimizer.pt").write_text("state")
    assert find_checkpoint(str(folder)) == before
    pooling.write_text("clsx")
    assert find_checkpoint(str(folder)).fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("backend", "name", "counts"),
    [
        ("torch", "onnx/model.onnx", False),
        ("onnx", "onnx/model.onnx", True),
        ("onnx", "onnx/model.onnx_data", True),
        ("onnx", "openvino/openvino_model.bin", False),
        ("openvino", "openvino/openvino_model.bin", True),
        ("torch", "2_Dense/model.safetensors", True),
        ("torch", "2_Dense/deeper/config.json", True),
        ("onnx", "2_Dense/model.safetensors", True),
        ("torch", "code/modeling.py", True),
        ("torch", "code/below/layers.py", True),
        ("torch", "code/__pycache__/layers.py", False),
        ("torch", "eval/results.json", False),
        ("torch", "checkpoint-500/model.safetensors", False),
        ("torch", ".cache/model.safetensors", False),
        ("torch", "2_Dense/README.md", False),
    ],
)
def test_the_fingerprint_covers_what_a_backend_loads(folder, backend, name, counts):
    (folder / "modules.json").write_text(json.dumps([{"path": ""}, {"path": "2_Dense"}]))
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = set()
    for content in (None, b"one", b"two"):
        if content is not None:
            path.write_bytes(content)
        seen.add(find_checkpoint(str(folder), backend=backend).fingerprint)
    assert len(seen) == (3 if counts else 1)


def test_every_folder_of_a_router_counts(folder):
    (folder / "router_config.json").write_text("{}")
    (folder / "query_0_WordEmbeddings").mkdir()
    before = find_checkpoint(str(folder)).fingerprint
    (folder / "query_0_WordEmbeddings" / "pytorch_model.bin").write_bytes(b"weights")
    assert find_checkpoint(str(folder)).fingerprint != before


def test_links_to_folders_are_followed_once(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("exported")
    (elsewhere / "model.onnx").write_bytes(b"one")
    (folder / "onnx").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    before = find_checkpoint(str(folder), backend="onnx").fingerprint
    assert find_checkpoint(str(folder), backend="onnx").fingerprint == before
    (elsewhere / "model.onnx").write_bytes(b"two")
    assert find_checkpoint(str(folder), backend="onnx").fingerprint != before


def test_content_changed_behind_an_old_time_is_noticed(folder):
    weights = folder / "model.safetensors"
    times = weights.stat()
    before = find_checkpoint(str(folder)).fingerprint
    weights.write_bytes(b"WEIGHTS")
    os.utime(weights, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert find_checkpoint(str(folder)).fingerprint != before


def test_content_is_read_again_only_when_it_may_have_changed(folder, monkeypatch):
    from langalign_sk.encoders import _checkpoint

    find_checkpoint(str(folder))
    opened = []
    real = _checkpoint.hashlib.file_digest
    monkeypatch.setattr(_checkpoint.hashlib, "file_digest", lambda *a: opened.append(1) or real(*a))
    find_checkpoint(str(folder))
    assert not opened
    os.utime(folder / "model.safetensors", ns=(1, 1))
    find_checkpoint(str(folder))
    assert len(opened) == 1


@pytest.mark.parametrize("name", ["/no/such", "./no", "../no", "~/no/such", "a/b/c", ""])
def test_missing_folders_are_named(name):
    with pytest.raises(ValueError, match=r"there is no such folder"):
        find_checkpoint(name)


def test_folders_that_are_no_checkpoints(tmp_path, folder):
    with pytest.raises(ValueError, match=r"neither modules\.json .* nor config\.json"):
        find_checkpoint(str(tmp_path.parent))
    with pytest.raises(ValueError, match="revision='v1' does not apply to the folder"):
        find_checkpoint(str(folder), "v1")
