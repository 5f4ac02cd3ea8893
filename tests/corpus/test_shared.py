import numpy as np
import pytest

from langalign_sk.corpus import shared_strings

ENGLISH = [
    "In 1969 NASA sent Armstrong up, at 3:30.",
    "The iPhone costs 1,200.50; he said: Come!",
    "Marie Curie was born in Warsaw.",
]
ITALIAN = [
    "Nel 1969 la NASA mandò Armstrong, alle 3:30.",
    "L'iPhone costa 1,200.50 e NON va In tram: come mai?",
    "Marie Curie nacque a Varsavia. A lei in 5 anni",
]


def found(*texts, **options):
    with pytest.warns(UserWarning, match="needs 400 or more"):
        return shared_strings(*texts, **options)


def test_numbers_and_names_but_no_common_words():
    pairs = found(ENGLISH, ITALIAN, target_lang="it")
    assert pairs.corpus.source == pairs.corpus.target
    assert pairs.corpus.source == (
        "1,200.50", "1969", "3:30", "Armstrong", "Curie", "Marie", "NASA", "iPhone",
    )  # fmt: skip
    assert pairs.corpus.target_lang == "it"


def test_the_overlap_is_that_of_the_two_sets():
    pairs = found(["AB CD EF 12", "ab"], ["CD EF GH"])
    assert (pairs.n_source, pairs.n_target) == (3, 3)
    assert pairs.overlap == 2 / 4
    assert pairs.summary().startswith("2 strings stand in both, 50% of")


def test_words_that_only_one_language_can_write_do_not_count():
    assert found(["NASA 12"], ["NASA는 12년에"]).overlap == 1.0


@pytest.mark.parametrize("text", ["NASA는 1969년에", "1969年のNASA", "ＮＡＳＡ，１９６９"])
def test_a_word_ends_with_its_script(text):
    assert found(ENGLISH, [text]).corpus.source == ("1969", "NASA")


def test_enough_of_them_warn_of_nothing():
    text = [" ".join(str(number) for number in range(100, 500))]
    assert shared_strings(text, text).overlap == 1.0


def test_what_has_nothing_in_common_says_so():
    with pytest.raises(ValueError, match="no number or name stands in both: 2 in the source"):
        shared_strings(["Rome Paris 12 13"], ["서울"])
    with pytest.raises(TypeError, match="vectors"):
        shared_strings(np.eye(2), np.eye(2))
