"""The measurements run and count right; what they find on real data is not tested here."""

import gzip
import json

import numpy as np
import pytest

from benchmarks import (
    cache_stores,
    closed_forms,
    cost,
    disk_cache,
    gate,
    penalty,
    real_data,
    transfer,
    untouched,
    wrong_pairs,
)
from langalign_sk.datasets import load_demo

# The tiny model of the tests takes few tokens.
pytestmark = pytest.mark.filterwarnings("ignore:.* are longer than the model takes")


def write_tsv(path, columns):
    lines = ["\t".join(columns), *("\t".join(row) for row in zip(*columns.values(), strict=True))]
    data = ("\n".join(lines) + "\n").encode()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    """A folder with the files of the real one, filled with made-up sentences."""
    folder = tmp_path_factory.mktemp("data")
    for lang in real_data.TARGETS:
        pairs = load_demo(lang, n_train=8, n_test=8, n_pairs=720, n_unlabeled=8).pairs
        english, target = list(pairs.source), list(pairs.target)
        rows = range(240)
        split = ["train" if i % 5 else "test" for i in rows]
        head = {"split": split, "label": [f"topic {i % 3}" for i in rows]}
        write_tsv(folder / "sib200" / "en.tsv", {**head, "text": english[:240]})
        write_tsv(folder / "sib200" / f"{lang}.tsv", {**head, "text": target[:240]})
        columns = {"target1": target[240:480], "target2": target[480:]}
        columns |= {"en1": english[240:480], "en2": english[480:]}
        write_tsv(folder / "stsb" / f"{lang}-en.tsv.gz", columns)
        # One pair that STS-B has too, and one of its own.
        again = {"target": [target[240], '"quoted'], "en": [english[240], 'a "quote']}
        write_tsv(folder / "tatoeba" / f"{lang}-en.tsv", again)
    write_tsv(folder / "nsmc_ko_unlabeled.tsv.gz", {"text": ["영화가 참 좋았다", "별로였다"]})
    return folder


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(real_data, "RESULTS", tmp_path / "results")
    return tmp_path / "results"


def test_transfer_measures_every_method(data_folder, tiny_sentence_bert, tmp_path, results, capsys):
    options = ["--data", str(data_folder), "--encoder", str(tiny_sentence_bert)]
    transfer.main([*options, "--cache", str(tmp_path / "cache"), "--lang", "zh"])
    found = json.loads((results / "transfer.json").read_text("utf-8"))
    table = found["accuracy"]["zh"]
    assert next(iter(table)) == "no alignment"
    assert list(table)[-1] == transfer.CEILING
    assert len(table) == 8
    assert all(cell["n"] == 240 for cell in table.values())
    printed = capsys.readouterr().out
    for method, cell in table.items():
        assert method in printed
        assert f"{cell['accuracy']:.3f}" in printed


def test_untouched_directions(data_folder):
    case = untouched.between(data_folder, "ja", "zh")
    pairs = case.pairs()
    assert (pairs.source_lang, pairs.target_lang, len(case.S)) == ("ja", "zh", 480)
    assert case.english([0, 1]).shape == case.target([0, 1]).shape
    right = {"all": {"ja > zh": np.r_[np.ones(30), np.zeros(70)]}}
    native = {"ja > zh": np.r_[np.ones(50), np.zeros(50)]}
    found = untouched.table({"ja > zh": {"recipe": right["all"]["ja > zh"]}}, native)["recipe"]
    assert found["accuracy"] == {"ja > zh": 0.3}
    assert found["share"][0] == pytest.approx(0.6)
    assert found["share"][1] < 0.6 < found["share"][2]


# The tiny model takes few tokens.
@pytest.mark.filterwarnings("ignore:.* are longer than the model takes")
def test_gate_is_judged_on_rows_it_has_not_seen(
    data_folder, tiny_sentence_bert, tmp_path, results, monkeypatch
):
    monkeypatch.setattr(gate, "N_PAIRS", 100)
    options = ["--data", str(data_folder), "--encoder", str(tiny_sentence_bert)]
    gate.main([*options, "--cache", str(tmp_path / "cache")])
    found = json.loads((results / "gate.json").read_text("utf-8"))
    assert found["n_held_out"] == 48
    assert list(found["share_right"]) == ["en, ko", "en, ja", "en, zh", "en, ko, ja, zh"]
    assert all(len(draws) == 5 for draws in found["share_right"]["en, ko"].values())
    assert np.mean(found["share_right"]["en, zh"]["zh"]) > 0.75


def test_costs_of_holding_and_fitting():
    assert "clone of an aligner, 400 x 16 float32 pairs" in cost.holding(400, 16)
    assert any("24 fits" in name for name in cost.fitting(800, 16))


