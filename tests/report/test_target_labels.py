"""A report that learns from some labelled rows of the target language too."""

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.report import transfer_report

pytestmark = pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")


@pytest.fixture(scope="module")
def demo():
    return load_demo("ko", n_train=120, n_test=160, n_pairs=240, n_unlabeled=200, random_state=0)


@pytest.fixture(scope="module")
def embed(demo):
    return EmbeddingExtractor(
        {
            "en": NgramEncoder(48).fit(demo.unlabeled_source.rows),
            "ko": NgramEncoder(48).fit(demo.unlabeled_target.rows),
        }
    )


def report_of(demo, embed, **more):
    return transfer_report(
        demo.train_texts,
        demo.train_labels,
        pairs=demo.pairs,
        embedder=embed,
        X_target=demo.test_texts[80:],
        y_target=demo.test_labels[80:],
        **more,
    )


@pytest.fixture(scope="module")
def with_labels(demo, embed):
    return report_of(demo, embed, target_labels=(demo.test_texts[:80], demo.test_labels[:80]))


def test_every_way_learns_from_them(with_labels, demo, embed):
    without = report_of(demo, embed)
    gains = with_labels.scores["accuracy"].to_numpy() - without.scores["accuracy"].to_numpy()
    assert list(with_labels.scores["candidate"]) == list(without.scores["candidate"])
    assert gains.mean() > 0.03
    assert with_labels.setting["n_target_labels"] == 80
    assert without.setting["n_target_labels"] == 0
    assert any("learns from 80 labelled" in note for note in with_labels.notes)
    recipe = with_labels.models["transfer classifier"][1]
    assert recipe.steps[-1][1].target_weight == "hard"


def test_the_model_without_the_pairs_left_out_is_there_to_compare(with_labels):
    held_out = with_labels.held_out
    assert held_out.n_pairs == with_labels.setting["n_held_out"]
    whole, part = (with_labels.fitted(without_held_out=flag) for flag in (False, True))
    told = [np.asarray(model.predict_proba(held_out.target)) for model in (whole, part)]
    assert np.abs(told[0] - told[1]).max() > 1e-6


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((["가"], ["no such class"]), "'no such class' is no label of y"),
        ((["가", "나"], ["a"]), "2 texts and labels of shape"),
        (([], []), "0 texts"),
        (([("가", "나")], ["a"]), "as many texts a row as X"),
    ],
)
def test_wrong_rows_are_named(more, message, demo, embed):
    with pytest.raises(ValueError, match=message):
        report_of(demo, embed, target_labels=more)
