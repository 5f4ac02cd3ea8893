"""A report on vectors: the figures of the texts that they come from."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextPool,
    TransferClassifier,
    to_blocks,
)
from langalign_sk.datasets import load_demo
from langalign_sk.report import transfer_report


@pytest.fixture(scope="module")
def demo():
    return load_demo("ko", n_train=80, n_test=50, n_pairs=160, n_unlabeled=100)


@pytest.fixture(scope="module")
def embed(demo):
    models = {
        "en": NgramEncoder(40).fit(demo.unlabeled_source.rows),
        "ko": NgramEncoder(24).fit(demo.unlabeled_target.rows),
    }
    return EmbeddingExtractor(models)


@pytest.fixture(scope="module")
def vectors(demo, embed):
    rows = {
        "pairs_en": embed.embed_language(demo.pairs.source, "en"),
        "pairs_ko": embed.embed_language(demo.pairs.target, "ko"),
        "train": embed.embed_language(demo.train_texts, "en"),
        "test": embed.embed_language(demo.test_texts, "ko"),
        "pool": embed.embed_language(demo.unlabeled_target.rows, "ko"),
    }
    pairs = ParallelCorpus(rows["pairs_en"], rows["pairs_ko"], target_lang="ko")
    return pairs, rows


@pytest.mark.parametrize("labelled", [True, False])
def test_figures_are_those_of_the_texts(demo, embed, vectors, labelled, tmp_path):
    pairs, rows = vectors
    y_target = demo.test_labels if labelled else None
    of_texts = transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        embedder=embed,
        unlabeled=demo.unlabeled_target,
        X_target=demo.test_texts,
        y_target=y_target,
    )
    found = transfer_report(
        rows["train"],
        demo.train_labels,
        pairs=pairs,
        unlabeled=TextPool(rows["pool"], lang="ko"),
        X_target=rows["test"],
        y_target=y_target,
    )
    known = of_texts.scores.set_index("candidate")
    names = ["agreement", "accuracy"] if labelled else ["agreement", "score"]
    for name in found.scores["candidate"]:
        own = found.scores.set_index("candidate").loc[name]
        # Texts that differ may have one vector, which then counts once.
        wanted = known.loc[name, names].astype(float)
        np.testing.assert_allclose(own[names].astype(float), wanted, atol=0.03)
    assert found.advice.candidate == of_texts.advice.candidate
    assert found.coverage is not None
    model = found.fitted(found.advice.candidate)
    assert set(model.predict(rows["test"])) <= set(demo.train_labels)
    page = tmp_path / "report.html"
    found.to_html(page)
    assert "X_target[" in page.read_text(encoding="utf-8") or not labelled
    assert found.predictions["text"][3].startswith("X_target[")


def test_whatever_works_on_vectors_can_be_compared(demo, vectors):
    pairs, rows = vectors
    found = transfer_report(
        rows["train"],
        demo.train_labels,
        pairs=pairs,
        X_target=to_blocks(rows["test"], "ko", blocks={"en": 40, "ko": 24})[0],
        y_target=demo.test_labels,
        target_labels=(rows["pool"][:8], demo.train_labels[:8]),
        candidates={
            "mine": make_pipeline(LangAligner(), LogisticRegression()),
            "with pairs": Pipeline([("a", ReverseAligner(pairs)), ("c", LogisticRegression())]),
            "recipe": TransferClassifier(self_training=0, random_state=0),
            "trip": ReverseAligner(round_trip=True),
            "procrustes": "procrustes",
            "head": LogisticRegression(),
        },
    )
    kinds = dict(zip(found.scores["candidate"], found.scores["kind"], strict=True))
    assert kinds["mine"] == "map"
    assert kinds["head"] == "no map"
    assert {"with pairs", "recipe", "trip", "forward, procrustes"} <= set(kinds)
    assert found.scores.set_index("candidate").loc["mine", "accuracy"] > 0.2
    assert "no map" in kinds


def test_rows_may_come_in_the_blocks_of_the_pairs(demo, embed):
    pairs = demo.pairs.embed(embed)
    found = transfer_report(
        embed.transform(demo.train_texts),
        demo.train_labels,
        pairs=pairs,
        X_target=embed.transform(demo.test_texts),
        y_target=demo.test_labels,
    )
    assert found.scores["accuracy"].max() > 0.3  # of eight classes
    with pytest.raises(ValueError, match="row 0 of X is not in the block of 'en'"):
        transfer_report(embed.transform(demo.test_texts), demo.test_labels, pairs=pairs)


def test_says_what_does_not_fit(demo, embed, vectors):
    pairs, rows = vectors
    y = demo.train_labels
    for X, options, message in [
        (rows["train"][:, :7], {}, "X has 7 columns, but vectors in 'en' are 40 wide .*ko 24"),
        (rows["train"], {"X_target": rows["train"]}, "X_target has 40 .* 'ko' are 24 wide"),
        (demo.train_texts, {}, "X must be too: .* 40 wide in 'en'"),
        (rows["train"], {"embedder": embed}, "leave embedder out"),
        (rows["train"], {"unlabeled": demo.unlabeled_target}, "so must unlabeled be"),
        (rows["train"], {"unlabeled": TextPool(rows["train"], lang="ko")}, "40 wide, the pairs 24"),
        (rows["train"], {"candidates": {"a": embed}}, "'a' reads texts"),
        (rows["train"], {"candidates": {"a": TransferClassifier(embed)}}, "'a' reads texts"),
        (rows["train"], {"candidates": {"a": lambda *_: []}}, "'a' reads texts"),
    ]:
        with pytest.raises(ValueError, match=message):
            transfer_report(X, y, pairs=pairs, **options)
    with pytest.raises(ValueError, match="X holds vectors, but the pairs are texts"):
        transfer_report(rows["train"], y, pairs=demo.pairs, embedder=embed)
