"""The measurements run and count right; what they find on real data is not tested here."""

import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import (
    cache_stores,
    closed_forms,
    cost,
    disk_cache,
    gate,
    gpu,
    gpu_encoding,
    gpu_sizes,
    penalty,
    real_asked,
    real_data,
    real_encoders,
    real_ledger,
    real_methods,
    real_score,
    real_settings,
    real_skew,
    real_tasks,
    tasks,
    transfer,
    tuning,
    untouched,
    wrong_pairs,
)
from langalign_sk import BlockLayout, NgramEncoder, ParallelCorpus
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
def english(data_folder, monkeypatch):
    """An n-gram encoder in place of MiniLM: unlike a model of random weights, it reads its text."""
    texts = real_data.sib200(data_folder, "en").texts
    encoder = NgramEncoder(32).fit([*texts, *real_data.stsb(data_folder, "zh")[0]])
    monkeypatch.setattr(real_data, "minilm", lambda: encoder)


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
@pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning")
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


def test_tuning_goes_on_where_it_was_stopped(
    data_folder, tiny_sentence_bert, tmp_path, results, monkeypatch, capsys
):
    for name, size in (("N_LABELS", 30), ("N_TEST", 20), ("N_PAIRS", 60)):
        monkeypatch.setattr(tuning, name, size)
    monkeypatch.setitem(tuning.SETTINGS, "freeze", 2)
    options = ["--data", str(data_folder), "--encoder", str(tiny_sentence_bert), "--korean", "2"]
    options += ["--cache", str(tmp_path / "cache"), "--draws"]
    tuning.main([*options, "2"])
    monkeypatch.setattr(tuning, "measured", None)
    tuning.main([*options, "2"])
    first, again = capsys.readouterr().out.split("tuning takes")[:2]
    assert again.partition("\n")[2] == first
    assert not results.exists()
    for way in (tuning.ENGLISH, tuning.REVERSE, tuning.RECIPE):
        assert re.search(rf"^{way} +2 ", first, re.M)


@pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning")
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
    data_folder, english, tmp_path, results, monkeypatch, capsys
):
    monkeypatch.setattr(penalty, "SIZES", (100, None))
    options = ["--data", str(data_folder)]
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
    data_folder, english, tmp_path, results, monkeypatch, capsys
):
    monkeypatch.setattr(wrong_pairs, "SHARES", (0.0, 0.3))
    options = ["--data", str(data_folder)]
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


def quick(data_folder, tmp_path, monkeypatch, *more):
    """Run a toy of the table of real encoders; an n-gram encoder stands for all of them."""
    english = real_data.sib200(data_folder, "en").texts
    encoder = NgramEncoder(16).fit([*english, *real_data.sib200(data_folder, "ko").texts])
    monkeypatch.setattr(real_settings, "USE_MODEL", encoder)
    monkeypatch.setattr(real_settings, "NGRAM_WIDTH", 16)
    monkeypatch.setattr(real_data, "minilm", lambda: encoder)
    names = [real_methods.NO_MAP, real_methods.FORWARD, real_methods.HALF + real_methods.UNLABELLED]
    options = ["--data", str(data_folder), "--cache", str(tmp_path), "--tag", "1", "--quick"]
    out = tmp_path / "out.json"
    options += ["--setting", "shared", "n-gram", "--method", *names, "--out", str(out), *more]
    real_encoders.main(options)
    return json.loads(out.read_text("utf-8"))


def test_the_table_of_real_encoders_goes_on_where_it_was_stopped(
    data_folder, tmp_path, monkeypatch, results, capsys
):
    given = (data_folder, tmp_path, monkeypatch)
    found = quick(*given)
    assert [len(lines) for lines in found["sections"].values()] == [3, 2]
    assert all(cell["error"] is None for cell in found["cells"])
    assert "shared" in capsys.readouterr().out
    path = tmp_path / "real_encoders.jsonl"
    lines = path.read_text("utf-8").split("\n")
    assert len(lines) == 5
    path.write_text("\n".join([*lines[:3], lines[3][:50]]), "utf-8")  # killed while it wrote
    assert quick(*given)["sections"] == found["sections"]
    assert len(path.read_text("utf-8").split("\n")) == 6
    quick(*given, "--redo", real_methods.FORWARD)
    anew = [json.loads(line)["method"] for line in path.read_text("utf-8").split("\n")[6:]]
    assert anew == [real_methods.FORWARD] * 2
    assert not results.exists()


