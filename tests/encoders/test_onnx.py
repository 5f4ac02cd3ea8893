import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor
from langalign_sk.encoders import HubModel, OnnxEncoder
from langalign_sk.saved import export_onnx
from langalign_sk.store import MemoryCache

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("onnxscript", reason="onnxscript is not installed")

TEXTS = [
    "a",
    "",
    "two words",
    "환불이 되나요?",
    "broken \ud83d emoji",
    "a much longer sentence than the others, beyond the model's length " * 4,
    "日本語",
    *(f"number {i} " * (i % 7 + 1) for i in range(60)),
]


@pytest.fixture(scope="module")
def exported(tiny_sentence_bert, tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx") / "tiny"
    assert export_onnx(tiny_sentence_bert, folder) == folder
    return folder


def test_vectors_are_those_of_the_original(exported, tiny_sentence_bert):
    ours = EmbeddingExtractor(OnnxEncoder(exported), cache=None).transform(TEXTS)
    original = HubModel(str(tiny_sentence_bert), long_texts="cut")
    theirs = EmbeddingExtractor(original, cache=None).transform(
        [text.replace("\ud83d", "?") for text in TEXTS]
    )
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_a_serving_process_never_imports_torch(exported, tmp_path):
    embed = EmbeddingExtractor(OnnxEncoder(exported), cache=None)
    (tmp_path / "embed.pickle").write_bytes(pickle.dumps(embed))
    np.save(tmp_path / "wanted.npy", embed.transform(["one", "two"]))
    code = (
        "import sys, pickle, numpy as np\n"
        "embed = pickle.load(open('embed.pickle', 'rb'))\n"
        "np.testing.assert_allclose(embed.transform(['one', 'two']), np.load('wanted.npy'), "
        "atol=1e-6)\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=120)


def test_threads_load_it_once_and_get_the_serial_rows(exported):
    encoder = OnnxEncoder(exported, n_threads=1)
    wanted = OnnxEncoder(exported).encode(TEXTS)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(encoder.encode(TEXTS))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    for rows in results:
        np.testing.assert_allclose(rows, wanted, atol=1e-5)


def test_pickles_share_the_cache_and_hold_the_path_only(exported):
    encoder = OnnxEncoder(exported)
    again = pickle.loads(pickle.dumps(encoder))
    assert len(pickle.dumps(encoder)) < 2000
    assert again.fingerprint() == encoder.fingerprint()
    cache = MemoryCache()
    rows = EmbeddingExtractor(encoder, cache=cache).transform(["one"])
    again.encode = None  # all comes from the cache
    np.testing.assert_array_equal(EmbeddingExtractor(again, cache=cache).transform(["one"]), rows)


def test_says_what_is_wrong_with_a_folder(exported, tmp_path):
    with pytest.raises(ValueError, match="was not written by export_onnx.*no graph"):
        OnnxEncoder(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    for path in exported.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    with (other / "model.onnx").open("ab") as graph:
        graph.write(b"more")
    with pytest.raises(ValueError, match="is not the one that was exported"):
        OnnxEncoder(other).encode(["a"])
    (other / "onnx_encoder.json").write_text("{")
    with pytest.raises(ValueError, match="is damaged"):
        OnnxEncoder(other)
