"""Which declared language a text is in: real texts, the rule, and what is refused."""

import csv
import pickle
import sys
import types

import pytest
from hypothesis import given, strategies as st

from langalign_sk._process import caches
from langalign_sk.text import LanguageDetector, _language as language, _telling
from langalign_sk.text._scripts import (
    CHINESE_HAN,
    JAPANESE_HAN,
    LANGUAGE_SCRIPTS,
    SCRIPTS,
    column_table,
    scripts_of,
)

EAST = ("en", "ko", "ja", "zh")
WORLD = ("en", "ko", "ja", "ru", "ar", "th", "hi", "el", "he")

CASES = [
    # Korean
    ("ko", "환불해 주세요"),
    ("ko", "refund 해주세요"),
    ("ko", "iPhone 15 배터리 교체 얼마예요?"),
    ("ko", "LG전자 A/S 센터 위치"),
    ("ko", "ㅋㅋㅋㅋ"),
    ("ko", "ㅠㅠ"),
    ("ko", "ㅇㅋ 👍"),
    ("ko", "ᄒᆞᆫ글"),  # conjoining jamo
    ("ko", "ᄏᄏᄏ ᅲᅲ"),  # what NFKC makes of ㅋㅋㅋ ㅠㅠ
    ("ko", "ﾡﾢ"),  # half-width jamo
    ("ko", "㈜한국"),
    ("ko", "3시"),
    ("ko", "10개 주문했는데 9개만 왔어요"),
    ("ko", "美 대통령, 北 핵실험 규탄"),  # newspaper Hanja
    ("ko", "#맛집 #seoul 추천"),
    ("ko", "https://shop.example.com/item/12345?ref=abcdefghijk 이거 언제 와요"),
    ("ko", "service@example.com으로 보냈어요"),
    ("ko", "@official_account 답장 주세요"),
    ("ko", "와이파이 wifi 안됨"),
    ("ko", "NETFLIX 해지"),
    # Japanese
    ("ja", "返品したいです"),
    ("ja", "キャンセル"),
    ("ja", "ｷｬﾝｾﾙﾃﾞｷﾏｽｶ"),  # half-width kana
    ("ja", "iPhone の画面が割れた"),
    ("ja", "PayPay使えますか"),
    ("ja", "東京駅"),  # kanji only, a character of Japan alone
    ("ja", "営業時間"),
    ("ja", "発送済"),
    ("ja", "人々"),
    ("ja", "〆切"),
    ("ja", "5ヶ月"),
    ("ja", "ｗｗｗ草生える"),
    ("ja", "㍿"),
    ("ja", "ありがとう。谢谢"),
    # Chinese
    ("zh", "我要退款"),
    ("zh", "请问什么时候发货？"),
    ("zh", "請問什麼時候出貨？"),
    ("zh", "我的 iPhone 屏幕碎了"),
    ("zh", "国立故宫博物院"),
    ("zh", "國立臺灣大學"),
    ("zh", "優惠券の使用方法，請聯繫我們的客服"),  # の as decoration
    ("zh", "你好"),
    ("zh", "ㄅㄆㄇ"),
    ("zh", "5月"),  # no sign of either: Han alone is Chinese
    ("zh", "東京"),
    # English
    ("en", "Where is my refund?"),
    ("en", "ＦＲＥＥ ＳＨＩＰＰＩＮＧ"),  # full-width Latin
    ("en", "The word 눈치 has no English counterpart, my teacher said"),
    ("en", "I ordered the 東京 edition of this guide book last week"),
    ("en", "lol 😂😂"),
    ("en", "café naïve"),
    ("en", "Wo ist mein Geld?"),  # only English is declared in Latin script
    ("en", "𝓯𝓻𝓮𝓮"),
    ("en", "Call me at 010-1234-5678"),
]


