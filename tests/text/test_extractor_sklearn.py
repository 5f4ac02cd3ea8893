"""The extractor as a scikit-learn citizen: clones, grids, pickles, specification."""

import copy
import io
import pickle

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import (
    TfidfVectorizer,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags

from langalign_sk.encoders import HubModel, NgramEncoder
from langalign_sk.store import MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.encoding import ENGLISH, KOREAN, MIXED
from tests.helpers import TEXT_CHECKS, BareEncoder, CountingEncoder


def test_feature_names_and_set_output(blocks, counting_encoder):
    names = ["en_0", "en_1", "en_2", "ko_0", "ko_1"]
    assert blocks.get_feature_names_out().tolist() == names
    series = pd.Series(MIXED, index=list("vwxyz"))
    plain = blocks.transform(series)
    out = blocks.set_output(transform="pandas").fit_transform(series)
    assert out.columns.tolist() == names
    assert out.index.tolist() == list("vwxyz")
    np.testing.assert_array_equal(out.to_numpy(), plain)
    assert clone(blocks).transform(series.to_frame()).index.tolist() == list("vwxyz")
    frame = blocks.set_output(transform="polars").transform(pl.Series(MIXED))
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == names
    single = EmbeddingExtractor(counting_encoder, truncate_dim=2)
    assert single.get_feature_names_out().tolist() == ["embedding0", "embedding1"]


@pytest.mark.parametrize("check", TEXT_CHECKS, ids=lambda check: check.__name__)
def test_scikit_learns_checks(check, counting_encoder):
    check("EmbeddingExtractor", EmbeddingExtractor(counting_encoder))


def test_tags_and_statelessness(blocks):
    tags = get_tags(blocks)
    assert tags.input_tags.string
    assert not tags.input_tags.two_d_array
    assert not tags.requires_fit
    assert tags.transformer_tags.preserves_dtype == []
    blocks.fit(ENGLISH)
    before = dict(vars(blocks))
    blocks.transform(MIXED)
    assert vars(blocks) == before
    assert not hasattr(blocks, "n_features_in_")
    assert len(repr(blocks)) < 5000
    assert len(blocks._repr_html_()) < 60_000


def test_clones_and_copies_share_models_and_cache(counting_encoder):
    cache = MemoryCache()
    bare = BareEncoder(lambda texts: np.ones((len(texts), 2)))
    for model in (counting_encoder, bare, {"en": bare}):
        extractor = EmbeddingExtractor(model, cache=cache, detect=str).set_output(
            transform="pandas"
        )
        for again in (clone(extractor), copy.deepcopy(extractor), copy.copy(extractor)):
            assert again is not extractor
            assert again.model == model
            assert again.cache is cache
            assert again.detect is str
            assert isinstance(again.transform(["a"]), pd.DataFrame)
            assert again.get_params() == extractor.get_params()
            if isinstance(model, dict):
                assert again.model is not model
                assert again.model["en"] is bare
    fitted = copy.deepcopy(make_pipeline(EmbeddingExtractor(bare)))
    assert fitted[0].model is bare


def test_parameters_of_an_encoder_are_not_the_extractors(english):
    extractor = EmbeddingExtractor(english)
    assert not any("__" in name for name in extractor.get_params(deep=True))
    with pytest.raises(ValueError, match=r"'model__n_components': an encoder is fitted before"):
        extractor.set_params(model__n_components=2)
    assert english.n_components == 3


def test_settings_of_hub_models_are_parameters():
    inner = HubModel("acme/a", layer=1)
    single, two = EmbeddingExtractor(inner), EmbeddingExtractor({"en": inner, "ko": "acme/b"})
    assert single.get_params()["model__layer"] == 1
    assert two.get_params()["en__layer"] == 1
    assert two.get_params()["ko"] == "acme/b"
    assert set(two.get_params(deep=False)) == set(single.get_params(deep=False))
    assert len(single.get_params(deep=False)) == 15
    single.set_params(model__layer=2, model__dtype="float16")
    two.set_params(en__layer=3, ko=HubModel("acme/c"), ko__prompt="q: ", pooling="cls")
    assert (single.model.layer, single.model.dtype, inner.layer) == (2, "float16", 1)
    assert (two.model["en"].layer, two.pooling) == (3, "cls")
    assert (two.model["ko"].model, two.model["ko"].prompt) == ("acme/c", "q: ")
    single.set_params(model=HubModel("acme/d"), model__layer=5)
    assert (single.model.model, single.model.layer) == ("acme/d", 5)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"ja": "acme/a"}, "Invalid parameter 'ja'"),
        ({"ja__layer": 1}, "Invalid parameter 'ja'"),
        ({"ko__layer": 1}, r"'ko__layer': the model is a name alone; give HubModel\('acme/b'\)"),
        ({"en__depth": 1}, "Invalid parameter 'depth' for estimator HubModel"),
        ({"model__layer": 1}, "'model__layer': model is a dict; .* such as en__layer"),
        ({"normalize": False, "en__depth": 1}, "Invalid parameter 'depth'"),
    ],
)
def test_parameters_that_do_not_exist_change_nothing(params, message):
    extractor = EmbeddingExtractor({"en": HubModel("acme/a"), "ko": "acme/b"})
    before = extractor.get_params()
    with pytest.raises(ValueError, match=message):
        extractor.set_params(**params)
    assert extractor.get_params() == before


