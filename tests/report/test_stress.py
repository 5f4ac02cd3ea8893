"""A report that says what its candidates lose where texts are changed."""

import pytest

from langalign_sk import EmbeddingExtractor, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.prepare import TextPerturber
from langalign_sk.report import transfer_report
from langalign_sk.selection import stress_gap

pytestmark = pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")


def test_what_changed_texts_cost_is_told_of_every_way_but_a_translator(tmp_path):
    demo = load_demo("ko", n_train=80, n_test=60, n_pairs=200, n_unlabeled=150, random_state=0)
    embed = EmbeddingExtractor(
        {
            "en": NgramEncoder(32).fit(demo.unlabeled_source.rows),
            "ko": NgramEncoder(32).fit(demo.unlabeled_target.rows),
        }
    )
    given = {"pairs": demo.pairs, "embedder": embed}
    target = {"X_target": demo.test_texts, "y_target": demo.test_labels}
    step = TextPerturber("typos", rate=1.0)
    report = transfer_report(
        demo.train_texts,
        demo.train_labels,
        candidates={"MT": lambda texts, source, target: list(texts)},
        stress=step,
        **given,
        **target,
    )
    table = report.stress.set_index("candidate")
    ways = [name for name in report.scores["candidate"] if not name.startswith("MT")]
    assert list(table.index) == ways
    scores = report.scores.set_index("candidate")["accuracy"]
    assert (table["clean"] - scores[ways]).abs().max() < 1e-9
    best = report.advice.candidate
    alone = stress_gap(report.fitted(), demo.test_texts, demo.test_labels, step)
    assert table.loc[best, "gap"] == alone.gap
    assert table.loc[best, "changed"] == 1
    assert report.sentences["stress"] == f"TextPerturber: {alone.summary()}."
    assert report.sentences["stress"] in report.summary()
    report.to_html(tmp_path / "page.html")
    assert "On changed texts" in (tmp_path / "page.html").read_text("utf-8")
    with pytest.raises(ValueError, match="X_target with y_target"):
        transfer_report(demo.train_texts, demo.train_labels, stress=step, **given)