def test_the_pool_holds_no_translation_of_a_labelled_row(data_folder):
    (task,) = real_tasks.tasks(data_folder, ["topics"], ["ko"])
    tested = np.sort(np.concatenate([split.test for split in task.splits]))
    assert np.array_equal(tested, np.arange(240))
    for split in task.splits:
        assert not set(split.train) & set(split.test)
        labelled = {task.english[row] for row in split.half}
        assert len(split.rest) > 50
        assert not labelled & {task.english[row] for row in split.rest}
        assert not set(split.rest) & set(split.test)


def test_pairs_of_a_language_without_sts_are_those_of_tatoeba(data_folder, tmp_path):
    write_tsv(
        tmp_path / "tatoeba" / "tr-en.tsv", {"target": ["a", "b", "a"], "en": ["x", "y", "x"]}
    )
    assert real_tasks.general_pairs(tmp_path, "tr") == (["x", "y"], ["a", "b"])
    assert len(real_tasks.general_pairs(data_folder, "ko")[0]) == 240 + 1


def test_halves_of_a_real_task_share_no_sentence(data_folder):
    (task,) = real_tasks.tasks(data_folder, ["topics"], ["ko"])
    rows = np.repeat(np.arange(240.0), 2).reshape(-1, 2)
    sides = np.arange(482.0).reshape(-1, 2)
    sides = rows, rows + 0.5, sides, sides + 0.5
    setting = real_settings.SETTINGS["shared"]
    case = real_settings.RealCase("shared", setting, task, *sides, None)
    half = tasks.halved(case, n_test=100)
    assert half.name == "topics, ko, shared"
    assert half.fit_pairs.layout is None
    assert half.fit_pairs.n_pairs + half.held_out.n_pairs == 241
    assert len(half.X_test) == 100
    assert not set(half.X[:, 0]) & set(half.X_test[:, 0] - 0.5)
    labels = task.y[half.X[:, 0].astype(int)]
    assert np.array_equal(half.y, labels)


def test_an_error_is_a_result_of_a_cell(data_folder):
    (task,) = real_tasks.tasks(data_folder, ["topics"], ["ko"], n_folds=2)
    rows, setting = np.ones((240, 2), np.float32), real_settings.SETTINGS["apart"]
    case = real_settings.RealCase("apart", setting, task, rows, rows, rows, rows, None)

    def make(pairs, pool):
        assert pairs.n_pairs == 50
        raise ValueError("no such luck")

    cell = real_methods.measured(case, real_methods.Method("broken", make), 50)
    assert cell.error == "ValueError: no such luck"
    assert len(cell.right) == 240
    assert not cell.right.any()


def test_a_ledger_gives_back_every_row(tmp_path):
    right = np.random.default_rng(0).random(77) < 0.5
    real_ledger.Ledger(tmp_path / "a").put("k", real_methods.Cell(right, 1.0, ["w"]), method="m")
    cell = real_ledger.Ledger(tmp_path / "a").get("k")
    assert np.array_equal(cell.right, right)
    assert (cell.warned, cell.error) == (["w"], None)
    assert real_ledger.Ledger(tmp_path / "a", ["m"]).get("k") is None


def test_shares_of_several_tasks_are_paired():
    rows = {("topics", "ko"): np.arange(100) % 10 < 8, ("intents", "it"): np.arange(50) % 10 < 5}
    native = {at: hits.astype(float) for at, hits in rows.items()}
    half = {at: hits * (np.arange(len(hits)) % 2) for at, hits in native.items()}
    assert real_score.share(native, native) == (1.0, 1.0, 1.0)
    value, low, high = real_score.gain(half, native)
    assert value == pytest.approx(-(0.4 + 0.3) / 2)  # 8 of 10 to 4, 5 of 10 to 2
    assert low < value < high < 0


def test_what_is_asked_of_the_defaults():
    names = (real_methods.NATIVE, real_methods.NO_MAP, real_methods.RECIPE)
    reached = {
        ("shared", 5000, task, lang, name): accuracy
        for task, lang, low in (("topics", "ko", 0.8), ("intents", "it", 0.9))
        for name, accuracy in zip(names, (1.0, low, low + 0.1 * (lang == "ko")), strict=True)
    }
    lines = [
        line for line in real_asked.answered(reached) if line["asked"].startswith("shared, 5,")
    ]
    assert [(line["least"], round(line["reached"], 3), line["met"]) for line in lines] == [
        (-0.003, 0.05, True),
        (-0.01, 0.0, True),
        (0.01, 0.05, True),
    ]
    assert all(line["cells"] == 2 for line in lines)
    few = {(*at[:3], "tr", at[4]) if at[2] == "intents" else at: v for at, v in reached.items()}
    line = real_asked.answered(few)[0]
    assert (round(line["reached"], 3), round(line["enough"], 3)) == (0.05, 0.1)
    del reached["shared", 5000, "intents", "it", real_methods.NO_MAP]
    assert real_asked.answered(reached) == []