def test_clones_have_settings_of_their_own_and_share_the_model(english):
    extractor = EmbeddingExtractor({"en": HubModel(english, truncate_dim=2)})
    for again in (clone(extractor), copy.copy(extractor), copy.deepcopy(extractor)):
        assert again.get_params(deep=False).keys() == extractor.get_params(deep=False).keys()
        assert again.model["en"].model is english
        again.set_params(en__truncate_dim=1)
        assert again.transform(["a"]).shape == (1, 1)
    assert extractor.transform(["a"]).shape == (1, 2)
    for again in (clone(extractor.model["en"]), copy.deepcopy(extractor.model["en"])):
        assert again.model is english
        assert again is not extractor.model["en"]
    loaded = pickle.loads(pickle.dumps(extractor))
    np.testing.assert_array_equal(loaded.transform(ENGLISH), extractor.transform(ENGLISH))
    assert loaded.spec() == extractor.spec()


def test_a_grid_over_the_model_of_one_language(english, korean):
    extractor = EmbeddingExtractor({"en": HubModel(english), "ko": korean})
    pipe = Pipeline([("embed", extractor), ("clf", LogisticRegression())])
    grid = {
        "embed__en__truncate_dim": [1, None],
        "embed__ko": [FrozenEstimator(korean), HubModel(korean, truncate_dim=1)],
    }
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(TEXTS, LABELS)
    widths = [
        clone(pipe).set_params(**params)[0].get_layout().width
        for params in search.cv_results_["params"]
    ]
    assert widths == [3, 2, 5, 4]


def test_no_property_does_any_work():
    assert not [name for name, value in vars(EmbeddingExtractor).items() if hasattr(value, "fget")]


LABELS = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
TEXTS = [f"{'yes' if label else 'no'} number {i}" for i, label in enumerate(LABELS)]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_grid_encodes_each_distinct_text_once(counting_encoder, n_jobs):
    pipe = Pipeline(
        [("embed", EmbeddingExtractor(counting_encoder)), ("clf", LogisticRegression())]
    )
    grid = {"clf__C": [0.1, 1.0], "embed__truncate_dim": [None, 4]}
    search = GridSearchCV(pipe, grid, cv=3, n_jobs=n_jobs, error_score="raise")
    if n_jobs == 2:
        with joblib.parallel_backend("threading"):
            search.fit(TEXTS, LABELS)
    else:
        search.fit(TEXTS, LABELS)
    assert sorted(counting_encoder.texts) == sorted(TEXTS)
    assert search.predict(["yes number 5"]).shape == (1,)


def test_a_grid_over_models_compares_them(english):
    other = NgramEncoder(2).fit(KOREAN)
    pipe = Pipeline([("embed", EmbeddingExtractor(english)), ("clf", LogisticRegression())])
    models = [FrozenEstimator(english), FrozenEstimator(other)]
    search = GridSearchCV(pipe, {"embed__model": models}, cv=2, error_score="raise")
    search.fit(TEXTS, LABELS)
    widths = [clone(pipe).set_params(embed__model=m)[0].transform(["a"]).shape[1] for m in models]
    assert widths == [3, 2]
    with pytest.raises(NotFittedError, match="FrozenEstimator"):
        search.set_params(param_grid={"embed__model": [other]}).fit(TEXTS, LABELS)