@pytest.mark.parametrize(("lang", "text"), CASES, ids=[text[:20] for _, text in CASES])
def test_real_texts(lang, text):
    assert LanguageDetector(EAST).detect([text]) == [lang]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ru", "Где мой заказ?"),
        ("ru", "Купил iPhone Pro Max"),
        ("en", "What does the word здравствуйте mean in everyday conversation?"),
        ("ar", "أين طلبي؟"),
        ("ar", "أريد إلغاء Netflix من فضلك"),
        ("ar", "ﻣﺮﺣﺒﺎ"),  # presentation forms
        ("th", "สินค้าอยู่ที่ไหน"),
        ("th", "อยากคืนเงิน PayPal ค่ะ"),
        ("hi", "मेरा ऑर्डर कहाँ है"),
        ("el", "Πού είναι η παραγγελία μου;"),
        ("he", "איפה ההזמנה שלי"),
        ("ja", "東京"),  # Han is Japanese where no other language declared writes it
        ("ja", "5月"),
        ("ko", "Где? 어디에요"),
    ],
)
def test_other_scripts(lang, text):
    assert LanguageDetector(WORLD).detect([text]) == [lang]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("bn", "আমার অর্ডার কোথায়"),
        ("ta", "என் ஆர்டர் எங்கே"),
        ("te", "నా ఆర్డర్ ఎక్కడ"),
        ("kn", "ನನ್ನ ಆರ್ಡರ್"),
        ("ml", "എന്റെ ഓർഡർ"),
        ("gu", "મારો ઓર્ડર"),
        ("pa", "ਮੇਰਾ ਆਰਡਰ"),
        ("or", "ମୋର ଅର୍ଡର"),
        ("si", "මගේ ඇණවුම"),
        ("ka", "სად არის ჩემი შეკვეთა"),
        ("hy", "Որտեղ է իմ պատվերը"),
        ("km", "តើការបញ្ជាទិញ"),
        ("lo", "ຄໍາສັ່ງຂອງຂ້ອຍ"),
        ("my", "ကျွန်တော့်အော်ဒါ"),
        ("am", "ትዕዛዜ የት ነው"),
        ("bo", "བཀྲ་ཤིས"),
        ("dv", "ދިވެހި"),
        ("yue", "我嘅訂單"),
    ],
)
def test_one_script_one_language(lang, text):
    assert LanguageDetector(["en", lang]).detect([text, "my order"]) == [lang, "en"]


@pytest.mark.parametrize("order", [EAST, EAST[::-1], ("zh", "en", "ja", "ko")])
def test_the_order_of_declaration_decides_nothing(order):
    ties = [("ko", "abcd 가"), ("ko", "あ 가")]  # 4 : 4, never Latin
    langs, texts = zip(*CASES, *ties, strict=True)
    assert LanguageDetector(order).detect(texts) == list(langs)


def test_the_weights():
    detector = LanguageDetector(["en", "ko", "ru"])
    assert detector.detect(["abcde 가", "abcd 가"]) == ["en", "ko"]
    assert detector.detect(["abcd д", "abc д"]) == ["en", "ru"]


def test_a_single_language_needs_no_detection():
    for detect in ("script", "lingua", None, len):
        detector = LanguageDetector(["ko"], detect=detect)
        assert detector.detect(["환불", "refund", "👍", ""]) == ["ko"] * 4
    assert LanguageDetector(["tlh"]).detect(["Qapla'"]) == ["tlh"]


@pytest.mark.parametrize(
    "text",
    ["", " \n", "👍👍", "12:30", "?!", "・・・", "https://example.com", "@someone", "Привет"],
)
def test_texts_without_a_declared_language(text):
    assert LanguageDetector(["ko", "en"]).tell(["가", text]) == (["ko", "en"], 1)
    detector = LanguageDetector(["ko", "en"], default_language="ko")
    assert detector.detect(["fine", text]) == ["en", "ko"]


def test_letters_of_other_scripts_do_not_vote():
    assert LanguageDetector(["en", "ko"]).detect(["我想退款 iPhone", "大韓民國 헌법"]) == [
        "en",
        "ko",
    ]


def test_codes_with_region_or_script():
    detector = LanguageDetector(["en-US", "zh_TW", "ko-KR", "sr-Cyrl"])
    assert detector.detect(["hello", "你好", "안녕", "здраво"]) == [
        "en-US",
        "zh_TW",
        "ko-KR",
        "sr-Cyrl",
    ]
    assert scripts_of("sr-Latn") == ("Latn",)
    assert scripts_of("zh-Hant-TW") == scripts_of("zh")
    assert scripts_of("ja_Jpan") == scripts_of("ja")
    assert scripts_of("pt_BR") == ("Latn",)
    assert scripts_of("xx") == ()


