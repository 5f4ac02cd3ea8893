"""Languages of one script, told apart by what pairs show."""

import csv
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from langalign_sk import EmbeddingExtractor, NgramEncoder, ParallelCorpus
from langalign_sk.text import LanguageDetector, LearnedDetector, learned_from

ENGLISH = [
    f"{who} {what} the {thing}"
    for who in ("we", "they", "you", "people")
    for what in ("want", "should buy", "have seen", "like")
    for thing in ("house", "car near the station", "old bridge", "green tree", "weather")
]
ITALIAN = [
    f"{chi} {che} {cosa}"
    for chi in ("noi", "loro", "tu", "la gente")
    for che in ("vogliamo", "dovrebbe comprare", "ha visto", "piace")
    for cosa in (
        "la casa",
        "la macchina vicino alla stazione",
        "il vecchio ponte",
        "un albero verde",
        "il tempo",
    )
]
PAIRS = ParallelCorpus(ENGLISH, ITALIAN, target_lang="it")
MIXED = ["the old car is here", "questa macchina è della gente", "4.7", "한국어 문장", "???"]


def test_the_pairs_tell_two_languages_of_one_script():
    detector = LanguageDetector(["en", "it"], detect=PAIRS)
    assert detector.tell(MIXED) == (["en", "it", "it", "it", "it"], 3)
    assert detector.accuracy_ == 1.0
    assert "100.0%" in repr(detector)


def test_a_script_of_its_own_never_asks_the_model():
    detector = LanguageDetector(["it", "ko", "en"], detect=PAIRS)
    assert detector.detect([*MIXED, "refund 해주세요"]) == ["en", "it", "en", "ko", "en", "ko"]
    assert LanguageDetector(["en", "ko"], detect=PAIRS).detect(["la casa", "집"]) == ["en", "ko"]


def test_a_text_is_judged_alone():
    detector = LanguageDetector(["en", "it", "ko"], detect=PAIRS)
    texts = [*MIXED, *ENGLISH[:9], *ITALIAN[:9], ""]
    assert detector.detect(texts) == [detector.detect([text])[0] for text in texts]


def test_the_order_of_pairs_and_languages_decides_nothing():
    rng = np.random.default_rng(0)
    other = PAIRS.take(rng.permutation(PAIRS.n_pairs))
    swapped = ParallelCorpus(ITALIAN, ENGLISH, source_lang="it", target_lang="en")
    texts = ["the old bridge", "il ponte vecchio"]
    for pairs in (other, swapped, [PAIRS, swapped]):
        for languages in (["en", "it"], ["IT", "en-US"]):
            found = LanguageDetector(languages, detect=pairs).detect(texts)
            assert [code[:2].lower() for code in found] == ["en", "it"]


def test_several_corpora_tell_three_languages():
    turkish = [text.replace("the", "bir").replace("we", "biz") + " var mı" for text in ENGLISH]
    pairs = [PAIRS, ParallelCorpus(ENGLISH, turkish, target_lang="tr")]
    learned = learned_from(pairs)
    assert learned.told_apart == ("en", "it", "tr")
    detector = LanguageDetector(["tr", "en", "it"], detect=pairs)
    assert detector.detect(["il tempo", "the weather", "var mı"]) == ["it", "en", "tr"]


def test_languages_nobody_knows_by_name():
    pairs = ParallelCorpus(ENGLISH, ["가나 다라"] * 79 + ["마바"], target_lang="tlh")
    detector = LanguageDetector(["en", "tlh"], detect=pairs)
    assert detector.detect(["사아", "here"]) == ["tlh", "en"]
    with pytest.raises(ValueError, match="script of language 'tlh'.*the pairs, as texts"):
        LanguageDetector(["en", "tlh"])


def test_a_language_in_a_script_that_only_the_pairs_show():
    latin = [text.replace("the", "qazaq") + " qaladan" for text in ENGLISH]
    pairs = ParallelCorpus(ENGLISH, latin, target_lang="kk")  # known for Cyrillic
    detector = LanguageDetector(["en", "kk"], detect=pairs)
    assert detector.detect(["qazaq qaladan", "the house", "қазақ"]) == ["kk", "en", "kk"]


