"""Pipelines as ONNX: the same answers, without torch, scikit-learn and this package."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler
from sklearn.svm import LinearSVC

from langalign_sk import (
    EmbeddingExtractor,
    HubModel,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
    TransferClassifier,
    TransferRegressor,
    TunedEncoder,
    save,
)
from langalign_sk.cli import main
from langalign_sk.datasets import load_demo
from langalign_sk.encoders import HeldCheckpoint
from langalign_sk.maps import KernelMap, MLPMap, NormalizedMap
from langalign_sk.saved import export_onnx
from langalign_sk.saved._onnx_runner import Model
from langalign_sk.transfer import KernelHead, LinearHead

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")
LETTERS = "abcdefghijklmno"
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pairs for spaces of"),
    pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning"),
    pytest.mark.filterwarnings("ignore:no row of X is in the source language"),
]


@pytest.fixture(scope="module")
def demo():
    return load_demo()


@pytest.fixture(scope="module")
def texts(demo):
    pairs = demo.pairs
    odd = ["", "4.7", "👍", "refund 해주세요", "ㅋㅋㅋ", "mail me@host.org", "WHERE Is It?"]
    return [*demo.test_texts[:60], *pairs.source[:60], *pairs.target[:60], *odd]


@pytest.fixture(scope="module")
def pairs(demo):
    return demo.pairs.take(range(0, demo.pairs.n_pairs, 8))


@pytest.fixture(scope="module")
def embed(pairs):
    """One n-gram encoder per language, each in columns of its own."""
    sides = {"en": pairs.source, "ko": pairs.target}
    return EmbeddingExtractor({k: NgramEncoder(16).fit(list(v)) for k, v in sides.items()})


@pytest.fixture(scope="module")
def shared(pairs):
    """One encoder for both languages, in one space."""
    return EmbeddingExtractor(NgramEncoder(16).fit([*pairs.source, *pairs.target]))


def labelled(demo):
    return list(demo.train_texts[::8]), list(demo.train_labels[::8])


def exported(model, folder):
    export_onnx(model, folder)
    return Model(folder, n_threads=1)


def check(model, found, texts, *, lang=None):
    """Compare all that both say."""
    sure = "predict_proba" if found.about["sure"] else "decision_function"
    said = {} if lang is None else {"lang": lang}
    wanted = model.predict(texts, **said)
    answers = found.predict(texts, lang)
    assert answers.dtype.kind == wanted.dtype.kind
    np.testing.assert_array_equal(answers, wanted)
    asked, told = getattr(found, sure)(texts, lang), getattr(model, sure)(texts, **said)
    np.testing.assert_allclose(asked, told, atol=1e-4, rtol=1e-4)


STEPS = {
    "logistic": lambda v: [ReverseAligner(v, round_trip=True), LogisticRegression()],
    "scaled": lambda v: [
        *(LangAligner(v, method="procrustes"), StandardScaler(), PCA(8), Normalizer()),
        LinearDiscriminantAnalysis(),
    ],
    "kernel": lambda v: [
        LangAligner(v, method=KernelMap(20, random_state=0)),
        RidgeClassifier(),
    ],
    "fourier": lambda v: [
        LangAligner(v, method=KernelMap(20, features="fourier", random_state=0), blend=0.5),
        LinearSVC(random_state=0),
    ],
    "network": lambda v: [
        ReverseAligner(
            v, method=MLPMap(hidden_width=8, max_iter=2, random_state=0), round_trip=True
        ),
        LogisticRegression(),
    ],
    "no aligner": lambda v: ["passthrough", LogisticRegression()],
}


@pytest.mark.parametrize("name", STEPS)
def test_a_pipeline_answers_alike(name, demo, embed, pairs, texts, tmp_path):
    model = make_pipeline(embed, *STEPS[name](pairs.embed(embed))).fit(*labelled(demo))
    check(model, exported(model, tmp_path / "x"), texts)


@pytest.mark.parametrize("gate", ["hard", "soft", None])
def test_one_space_and_its_gate(gate, demo, shared, pairs, texts, tmp_path):
    aligner = LangAligner(pairs.embed(shared), gate=gate)
    model = make_pipeline(shared, aligner, LogisticRegression()).fit(*labelled(demo))
    found = exported(model, tmp_path / "x")
    check(model, found, texts)
    rows = shared.transform(texts)
    for lang in (["ko"] * len(texts), ["en", "KO"] * (len(texts) // 2) + ["ko"] * (len(texts) % 2)):
        moved = model[1].transform(rows, lang=lang)
        np.testing.assert_allclose(
            found.predict_proba(texts, lang), model[-1].predict_proba(moved), atol=1e-4
        )


def test_texts_tell_their_language_in_one_space(demo, shared, pairs, texts, tmp_path):
    aligner = TextAligner(shared, ReverseAligner(), pairs=pairs)
    model = make_pipeline(aligner, LogisticRegression()).fit(*labelled(demo))
    found = exported(model, tmp_path / "x")
    assert found.about["tells"] == "rule"
    check(model, found, texts)
    bare = exported(aligner.fit(labelled(demo)[0]), tmp_path / "bare")
    np.testing.assert_allclose(bare.transform(texts), aligner.transform(texts), atol=1e-4)
    with pytest.raises(ValueError, match="has no head"):
        bare.predict(texts)


TRANSFERS = {
    "recipe": {},
    "reject": {"reject": 0.2},
    "kernel": {"head": KernelHead(n_landmarks=20)},
    "linear": {"head": LinearHead(), "aligner": ReverseAligner()},
    "copies": {"head": LogisticRegression(), "aligner": LangAligner()},
}


@pytest.mark.parametrize("name", TRANSFERS)
def test_a_transfer_classifier_answers_alike(name, demo, embed, pairs, texts, tmp_path):
    pool = TextPool(list(demo.pairs.target[1:400:4]), lang="ko") if name == "recipe" else None
    model = TransferClassifier(
        embed, pairs=pairs, unlabeled=pool, random_state=0, **TRANSFERS[name]
    ).fit(*labelled(demo))
    found = exported(model, tmp_path / "x")
    check(model, found, texts)
    if name == "reject":
        assert "none" in found.predict(texts)


def test_labels_and_values(demo, embed, shared, pairs, texts, tmp_path):
    rows, names = labelled(demo)
    many = np.array([[name < "m", name > "c", True] for name in names], dtype=int)
    labels = TransferClassifier(shared, pairs=pairs, random_state=0).fit(rows, many)
    check(labels, exported(labels, tmp_path / "labels"), texts)
    stars = np.array([len(text) / 10 for text in rows])
    for model in (
        TransferRegressor(embed, pairs=pairs),
        make_pipeline(embed, ReverseAligner(pairs.embed(embed)), Ridge()),
    ):
        found = exported(model.fit(rows, stars), tmp_path / type(model).__name__)
        wanted = model.predict(texts)
        np.testing.assert_allclose(found.predict(texts), wanted, rtol=1e-4, atol=1e-4)
        assert found.predict(texts).shape == wanted.shape


def test_languages_of_one_script_are_told_alike(pairs, tmp_path):
    english = [f"the {colour} {thing}" for colour in ("red", "blue") for thing in LETTERS]
    german = [
        f"das {colour} {thing}" for colour in ("rote", "blaue") for thing in "abcdefghijklmno"
    ]
    own = ParallelCorpus(english, german, target_lang="de")
    encoders = {"en": NgramEncoder(4).fit(english), "de": NgramEncoder(4).fit(german)}
    extractor = EmbeddingExtractor(encoders, detect=own, default_language="en")
    model = make_pipeline(extractor, LogisticRegression()).fit(english + german, [0, 1] * 30)
    found = exported(model, tmp_path / "x")
    odd = [*english, *german, "Das Haus", "the House", "x", "!", "www.de.de", "日本"]
    check(model, found, odd)
    assert found.languages == ["en", "de"]
    codes = found.codes(odd, None)
    told = extractor.transform(odd)[:, :4].any(axis=1)
    np.testing.assert_array_equal(codes == 0, told)


def test_what_cannot_go_along_is_asked_for(demo, pairs, texts, tmp_path):
    sides = {"en": pairs.source, "ko": pairs.target}
    encoders = {k: NgramEncoder(8).fit(list(v)) for k, v in sides.items()}
    own = EmbeddingExtractor(encoders, detect=lambda text: "ko")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a function can't be saved
        model = make_pipeline(own, LogisticRegression()).fit(*labelled(demo))
    found = exported(model, tmp_path / "x")
    with pytest.raises(ValueError, match=r"could not be exported: say lang, one of \['en', 'ko'\]"):
        found.predict(texts)
    np.testing.assert_array_equal(found.predict(texts, "ko"), model.predict(texts))
    with pytest.raises(ValueError, match="row 0 is in language 'fr'"):
        found.predict(texts, "fr")
    with pytest.raises(ValueError, match="row 1 is no text but int"):
        found.predict(["a", 1], "ko")


def test_refusals_say_what_is_in_the_way(demo, embed, pairs, tmp_path):
    rows, names = labelled(demo)
    vectors = pairs.embed(embed)
    normalized = LangAligner(vectors, method=NormalizedMap("procrustes"))
    for steps, said in (
        ([embed, RandomForestClassifier(2)], "RandomForestClassifier can't be exported; heads"),
        ([embed, normalized, LogisticRegression()], "NormalizedMap is no map that a graph"),
    ):
        model = make_pipeline(*steps).fit(rows, names)
        with pytest.raises(ValueError, match=said):
            export_onnx(model, tmp_path / "x")
    with pytest.raises(ValueError, match="begins with texts, but the first step is a Logistic"):
        export_onnx(LogisticRegression(), tmp_path / "x")
    with pytest.raises(ValueError, match="'use' is no checkpoint of torch"):
        export_onnx("use", tmp_path / "x")
    with pytest.raises(ValueError, match="goes over windows of a text"):
        export_onnx(HubModel("some/model", long_texts="mean"), tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_changed_file_is_noticed(demo, embed, tmp_path):
    model = make_pipeline(embed, LogisticRegression()).fit(*labelled(demo))
    folder = export_onnx(model, tmp_path / "x")
    with (folder / "head.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ValueError, match=r"head.onnx is not the file that was exported"):
        Model(folder)
    (folder / "head.onnx").unlink()
    with pytest.raises(ValueError, match="but missing"):
        Model(folder)
    (folder / "onnx_pipeline.json").write_text(json.dumps({"kind": "other"}))
    with pytest.raises(ValueError, match="does not describe"):
        Model(folder)
    with pytest.raises(ValueError, match="has no onnx_pipeline.json"):
        Model(tmp_path)


def test_the_command_writes_it_and_says_how_to_run_it(demo, embed, tmp_path, capsys):
    model = make_pipeline(embed, LogisticRegression()).fit(*labelled(demo))
    safe, out = str(save(model, tmp_path / "safe")), tmp_path / "out"
    assert main(["export", safe, str(out), "--to", "onnx"]) == 0
    assert f"next: python {out / 'run.py'} TEXTS.txt" in capsys.readouterr().out
    assert main(["predict", str(out), str(out / "run.py")]) == 2
    assert f"run it with python {out}/run.py" in capsys.readouterr().err
    assert main(["export", safe, str(out), "--to", "onnx", "--with-weights"]) == 2
    assert "--with-weights: with --to onnx the encoders" in capsys.readouterr().err
    forest = make_pipeline(embed, KNeighborsClassifier(1)).fit(*labelled(demo))
    other = str(save(forest, tmp_path / "other"))
    assert main(["export", other, str(tmp_path / "no"), "--to", "onnx"]) == 2
    assert "--to onnx: KNeighborsClassifier can't be exported" in capsys.readouterr().err


CODE = """
import json, sys
import numpy as np
from run import Model
model = Model()
texts = json.load(open("texts.json"))
np.savez("found.npz", predict=model.predict(texts), proba=model.predict_proba(texts))
heavy = {"torch", "sklearn", "scipy", "pandas", "transformers", "langalign_sk"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*encoded texts are longer")
def test_a_process_without_torch_and_scikit_learn(
    tiny_bert, tiny_sentence_bert, demo, pairs, texts, tmp_path
):
    pytest.importorskip("onnxscript", reason="onnxscript is not installed")
    tuned = TunedEncoder("org/base")
    tuned.checkpoint_ = HeldCheckpoint.read(tiny_sentence_bert)
    models = {
        "en": HubModel(str(tiny_bert), pooling="cls", max_length=16, prompt="say: "),
        "ko": HubModel(tuned, long_texts="cut"),
    }
    embed = EmbeddingExtractor(models, progress=False, cache=None)
    few = pairs.take(range(60)).embed(embed)
    rows, names = labelled(demo)
    model = make_pipeline(embed, ReverseAligner(few), LogisticRegression())
    model.fit(rows[:60], names[:60])
    folder = export_onnx(model, tmp_path / "x")
    wanted, proba = model.predict(texts), model.predict_proba(texts)
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    subprocess.run([sys.executable, "-I", "-c", "import sys; sys.path[0:0] = ['.']\n" + CODE],
                   cwd=folder, check=True, timeout=120)  # fmt: skip
    with np.load(folder / "found.npz") as found:
        np.testing.assert_array_equal(found["predict"], wanted)
        np.testing.assert_allclose(found["proba"], proba, atol=1e-4)
    (folder / "lines.txt").write_text("환불\nwhere is it\n", encoding="utf-8")
    said = subprocess.run([sys.executable, "run.py", "lines.txt"], cwd=folder, check=True,
                          timeout=120, capture_output=True, text=True)  # fmt: skip
    lines = [line.split("\t") for line in said.stdout.splitlines()]
    assert [line[0] for line in lines] == model.predict(["환불", "where is it"]).tolist()
