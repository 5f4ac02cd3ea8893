"""Rows of two texts through the extractor: apart and together, their languages, their vectors."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from langalign_sk import EmbeddingExtractor, NgramEncoder, ParallelCorpus
from langalign_sk.store import MemoryCache
from langalign_sk.store._memory import text_key
from langalign_sk.text import LanguageDetector
from tests.helpers import CountingEncoder

PREMISES = ["it rains", "it rains", "it rains", "the cat sleeps"]
HYPOTHESES = ["it is wet", "it is dry", "the cat sleeps", "a dog"]
ROWS = list(zip(PREMISES, HYPOTHESES, strict=True))


class PairEncoder(CountingEncoder):
    """Takes tuples; the vector of two depends on both and on their order."""

    takes_pairs = True

    def encode(self, texts):
        return super().encode(["|".join(t) if isinstance(t, tuple) else t for t in texts])


def test_apart_is_the_vectors_side_by_side(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder, cache=None)
    found = extractor.fit_transform(ROWS)
    single = EmbeddingExtractor(counting_encoder, cache=None)
    sides = [single.transform(side) for side in (PREMISES, HYPOTHESES)]
    np.testing.assert_array_equal(found, np.hstack(sides))
    assert found.shape == (4, 16)
    assert found.dtype == np.float32


@pytest.mark.parametrize("cache", [None, "own"])
def test_each_distinct_text_is_encoded_once(counting_encoder, cache):
    cache = MemoryCache() if cache else None
    extractor = EmbeddingExtractor(counting_encoder, cache=cache)
    extractor.fit_transform(ROWS)
    # Five distinct texts: a premise of three rows, and one that is a hypothesis elsewhere.
    assert sorted(counting_encoder.texts) == sorted({*PREMISES, *HYPOTHESES})
    run = extractor.last_run()
    assert (run.n_texts, run.n_encoded) == (8, 5)


def test_apart_shares_the_cache_with_single_texts(counting_encoder):
    cache = MemoryCache()
    EmbeddingExtractor(counting_encoder, cache=cache).transform([*PREMISES, *HYPOTHESES])
    extractor = EmbeddingExtractor(counting_encoder, cache=cache)
    extractor.transform(ROWS)
    assert extractor.last_run().n_encoded == 0


def test_blocks_stand_twice_side_by_side(blocks):
    found = blocks.fit_transform([("cancel my card", "카드 취소"), ("주문 취소", "my parcel")])
    width = blocks.get_layout().width
    assert found.shape == (2, 2 * width) == (2, 10)
    single = blocks.embed_language(["cancel my card", "my parcel"], "en")
    np.testing.assert_array_equal(found[0, :3], single[0])
    np.testing.assert_array_equal(found[1, width : width + 3], single[1])
    assert not found[0, 3:8].any()
    names = blocks.get_feature_names_out()
    assert names.tolist() == [f"{side}_{name}" for side in "uv" for name in
                              ["en_0", "en_1", "en_2", "ko_0", "ko_1"]]  # fmt: skip
    assert blocks.n_texts_ == 2


def test_a_frame_with_two_columns(counting_encoder):
    frame = pd.DataFrame({"id": range(4), "premise": PREMISES, "hypothesis": HYPOTHESES})
    extractor = EmbeddingExtractor(counting_encoder, column=("premise", "hypothesis"))
    expected = EmbeddingExtractor(counting_encoder).transform(ROWS)
    np.testing.assert_array_equal(extractor.fit_transform(frame), expected)
    assert extractor.transform(frame[:0]).shape == (0, 16)
    frame.loc[2, "hypothesis"] = None
    with pytest.raises(ValueError, match="row 2, column 'hypothesis' is "):
        extractor.transform(frame)
    assert extractor.set_params(missing="empty").transform(frame).shape == (4, 16)


def test_one_text_where_two_are_wanted(counting_encoder):
    two = EmbeddingExtractor(counting_encoder).fit(ROWS)
    with pytest.raises(ValueError, match="X holds one text a row.*fitted on rows of two texts"):
        two.transform(PREMISES)
    one = EmbeddingExtractor(counting_encoder).fit(PREMISES)
    with pytest.raises(ValueError, match="X holds two texts a row.*fitted on rows of one text"):
        one.transform(ROWS)
    assert two.transform([]).shape == (0, 16)
    assert one.transform([]).shape == (0, 8)
    assert two.embed_language(PREMISES, None).shape == (4, 8)  # a side of pairs


# ------------------------------------------------------------------ together


def test_together_is_one_vector_of_both():
    encoder = PairEncoder()
    extractor = EmbeddingExtractor(encoder, two_texts="together", normalize=False, cache=None)
    found = extractor.fit_transform(ROWS)
    expected = [encoder.vector(f"{a}|{b}") for a, b in ROWS]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert extractor.get_feature_names_out().tolist() == [f"embedding{i}" for i in range(8)]
    assert extractor.warm_up() is extractor


@pytest.mark.parametrize(
    "model", [NgramEncoder(3).fit(PREMISES + HYPOTHESES), CountingEncoder()], ids=["ngram", "any"]
)
def test_encoders_that_read_one_text_say_so(model):
    extractor = EmbeddingExtractor(model, two_texts="together")
    with pytest.raises(ValueError, match=r'one text at a time.*two_texts="apart"'):
        extractor.fit_transform(ROWS)


def test_together_defines_other_vectors(counting_encoder):
    apart = EmbeddingExtractor(counting_encoder)
    together = EmbeddingExtractor(counting_encoder, two_texts="together")
    assert apart.spec() != together.spec()
    with pytest.raises(ValueError, match="two_texts"):
        EmbeddingExtractor(counting_encoder, two_texts="both").fit(ROWS)


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=3))
def test_two_texts_are_never_mistaken_for_one(a, b, between):
    keys = [text_key((a, b)), text_key(a + b), text_key(a + between + b), text_key(f"({a}, {b})")]
    assert keys[0] not in keys[1:]
    if b:
        assert text_key((a + b, "")) != keys[0]
        assert text_key((a + b[0], b[1:])) != keys[0]
    assert (text_key((b, a)) == keys[0]) == (a == b)


# ------------------------------------------------------------------ languages


def test_a_text_without_a_language_takes_that_of_its_partner():
    detector = LanguageDetector(["en", "ko"], default_language="en")
    rows = [("where?", "123"), ("👍", "어디"), ("12", "!"), ("where?", "어디")]
    told = [("en", "en"), ("ko", "ko"), ("en", "en"), ("en", "ko")]
    assert detector.tell(rows) == (told, 1)
    assert detector.detect(rows) == told
    always = LanguageDetector(["en", "ko"], detect="ko")
    assert always.detect(rows) == [("ko", "ko")] * 4


def test_languages_reach_the_blocks(blocks):
    blocks.set_params(default_language="en")
    found = blocks.transform([("카드", "123"), ("123", "45")])
    assert found[0, 8:].any()
    assert not found[0, 5:8].any()
    assert found[1, 0]
    assert found[1, 5]
    assert blocks.last_run().n_no_language == 1


def test_one_code_serves_both_texts(blocks):
    said = blocks.transform([("카드 취소", "카드")], lang="en")
    assert said[0, :3].any()
    assert said[0, 5:8].any()
    assert not said[0, 3:5].any()
    frame = pd.DataFrame({"p": ["카드"], "h": ["결제"], "lang": ["en"]})
    blocks.set_params(column=("p", "h"), lang_column="lang")
    assert not blocks.transform(frame)[0, [3, 4, 8, 9]].any()


def test_together_the_language_is_told_from_both():
    english, korean = PairEncoder(4), PairEncoder(4, seed=1)
    models = {"en": english, "ko": korean}
    extractor = EmbeddingExtractor(models, two_texts="together", default_language="en")
    found = extractor.fit_transform([("ok", "카드 취소"), ("12", "yes")])
    assert found.shape == (2, 8)
    assert (found[0, :4] == 0).all()
    assert (found[1, 4:] == 0).all()


def test_languages_are_learned_from_rows_of_two():
    german = ["der Hund schläft", "die Katze ist hier", "das Haus ist groß", "er geht heim"] * 5
    english = ["the dog sleeps", "the cat is here", "the house is big", "he goes home"] * 5
    pairs = ParallelCorpus(
        list(zip(english, english[1:] + english[:1], strict=True)),
        list(zip(german, german[1:] + german[:1], strict=True)),
        target_lang="de",
    )
    detector = LanguageDetector(["en", "de"], detect=pairs)
    assert detector.detect([("the cat sleeps", "der Hund")]) == [("en", "de")]


# ------------------------------------------------------------------ streams


@pytest.mark.parametrize("chunk", [1, 3, 10])
def test_streams_give_what_transform_gives(blocks, chunk, tmp_path):
    rows = [("cancel my card", "카드"), ("pay", "order"), ("주문", "결제"), ("12", "카드")]
    expected = blocks.transform(rows)
    parts = list(blocks.iter_transform(iter(rows), chunk=chunk))
    np.testing.assert_array_equal(np.vstack(parts), expected)
    written = blocks.transform_to(tmp_path / "o.npy", rows, chunk=chunk)
    np.testing.assert_array_equal(written, expected)


def test_what_a_killed_stream_wrote_is_of_the_same_rows(counting_encoder, tmp_path):
    extractor = EmbeddingExtractor(counting_encoder, cache=None)

    def stops(rows):
        yield from rows
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extractor.transform_to(tmp_path / "o.npy", stops(ROWS), chunk=2)
    counting_encoder.reset()
    found = extractor.transform_to(tmp_path / "o.npy", ROWS, chunk=2)
    assert counting_encoder.n_texts == 0
    assert found.shape == (4, 16)


def test_streams_that_change_their_kind(counting_encoder, tmp_path):
    extractor = EmbeddingExtractor(counting_encoder)
    with pytest.raises(ValueError, match="those from row 2 on hold 1"):
        list(extractor.iter_transform([*ROWS[:2], *PREMISES], chunk=2))
    file = tmp_path / "rows.txt"
    file.write_text("it rains\tit is wet\n", encoding="utf-8")
    two = EmbeddingExtractor(counting_encoder).fit(ROWS)
    with pytest.raises(ValueError, match="a file holds one text per line"):
        list(two.iter_transform(file))
