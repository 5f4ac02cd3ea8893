"""Texts know their language: the vectors of a shared encoder are not asked for it."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
    TransferClassifier,
)
from tests.text.test_learned import ENGLISH, ITALIAN

PAIRS = ParallelCorpus(ENGLISH, ITALIAN, target_lang="it")
KINDS = [text.rsplit(" ", 1)[-1] for text in ENGLISH]
BOTH = [*ENGLISH[:7], *ITALIAN[:7], "4.7", ""]
SIDES = ["en"] * 7 + ["it"] * 9


@pytest.fixture(scope="module")
def shared():
    return EmbeddingExtractor(NgramEncoder(12, random_state=0).fit(ENGLISH + ITALIAN))


@pytest.fixture(scope="module")
def apart():
    models = {"en": NgramEncoder(8, random_state=0).fit(ENGLISH), "it": None}
    models["it"] = NgramEncoder(9, random_state=0).fit(ITALIAN)
    return EmbeddingExtractor(models)


@pytest.mark.parametrize("kind", ["shared", "apart"])
def test_languages_of_one_script_by_itself(kind, request):
    embed = request.getfixturevalue(kind)
    aligner = TextAligner(embed, ReverseAligner(method="ridge"), PAIRS).fit(ENGLISH)
    found = aligner.transform(BOTH)
    np.testing.assert_array_equal(found, aligner.transform(BOTH, lang=SIDES))
    np.testing.assert_array_equal(found[:7], embed.embed_language(BOTH[:7], "en"))
    assert not np.allclose(aligner.transform(BOTH[:7], lang="it-IT"), found[:7])
    assert (aligner.detector_ is None) == (kind == "apart")
    assert embed.detect == "script"  # the user's own is as it was
    loaded = pickle.loads(pickle.dumps(aligner))
    np.testing.assert_array_equal(loaded.transform(BOTH), found)
    assert b"alla stazione" not in pickle.dumps(aligner.aligner_)


@pytest.mark.parametrize("kind", ["shared", "apart"])
def test_the_classifier_too(kind, request):
    embed = request.getfixturevalue(kind)
    model = TransferClassifier(embed, pairs=PAIRS, random_state=0).fit(ENGLISH, KINDS)
    assert model.score(ITALIAN, KINDS) > 0.9
    proba = model.predict_proba(BOTH)
    np.testing.assert_array_equal(proba, model.predict_proba(BOTH, lang=SIDES))
    np.testing.assert_allclose(proba[[3]], model.predict_proba([BOTH[3]]))
    known = model.predict_proba(["casa"], lang="it")
    np.testing.assert_array_equal(model.predict_proba(["casa"], lang=["IT"]), known)
    assert not np.array_equal(model.predict_proba(["casa"], lang="en"), known)
    assert model.predict(["casa"], lang="it").shape == (1,)
    with pytest.raises(ValueError, match="row 0 is in language 'fr'"):
        model.predict(["casa"], lang="fr")


def test_a_column_says_the_language(shared):
    embed = EmbeddingExtractor(shared.model, column="text", lang_column="lang")
    frame = pd.DataFrame({"text": BOTH, "lang": SIDES})
    aligner = TextAligner(embed, LangAligner(), PAIRS).fit(frame)
    by_text = TextAligner(shared, LangAligner(), PAIRS).fit(BOTH)
    np.testing.assert_array_equal(aligner.transform(frame), by_text.transform(BOTH))
    swapped = frame.assign(lang="EN")
    assert not np.allclose(aligner.transform(swapped)[7:], aligner.transform(frame)[7:])
    with pytest.raises(ValueError, match="column 'lang': row 15 is in language 'ko'"):
        aligner.transform(frame.replace({"lang": {"it": "it"}}).assign(lang=[*SIDES[:-1], "ko"]))


def test_pairs_that_name_no_language(shared):
    aligner = TextAligner(shared, LangAligner()).fit(ENGLISH, pairs=(ENGLISH, ITALIAN))
    named = TextAligner(shared, LangAligner(), PAIRS).fit(ENGLISH)
    np.testing.assert_array_equal(aligner.transform(BOTH), named.transform(BOTH))


def test_no_gate_stays_no_gate(shared):
    aligner = TextAligner(shared, LangAligner(gate=None), PAIRS).fit(ENGLISH)
    assert aligner.detector_ is None
    assert not np.array_equal(
        aligner.transform(ITALIAN[:3]), shared.embed_language(ITALIAN[:3], "it")
    )


def test_codes_are_spelt_as_anyone_likes(apart):
    spelt = ParallelCorpus(ENGLISH, ITALIAN, source_lang="en_US", target_lang="IT")
    pool = TextPool(ITALIAN, lang="it-CH")
    for corpus in (PAIRS, spelt):
        model = TransferClassifier(
            apart, pairs=corpus, unlabeled=pool, random_state=0, self_training=1
        ).fit(ENGLISH, KINDS)
        assert sorted(model.heads_) == ["en", "it"]
    first = ReverseAligner([spelt.embed(apart)], method="ridge").fit(
        apart.transform(ENGLISH, lang="EN")
    )
    assert first.languages_.tolist() == ["en", "it"]
    with pytest.raises(ValueError, match="source and target are both in 'en'"):
        ParallelCorpus(ENGLISH, ITALIAN, source_lang="en", target_lang="EN")


def test_one_language_of_several_corpora_has_one_name():
    rng = np.random.default_rng(0)
    S, T = rng.normal(size=(2, 60, 4))
    corpora = [
        ParallelCorpus(S, T + 9, source_lang=source, target_lang=target)
        for source, target in (("en", "zh-CN"), ("EN-us", "zh-TW"))
    ]
    aligner = ReverseAligner(corpora, method="procrustes")
    lang = ["en", "en-GB"] * 30
    assert aligner.fit(S, lang=lang).languages_.tolist() == ["en", "zh-CN", "zh-TW"]
    assert aligner.source_rate_ == 1.0
    more = ParallelCorpus(S, T + 9, source_lang="en_us", target_lang="ZH_cn")
    aligner.partial_fit(S, pairs=more)
    assert aligner.languages_.tolist() == ["en", "zh-CN", "zh-TW"]
    assert (corpora[0] + more.renamed("EN", "zh-cn")).n_pairs == 120


def test_routed_to_every_step(apart):
    pipe = Pipeline(
        [
            ("embed", EmbeddingExtractor(apart.model, detect=PAIRS)),
            ("align", LangAligner(PAIRS.embed(apart))),
            ("clf", LogisticRegression()),
        ]
    ).fit(ENGLISH, KINDS)
    with sklearn.config_context(enable_metadata_routing=True):
        known = pipe.predict_proba(["casa"], lang="it")
        assert not np.allclose(pipe.predict_proba(["casa"], lang="en"), known)
    np.testing.assert_array_equal(
        known, pipe.set_params(embed__detect="it").predict_proba(["casa"])
    )