@pytest.mark.parametrize(("skew", "largest"), [(None, 0.25), (0.6, 0.6), (0.9, 0.9)])
def test_traffic_has_the_skew_that_is_asked_for(skew, largest):
    y = np.repeat(list("abcd"), [200, 150, 150, 100])
    for draw in range(4):
        rows = real_skew.drawn(y, skew, 120, draw)
        _, counts = np.unique(y[rows], return_counts=True)
        assert len(set(rows)) == len(rows)
        assert counts.min() > 0
        assert counts.max() / counts.sum() == pytest.approx(largest, abs=0.02)


def test_traffic_with_itself_as_unlabelled_text(data_folder):
    rng = np.random.default_rng(0)
    y = np.repeat(list("abc"), 40)
    X = np.eye(3)[np.repeat(range(3), 40)] + 0.1 * rng.standard_normal((120, 3))
    pairs = ParallelCorpus(X[::2], X[::2], target_lang="ko", layout=BlockLayout({"en": 3, "ko": 3}))
    traffic = real_skew.Traffic("ko", X[::2], y[::2], X[1::2], y[1::2], pairs, 40, 2)
    found = real_skew.judged(traffic, None, real_skew.WAYS)
    assert {name: len(draws) for name, draws in found.items()} == {
        real_skew.WITHOUT: 2,
        real_skew.WITH: 2,
        real_skew.KNOWN: 2,
    }
    assert min(found[real_skew.WITHOUT]) > 0.9
    line = real_skew.answered({"demo text, ko, apart": {"60% in one class": found}})[0]
    assert line["least"] == 0.05
    assert line["cells"] == 2
    unequal = replace(traffic, unequal=True)
    for draw in range(2):
        rows = real_skew._labelled(unequal, draw)
        names, counts = np.unique(traffic.y_english[rows], return_counts=True)
        assert sorted(counts) == [3, 3, 20]
        assert names[counts.argmax()] != real_skew._large(traffic.y, draw)
    found = real_skew.judged(unequal, real_skew.LIKE, [real_skew.WITH])
    assert min(found[real_skew.WITH]) > 0.9
    found = real_skew.judged(unequal, None, real_skew.WAYS)
    line = real_skew.answered({f"topics, it, apart{real_skew.UNEQUAL}": {"balanced": found}})[0]
    assert line["asked"].startswith("traffic balanced, topics, apart, unequal labels")
    assert line["least"] == 0.02


def test_all_that_a_gpu_is_measured_by_runs_on_a_processor(results, capsys, monkeypatch):
    assert gpu.main(["--quick"]) == 0
    printed = capsys.readouterr().out
    for piece in gpu.PIECES:
        assert f"| {piece} |" in printed
    assert not results.exists()

    def broken(*args):
        raise ValueError("no such luck")

    monkeypatch.setitem(gpu.PIECES, "encoding", broken)
    assert gpu.main(["--quick", "--only", "encoding", "retrieval"]) == 1
    printed = capsys.readouterr()
    assert "| retrieval |" in printed.out
    assert printed.err.endswith("failed: encoding\n")


def test_without_a_card_nothing_is_measured(monkeypatch, results, capsys):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu.main([]) == gpu.main(["--card"]) == 2
    printed = capsys.readouterr()
    assert "There is no GPU here that torch can use" in printed.err
    assert not printed.out
    assert not results.exists()


def test_operations_of_a_forward_pass(tmp_path):
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import AutoModel, AutoTokenizer

    folder = gpu_encoding.checkpoint(tmp_path / "model", gpu_sizes.QUICK.small_model)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    text = gpu_encoding.sentences(5)[-1]
    tokens = tokenizer(text, return_tensors="pt")
    with torch.no_grad(), FlopCounterMode(display=False) as counted:
        model(**tokens)
    width = model.config.hidden_size
    found = gpu_encoding.work_of(folder, [text])
    assert found[0] == tokens["input_ids"].numel()
    assert found[1] == counted.get_total_flops() - 2 * width**2  # less the pooler, for one token
