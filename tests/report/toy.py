"""A small report for the tests of its page, with texts that try to break out of it."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from langalign_sk import EmbeddingExtractor, NgramEncoder, ParallelCorpus
from langalign_sk.datasets import load_demo
from langalign_sk.report import transfer_report

NASTY = {
    "class": "<b onclick=\"alert('class')\">refund</b>",
    "candidate": '"><img src=x onerror=alert(1)>',
    "text": " <script>alert('text')</script> </q></details></table> \ud800 \x00",
}


class Words:
    """Knows a class by a text of its own, and is mostly wrong."""

    def fit(self, texts, labels):
        self.labels = sorted(set(labels))
        return self

    def predict(self, texts):
        return np.array([self.labels[len(text) % len(self.labels)] for text in texts])


def toy_report(*, labelled=True):
    """A report on the demo's texts, with markup in texts, classes and names."""
    demo = load_demo("ko", n_train=160, n_test=80, n_pairs=400, n_unlabeled=200)
    embed = EmbeddingExtractor(
        {
            "en": NgramEncoder(32).fit(demo.unlabeled_source.rows),
            "ko": NgramEncoder(32).fit(demo.unlabeled_target.rows),
        }
    )

    def renamed(labels):
        return np.array([NASTY["class"] if label == "refund" else label for label in labels])

    def spoiled(texts):
        return [text + NASTY["text"] if i % 2 else text for i, text in enumerate(texts)]

    pairs = ParallelCorpus(
        spoiled(demo.pairs.source), spoiled(demo.pairs.target), source_lang="en", target_lang="ko"
    )
    target = {}
    if labelled:
        target = {
            "X_target": spoiled(demo.test_texts),
            "y_target": renamed(demo.test_labels),
        }
    return transfer_report(
        spoiled(demo.train_texts),
        renamed(demo.train_labels),
        pairs=pairs,
        embedder=embed,
        candidates={NASTY["candidate"]: Words()},
        head=LogisticRegression(C=10, max_iter=500),
        **target,
    )
