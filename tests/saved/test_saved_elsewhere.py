"""Models for other runtimes: sentence-transformers, MLflow."""

from __future__ import annotations

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import (
    SKOPS_TRUSTED,
    EmbeddingExtractor,
    HubModel,
    LangAligner,
    ParallelCorpus,
    ReverseAligner,
    TunedEncoder,
    load,
    save,
)
from langalign_sk.encoders import HeldCheckpoint
from langalign_sk.maps import KernelMap
from langalign_sk.saved import to_sentence_transformers

ENGLISH = [f"the {colour} {thing}" for colour in ("red", "blue") for thing in "abcdef"]
KOREAN = [f"{colour} {thing}" for colour in ("빨간", "파란") for thing in "abcdef"]


@pytest.fixture(scope="module")
def embed(tiny_bert, tiny_sentence_bert):
    models = {"en": str(tiny_bert), "ko": HubModel(str(tiny_sentence_bert), max_length=16)}
    return EmbeddingExtractor(models, normalize=True, progress=False)


def aligned(embed, **settings):
    pairs = ParallelCorpus(ENGLISH, KOREAN, target_lang="ko").embed(embed)
    return ReverseAligner(pairs, **settings).fit(embed.transform(ENGLISH))


@pytest.mark.parametrize(("language", "rows"), [(None, KOREAN), ("ko-KR", KOREAN), ("en", ENGLISH)])
@pytest.mark.filterwarnings("ignore:.*pairs for spaces of")
def test_an_aligned_encoder_is_a_sentence_transformer(embed, tmp_path, language, rows):
    from sentence_transformers import SentenceTransformer

    aligner = aligned(embed, method="ridge")
    folder = to_sentence_transformers(aligner, embed, tmp_path / "st", language=language)
    found = SentenceTransformer(str(folder), device="cpu").encode(rows, show_progress_bar=False)
    wanted = aligner.transform(embed.transform(rows))
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.filterwarnings("ignore:.*pairs for spaces of")
def test_a_plain_search_finds_with_it_what_the_aligner_finds(embed, tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.util import semantic_search

    aligner = aligned(embed, method="procrustes")
    rows = {"en": ENGLISH, "ko": KOREAN}
    found = {}
    for lang, texts in rows.items():
        folder = to_sentence_transformers(aligner, embed, tmp_path / lang, language=lang)
        model = SentenceTransformer(str(folder), device="cpu")
        found[lang] = model.encode(texts, show_progress_bar=False, convert_to_tensor=True)
    hits = semantic_search(found["ko"], found["en"], top_k=3)
    query, store = (
        moved / np.linalg.norm(moved, axis=1, keepdims=True)
        for moved in (aligner.transform(embed.transform(rows[lang])) for lang in ("ko", "en"))
    )
    cosines = query @ store.T
    for row, own in zip(cosines, hits, strict=True):
        np.testing.assert_allclose([hit["score"] for hit in own], np.sort(row)[::-1][:3], atol=1e-5)
        assert [row[hit["corpus_id"]] for hit in own] == pytest.approx(np.sort(row)[::-1][:3])


@pytest.mark.filterwarnings("ignore:.*pairs for spaces of")
def test_what_is_no_layer_is_refused(embed, tmp_path):
    aligner = aligned(embed, method=KernelMap(4, random_state=0))
    with pytest.raises(ValueError, match="not affine"):
        to_sentence_transformers(aligner, embed, tmp_path / "st")
    ridge = aligned(embed, method="ridge")
    pooled = HubModel("org/nix", pooling="cls")
    with pytest.raises(ValueError, match="pooling='cls': does not apply to an encoder that is"):
        to_sentence_transformers(ridge, pooled, tmp_path / "st")
    with pytest.raises(TypeError, match="CountingEncoder object"):
        to_sentence_transformers(ridge, CountingEncoder(), tmp_path / "st")
    with pytest.raises(ValueError, match="language='fr': this aligner has learned of en, ko"):
        to_sentence_transformers(ridge, embed, tmp_path / "st", language="fr")
    narrow = LangAligner(ParallelCorpus(np.eye(3), np.eye(3), target_lang="ko"), gate=None)
    with pytest.raises(ValueError, match="the map was learned from vectors of 3"):
        to_sentence_transformers(narrow.fit(np.eye(3)), embed.model["en"], tmp_path / "st")
    assert not (tmp_path / "st").exists()


class CountingEncoder:
    def encode(self, texts):
        raise AssertionError("nothing is encoded")


def test_a_tuned_encoder_is_saved_whole(tiny_sentence_bert, tmp_path):
    tuned = TunedEncoder("org/base", folder=str(tmp_path))
    tuned.checkpoint_ = HeldCheckpoint.read(tiny_sentence_bert)
    save(tuned, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert loaded.folder is None
    assert loaded.fingerprint() == tuned.fingerprint()
    assert np.array_equal(loaded.encode(KOREAN), tuned.encode(KOREAN))


@pytest.mark.filterwarnings("ignore")  # of mlflow's own imports
def test_mlflow_keeps_it_without_pickle(tmp_path):
    mlflow = pytest.importorskip("mlflow", reason="mlflow is not installed")
    mlflow_sklearn = pytest.importorskip("mlflow.sklearn", reason="mlflow is not installed")
    S = np.random.default_rng(0).standard_normal((60, 4))
    pairs = ParallelCorpus(S, S[:, ::-1] + 9, target_lang="ko")
    model = make_pipeline(LangAligner(pairs), LogisticRegression()).fit(S, S[:, 0] > 0)
    place = tmp_path / "model"
    mlflow_sklearn.save_model(
        model,
        place,
        serialization_format="skops",
        skops_trusted_types=SKOPS_TRUSTED,
        signature=mlflow.models.infer_signature(S, model.predict(S)),
        pip_requirements=["langalign-sk"],
    )
    assert not [path for path in place.rglob("*") if path.suffix in (".pkl", ".joblib")]
    assert mlflow.models.Model.load(place).signature.inputs.inputs[0].shape == (-1, 4)
    loaded = skops.io.load(place / "model.skops", trusted=SKOPS_TRUSTED)
    assert np.array_equal(loaded.predict_proba(S), model.predict_proba(S))
