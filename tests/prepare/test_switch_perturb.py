"""Code-switching, perturbation and entity columns."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ParallelCorpus
from langalign_sk.prepare import CodeSwitcher, EntityFeatures, TextPerturber
from langalign_sk.selection import stress_gap


def switched(text, dictionary, **params):
    return CodeSwitcher(dictionary, **{"rate": 1.0, **params}).fit_transform([text])[0]


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("New York's new york-bound York", "뉴욕's 뉴욕-bound 요크"),
        ("the yorker, Newyork", "the yorker, Newyork"),
        ("NEW  YORK", "NEW  요크"),
        ("Straße nach York", "Straße nach 요크"),
        ("İstanbul york", "İstanbul 요크"),
    ],
)
def test_the_longest_entry_within_borders_of_words(text, new):
    assert switched(text, {"new york": "뉴욕", "York": "요크"}) == new


def test_words_without_blanks_between_them():
    assert (
        switched("서울에서 도쿄까지", {"서울": "Seoul", "도쿄": "Tokyo"}) == "Seoul에서 Tokyo까지"
    )
    assert switched("東京に行く", {"東京": "Tokyo"}) == "Tokyoに行く"


def test_the_rate_is_a_share_of_what_can_be_switched():
    text = " ".join(["order"] * 4000)
    new = switched(text, {"order": ["주문", "명령"]}, rate=0.3, random_state=0)
    counts = {word: new.split().count(word) for word in ("주문", "명령", "order")}
    assert sum(counts.values()) == 4000
    assert abs(counts["order"] / 4000 - 0.7) < 0.03
    assert abs(counts["주문"] - counts["명령"]) < 150


@pytest.mark.parametrize(
    ("dictionary", "error"),
    [
        ({" ": "x"}, "an entry must be a text"),
        ({"a": [3]}, "translations of 'a' must be texts"),
        ({"a": float("nan")}, "translations of 'a' must be texts, got nan"),
    ],
)
def test_dictionaries_that_are_none(dictionary, error):
    with pytest.raises(TypeError, match=error):
        switched("a", dictionary)


def test_what_is_wrong_shows_before_the_first_text():
    with pytest.raises(TypeError, match="must be texts"):
        CodeSwitcher({"a": None}).fit([])
    with pytest.raises(ValueError, match="is not known"):
        TextPerturber("klingon").fit([])


def test_an_entry_without_translations_stays():
    assert switched("an order", {"order": []}) == "an order"


@pytest.mark.parametrize(
    ("kind", "text", "new"),
    [
        ("informal", "Thank you, I am going to pay tomorrow", "Thx, I'm gonna pay tmrw"),
        ("homoglyphs", "coca", "соса"),
        ("appalachian", "those parcels were coming", "them parcels were a-comin'"),
        ("african_american", "He is coming", "He comin"),
        ("indian", "Please discuss the order", "Kindly discuss about order"),
        ("singapore", "Can? There is a parcel.", "Can or not? Got parcel lah."),
        ([("a+", "b")], "aaa ab A", "b ab B"),
    ],
)
def test_rules(kind, text, new):
    assert TextPerturber(kind, rate=1.0).fit_transform([text])[0] == new


def test_typing_errors_are_one_to_a_word():
    words = ["parcel"] * 200
    new = TextPerturber(rate=1.0, random_state=0).fit_transform([" ".join(words)])[0].split()
    assert len(new) == 200
    assert {len(word) for word in new} == {5, 6, 7}
    assert all(sorted(set(word) - set("parcel"))[1:] == [] for word in new)
    assert TextPerturber(rate=1.0).fit_transform(["is it 12345 ?"]).tolist() == ["is it 12345 ?"]


def test_kinds_that_are_not_known():
    with pytest.raises(ValueError, match="'klingon' is not known; give one of .*'indian'"):
        TextPerturber("klingon").fit_transform(["a"])
    with pytest.raises(ValueError, match="not a regular expression"):
        TextPerturber([("(", "")]).fit_transform(["a"])
    with pytest.raises(ValueError, match="'typos' is no rule"):
        TextPerturber(["typos", "informal"]).fit(["a"])


def test_the_gap_is_what_changed_texts_cost():
    class Model:
        def predict(self, X):
            return np.array(["order" if "order" in text else "other" for text in X])

    texts = ["my order", "an order", "no"] * 20
    labels = ["order", "order", "other"] * 20
    found = stress_gap(Model(), texts, labels, TextPerturber([("an order", "ordr")], rate=1.0))
    assert (found.clean, found.n_texts) == (1.0, 60)
    assert found.gap == pytest.approx(1 / 3) == found.changed
    assert 0.2 < found.low < found.gap < found.high < 0.5
    assert found.summary().startswith("accuracy 1.000, and 0.667 on the changed texts: 33.3 points")


NAMES = {"France": "FR", "프랑스": "FR", "Seoul": "seoul", "서울": "seoul", "New York": "ny"}
ENGLISH = ["to France", "Seoul by night", "new york, France", "nothing"]
KOREAN = ["프랑스로", "서울의 밤", "뉴욕, 프랑스", "없음"]


def test_entities_have_a_column_in_every_language():
    step = EntityFeatures(NAMES).fit(ENGLISH)
    assert step.get_feature_names_out().tolist() == ["FR", "ny", "seoul"]
    expected = [[1, 0, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0]]
    assert step.transform(ENGLISH).tolist() == expected
    assert step.transform(KOREAN).tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 0, 0]]
    assert step.transform([("서울", "France")]).tolist() == [[1, 0, 1]]
    frame = step.set_output(transform="pandas").transform(ENGLISH)
    assert frame.columns.tolist() == ["FR", "ny", "seoul"]
    assert EntityFeatures(NAMES).fit_transform(["nothing"]).shape == (1, 0)


def test_an_aligner_moves_the_text_columns_alone():
    embed = EmbeddingExtractor(NgramEncoder(4).fit(ENGLISH + KOREAN))
    pairs = ParallelCorpus(ENGLISH, KOREAN, target_lang="ko").embed(embed)
    aligner = LangAligner(pairs, method="mean_shift", gate=None)
    both = FeatureUnion(
        [("text", make_pipeline(embed, aligner)), ("entities", EntityFeatures(NAMES))]
    ).fit(ENGLISH)
    out = both.transform(KOREAN)
    np.testing.assert_array_equal(out[:, 4:], EntityFeatures(NAMES).fit(ENGLISH).transform(KOREAN))
    np.testing.assert_array_equal(out[:, :4], both.transformer_list[0][1].transform(KOREAN))
    assert not np.array_equal(out[:, :4], embed.transform(KOREAN))
    names = both.get_feature_names_out().tolist()
    assert names[-3:] == ["entities__FR", "entities__ny", "entities__seoul"]
    head = make_pipeline(both, LogisticRegression()).fit(ENGLISH, [0, 1, 0, 1])
    assert head.predict(KOREAN[:2]).tolist() == [0, 1]
