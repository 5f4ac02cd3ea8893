"""The templates and the lexicon, all of them."""

import re

import pytest

from langalign_sk.datasets._draws import Draws, entropy_of
from langalign_sk.datasets._grammar import LANGUAGES, expand
from langalign_sk.datasets._lexicon import LEXICON
from langalign_sk.datasets._phrases import ASIDES, CLOSERS, DETOURS, OPENERS
from langalign_sk.datasets._speak import say, utter
from langalign_sk.datasets._split import chat_frames, intents, request_frames
from langalign_sk.datasets._typos import add_typo, drop_spaces

FRAMES = request_frames() + chat_frames()
SCRIPTS = {
    "ko": r"[가-힣]",
    "kana": r"[ぁ-ゖァ-ヺ]",
    "hanzi": r"[一-鿿]",
    "jamo": r"[ㄱ-ㅎㅏ-ㅓㅕ-ㅗㅛㅡㅣ]",
}
FOREIGN = {
    "en": ["ko", "kana", "hanzi"],
    "ko": ["kana", "hanzi", "jamo"],
    "ja": ["ko"],
    "zh": ["ko", "kana"],
}
OWN = {"en": "[A-Za-z]", "ko": SCRIPTS["ko"], "ja": SCRIPTS["kana"], "zh": SCRIPTS["hanzi"]}


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.name)
def test_every_wording_says_the_whole_meaning(frame):
    for lang in LANGUAGES:
        assert frame.wordings[lang]
        for wording in frame.wordings[lang] + frame.held_out[lang]:
            assert set(re.findall(r"\{(\w+)#?\}", wording)) == set(frame.slots)


def test_korean_particles_are_marked():
    bare = re.compile(r"[}\]>](은|는|이|가|을|를|과|와|로|으로|이나|나|이라|라)(?=[ .,?|\]>]|$)")
    for frame in FRAMES:
        for wording in frame.wordings["ko"] + frame.held_out["ko"]:
            assert not bare.search(wording), wording


def test_names_are_unique_and_requests_have_a_held_out_wording():
    assert len({frame.name for frame in FRAMES}) == len(FRAMES)
    assert len(intents()) == 8
    for frame in request_frames():
        assert all(frame.held_out[lang] for lang in ("ko", "ja", "zh"))


def test_no_two_rows_of_a_slot_are_the_same_word():
    # Two meanings can then only be told by the same sentence through a typo.
    for slot, rows in LEXICON.items():
        for column in range(len(LANGUAGES)):
            words = [row[column] for row in rows]
            assert len(set(words)) == len(words), slot


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_template_expands_to_text_of_its_language(lang):
    draws = Draws(0, "test", lang)
    templates = [
        (wording, frame)
        for frame in FRAMES
        for wording in frame.wordings[lang] + frame.held_out[lang]
    ]
    around = [row[LANGUAGES.index(lang)] for row in (*OPENERS, *CLOSERS, *ASIDES)]
    around += [row[LANGUAGES.index(lang)] for row in DETOURS.values()]
    templates += [(template, None) for template in around]
    for template, frame in templates:
        for register in range(3):
            rows = frame.fill(draws.below(frame.n_meanings)) if frame else {}
            text = expand(template, lang, register, draws, rows)
            assert text
            assert text == text.strip()
            assert not re.search(r"[\[\]<>{}|~#]|  ", text), text
            assert re.search(OWN[lang], text), text
            for script in FOREIGN[lang]:
                assert not re.search(SCRIPTS[script], text.replace("ㅠㅠ", "")), text


def test_registers_and_measure_words():
    draws = Draws(0, "test")
    rows = {"item": 0}
    assert [expand("<a|b|c>", "ko", register, draws, {}) for register in range(3)] == list("abc")
    assert [expand("<a|b>", "ja", register, draws, {}) for register in range(3)] == list("aab")
    assert expand("一{item#}{item}", "zh", 0, draws, rows) == "一个无线鼠标"
    assert expand("{item}~을", "ko", 0, draws, rows) == "무선 마우스를"
    assert expand("a umbrella or a iPad, a USB cable, a Apple", "en", 0, draws, {}) == (
        "an umbrella or an iPad, a USB cable, an Apple"
    )
    assert {expand("[x|[y|z]]", "en", 0, draws, {}) for _ in range(60)} == {"x", "y", "z"}


def test_fill_is_one_to_one():
    frame = next(frame for frame in FRAMES if len(frame.slots) == 3)
    fillings = {tuple(frame.fill(number).values()) for number in range(frame.n_meanings)}
    assert len(fillings) == frame.n_meanings


def test_an_utterance_says_the_same_in_each_language():
    frame = next(frame for frame in FRAMES if frame.name == "payment.double")
    draws = Draws(0, "test")
    utterance = utter(frame, 1000, draws, chat=False)
    row = frame.fill(1000)["amount"]
    for column, lang in enumerate(LANGUAGES):
        texts = [say(utterance, lang, draws) for _ in range(30)]
        assert sum(LEXICON["amount"][row][column] in text for text in texts) > 20


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Where is my order?"),
        ("ko", "주문한 거 어디 있나요?"),
        ("ja", "注文したタオルはどこですか？お返事をお待ちしています。"),
        ("zh", "我买的东西在哪里？"),
    ],
)
def test_typos_are_small(lang, text):
    draws = Draws(0, "typos", lang)
    slips = {add_typo(text, lang, draws) for _ in range(200)}
    assert len(slips - {text}) > 3
    assert all(0 <= len(text) - len(slip) <= 1 for slip in slips)
    assert add_typo("1", lang, draws) == "1"


def test_spaces_are_dropped_one_at_a_time():
    draws = Draws(0, "spaces")
    assert {drop_spaces("가 나 다", draws) for _ in range(50)} == {"가나 다", "가 나다"}
    assert drop_spaces("가나다", draws) == "가나다"


def test_draws_never_change():
    # PCG64's raw words are promised by NumPy; these are the first of them.
    draws = Draws(0, "a", "b")
    assert [draws.below(100) for _ in range(8)] == [8, 56, 28, 61, 59, 32, 20, 26]
    assert sorted(draws.permutation(50).tolist()) == list(range(50))


def test_entropy():
    import numpy as np

    assert entropy_of(3) == entropy_of(np.int32(3)) == 3
    assert entropy_of(None) != entropy_of(None)
    for make in (np.random.default_rng, np.random.RandomState):
        assert entropy_of(make(0)) == entropy_of(make(0)) != entropy_of(make(1))
    with pytest.raises(ValueError, match="random_state must not be negative, got -1"):
        entropy_of(-1)
    with pytest.raises(TypeError, match="random_state must be an int, .* got str"):
        entropy_of("0")
