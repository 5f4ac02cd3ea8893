"""A small model that tells English and Korean apart, and a monitor of it."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from langalign_sk import EmbeddingExtractor, NgramEncoder, ReverseAligner
from langalign_sk.datasets import load_demo
from langalign_sk.monitor import Monitor


@pytest.fixture(scope="session")
def demo():
    return load_demo("ko", n_train=150, n_test=300, n_pairs=300, n_unlabeled=10, random_state=0)


@pytest.fixture(scope="session")
def embed(demo):
    sides = {"en": demo.pairs.source, "ko": demo.pairs.target}
    return EmbeddingExtractor({lang: NgramEncoder(32).fit(own) for lang, own in sides.items()})


@pytest.fixture(scope="session")
def model(demo, embed):
    steps = [
        ("embed", embed),
        ("align", ReverseAligner(demo.pairs.embed(embed))),
        ("clf", LogisticRegression(max_iter=500)),
    ]
    return Pipeline(steps).fit(demo.train_texts, demo.train_labels)


@pytest.fixture(scope="session")
def texts(demo):
    """Two halves of texts that are drawn alike."""
    return list(demo.test_texts[::2]), list(demo.test_texts[1::2])


@pytest.fixture(scope="session")
def monitor(model, demo, texts):
    return Monitor(model, pairs=demo.pairs).fit(texts[0])