def test_pipeline_memory_hits(counting_encoder, tmp_path):
    pipe = make_pipeline(
        EmbeddingExtractor(counting_encoder, cache=None), LogisticRegression(), memory=str(tmp_path)
    )
    pipe.fit(TEXTS, LABELS)
    clone(pipe).fit(TEXTS, LABELS)
    assert counting_encoder.n_texts == len(TEXTS)


def dumped(obj):
    buffer = io.BytesIO()
    joblib.dump(obj, buffer)
    return buffer


def test_encoders_that_define_themselves_travel_by_value(blocks, counting_encoder):
    for extractor in (
        blocks,
        EmbeddingExtractor(counting_encoder),
        EmbeddingExtractor(TfidfVectorizer().fit(ENGLISH)),
        EmbeddingExtractor(FrozenEstimator(TfidfVectorizer().fit(ENGLISH)), cache=MemoryCache()),
    ):
        vectors = extractor.fit_transform(MIXED)
        buffer = dumped(extractor)
        buffer.seek(0)
        loaded = joblib.load(buffer)
        assert loaded.spec() == extractor.spec()
        assert joblib.hash(loaded) == joblib.hash(extractor)
        np.testing.assert_array_equal(loaded.transform(MIXED), vectors)


def test_objects_that_do_not_pickle_are_told_of_in_fit_and_name_the_way_out():
    bare = BareEncoder(lambda texts: np.ones((len(texts), 2)))
    told = r"holds a BareEncoder object.*(lambda|local).*name or folder.*__reduce__"
    for model in (bare, {"en": bare}, FrozenEstimator(bare)):
        extractor = EmbeddingExtractor(model)
        with pytest.warns(UserWarning, match=f"fitted, but this EmbeddingExtractor {told}") as seen:
            extractor.fit(ENGLISH)
        assert seen[0].filename == __file__
        with pytest.raises(pickle.PicklingError, match=told):
            pickle.dumps(extractor)
        with pytest.raises(pickle.PicklingError, match="name or folder"):
            joblib.dump(make_pipeline(extractor), io.BytesIO())


def test_objects_that_pickle_are_saved_by_value():
    extractor = EmbeddingExtractor(BareEncoder(ones)).fit(ENGLISH)
    again = pickle.loads(pickle.dumps(extractor))
    np.testing.assert_array_equal(again.transform(MIXED), extractor.transform(MIXED))


def ones(texts):
    return np.ones((len(texts), 2))


def test_no_text_is_in_a_pickle(blocks):
    secret = "my secret parcel number"
    blocks.fit_transform([secret, *MIXED])
    assert b"secret" not in pickle.dumps(blocks)


def test_the_spec_follows_what_defines_the_vectors(english, korean, counting_encoder):
    base = EmbeddingExtractor({"en": english, "ko": korean})
    spec = base.spec()
    assert clone(base).spec() == spec
    same = {"cache": None, "progress": False, "missing": "empty", "detect": None}
    for name, value in same.items():
        assert clone(base).set_params(**{name: value}).spec() == spec, name
    others = [
        {"normalize": False},
        {"truncate_dim": 2},
        {"en": HubModel(english, truncate_dim=2)},
        {"model": {"ko": korean, "en": english}},
        {"model": {"en": english}},
        {"model": english},
        {"model": english, "languages": ["en", "ko"]},
        {"model": counting_encoder},
        {"model": CountingEncoder(seed=3)},
    ]
    specs = [clone(base).set_params(**params).spec() for params in others]
    assert len({spec, *specs}) == len(others) + 1
    assert counting_encoder.n_texts == 0
    assert (
        EmbeddingExtractor(CountingEncoder()).spec() == EmbeddingExtractor(CountingEncoder()).spec()
    )
    one, other = BareEncoder(len), BareEncoder(len)
    assert EmbeddingExtractor(one).spec() == EmbeddingExtractor(one).spec()
    assert EmbeddingExtractor(one).spec() != EmbeddingExtractor(other).spec()
