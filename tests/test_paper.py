"""The paper's experiment runs, goes on where it was stopped, and moves the rows it says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import inference, paper, paper_data, paper_methods, real_data
from benchmarks.paper_methods import METHODS, NATIVE, Fits, Method, beside, hits, moved
from langalign_sk.maps import RidgeMap

RNG = np.random.default_rng(0)
ROTATION = np.linalg.qr(RNG.standard_normal((6, 6)))[0]
CENTRES = 4 * RNG.standard_normal((3, 6))


def korean(rows):
    return (rows @ ROTATION + 1.0).astype(np.float32)


def case(n_texts=1, width=6):
    """Classes that differ in the first text of each row; Korean rows are rotated ones."""
    rng, y = np.random.default_rng(0), np.arange(300) % 3
    latent = [CENTRES[y] * (text == 0) + rng.standard_normal((300, 6)) for text in range(n_texts)]
    latent = [side / np.linalg.norm(side, axis=1, keepdims=True) for side in latent]
    sentences = rng.standard_normal((400, 6)).astype(np.float32)
    test, learned = np.arange(200), np.arange(200, 300)
    task = paper_data.Texts(
        "toy", [[]] * n_texts, y.astype(str), [[]] * n_texts, y.astype(str), test,
        [(learned, test)], ([], []),
    )  # fmt: skip
    rows = [side.astype(np.float32) for side in latent]
    target = [np.pad(korean(side), ((0, 0), (0, width - 6))) for side in rows]
    T = np.pad(korean(sentences), ((0, 0), (0, width - 6)))
    return paper_data.Encoded(task, rows, target, sentences, T)


@pytest.mark.parametrize("n_texts", [1, 2])
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.title)
def test_every_method_reads_korean_where_a_map_is_all_it_takes(method, n_texts):
    right = hits(case(n_texts, width=8), method, 0, Fits(), "toy")
    if method.name == paper_methods.ENGLISH_ONLY:
        assert right.mean() == pytest.approx(1 / 3, abs=0.01)  # the largest class
    else:
        assert len(right) == 200
        # Six layers are too many for a few hundred pairs.
        assert method.drawn or right.mean() > 0.6


def test_each_way_moves_its_own_side():
    toy, fits = case(2), Fits()
    ways = {
        way: Method("ridge", way, lambda _: RidgeMap(), as_they_come=True)
        for way in ("forward", "reverse")
    }
    english, target = moved(toy, ways["forward"], 0, fits, "toy")
    assert target is toy.korean
    for before, after in zip(toy.english, english, strict=True):
        np.testing.assert_allclose(after, korean(before), atol=0.2)
    english, target = moved(toy, ways["reverse"], 0, fits, "toy")
    assert english is toy.english
    for before, after in zip(toy.korean, target, strict=True):
        np.testing.assert_allclose(korean(after), before, atol=0.2)


def test_moved_rows_have_unit_length_unless_they_stay_as_they_come():
    toy = case()

    def shrinking(*, stays):
        method = Method("ridge", "reverse", lambda _: RidgeMap(alpha=10.0), as_they_come=stays)
        return moved(toy, method, 0, Fits(), "toy")[1][0]

    plain, unit = shrinking(stays=True), shrinking(stays=False)
    lengths = np.linalg.norm(plain, axis=1)
    assert np.abs(lengths - 1).mean() > 0.1
    np.testing.assert_allclose(unit, plain / lengths[:, None], atol=1e-5)


def test_a_map_is_fitted_once_for_all_tasks():
    made = []

    def make(seed):
        made.append(seed)
        return RidgeMap()

    fits, toy = Fits(), case()
    for way in ("forward", "reverse", "round trip", "forward"):
        moved(toy, Method("ridge", way, make), 0, fits, "toy")
    assert made == [0, 0]


def test_features_of_two_texts():
    u, v = np.array([[1.0, -2.0]]), np.array([[3.0, 5.0]])
    assert beside([u, v]).tolist() == [[1, -2, 3, 5, 2, 7, 3, -10]]
    assert beside([u, v], [0, 0]).shape == (2, 8)
    assert beside([u]) is u


def write(path, columns):
    lines = ["\t".join(columns), *("\t".join(row) for row in zip(*columns.values(), strict=True))]
    path.parent.mkdir(exist_ok=True)
    text = ("\n".join(lines) + "\n").encode()
    if path.suffix == ".gz":
        import gzip

        text = gzip.compress(text)
    path.write_bytes(text)


def inference_files(folder, n=60):
    """Premises in three rows each; a hypothesis says its class."""
    labels = ["entailment", "neutral", "contradiction"] * n
    english = {
        "split": ["test" if i < 90 else "dev" for i in range(3 * n)],
        "label": labels,
        "premise": [f"someone said number {i // 3}" for i in range(3 * n)],
        "hypothesis": [f"{label} of it, {i}" for i, label in enumerate(labels)],
    }
    write(folder / "xnli" / "en.tsv.gz", english)
    dev = {name: column[90:] for name, column in english.items() if name != "split"}
    write(folder / "xnli" / "ko_dev.tsv", dev)
    pairs = [f"a sentence about {label}, {i}" for i, label in enumerate(labels)]
    columns = {"en1": pairs, "en2": pairs, "target1": pairs, "target2": pairs}
    write(folder / "stsb" / "ko-en.tsv.gz", columns)
    write(folder / "tatoeba" / "ko-en.tsv", {"en": ["one"], "target": ["하나"]})


def test_folds_of_native_share_no_premise(tmp_path):
    inference_files(tmp_path)
    task = paper_data.inference(tmp_path)
    assert [len(side) for side in (*task.english, *task.korean)] == [90, 90, 90, 90]
    for learned, tested in task.native:
        premises = [{task.korean[0][row] for row in rows} for rows in (learned, tested)]
        assert not premises[0] & premises[1]
    assert sorted(np.concatenate([tested for _, tested in task.native])) == list(range(90))


def test_a_run_that_was_stopped_goes_on(tmp_path, monkeypatch, capsys):
    from langalign_sk import EmbeddingExtractor, NgramEncoder

    inference_files(tmp_path)
    encoder = NgramEncoder(16).fit(paper_data.inference(tmp_path).pairs[0])
    monkeypatch.setattr(paper, "EmbeddingExtractor", lambda _: EmbeddingExtractor(encoder))
    monkeypatch.setattr(real_data, "minilm", lambda: encoder)
    monkeypatch.setattr(real_data, "RESULTS", tmp_path / "results")
    few = [method for method in METHODS if method.name in ("ridge", "English only", NATIVE)]
    monkeypatch.setattr(paper, "METHODS", few)
    options = ["--data", str(tmp_path), "--cache", str(tmp_path / "cache"), "--task", "inference"]
    paper.main([*options, "--tag", "1"])
    printed = capsys.readouterr()
    found = json.loads((tmp_path / "results" / "paper.json").read_text("utf-8"))
    assert len(found["cells"]) == 2 * len(few)
    assert all(line["n"] == 90 for line in found["cells"])
    assert "| ridge, round trip |" in printed.out
    assert "inference, apart, ridge, forward, 0" in printed.err

    def again(*args):
        raise AssertionError("computed again")

    monkeypatch.setattr(paper, "hits", again)
    paper.main([*options, "--tag", "1"])
    assert json.loads((tmp_path / "results" / "paper.json").read_text("utf-8")) == found


def test_inference_goes_from_texts_to_both_languages(
    tmp_path, tiny_sentence_bert, monkeypatch, capsys
):
    inference_files(tmp_path)
    monkeypatch.setattr(real_data, "RESULTS", tmp_path / "results")
    options = ["--data", str(tmp_path), "--cache", str(tmp_path / "cache")]
    small = ["--encoder", str(tiny_sentence_bert), "--epochs", "1", "--student-epochs", "1"]
    inference.main([*options, *small])
    found = json.loads((tmp_path / "results" / "inference.json").read_text("utf-8"))
    ways = [line["way"] for line in found["lines"]]
    assert ways == [
        inference.NEAR, inference.FAR, inference.MEAN.format("MiniLM"),
        inference.TUNED, inference.MEAN.format("tuned MiniLM"), inference.STUDENT,
    ]  # fmt: skip
    near = found["lines"][0]
    assert near["n"] == 90
    assert near["en"]["accuracy"] > 0.9  # a hypothesis says its class
    assert near["ko"]["above"] == [0, 0, 0]
    assert "teaching the student" in found["seconds"]
    assert inference.STUDENT in capsys.readouterr().out
