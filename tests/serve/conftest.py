"""A small model that tells English and Korean apart, in memory and in a folder."""

import joblib
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from langalign_sk import EmbeddingExtractor, NgramEncoder, ReverseAligner
from langalign_sk.datasets import load_demo


@pytest.fixture(scope="session")
def demo():
    return load_demo("ko", n_train=150, n_test=40, n_pairs=300, n_unlabeled=10, random_state=0)


@pytest.fixture(scope="session")
def model(demo):
    encoders = {
        "en": NgramEncoder(48).fit(demo.pairs.source),
        "ko": NgramEncoder(48).fit(demo.pairs.target),
    }
    embed = EmbeddingExtractor(encoders)
    steps = [
        ("embed", embed),
        ("align", ReverseAligner(demo.pairs.embed(embed))),
        ("clf", LogisticRegression(max_iter=500)),
    ]
    return Pipeline(steps).fit(demo.train_texts, demo.train_labels)


@pytest.fixture(scope="session")
def folder(model, tmp_path_factory):
    """The folder of the model, as the commands write it."""
    from langalign_sk._commands._saved import MODEL_FILE, model_folder

    out = tmp_path_factory.mktemp("served") / "out"
    with model_folder(out, labels={"delivery": 3, "refund": 1}) as made:
        joblib.dump(model, made / MODEL_FILE)
    return out
