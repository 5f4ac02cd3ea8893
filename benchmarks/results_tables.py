"""The tables of docs/developer/results.md: each function makes the Markdown of one result file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks import choosing_tables
from benchmarks.markdown import figure, gain, share, table, within
from benchmarks.real_tables import real_encoders

Result = Mapping[str, Any]
#: Columns of result files whose keys are not words.
HEADS = {
    "put_s": "put, s",
    "get_s": "get, s",
    "get_shuffled_s": "get in disorder, s",
    "first_ms": "open and get one, ms",
    "mb": "MB",
    "score": "best accuracy",
}


def plain(result: Result) -> str:
    """A table for every group of figures in a result file of any form."""
    parts = []
    for group, value in result.items():
        lines: dict[str, Result] | list[Result]
        if group == "versions":
            continue
        if isinstance(value, dict):
            lines = dict(_lines(value))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines = value
        else:
            continue  # one figure or word of the whole run stands above the tables
        title = "" if group in ("rows", "figures") else group.replace("_", " ")
        parts.append(_plain_table(title, lines))
    if not parts:
        raise ValueError("no group of figures in the result file")
    return "\n".join(parts)


def _lines(group: Result, path: str = "") -> Iterator[tuple[str, Result]]:
    """Flat lines of figures in a nested group, each with its name."""
    for name, value in group.items():
        full = f"{path}, {name}" if path else name
        if not isinstance(value, dict):
            yield full, {"figure": value}
        elif any(isinstance(part, dict) for part in value.values()):
            yield from _lines(value, full)
        else:
            yield full, value


def _plain_table(title: str, lines: dict[str, Result] | list[Result]) -> str:
    """Lines of figures, with a column of names where they have some."""
    named = list(lines.items()) if isinstance(lines, dict) else [("", line) for line in lines]
    heads = list(dict.fromkeys(head for _, line in named for head in line))
    rows = [[name, *(figure(line.get(head)) for head in heads)] for name, line in named]
    rows.insert(0, [title, *(HEADS.get(head, head) for head in heads)])
    return table(rows if isinstance(lines, dict) or title else [row[1:] for row in rows])


def transfer(result: Result) -> str:
    """Accuracy, and its share of the ceiling, by method and case."""
    cases = result["accuracy"]
    rows = [["accuracy [95% interval]", *cases]]
    for method in next(iter(cases.values())):
        cells = [case[method] for case in cases.values()]
        rows.append([method, *(within(cell["accuracy"], *cell["interval"]) for cell in cells)])
    counts = [{cell["n"] for cell in case.values()} for case in cases.values()]
    rows.append(["test items", *(" or ".join(map(figure, sorted(n))) for n in counts)])
    shares = result["share_of_ceiling"]
    below = [["share of the ceiling [95% paired bootstrap interval]", *shares]]
    for method in next(iter(shares.values())):
        below.append([method, *(within(*case[method]) for case in shares.values())])
    return f"{table(rows)}\n{table(below)}"


def quality(result: Result) -> str:
    """A table per section: accuracy by case, share of the native head over the languages."""
    parts = []
    for section, methods in result["sections"].items():
        cases = list(dict.fromkeys(c for cell in methods.values() for c in cell["accuracy"]))
        over = result.get("mean_over", "ko, ja, zh")
        rows = [[f"{section}: accuracy", *cases, f"mean share of native, {over} [95% interval]"]]
        for method, cell in methods.items():
            found = [cell["accuracy"].get(case) for case in cases]
            part = within(*cell["share"]) if cell["share"] else ""
            rows.append([method, *("" if x is None else f"{x:.3f}" for x in found), part])
        parts.append(table(rows))
    if "sentiment" in result:
        n = result["sentiment"]["n"]
        rows = [["film reviews", "accuracy [95% interval]", "share of native", "test items"]]
        for method, cell in result["sentiment"]["methods"].items():
            right = share(cell["accuracy"], n)
            rows.append([method, right, within(*cell["share"]), figure(n)])
        parts.append(table(rows))
    if "costs" in result:
        rows = [["map, all pairs, one core", "parameters", "seconds to fit"]]
        for name, cost in result["costs"].items():
            rows.append([name, figure(cost["parameters"]), figure(cost["seconds"])])
        parts.append(table(rows))
    return "\n".join(parts)


def penalty(result: Result) -> str:
    """Two tables per way to align: accuracy and gain over ridge, by number of pairs."""
    parts = []
    for title in ("round trip", "reverse, fixed head"):
        accuracy, gains = result[title]["accuracy"], result[title]["gain_over_ridge"]
        sizes = list(next(iter(accuracy.values())))
        pairs = [f"{size} pairs" for size in sizes]
        rows = [[f"{title}: mean accuracy", *pairs]]
        for name, row in accuracy.items():
            if "alpha = " not in name:  # the grid stands in the file; its best is a row here
                rows.append([name, *(f"{row[size]:.3f}" for size in sizes)])
        below = [[f"{title}: less ridge, GCV [95% interval]", *pairs]]
        below += [[name, *(gain(*row[size]) for size in sizes)] for name, row in gains.items()]
        parts += [table(rows), table(below)]
    return "\n".join(parts)


def wrong_pairs(result: Result) -> str:
    """One row per language, share of wrong pairs and way to fit."""
    rows = [
        [
            "language",
            "wrong pairs",
            "fit",
            "accuracy [95% interval]",
            "less plain on clean pairs",
            "share of wrong pairs, estimated",
            "test items",
        ]
    ]
    for lang, by_share in result["accuracy"].items():
        for wrong, cells in by_share.items():
            for fit, cell in cells.items():
                right = share(cell["accuracy"], cell["n"])
                less = gain(cell["difference"], *cell["interval"])
                rows.append(
                    [lang, wrong, fit, right, less, cell["estimated"], figure(cell["n"])]
                )  # fmt: skip
    return table(rows)


def retrieval(result: Result) -> str:
    """A table per language, a row per pair of encoders and map."""
    parts = []
    for lang, maps in result["retrieval"].items():
        head = ["P@1, CSLS [95% interval]", "P@1, cosine", "P@5, CSLS", "P@10, CSLS", "MRR, CSLS"]
        head += [
            "P@1 back, CSLS",
            "xSIM error",
            "xSIM error back",
            "P@1, both languages in one pool",
        ]
        rows = [[f"{lang}-en", *head, "test pairs"]]
        for name, found in maps.items():
            csls, xsim, n = found["csls"], found["margin, 4"], found["n"]
            forward = csls["forward"]
            figures = [
                found["cosine"]["forward"]["p_at_1"],
                *(forward[key] for key in ("p_at_5", "p_at_10", "mrr")),
                csls["backward"]["p_at_1"],
                xsim["forward"]["error"],
                xsim["backward"]["error"],
                found["mixed pool"]["p_at_1"],
            ]
            first = share(forward["p_at_1"], n)
            rows.append([name, first, *(f"{value:.3f}" for value in figures), figure(n)])
        parts.append(table(rows))
    return "\n".join(parts)


def sts(result: Result) -> str:
    """Spearman correlation by way of comparing and language."""
    languages = result["sts"]
    rows = [["Spearman [95% interval]", *languages]]
    for name in next(iter(languages.values())):
        cells = [found[name] for found in languages.values()]
        rows.append([name, *(within(c["spearman"], c["low"], c["high"]) for c in cells)])
    counts = [{cell["n"] for cell in found.values()} for found in languages.values()]
    rows.append(["test pairs", *(" or ".join(map(figure, sorted(n))) for n in counts)])
    return table(rows)


def word_alignment(result: Result) -> str:
    """F1 and error rate by method and language."""
    languages = result["word_alignment"]
    rows = [["F1 [95% interval]; AER", *languages]]
    for name in next(iter(languages.values())):
        cells = [found[name] for found in languages.values()]
        shown = (f"{within(c['f1'], c['low'], c['high'])}; {c['aer']:.3f}" for c in cells)
        rows.append([name, *shown])
    return table(rows)


def choosing(result: dict[str, Any]) -> str:
    """What following a score is worth, and the accuracies that it is about."""
    rows = [["case", "test items", "best setting", "mean of the settings"]]
    for name, case in result["cases"].items():
        best, n = max(case["accuracy"]), case["n_test"]
        rows.append([name, figure(n), share(best, n), f"{np.mean(case['accuracy']):.3f}"])
    return f"{choosing_tables.choosing(result)}\n{table(rows)}"


def estimate(result: dict[str, Any]) -> str:
    """Errors of the estimates, and the accuracies that they are about."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in result["estimates"]:
        groups.setdefault(f"{row['setting']}: {row['case']}", []).append(row)
    rows = [["case", "test items", "accuracy, lowest", "accuracy, highest"]]
    for name, found in groups.items():
        counts = sorted({row["n_test"] for row in found})
        accuracy = [row["accuracy"] for row in found]
        items = " or ".join(map(figure, counts))
        rows.append([name, items, f"{min(accuracy):.3f}", f"{max(accuracy):.3f}"])
    judged = choosing_tables.confirmed(result)
    return f"{choosing_tables.estimate(result)}\n{judged}\n{table(rows)}"


