import pytest

from langalign_sk.datasets._korean import attach_particles, particle

TABLE = [
    ("가방", "가방은 가방이 가방을 가방과 가방으로"),
    ("셔츠", "셔츠는 셔츠가 셔츠를 셔츠와 셔츠로"),
    ("서울", "서울은 서울이 서울을 서울과 서울로"),
    ("주문 1003", "주문 1003은 주문 1003이 주문 1003을 주문 1003과 주문 1003으로"),
    ("1008", "1008은 1008이 1008을 1008과 1008로"),
    ("1004", "1004는 1004가 1004를 1004와 1004로"),
    ("USB-C (XL)", "USB-C (XL)은 USB-C (XL)이 USB-C (XL)을 USB-C (XL)과 USB-C (XL)로"),
]


@pytest.mark.parametrize(("word", "expected"), TABLE)
def test_basic_particles(word, expected):
    forms = ("은", "이", "을", "과", "으로")
    assert " ".join(word + particle(word, form) for form in forms) == expected


def test_either_form_may_be_asked_for():
    for form, other in [("은", "는"), ("으로", "로"), ("이나", "나"), ("이에요", "예요")]:
        for word in ("가방", "셔츠", "서울", "1", "2", ""):
            assert particle(word, form) == particle(word, other)


@pytest.mark.parametrize(
    ("digit", "to", "topic"),
    [
        ("0", "으로", "은"),
        ("1", "로", "은"),
        ("2", "로", "는"),
        ("3", "으로", "은"),
        ("4", "로", "는"),
        ("5", "로", "는"),
        ("6", "으로", "은"),
        ("7", "로", "은"),
        ("8", "로", "은"),
        ("9", "로", "는"),
    ],
)
def test_digits_are_read_aloud(digit, to, topic):
    assert (particle(digit, "으로"), particle(digit, "은")) == (to, topic)


def test_marked_particles_take_the_word_before_them():
    marked = "친구~이나 남동생~이랑 {호텔}~이어야 학교~이어야 흰색~으로도 집~이라고 회사~이라고"
    assert attach_particles(marked) == (
        "친구나 남동생이랑 {호텔}이어야 학교여야 흰색으로도 집이라고 회사라고"
    )


def test_unknown_particle():
    with pytest.raises(ValueError, match="no particle '에'; choose one of"):
        particle("집", "에")
