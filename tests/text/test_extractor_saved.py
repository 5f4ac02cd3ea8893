"""Models by name in other processes, at other times, and on the Hub."""

import copy
import itertools
import json
import pickle
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from langalign_sk._process import _models as _registry, caches
from langalign_sk.encoders import HubModel
from langalign_sk.text import EmbeddingExtractor
from tests import checkpoints
from tests.helpers import interrupted_at

TEXTS = [
    "a short one",
    "배송이 너무 늦어요",
    "",
    "x",
    "a much longer sentence, with a comma",
    "東京",
]


def test_named_models_travel_without_weights(minilm_dir, tmp_path):
    extractor = EmbeddingExtractor(minilm_dir)
    vectors = extractor.fit_transform(TEXTS)
    joblib.dump(extractor, tmp_path / "extractor.joblib")
    assert (tmp_path / "extractor.joblib").stat().st_size < 10_000
    np.save(tmp_path / "vectors.npy", vectors)
    (tmp_path / "texts.json").write_text(json.dumps(TEXTS))
    code = f"""if True:
        import json, joblib, numpy as np, os, pathlib, sys
        os.chdir({str(tmp_path)!r})
        extractor = joblib.load("extractor.joblib")
        assert "torch" not in sys.modules
        assert extractor.spec() == {extractor.spec()!r}
        assert joblib.hash(extractor) == {joblib.hash(extractor)!r}
        assert extractor.get_feature_names_out()[-1] == "embedding383"
        assert "torch" not in sys.modules
        vectors = extractor.transform(json.loads(pathlib.Path("texts.json").read_text()))
        np.testing.assert_allclose(vectors, np.load("vectors.npy"), atol=1e-6)
    """
    env = {"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": ":".join(filter(None, sys.path))}
    strict = ["-W", "error", "-W", "ignore:Implicitly cleaning up"]  # torch 2.6 leaves a folder
    done = subprocess.run(
        [sys.executable, *strict, "-c", code], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""  # loading a model says nothing


def test_changed_weights_are_noticed_until_fit(tmp_path):
    folder = checkpoints.build_transformer(tmp_path / "model", seed=1)
    extractor = EmbeddingExtractor(folder)
    before = extractor.fit_transform(TEXTS)
    data = pickle.dumps(extractor)
    hashed = joblib.hash(clone(extractor))
    shutil.rmtree(folder)
    with pytest.raises(ValueError, match=f"{folder}.*no such folder"):
        pickle.loads(data).transform(TEXTS)
    checkpoints.build_transformer(folder, seed=2)
    loaded = pickle.loads(data)
    for used in (extractor, loaded, pickle.loads(pickle.dumps(loaded))):
        with pytest.raises(ValueError, match=r"other weights .* than when this extractor was fit"):
            used.transform(TEXTS)
    assert joblib.hash(clone(extractor)) != hashed  # Pipeline(memory=) must not hit
    after = clone(extractor).transform(TEXTS)
    assert not np.allclose(after, before, atol=1e-3)
    np.testing.assert_array_equal(loaded.fit(TEXTS).transform(TEXTS), after)


def test_other_weights_by_set_params_are_noticed_until_fit(tiny_bert, tiny_sentence_bert):
    models = {"en": HubModel(tiny_bert), "ko": tiny_bert}
    fitted = EmbeddingExtractor(models, default_language="en").fit(TEXTS)
    for used in (fitted, pickle.loads(pickle.dumps(fitted))):
        for params in ({"ko": tiny_sentence_bert}, {"en__model": tiny_sentence_bert}):
            changed = copy.copy(used).set_params(**params)
            for call in (
                lambda e: e.transform(TEXTS),
                lambda e: e.embed_language(["a"], "en"),
                lambda e: next(e.iter_transform(TEXTS)),
                lambda e: e.warm_up(),
            ):
                with pytest.raises(ValueError, match=r"tiny-sentence-bert' holds other weights"):
                    call(changed)
            expected = clone(changed).transform(TEXTS)
            assert not np.allclose(expected, fitted.transform(TEXTS), atol=1e-3)
            np.testing.assert_array_equal(changed.fit(TEXTS).transform(TEXTS), expected)


def test_weights_that_cannot_be_compared_are_a_warning(hub, tiny_bert):
    put_into_cache(hub, "acme/tiny", "1" * 40, tiny_bert)
    loaded = pickle.loads(pickle.dumps(EmbeddingExtractor("acme/tiny").fit(TEXTS)))
    loaded.set_params(model=tiny_bert)
    with pytest.warns(UserWarning, match=r"'acme/tiny' \(hub:1111.*cannot be told") as caught:
        loaded.transform(TEXTS)
    assert caught[0].filename == __file__
    loaded.fit(TEXTS).transform(TEXTS)


def test_an_interrupted_fit_leaves_the_one_before_or_is_done(tiny_bert, tiny_sentence_bert):
    one, other = (EmbeddingExtractor(m).fit(TEXTS) for m in (tiny_bert, tiny_sentence_bert))
    states = [vars(e)["_fitted_with"] for e in (one, other)]
    for number in itertools.count(1, 7):
        extractor = EmbeddingExtractor(tiny_bert).fit(TEXTS).set_params(model=tiny_sentence_bert)
        with interrupted_at(number) as state:
            extractor.fit(TEXTS)
        assert vars(extractor)["_fitted_with"] in states
        if not state["came"]:
            break
    assert number > 100


def test_a_moved_folder_is_the_same_model(tiny_bert, tmp_path):
    moved = shutil.copytree(tiny_bert, tmp_path / "moved")
    one, other = EmbeddingExtractor(tiny_bert), EmbeddingExtractor(moved)
    assert one.spec() == other.spec()
    extractor = pickle.loads(pickle.dumps(one.fit(TEXTS)))
    np.testing.assert_array_equal(
        extractor.set_params(model=moved).transform(TEXTS), one.transform(TEXTS)
    )


def test_the_spec_of_named_models(tiny_bert, tiny_sentence_bert):
    base = EmbeddingExtractor(HubModel(tiny_bert))
    variants = [
        {},
        {"pooling": "cls"},
        {"layer": -2},
        {"prompt": "q: "},
        {"model__max_length": 5},
        {"model__dtype": "bfloat16"},
        {"model": tiny_sentence_bert},
    ]
    specs = {clone(base).set_params(**params).spec() for params in variants}
    assert len(specs) == len(variants)
    assert clone(base).set_params(model__device="cpu").spec() == base.spec()
    assert EmbeddingExtractor(tiny_bert).spec() == base.spec()


# the Hub


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The Hub's cache in an empty folder, and nothing remembered of other tests."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    caches.checkpoints.clear()
    return tmp_path / "hub"


def put_into_cache(hub, repo, commit, folder, branch="main"):
    place = hub / f"models--{repo.replace('/', '--')}"
    shutil.copytree(folder, place / "snapshots" / commit)
    (place / "refs").mkdir(exist_ok=True)
    (place / "refs" / branch).write_text(commit)


def test_a_cached_model_of_the_hub_needs_no_network(hub, tiny_bert, tiny_sentence_bert):
    one, two = "1" * 40, "2" * 40
    put_into_cache(hub, "acme/tiny", one, tiny_bert)
    put_into_cache(hub, "acme/tiny", two, tiny_sentence_bert, branch="v2")
    extractor = EmbeddingExtractor("acme/tiny")
    vectors = extractor.fit_transform(TEXTS)
    np.testing.assert_allclose(vectors, EmbeddingExtractor(tiny_bert).transform(TEXTS), atol=1e-6)
    by_revision = EmbeddingExtractor(HubModel("acme/tiny", revision="v2"))
    np.testing.assert_allclose(
        by_revision.transform(TEXTS),
        EmbeddingExtractor(tiny_sentence_bert).transform(TEXTS),
        atol=1e-6,
    )
    assert by_revision.spec() == EmbeddingExtractor(HubModel("acme/tiny", revision=two)).spec()
    assert by_revision.spec() != extractor.spec()


def test_a_saved_pipeline_notices_another_commit(hub, tiny_bert, tiny_sentence_bert):
    put_into_cache(hub, "acme/tiny", "1" * 40, tiny_bert)
    data = pickle.dumps(EmbeddingExtractor("acme/tiny").fit(TEXTS))
    put_into_cache(hub, "acme/tiny", "2" * 40, tiny_sentence_bert)
    caches.checkpoints.clear()
    with pytest.raises(ValueError, match=r"\(hub:2222.*\(hub:1111.*set `revision` to the old"):
        pickle.loads(data).transform(TEXTS)
    pinned = pickle.loads(data).set_params(model=HubModel("acme/tiny", revision="1" * 40))
    assert pinned.transform(["a"]).shape == (1, checkpoints.WIDTH)


def test_short_names_stand_for_sentence_transformers(hub, tiny_sentence_bert):
    put_into_cache(hub, "sentence-transformers/tiny", "1" * 40, tiny_sentence_bert)
    assert EmbeddingExtractor("tiny").transform(["a"]).shape == (1, checkpoints.WIDTH)


def test_offline_and_unknown_is_one_quick_sentence(hub, monkeypatch):
    for name in ("acme/no-such-model", "no-such-model"):
        started = time.perf_counter()
        with pytest.raises(ConnectionError, match=f"model='{name}'.*Hub cannot be reached"):
            EmbeddingExtractor(name).fit(["a"])
        assert time.perf_counter() - started < 5
    extractor = EmbeddingExtractor("acme/no-such-model")
    monkeypatch.setattr("langalign_sk.encoders._checkpoint._from_hub", None)
    pickle.dumps(extractor)  # asks nobody, nor does a picture in a notebook
    extractor._repr_html_()
    with pytest.raises(NotFittedError, match="has not been downloaded yet"):
        extractor.get_feature_names_out()
    with pytest.raises(ValueError, match="nor a possible name on the Hugging Face Hub"):
        EmbeddingExtractor("not a name").fit(["a"])


def test_what_the_hub_answers(hub, monkeypatch, tiny_bert):
    from huggingface_hub import HfApi, errors

    def answer(kind):
        def model_info(self, repo, revision=None, timeout=None):
            assert timeout < 10
            raise kind.__new__(kind, "no")  # without the response of whatever HTTP library

        return model_info

    for kind, error, message in [
        (errors.RepositoryNotFoundError, ValueError, "check the spelling"),
        (errors.GatedRepoError, ValueError, "is gated"),
        (errors.RevisionNotFoundError, ValueError, "has no revision 'v9'"),
        (errors.HfHubHTTPError, OSError, "answered with an error"),
    ]:
        monkeypatch.setattr(HfApi, "model_info", answer(kind))
        with pytest.raises(error, match=message):
            EmbeddingExtractor(HubModel("acme/tiny", revision="v9")).transform(["a"])


def test_a_model_on_the_hub_is_downloaded_at_its_commit(hub, monkeypatch):
    from huggingface_hub import HfApi

    asked = []
    info = SimpleNamespace(sha="3" * 40, siblings=[SimpleNamespace(rfilename="modules.json")])
    monkeypatch.setattr(HfApi, "model_info", lambda self, repo, **k: asked.append(repo) or info)
    monkeypatch.setattr(
        "langalign_sk.encoders._loading.load_sentence_transformer",
        lambda checkpoint, settings, device: asked.append((checkpoint.source, checkpoint.revision)),
    )
    extractor = EmbeddingExtractor("acme/tiny")
    spec = extractor.spec()
    assert extractor.fit(["a"]).spec() == spec
    assert asked == ["acme/tiny"]  # once per process, nothing loaded
    monkeypatch.setattr(_registry, "_models", {})
    with pytest.raises(AttributeError):  # the stand-in loaded nothing
        extractor.transform(["a"])
    assert asked[1] == ("acme/tiny", "3" * 40)