def report(result: Result) -> str:
    """What is advised and what following it loses; accuracy of every way, * marks what it is."""
    cases = result["cases"]
    head = ["encoders, task, language, pairs", "test items", "best", "its accuracy [95% interval]"]
    head += ["advised without labels", "its loss", "rule chosen on it", "loss with labels"]
    rows = [head]
    for case in cases:
        best = case["accuracy"][case["best"]]
        rows.append(
            [
                _case_of(case),
                figure(case["n"]),
                case["best"],
                share(best, case["n"]),
                case["advised"],
                f"{case['loss']:.3f}",
                "yes" if case["chosen_on"] else "no",
                f"{case['loss_with_labels']:.3f}",
            ]
        )
    below = [["cases", "a point lost at most", "mean loss", "largest", "with labels"]]
    groups = {"all": cases, "rule not chosen on it": [c for c in cases if not c["chosen_on"]]}
    for case in cases:
        groups.setdefault(f"{case['setting']}, {case['task']}", []).append(case)
    for name, found in groups.items():
        if found:
            losses = np.array([case["loss"] for case in found])
            labelled = np.mean([case["loss_with_labels"] for case in found])
            within_one = f"{np.mean(losses <= 0.01):.0%}"
            figures = (within_one, f"{losses.mean():.4f}", f"{losses.max():.3f}")
            below.append([f"{name} ({len(found)})", *figures, f"{labelled:.4f}"])
    ways = dict.fromkeys(_way(case, name) for case in cases for name in case["accuracy"])
    last = [["accuracy", *ways]]
    for case in cases:
        found = {_way(case, name): value for name, value in case["accuracy"].items()}
        shown = [f"{found[way]:.3f}" if way in found else "" for way in ways]
        last.append([_case_of(case), *shown])
    return f"{table(below)}\n{table(rows)}\n{table(last)}"


