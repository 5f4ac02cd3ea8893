"""The contract as a user meets it: the example of the README, counted."""

from __future__ import annotations

import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    ParallelCorpus,
    ReverseAligner,
    RidgeMap,
)
from tests.helpers import CountingEncoder

ENGLISH = [f"sentence {i}" for i in range(120)]
KOREAN = [f"문장 {i}" for i in range(120)]
JAPANESE = [f"ぶんしょう {i}" for i in range(120)]
X_EN, Y = ENGLISH[:60], np.arange(60) % 3


class Bilingual(CountingEncoder):
    """Korean and Japanese vectors hold the English one: what an aligner can find."""

    def vector(self, text):
        latent = CountingEncoder(6).vector("sentence " + text.split()[-1])
        return np.pad(latent, (0, self.dim - 6)) + 0.01 * super().vector(text)


def make_pipeline(encoders, languages=("ko",), aligner=ReverseAligner, **params):
    embed = EmbeddingExtractor(encoders)
    texts = {"ko": KOREAN, "ja": JAPANESE}
    pairs = [
        ParallelCorpus(ENGLISH, texts[lang], source_lang="en", target_lang=lang).embed(embed)
        for lang in languages
    ]
    return Pipeline(
        [
            ("embed", embed),
            ("align", aligner(pairs[0] if len(pairs) == 1 else pairs, **params)),
            ("clf", LogisticRegression(max_iter=1000)),
        ]
    )


@pytest.mark.parametrize("widths", [(8, 8), (8, 12)], ids=["equal widths", "unequal widths"])
def test_the_example(widths, tmp_path):
    english, korean = Bilingual(widths[0], seed=widths[0]), Bilingual(widths[1], seed=99)
    embed = EmbeddingExtractor({"en": english, "ko": korean})
    pairs = ParallelCorpus(ENGLISH, KOREAN, source_lang="en", target_lang="ko")
    pipe = Pipeline(
        [
            ("embed", embed),
            ("align", ReverseAligner(pairs.embed(embed), method="ridge", round_trip=True)),
            ("clf", LogisticRegression(max_iter=1000)),
        ]
    )
    pipe.fit(X_EN, Y)
    assert pipe.predict(KOREAN[:60]).shape == (60,)
    assert (pipe.predict(KOREAN[:60]) == pipe.predict(X_EN)).mean() > 0.9
    mixed = pipe.predict([*KOREAN[:30], *X_EN[30:]])
    np.testing.assert_array_equal(mixed[:30], pipe.predict(KOREAN[:30]))
    joblib.dump(pipe, tmp_path / "intent.joblib")
    loaded = joblib.load(tmp_path / "intent.joblib")
    np.testing.assert_array_equal(loaded.predict(KOREAN), pipe.predict(KOREAN))
    assert "문장".encode() not in (tmp_path / "intent.joblib").read_bytes()


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_labelled_target_rows_may_be_among_the_source_rows(aligner):
    encoders = {"en": Bilingual(8, seed=1), "ko": Bilingual(10, seed=2)}
    pipe = make_pipeline(encoders, aligner=aligner)
    pipe.fit([*X_EN, *KOREAN[60:90]], np.concatenate([Y, Y[:30]]))
    assert pipe["align"].source_rate_ == pytest.approx(60 / 90)
    assert pipe.predict(KOREAN[:5]).shape == (5,)


def test_adding_a_language_changes_nothing_for_the_others():
    english, korean, japanese = (Bilingual(d, seed=d) for d in (8, 12, 10))
    before = make_pipeline({"en": english, "ko": korean}).fit(X_EN, Y)
    vectors, predictions = before[:-1].transform(KOREAN), before.predict_proba(KOREAN)
    counts = english.n_texts, korean.n_texts
    more = {"en": english, "ko": korean, "ja": japanese}
    same = make_pipeline(more).fit(X_EN, Y)
    assert same["embed"].transform(KOREAN[:2]).shape == (2, 30)
    np.testing.assert_array_equal(same[:-1].transform(KOREAN), vectors)
    np.testing.assert_array_equal(same.predict_proba(KOREAN), predictions)
    assert (english.n_texts, korean.n_texts, japanese.n_texts) == (*counts, 0)
    both = make_pipeline(more, languages=("ko", "ja")).fit(X_EN, Y)
    np.testing.assert_array_equal(both[:-1].transform(KOREAN), vectors)
    assert (english.n_texts, korean.n_texts) == counts
    assert sorted(japanese.texts) == sorted(JAPANESE)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_grid_encodes_each_distinct_text_once(n_jobs):
    n = 701
    texts = [f"text number {i}" for i in range(n)]
    english, korean = Bilingual(8, seed=70 + n_jobs), Bilingual(8, seed=80 + n_jobs)
    pipe = make_pipeline({"en": english, "ko": korean}, method=RidgeMap())
    pairs_encoded = english.n_texts
    search = GridSearchCV(
        pipe,
        {"align__method__alpha": [1e-3, 1e-2, 1e-1, 1.0]},
        cv=3,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(texts, np.arange(n) % 3)
    assert len(search.cv_results_["params"]) == 4
    if n_jobs == 1:
        assert english.n_texts - pairs_encoded == n
        assert len(set(english.texts)) == english.n_texts == n + len(ENGLISH)


def test_a_foreign_language_is_counted():
    pipe = make_pipeline({"en": Bilingual(8, seed=1), "ko": Bilingual(8, seed=2)}).fit(X_EN, Y)
    assert len(pipe.predict(["문장 1", "これはペンです", "4.7", "👍"])) == 4
    assert pipe[0].last_run().n_no_language == 3


def test_a_language_without_pairs_is_named():
    encoders = {lang: Bilingual(8, seed=i) for i, lang in enumerate(("en", "ko", "ja"))}
    pipe = make_pipeline(encoders).fit(X_EN, Y)
    with pytest.raises(ValueError, match="row 1 of X is in language 'ja'.*add pairs"):
        pipe.predict(["문장 1", "これはペンです"])


@pytest.mark.parametrize(
    "work",
    [
        "",
        """
import numpy as np
rng = np.random.default_rng(0)
S = rng.normal(size=(50, 4)); T = S + 3
for method in ("procrustes", "ridge"):
    langalign_sk.LangAligner("y", method=method).fit(S, T).transform(S)
    langalign_sk.ReverseAligner((S, T), method=method, round_trip=True).fit(S).transform(T)
""",
    ],
    ids=["import", "closed forms on arrays"],
)
def test_what_is_imported(work):
    code = f"""
import sys
import sklearn.pipeline
before = set(sys.modules)
import langalign_sk
{work}
heavy = {{"torch", "sentence_transformers", "transformers", "pandas", "polars"}}
print(sorted(heavy & (set(sys.modules) - before)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
