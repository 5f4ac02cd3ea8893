"""A student among the candidates: taught with the pairs, its time told."""

import re

import pytest

from langalign_sk import DistilledEncoder, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.report import transfer_report


@pytest.mark.filterwarnings("ignore:.* are longer than the model takes")
def test_a_student_is_taught_with_the_pairs_that_are_not_left_out(tiny_sentence_bert, monkeypatch):
    demo = load_demo("ko", n_train=80, n_test=60, n_pairs=200, n_unlabeled=1)
    teacher = NgramEncoder(16).fit(demo.pairs.source)
    student = DistilledEncoder(tiny_sentence_bert, teacher, learning_rate=3e-3)
    seen = []
    fit = DistilledEncoder.fit
    monkeypatch.setattr(
        DistilledEncoder, "fit", lambda self, pairs: seen.append(pairs) or fit(self, pairs)
    )
    report = transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        candidates={"student": student},
        X_target=demo.test_texts,
        y_target=demo.test_labels,
    )
    assert list(report.scores["candidate"]) == ["student, no map", "student, transfer classifier"]
    (taught,) = seen
    (note,) = [note for note in report.notes if note.startswith("student: the student was taught")]
    assert re.search(rf"in \d+ s, .* the {taught.n_pairs} pairs", note)
    assert taught.n_pairs < demo.pairs.n_pairs
    assert not student.is_fitted()