def _case_of(case: Result) -> str:
    """Name a case of the advice."""
    return f"{case['setting']}, {case['task']}, {case['lang']}, {case['pairs']:,}"


def _way(case: Result, name: str) -> str:
    """Name a way without its target language."""
    return name.replace(f"the {case['lang']} encoder", "the target's encoder")


def gate(result: Result) -> str:
    """Share of right rows by languages and side."""
    rows = [["languages", "side", "share right, mean of the draws", "worst draw", "rows per draw"]]
    n = figure(result["n_held_out"])
    for languages, sides in result["share_right"].items():
        for side, draws in sides.items():
            rows.append([languages, side, f"{np.mean(draws):.4f}", f"{min(draws):.4f}", n])
    return table(rows)


def tuning(result: Result) -> str:
    """Accuracy behind the frozen and behind the tuned encoder."""
    rows = [["judged in", "frozen", "tuned", "tuned less frozen", "draws"]]
    for way, cell in result["tuning"].items():
        means = (f"{cell[name]:.3f}" for name in ("frozen", "tuned"))
        gained = gain(cell["gain"], cell["low"], cell["high"])
        rows.append([way, *means, gained, figure(cell["draws"])])
    return table(rows)


#: Result files whose form needs a table of its own.
def paper(result: Result) -> str:
    """A row per method and a column per task and setting, then each seed of what is drawn."""
    found = {
        (f"{cell['task']}, {cell['setting']}", cell["method"]): cell for cell in result["cells"]
    }
    columns, methods = ({at[i]: None for at in found} for i in (0, 1))
    counts = {column: cell["n"] for (column, _), cell in found.items()}

    def line(method: str, say: Callable[[Result], str]) -> list[str]:
        cells = (found.get((column, method)) for column in columns)
        return [method, *("" if cell is None else say(cell) for cell in cells)]

    def mean(cell: Result) -> str:
        return within(cell["accuracy"], cell["low"], cell["high"])

    def seeds(cell: Result) -> str:
        return " ".join(f"{one:.3f}" for one in cell["seeds"]) if len(cell["seeds"]) > 1 else ""

    head = [f"{column} (n={counts[column]:,})" for column in columns]
    drawn = [row for row in (line(method, seeds) for method in methods) if any(row[1:])]
    tables = [table([["accuracy", *head], *(line(method, mean) for method in methods)])]
    tables += [table([["seed by seed", *columns], *drawn])] * bool(drawn)
    return "\n".join(tables)