def test_pairs_are_distinct_and_quotes_are_letters(data_folder):
    english, target = real_data.sentence_pairs(data_folder, "ko")
    assert len(english) == len(target) == 480 + 1
    assert (english[-1], target[-1]) == ('a "quote', '"quoted')


def test_store_encodes_each_text_once_over_all_runs(counting_encoder, tmp_path):
    class Embed:
        def spec(self):
            return "counted"

        def transform(self, texts):
            return counting_encoder.encode(texts)

    first = real_data.VectorStore(Embed(), tmp_path)(["a", "b", "a"])
    again = real_data.VectorStore(Embed(), tmp_path)(["b", "c"])
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[1], again[0])
    assert sorted(counting_encoder.texts) == ["a", "b", "c"]


def test_store_keeps_no_text(tmp_path):
    class Embed:
        def spec(self):
            return "spec"

        def transform(self, texts):
            return np.ones((len(texts), 2), np.float32)

    real_data.VectorStore(Embed(), tmp_path)(["a private sentence"])
    (path,) = tmp_path.iterdir()
    assert b"private" not in path.read_bytes()


def test_cross_tests_no_row_it_was_trained_on():
    class Memory:
        def fit(self, X, y):
            self.seen = set(X[:, 0])

        def predict(self, X):
            return np.array([x in self.seen for x in X[:, 0]])

    X = np.arange(6.0).reshape(-1, 1)
    folds = [(np.arange(3, 6), np.arange(3)), (np.arange(3), np.arange(3, 6))]
    assert not transfer.cross(Memory(), X, X, np.ones(6, bool), folds).any()


def test_share_of_the_ceiling():
    ceiling = np.arange(1000) % 10 < 8
    right = np.arange(1000) % 10 < 4
    value, low, high = transfer.share(right, ceiling)
    assert value == 0.5
    assert 0.45 < low < 0.5 < high < 0.55
    assert transfer.share(ceiling, ceiling) == (1.0, 1.0, 1.0)


def test_closed_forms_states_every_limit():
    rows = closed_forms.measure(300, 12, 1)
    limits = [limit for _, _, limit in rows if limit]
    assert len(limits) == 9
    assert all(figure for _, figure, _ in rows)
    different = next(figure for what, figure, _ in rows if "between chunkings" in what)
    assert float(different) < 1e-10


def test_penalty_compares_the_choice_with_hindsight(
    data_folder, tiny_sentence_bert, tmp_path, results, monkeypatch, capsys
):
    monkeypatch.setattr(penalty, "SIZES", (100, None))
    options = ["--data", str(data_folder), "--encoder", str(tiny_sentence_bert)]
    penalty.main([*options, "--cache", str(tmp_path / "cache"), "--lang", "zh", "--draws", "2"])
    found = json.loads((results / "penalty.json").read_text("utf-8"))
    trips = found["round trip"]["accuracy"]
    fixed = [row for name, row in trips.items() if "alpha = " in name]
    assert len(fixed) == len(penalty.ALPHAS)
    for size in ("100", "all"):
        assert trips[penalty.BEST][size] == max(row[size] for row in fixed)
        gain, low, high = found["reverse, fixed head"]["gain_over_ridge"]["whitened, OAS, p = 0"][
            size
        ]
        assert low <= gain <= high
    assert penalty.BEST in capsys.readouterr().out


def test_wrong_pairs_measures_every_fit(
    data_folder, tiny_sentence_bert, tmp_path, results, monkeypatch, capsys
):
    monkeypatch.setattr(wrong_pairs, "SHARES", (0.0, 0.3))
    options = ["--data", str(data_folder), "--encoder", str(tiny_sentence_bert)]
    wrong_pairs.main([*options, "--cache", str(tmp_path / "cache"), "--lang", "zh"])
    table = json.loads((results / "wrong_pairs.json").read_text("utf-8"))["accuracy"]["zh"]
    assert list(table) == ["0.0", "0.3"]
    assert table["0.0"]["plain"]["difference"] == 0.0
    for cells in table.values():
        assert list(cells) == ["plain", "trim", "weight", wrong_pairs.HIDDEN]
        for cell in cells.values():
            assert cell["n"] == 240
            assert cell["interval"][0] <= cell["difference"] <= cell["interval"][1]
    assert float(table["0.3"]["trim"]["estimated"]) >= 0
    assert "against clean" in capsys.readouterr().out


def test_every_store_gives_back_what_was_put():
    figures = cache_stores.measure(600, repeat=1)
    assert {"append-only segments", "SQLite (WAL)", "one file per vector"} <= figures.keys()


def test_two_writers_lose_nothing_and_lookups_encode_nothing(tmp_path):
    (figure,) = disk_cache.two_writers(tmp_path, scale=200).values()
    assert figure == "0, 0"
    assert disk_cache.lookups(tmp_path, scale=1000)