@pytest.mark.parametrize(
    ("languages", "shared"),
    [
        (["en", "ko", "fr"], "'en' and 'fr' share the Latin script"),
        (["pt-BR", "pt-PT"], "'pt-BR' and 'pt-PT' share the Latin script"),
        (["ru", "en", "uk"], "'ru' and 'uk' share the Cyrillic script"),
        (["zh-Hans", "zh-Hant"], "share the Bopomofo and Han script"),
        (["zh", "yue", "ja"], "'zh' and 'yue' share"),
        (["ja", "ja-JP"], "share the Han and Kana script"),
    ],
)
def test_shared_scripts_are_refused_with_ways_out(languages, shared):
    ways_out = "the pairs, as texts.*lang_column=, a callable.*'lingua'"
    with pytest.raises(ValueError, match=f"{shared}.*{ways_out}"):
        LanguageDetector(languages)


def test_an_unknown_language_is_refused_with_ways_out():
    with pytest.raises(ValueError, match="script of language 'tlh'.*lang_column="):
        LanguageDetector(["en", "tlh"])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"languages": "en"}, ValueError, "sequence of codes, got 'en'"),
        ({"languages": []}, ValueError, "languages is empty"),
        ({"languages": ["en", ""]}, ValueError, "non-empty str, got ''"),
        ({"languages": ["en", None]}, ValueError, "non-empty str, got None"),
        ({"languages": ["en", "en"]}, ValueError, "declared twice"),
        ({"languages": ["en", "EN"]}, ValueError, "declared twice"),
        ({"default_language": "fr"}, ValueError, "default_language='fr' is not among"),
        ({"detect": None}, ValueError, "detect=None: give lang_column="),
        ({"detect": "fasttext"}, ValueError, "detect must be .*'fasttext'"),
        ({"detect": 3}, TypeError, "detect must be .*3"),
    ],
)
def test_impossible_settings(arguments, error, message):
    with pytest.raises(error, match=message):
        LanguageDetector(**({"languages": ["en", "ko"]} | arguments))


def by_marker(text):
    """A callable as users write them."""
    return {"[fr]": "fr", "[en]": "en"}.get(text[:4])


def test_a_callable_gets_one_text_and_returns_a_code():
    detector = LanguageDetector(["en", "fr"], detect=by_marker, default_language="en")
    assert detector.detect(["[fr] oui", "[en] yes", "yes"]) == ["fr", "en", "en"]
    assert LanguageDetector(["en", "fr"], detect=by_marker).tell(["yes"]) == (["fr"], 1)
    with pytest.raises(ValueError, match=r"detect returned 'fr' for row 1 \('\[fr\] oui'\)"):
        LanguageDetector(["en", "de"], detect=by_marker).detect(["[en] yes", "[fr] oui"])
    with pytest.raises(TypeError, match=r"one text at a time .* of row 0 \('yes'\) .* a list"):
        LanguageDetector(["en", "de"], detect=lambda texts: ["en"] * len(texts)).detect(["yes"])


def test_no_texts():
    for detect in ("script", by_marker):
        assert LanguageDetector(["en", "ko"], detect=detect).detect([]) == []


def test_pickle():
    detector = LanguageDetector(EAST, default_language="en")
    detector.detect(["환불"])
    assert len(pickle.dumps(detector)) < 500
    assert pickle.loads(pickle.dumps(detector)).detect(["환불", ""]) == ["ko", "en"]


texts_anywhere = st.text(st.characters(codec=None), max_size=30)


@given(st.lists(texts_anywhere, max_size=6))
def test_the_result_is_always_a_declared_language(texts):
    found = LanguageDetector(EAST, default_language="zh").detect(texts)
    assert len(found) == len(texts)
    assert set(found) <= set(EAST)


@given(texts_anywhere, st.text("0123456789０５!?.,…。！、:;~()「」-·😀👍 \n", max_size=10))
def test_digits_punctuation_and_emoji_do_not_vote(text, noise):
    detector = LanguageDetector(WORLD, default_language="en")
    plain = "".join(char for char in text if char not in "@:.")  # no address may come about
    found = detector.detect([plain, f"{plain} {noise}", f"{noise} {plain}"])
    assert len(set(found)) == 1


@given(st.lists(texts_anywhere, min_size=2, max_size=6))
def test_a_text_is_judged_alone(texts):
    detector = LanguageDetector(EAST, default_language="en")
    assert detector.detect(texts) == [detector.detect([text])[0] for text in texts]