def inference(result: Result) -> str:
    """Accuracy in both languages, what Korean is above one encoder without a map, and seconds."""
    rows = [["way", "English dev [95% interval]", "Korean dev", "Korean less USE alone"]]
    for line in result["lines"]:
        cells = (line[lang] for lang in ("en", "ko"))
        accuracies = (within(cell["accuracy"], cell["low"], cell["high"]) for cell in cells)
        rows.append([line["way"], *accuracies, gain(*line["ko"]["above"])])
    seconds = [["seconds of", ""], *([what, f"{s:,.0f}"] for what, s in result["seconds"].items())]
    return "\n".join([table(rows), table(seconds)])


def migration(result: Result) -> str:
    """What is kept of each search, beside the best of the peer, by encoders and texts."""
    head = ["kept, nDCG@10 [95% interval]", "STS-B", "SIB-200", "Tatoeba", "map", "isotrieve"]
    rows = [["from, to, texts", *head, "ahead [95% interval]", "classifier kept"]]
    for name, cell in result["cells"].items():
        ours = cell["langalign"]
        best = cell["best_peer"]
        rows.append(
            [
                name,
                within(ours["mean"], *cell["interval"]),
                *(f"{ours[task]:.3f}" for task in ("sts", "topics", "tatoeba")),
                cell["map"],
                f"{cell['peers'][best]['mean']:.3f} ({best})",
                gain(cell["ahead"], *cell["ahead_interval"]),
                f"{cell['classifier_kept']:.3f}",
            ]
        )
    below = [["classifier, texts", "old vectors", "new ones mapped back", "kept [95% interval]"]]
    for name, cell in result["classifiers"].items():
        accuracies = [f"{cell[which]:.3f}" for which in ("old", "mapped")]
        below.append([name, *accuracies, within(*(cell[key] for key in ("kept", "low", "high")))])
    return f"{table(rows)}\n{table(below)}"


def runtimes(result: Result) -> str:
    """A row for each pipeline and process, and what differs between the two."""
    heads = ("start s", "p50 ms", "p95 ms", "MB", "seconds for all")
    rows, said = [["pipeline", "process", *heads, "MB on disk"]], []
    for title, found in result["found"].items():
        for way, name in (("safe", "this package"), ("onnx", "ONNX")):
            figures = [figure(found["processes"][way][head]) for head in heads]
            rows.append([title, name, *figures, figure(found["MB on disk"][way])])
        said.append(
            f"- {title}: {figure(found['labels that differ'])} of {figure(found['texts'])} labels "
            "differ, probabilities by "
            f"{found['largest difference of a probability']:.1e} at most; of torch, scikit-learn, "
            f"SciPy and transformers `run.py` imports {len(found['imported by run.py']) or 'none'}"
        )
    return table(rows) + "\n" + "\n".join(said) + "\n"


TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "transfer": transfer,
    "quality": quality,
    "penalty": penalty,
    "wrong_pairs": wrong_pairs,
    "retrieval": retrieval,
    "migration": migration,
    "sts": sts,
    "word_alignment": word_alignment,
    "choosing": choosing,
    "estimate": estimate,
    "suggest": choosing_tables.suggest,
    "report": report,
    "gate": gate,
    "untouched": quality,
    "real_encoders": real_encoders,
    "paper": paper,
    "tuning": tuning,
    "inference": inference,
    "runtimes": runtimes,
}
