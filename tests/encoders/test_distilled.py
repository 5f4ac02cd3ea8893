"""Students: they learn a teacher's vectors from translations."""

import numpy as np
import pytest
from sklearn.base import clone

from langalign_sk import DistilledEncoder, EmbeddingExtractor, NgramEncoder, ParallelCorpus

SOURCE = ["a red car", "the blue boat", "one red tree", "a blue sky"] * 6
TARGET = ["빨간 차", "파란 배", "빨간 나무", "파란 하늘"] * 6


def quick(model, teacher, **settings):
    return DistilledEncoder(
        model, teacher, **{"epochs": 8, "batch_size": 8, "learning_rate": 3e-3, **settings}
    )


def distance(encoder, texts, wanted):
    return np.square(encoder.encode(texts) - wanted).mean()


def test_the_student_learns_both_sides(tiny_sentence_bert, tiny_bert):
    wanted = EmbeddingExtractor(tiny_bert, normalize=False).transform(SOURCE)
    student = quick(tiny_sentence_bert, tiny_bert).fit((SOURCE, TARGET))
    before = EmbeddingExtractor(tiny_sentence_bert, normalize=False)
    for texts in (SOURCE, TARGET):
        far = np.square(before.transform(texts) - wanted).mean()
        assert distance(student, texts, wanted) < 0.3 * far
    losses = [entry["loss"] for entry in student.history_]
    assert losses[-1] < losses[0]
    assert student.seconds_ > 0


def test_a_teacher_of_another_width_puts_a_layer_on_top(tiny_sentence_bert, tmp_path):
    teacher = NgramEncoder(3).fit(SOURCE)
    student = clone(quick(tiny_sentence_bert, teacher)).fit(ParallelCorpus(SOURCE, TARGET))
    wanted = teacher.transform(SOURCE)
    assert distance(student, TARGET, wanted) < 0.3 * np.square(wanted).mean()
    student.save(tmp_path / "student")
    read = EmbeddingExtractor(tmp_path / "student", normalize=False)
    np.testing.assert_allclose(read.transform(TARGET), student.encode(TARGET), atol=1e-5)


def test_the_same_lesson_is_not_given_twice(tiny_sentence_bert, tiny_bert, tmp_path, monkeypatch):
    first = quick(tiny_sentence_bert, tiny_bert, epochs=1, folder=tmp_path).fit((SOURCE, TARGET))
    monkeypatch.setattr(DistilledEncoder, "_teach", None)
    again = quick(tiny_sentence_bert, tiny_bert, epochs=1, folder=tmp_path).fit((SOURCE, TARGET))
    assert again.fingerprint() == first.fingerprint()
    other = NgramEncoder(3).fit(SOURCE)
    with pytest.raises(TypeError, match="NoneType"):
        quick(tiny_sentence_bert, other, epochs=1, folder=tmp_path).fit((SOURCE, TARGET))


@pytest.mark.parametrize(
    ("pairs", "error", "message"),
    [
        (([], []), ValueError, "got no pairs"),
        ((SOURCE, TARGET[1:]), ValueError, "24 source texts and 23 target texts are no pairs"),
        (SOURCE, TypeError, "takes a ParallelCorpus of texts or"),
        ((SOURCE, [None, *TARGET[1:]]), ValueError, "target texts has missing values: row 0"),
    ],
)
def test_errors(tiny_sentence_bert, tiny_bert, pairs, error, message):
    with pytest.raises(error, match=message):
        quick(tiny_sentence_bert, tiny_bert).fit(pairs)
