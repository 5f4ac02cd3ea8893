"""The encoder that is a Python package: real vectors of fifteen languages, on every machine."""

from __future__ import annotations

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.base import clone

from langalign_sk import EmbeddingExtractor, HubModel
from langalign_sk.encoders import _packaged

EN = ["The train leaves at nine.", "She bought a red dress.", "Rain is coming.", "I am hungry."]
KO = ["기차는 아홉 시에 출발합니다.", "그녀는 빨간 드레스를 샀다.", "비가 온다.", "배가 고파요."]
IT = ["Il treno parte alle nove.", "Ha comprato un vestito rosso.", "Arriva la pioggia.", "Ho fame"]


def test_translations_find_each_other():
    embed = EmbeddingExtractor("use", cache=None)
    english = embed.transform(EN)
    assert english.shape == (4, 512)
    assert english.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(english, axis=1), 1.0, rtol=1e-5)
    for texts in (KO, IT):
        assert (embed.transform(texts) @ english.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_a_text_has_one_vector_whatever_comes_with_it():
    embed = EmbeddingExtractor("use", cache=None)
    many = EN + KO * 40 + IT
    together = embed.transform(many)
    alone = np.vstack([embed.transform([text]) for text in (EN[0], IT[-1])])
    np.testing.assert_allclose(together[[0, -1]], alone, atol=1e-6)


def test_at_most_64_texts_go_to_the_package_at_a_time(monkeypatch):
    sizes = []
    real = _packaged.PackagedModel

    class Counting(real):
        def __init__(self):
            super().__init__()
            encode = self._model.encode
            self._model = type(
                "Model", (), {"encode": staticmethod(lambda t: sizes.append(len(t)) or encode(t))}
            )

    monkeypatch.setattr("langalign_sk.encoders._loading.PackagedModel", Counting)
    from langalign_sk.encoders import release_models

    release_models()
    try:
        EmbeddingExtractor("use", cache=None).transform([f"text {i}" for i in range(300)])
    finally:
        release_models()
    assert max(sizes) == 64
    assert sum(sizes) == 300


def test_it_is_saved_by_name_and_clones():
    embed = EmbeddingExtractor("use").fit(EN)
    vectors = embed.transform(EN)
    saved = pickle.dumps(embed)
    assert len(saved) < 4000
    np.testing.assert_array_equal(pickle.loads(saved).transform(EN), vectors)
    assert clone(embed).spec() == embed.spec() == EmbeddingExtractor("use").spec()


def test_in_blocks_beside_another_encoder(english):
    embed = EmbeddingExtractor({"en": english, "ko": "use"})
    assert embed.get_layout().width_of("ko") == 512
    rows = embed.transform(["cancel my order", KO[0]])
    assert not rows[0, 3:].any()
    assert rows[1, 3:].any()


def test_settings_it_cannot_follow_are_refused():
    with pytest.raises(ValueError, match="pooling='cls': does not apply to model 'use'"):
        EmbeddingExtractor("use", pooling="cls").transform(EN)
    with pytest.raises(ValueError, match="device='cuda': does not apply to model 'use'"):
        EmbeddingExtractor(HubModel("use", device="cuda")).transform(EN)
    assert EmbeddingExtractor("use", truncate_dim=64).transform(EN).shape == (4, 64)


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_packaged, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'langalign-sk\[use\]'"):
        EmbeddingExtractor("use").transform(EN)


def test_other_weights_than_those_of_the_fit_are_told(tmp_path, monkeypatch):
    path = tmp_path / "embed.joblib"
    joblib.dump(EmbeddingExtractor("use").fit(EN), path)
    loaded = joblib.load(path)
    monkeypatch.setattr(_packaged, "content_digest", lambda folder, paths: "another version")
    with pytest.raises(ValueError, match="use"):
        loaded.transform(EN)


def test_neither_torch_nor_a_hub_is_imported():
    code = (
        "import sys\nfrom langalign_sk import EmbeddingExtractor\n"
        "assert EmbeddingExtractor('use').transform(['a cat']).shape == (1, 512)\n"
        "print(sorted({'torch', 'transformers', 'huggingface_hub'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
