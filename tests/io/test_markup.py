"""Plain text in time that grows with the text, whatever is in it."""

import time

import pytest

from langalign_sk._io import plain_text

HOSTILE = {
    "<": lambda n: "<" * n,
    "comments that do not end": lambda n: "<!--" * (n // 4),
    "comments in comments": lambda n: "<!-->" * (n // 5),
    "a tag and blanks": lambda n: "<" + " " * n + "x",
    "tags that do not end": lambda n: "<br " * (n // 4),
    "&": lambda n: "&" * n,
    "an entity without end": lambda n: "&#" + "1" * n,
    "{": lambda n: "{" * n,
    "braces and blanks": lambda n: "{ " * (n // 2),
    "blanks": lambda n: "100% " + " " * n + "x",
    "blanks after a brace": lambda n: "{a}" + " " * n + "x",
    "zeros": lambda n: "%" + "0" * n + "x",
    "%": lambda n: "%(" * (n // 2),
    "menu keys": lambda n: "&amp;" + "( " * (n // 2),
    "a key and blanks": lambda n: "& (" + " " * n,
}


def seconds(text):
    start = time.thread_time()
    plain_text(text)
    return time.thread_time() - start


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_take_time_in_proportion(kind):
    make = HOSTILE[kind]
    plain_text(make(100))
    few, many = seconds(make(2**12)), seconds(make(2**16))
    assert many < 100 * few + 0.2  # 16 times the text; 256 times the time where it is quadratic
    assert seconds(make(2**20)) < 20


def test_numbers_of_no_character_are_no_error():
    assert plain_text("a&#" + "9" * 5000 + ";b") == "a\ufffdb"
    assert plain_text("a&#" + "9" * 50 + ";b") == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a<!-- x > y -->b", "ab"),
        ("a<!-- x --> b <!-- y", "a b <!-- y"),
        ("a<!-->b", "a<!-->b"),
        ("< / BR >a", "a"),
        ("%  , b {x} , c", "%, b, c"),
        ("{x} , c", ", c"),
        ("%-05.2f%%", "%%"),
    ],
)
def test_what_is_taken_out_is_as_before(text, plain):
    assert plain_text(text) == plain