def test_pairs_that_do_not_cover_the_languages():
    with pytest.raises(ValueError, match="'en' and 'fr' share the Latin script"):
        LanguageDetector(["en", "it", "fr"], detect=PAIRS)
    with pytest.raises(ValueError, match="pairs of texts, but .* holds vectors"):
        LanguageDetector(["en", "it"], detect=ParallelCorpus(np.eye(3), np.eye(3)))
    with pytest.raises(ValueError, match="'zh-CN' and 'zh-TW' share"):
        LanguageDetector(
            ["zh-CN", "zh-TW"], detect=ParallelCorpus(ENGLISH, ["你好"] * 80, target_lang="zh")
        )


def test_one_code_serves_a_source_of_known_language():
    detector = LanguageDetector(["en", "it"], detect="IT")
    assert detector.tell(["the house", ""]) == (["it", "it"], 0)


@pytest.fixture
def extractor():
    models = {"en": NgramEncoder(4).fit(ENGLISH), "it": NgramEncoder(4).fit(ITALIAN)}
    return EmbeddingExtractor(models, detect=PAIRS)


def test_an_extractor_learns_from_pairs(extractor):
    vectors = extractor.fit(ENGLISH).transform(MIXED)
    assert vectors[:, :4].any(axis=1).tolist() == [True, False, False, False, False]
    assert extractor.language_accuracy_ == 1.0
    assert extractor.last_run().n_no_language == 3
    other = clone(extractor).set_params(detect=PAIRS.take(range(60)))
    assert other.spec() == extractor.spec()  # a text of one language has the same vector
    assert "detect=ParallelCorpus(en->it, 80 pairs of texts)" in repr(extractor)


def test_saved_without_the_texts(extractor):
    data = pickle.dumps(extractor.fit(ENGLISH))
    assert b"vicino alla stazione" not in data
    plain = pickle.dumps(clone(extractor).set_params(detect="script"))
    assert len(data) - len(plain) < 80_000
    loaded = pickle.loads(data)
    assert isinstance(loaded.detect, LearnedDetector)
    assert pickle.dumps(loaded) == pickle.dumps(pickle.loads(pickle.dumps(loaded)))
    for copy in (loaded, clone(loaded)):
        np.testing.assert_array_equal(copy.transform(MIXED), extractor.transform(MIXED))


def test_the_language_is_never_guessed_where_it_is_said(extractor):
    known = extractor.transform(["the house", "la casa"], lang=["it", "EN"])
    assert known[:, :4].any(axis=1).tolist() == [False, True]
    same = extractor.transform(["the house"], lang="it-IT")
    np.testing.assert_array_equal(same, known[:1])
    frame = pd.DataFrame({"text": ["the house", "la casa"], "lang": ["it", "en_GB"]})
    by_column = clone(extractor).set_params(column="text", lang_column="lang", detect="script")
    np.testing.assert_array_equal(by_column.transform(frame), known)
    np.testing.assert_array_equal(
        by_column.transform(["the house", "la casa"], lang=["it", "en"]), known
    )
    with pytest.raises(ValueError, match=r"lang=: row 1 is in language 'fr'"):
        extractor.transform(["a", "b"], lang=["en", "fr"])
    with pytest.raises(ValueError, match="lang= names 1 languages for 2 rows"):
        extractor.transform(["a", "b"], lang=["en"])
    parts = extractor.iter_transform(["the house", "la casa"], chunk=1, lang="it")
    assert not np.vstack(list(parts))[:, :4].any()


def test_what_is_often_wrong_is_told():
    rng = np.random.default_rng(0)
    noise = ["".join(rng.choice(list("abcdef"), 12)) for _ in range(200)]
    pairs = ParallelCorpus(noise[:100], noise[100:], target_lang="it")
    extractor = EmbeddingExtractor(NgramEncoder(4).fit(noise), languages=["en", "it"], detect=pairs)
    with pytest.warns(UserWarning, match=r"right on \d\d\.\d% of those held out.*lang="):
        extractor.fit(noise)


def test_real_sentences(data_dir):
    """1,000 pairs of short sentences; 1,004 sentences of news and encyclopaedia a language."""

    def column(path, name):
        with open(data_dir / path, encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            return [row[name] for row in rows]

    pairs = ParallelCorpus(
        column("tatoeba/it-en.tsv", "en"), column("tatoeba/it-en.tsv", "target"), target_lang="it"
    )
    detector = LanguageDetector(["en", "it"], detect=pairs)
    for lang in ("en", "it"):
        texts = column(f"sib200/{lang}.tsv", "text")[:400]
        assert detector.detect(texts).count(lang) >= 399
    short = column("xsid/it-en.tsv", "target")
    assert detector.detect(short).count("it") >= 0.94 * len(short)
