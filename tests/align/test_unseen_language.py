"""One encoder for all languages, pairs in some of them, rows of another."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner
from langalign_sk.maps import AffineMap, GeneralizedProcrustes


@pytest.fixture(scope="module")
def languages():
    """English, and three languages that the encoder puts elsewhere in much the same manner."""
    rng = np.random.default_rng(0)
    away = 0.5 * rng.standard_normal((12, 12)) + np.eye(12)
    english = {lang: rng.standard_normal((400, 12)) for lang in ("ja", "zh", "ko")}
    other = {
        lang: rows @ (away + 0.05 * rng.standard_normal((12, 12)))
        + 3.0
        + 0.1 * rng.standard_normal(12)
        + 0.1 * rng.standard_normal(rows.shape)
        for lang, rows in english.items()
    }
    return english, other


def pooled(english, other):
    seen = ("ja", "zh")
    return ParallelCorpus(
        np.vstack([english[lang] for lang in seen]),
        np.vstack([other[lang] for lang in seen]),
        source_lang="en",
        target_lang="other",
    )


@pytest.mark.parametrize("gate", ["hard", None])
def test_pairs_of_ja_and_zh_serve_ko(languages, gate):
    english, other = languages
    seen, labels = english["ja"], english["ja"][:, 0] > 0
    head = LogisticRegression().fit(seen, labels)
    y = english["ko"][:, 0] > 0
    aligner = ReverseAligner(pooled(english, other), gate=gate).fit(seen)
    aligned = head.score(aligner.transform(other["ko"]), y)
    assert aligned > head.score(other["ko"], y) + 0.2
    if gate == "hard":
        np.testing.assert_array_equal(aligner.transform(english["ko"]), english["ko"])


@pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning")
def test_each_unseen_row_goes_through_the_map_of_the_language_it_is_taken_for(languages):
    english, other = languages
    corpora = [
        ParallelCorpus(english[lang], other[lang], source_lang="en", target_lang=lang)
        for lang in ("ja", "zh")
    ]
    aligner = ReverseAligner(corpora).fit(english["ko"])
    codes = aligner.gate_proba(other["ko"]).argmax(axis=1)
    moved = aligner.transform(other["ko"])
    for code, lang in enumerate(aligner.languages_):
        if lang != "en":
            rows = codes == code
            wanted = aligner.maps_[lang].transform(other["ko"])[rows]
            np.testing.assert_allclose(moved[rows], wanted, atol=1e-10)
    with pytest.raises(ValueError, match="gate=None moves every row, but there are 2 languages"):
        ReverseAligner(corpora, gate=None).fit(english["ko"])


def test_a_map_found_elsewhere_serves_as_method(languages):
    english, other = languages
    joined = np.hstack([english["ko"], other["ko"]])
    together = GeneralizedProcrustes((12, 12), reference=1).fit(joined)
    found = together.maps_[0]
    assert isinstance(found, AffineMap)
    aligner = LangAligner((english["ko"], other["ko"]), method=found).fit(english["ko"])
    np.testing.assert_allclose(aligner.transform(english["ko"]), found.transform(english["ko"]))


@pytest.mark.parametrize(("ds", "dt"), [(12, 5), (5, 12)])
@pytest.mark.parametrize(
    "method", ["procrustes", "ridge", "reduced_rank", "cca", "xing2015", "artetxe2018"]
)
def test_unequal_widths_both_ways(languages, ds, dt, method):
    english, other = languages
    S, T = english["ko"][:, :ds], other["ko"][:, :dt]
    forward = LangAligner((S, T), method=method).fit(S)
    assert forward.transform(S).shape == (400, dt)
    back = ReverseAligner((S, T), method=method).fit(S)
    assert back.transform(T).shape == (400, ds)