def test_blocks_change_nothing(monkeypatch):
    langs, texts = zip(*CASES, strict=True)
    monkeypatch.setattr(_telling, "_BLOCK_CHARACTERS", 40)
    assert LanguageDetector(EAST).detect(texts) == list(langs)
    monkeypatch.setattr(_telling, "_BLOCK_TEXTS", 1)
    assert LanguageDetector(EAST).detect(texts) == list(langs)


def test_a_long_run_of_letters_is_read_in_linear_time():
    """An address pattern without bounds would need minutes here."""
    assert LanguageDetector(EAST).detect(["a" * 300_000 + "@ b"]) == ["en"]


def test_tables_hold_together():
    assert not set(JAPANESE_HAN) & set(CHINESE_HAN)
    assert len(set(JAPANESE_HAN)) == len(JAPANESE_HAN)
    assert len(set(CHINESE_HAN)) == len(CHINESE_HAN)
    assert {script for scripts in LANGUAGE_SCRIPTS.values() for script in scripts} == set(SCRIPTS)
    assert len(LANGUAGE_SCRIPTS) >= 60
    table = column_table()
    assert not table[[ord(char) for char in "0９٣३ .,!?。、・〇「」€™‍️😀"]].any()
    assert table[[ord(char) for char in "aé가ㅋあーｱ漢дαشשहক๊"]].all()


class FakeLanguage:
    """As much of lingua's Language as is used."""

    def __init__(self, code):
        self.iso_code_639_1 = types.SimpleNamespace(name=code)

    @staticmethod
    def all():
        return FAKES

    def __repr__(self):
        return self.iso_code_639_1.name


FAKES = [FakeLanguage("EN"), FakeLanguage("FR"), FakeLanguage("KO")]


class FakeBuilder:
    """As much of lingua's builder and detector as is used."""

    @classmethod
    def from_languages(cls, *languages):
        self = cls()
        self.languages = languages
        return self

    def build(self):
        return self

    def detect_languages_in_parallel_of(self, texts):
        known = {"o": FAKES[1], "y": FAKES[0]}
        return [known.get(text[:1]) for text in texts]


@pytest.fixture
def fake_lingua(monkeypatch):
    module = types.SimpleNamespace(Language=FakeLanguage, LanguageDetectorBuilder=FakeBuilder)
    monkeypatch.setitem(sys.modules, "lingua", module)
    caches.detectors.clear()
    yield
    caches.detectors.clear()


@pytest.mark.usefixtures("fake_lingua")
def test_lingua_is_asked_about_the_declared_languages():
    detector = LanguageDetector(["en", "fr-CA"], detect="lingua", default_language="en")
    assert detector.detect(["oui", "yes", "?"]) == ["fr-CA", "en", "en"]
    assert [repr(lang) for lang in language._lingua_detector(("en", "fr-CA")).languages] == [
        "EN",
        "FR",
    ]
    assert pickle.loads(pickle.dumps(detector)).detect(["oui"]) == ["fr-CA"]
    with pytest.raises(ValueError, match=r"does not know \['tlh'\]"):
        LanguageDetector(["en", "tlh"], detect="lingua")
    with pytest.raises(ValueError, match="variants of one language"):
        LanguageDetector(["fr-FR", "fr-CA"], detect="lingua")


def test_lingua_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "lingua", None)
    caches.detectors.clear()
    with pytest.raises(ImportError, match=r"pip install langalign-sk\[lingua\]"):
        LanguageDetector(["en", "fr"], detect="lingua")


def test_lingua_itself():
    pytest.importorskip("lingua")
    detector = LanguageDetector(["en", "fr", "de"], detect="lingua", default_language="en")
    texts = ["Where is my money?", "Où est mon argent ?", "Wo ist mein Geld, bitte?", "👍"]
    assert detector.detect(texts) == ["en", "fr", "de", "en"]


def test_real_sentences(data_dir):
    """4 x 1,004 sentences of news and encyclopaedia, four languages declared at once."""
    right = total = 0
    for lang in EAST:
        with open(data_dir / "sib200" / f"{lang}.tsv", encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            texts = [row["text"] for row in rows]
        found = LanguageDetector(EAST).detect(texts)
        right += found.count(lang)
        total += len(texts)
    assert total == 4016
    assert right / total >= 0.999
