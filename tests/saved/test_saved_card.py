"""The card says what the report says, and no more."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ParallelCorpus, save

S = np.random.default_rng(0).standard_normal((40, 3))


def card(folder):
    return (folder / "README.md").read_text("utf-8")


def signature(folder):
    return json.loads((folder / "manifest.json").read_text("utf-8"))["signature"]


@pytest.fixture
def report():
    rows = [("forward | ridge", 0.8123, 0.79, 0.8321), ("no map", 0.5, 0.4, 0.6)]
    columns = ["candidate", "accuracy", "accuracy_low", "accuracy_high"]
    setting = {
        "source_lang": "en", "target_lang": "ko", "n_source": 1200, "n_target": 204, "n_pairs": 900
    }  # fmt: skip
    return SimpleNamespace(
        setting=setting,
        scores=pd.DataFrame(rows, columns=columns),
        advice=SimpleNamespace(candidate="forward | ridge"),
        sentences=["Take forward <b>ridge</b>."],
        notes=["Intervals are of 1,000 draws."],
    )


def test_it_has_the_figures_with_their_intervals(tmp_path, report):
    model = LogisticRegression().fit(S, S[:, 0] > 0)
    text = card(save(model, tmp_path / "m", report=report))
    assert "| forward \\| ridge (advised) | 0.812 (0.790 to 0.832) |" in text
    assert "1,200 texts in en. Tested on 204 texts in ko. Sentence pairs: 900." in text
    assert "- Intervals are of 1,000 draws." in text
    assert "&lt;b&gt;" in text
    assert "Nobody has said" in card(save(model, tmp_path / "n"))


def test_without_labels_there_is_no_table(tmp_path, report):
    report.scores = pd.DataFrame({"candidate": ["a"], "score": [0.4]})
    text = card(save(LogisticRegression().fit(S, S[:, 0] > 0), tmp_path / "m", report=report))
    assert "| accuracy |" not in text
    assert "Take forward" in text


def test_a_real_report_fits(tmp_path):
    from tests.report.toy import toy_report

    made = toy_report()
    model = made.fitted("ours") if "ours" in made.models else next(iter(made.models.values()))[1]
    text = card(save(LogisticRegression().fit(S, S[:, 0] > 0), tmp_path / "m", report=made))
    assert model is not None
    assert "(advised) |" in text
    assert "<img" not in text
    assert "<script" not in text


def test_the_head_names_languages_and_encoders(tmp_path):
    model = EmbeddingExtractor({"no": "org/encoder", "ko": NgramEncoder(2).fit(["a b", "b c"])})
    text = card(save(model, tmp_path / "m"))
    assert text.startswith("---\nlibrary_name: langalign-sk\n")
    assert 'language:\n- "no"\n- "ko"\n' in text
    assert 'base_model:\n- "org/encoder"\n' in text
    assert "| org/encoder | on the Hugging Face Hub | see the encoder's own page |" in text


def test_the_signature_says_what_goes_in_and_out(tmp_path):
    pairs = ParallelCorpus(S, S + 9, target_lang="ko")
    model = make_pipeline(LangAligner(pairs), LogisticRegression())
    model.fit(S, np.where(S[:, 0] > 0, "yes", "no"))
    found = signature(save(model, tmp_path / "m"))
    assert found["input"] == "vectors"
    assert (found["width"], found["classes"], found["output"]) == (3, ["no", "yes"], "classes")
    assert found["languages"] == ["en", "ko"]
    assert found["methods"] == ["predict", "predict_proba", "decision_function"]
    texts = signature(save(NgramEncoder(2).fit(["a b", "b c"]), tmp_path / "n"))
    assert (texts["input"], texts["output"]) == ("texts", "vectors")
