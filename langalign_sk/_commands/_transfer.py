"""The ``transfer`` command: labels in one language, a classifier for another, no Python written."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._options import add_labelled, add_pairs, source, text_columns
from langalign_sk._commands._saved import MANIFEST, MODEL_FILE, model_folder, say

if TYPE_CHECKING:
    from langalign_sk.corpus import ParallelCorpus
    from langalign_sk.report import TransferReport

NGRAM = "ngram"

_EPILOG = """\
Files end in .tsv, .csv or .jsonl with the columns text and label (--train, --test); rows may hold
two texts, --text-column premise hypothesis, with pairs of single sentences all the same. Pairs may
be .tmx, .po or .xliff; unlabelled text may also be .txt, one text per line. The encoder of a
language is a sentence-transformers or transformers name, a folder, the word use (fifteen languages,
with the extra of that name), or the word ngram: characters of the given texts of that language, no
download. One --encoder NAME without a language serves both.

DIR receives the model and its manifest, report.html, summary.txt and, with --test or --unlabeled,
predictions.tsv.
"""


def add_parser(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "transfer",
        help="labelled texts and sentence pairs in, a classifier for the other language out",
        description="Compare ways of carrying labels to another language, keep the advised one.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--train", type=source, required=True, metavar="FILE", help="labelled texts"
    )
    add_pairs(parser, required=True)
    parser.add_argument(
        "--encoder",
        action="append",
        required=True,
        metavar="[LANG=]NAME",
        help="encoder of a language, given twice; or one multilingual encoder",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.add_argument("--test", type=source, metavar="FILE", help="labelled target texts")
    parser.add_argument(
        "--unlabeled", type=source, metavar="FILE", help="target texts as the service gets them"
    )
    parser.add_argument(
        "--source", default="en", metavar="LANG", help="language of --train (default: en)"
    )
    parser.add_argument(
        "--target", metavar="LANG", help="the other language (default: from --encoder)"
    )
    add_labelled(parser)
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="keep vectors here, for the next run"
    )
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from langalign_sk._commands._files import check_labels, read_labels, read_texts
    from langalign_sk._commands._pairs import read_pairs
    from langalign_sk.corpus import TextPool

    encoders, source, target = languages(args.encoder, args.source, args.target)
    langs = (source, target)
    columns: dict[str, Any] = {"text": text_columns(args), "lang_column": args.lang_column}
    # Everything is read before anything is computed: mistakes show within a second.
    train = read_labels(args.train, lang=source, langs=langs, label=args.label_column, **columns)
    train = train.of(source)
    names = train.names
    known = sorted(set(train.labels))
    if len(known) < 2:
        raise ValueError(f"{args.train}: all labels are {known[0][:40]!r}; two classes are needed")
    pairs, read = read_pairs(args.pairs, langs, args.pair_columns)
    columns["strict"] = False
    test = None
    if args.test is not None:
        test = read_labels(args.test, lang=target, langs=langs, label=args.label_column, **columns)
        test = check_labels(test.of(target), known, args.train)
        read.append(test.account)
    unlabeled = None
    if args.unlabeled is not None:
        found = read_texts(args.unlabeled, lang=target, langs=langs, **columns)
        read.append(found.account)
        unlabeled = [
            row for row, lang in zip(found.texts, found.langs, strict=True) if lang == target
        ]
    _check_folder(args.out)
    two = "rows of two texts" if len(names) == 2 else "texts"
    say(f"{len(train.texts):,} labelled {two}, {len(known)} classes")
    for account in (train.account, *read):
        say(account.line())
    cleaned = "; ".join(account.line() for account in read if account.unit == "pairs")

    spare = {source: train.texts, target: unlabeled or []}
    embedder = extractor(encoders, pairs, spare, cache=args.cache)
    report = compare(
        embedder,
        train,
        pairs,
        test=test,
        unlabeled=None if unlabeled is None else TextPool(unlabeled, lang=target),
        seed=args.seed,
    )
    write(args.out, report, cleaned, names, target=target, test=test, unlabeled=unlabeled)
    print(report.summary())
    print(f"\n{args.out}: {MODEL_FILE}, {MANIFEST}, report.html, summary.txt", end="")
    print(", predictions.tsv" if test or unlabeled else "")
    asked = "TEXTS.txt" if len(names) == 1 else f"TEXTS.tsv --text-column {' '.join(names)}"
    print(f"next: langalign-sk predict {args.out} {asked}")
    return 0


def languages(given: list[str], source: str, target: str | None) -> tuple[Any, str, str]:
    """Encoders by language (or the one of all), source language, target language."""
    from langalign_sk.text import match_code, same_code

    parts = [item.partition("=") for item in given]
    if len(parts) == 1 and not parts[0][1]:
        if target is None:
            raise ValueError("one encoder for both languages: name the other one with --target")
        if parts[0][0] == NGRAM:
            raise ValueError(
                f"the {NGRAM} encoder knows one language: give --encoder {source}={NGRAM} "
                f"--encoder {target}={NGRAM}"
            )
        _check_target(source, target)
        return parts[0][0], source, target
    encoders: dict[str, str] = {}
    for lang, sign, name in parts:
        if not (lang and sign and name):
            raise ValueError(f"--encoder {lang}{sign}{name}: LANG=NAME is needed for each language")
        if any(same_code(lang, other) for other in encoders):
            raise ValueError(f"--encoder {lang}= is given twice")
        encoders[lang] = name
    named = match_code(source, encoders)
    others = [lang for lang in encoders if lang != named]
    other = target is not None and match_code(target, others) is None
    if named is None or len(others) != 1 or other:
        wanted = target or "LANG"
        raise ValueError(
            f"two encoders are needed, --encoder {source}=NAME --encoder {wanted}=NAME; got "
            f"{', '.join(encoders)} (--source names the language of the labels)"
        )
    _check_target(named, others[0])
    return encoders, named, others[0]


def _check_target(source: str, target: str) -> None:
    """Refuse a transfer to the same language."""
    from langalign_sk.text import same_code

    if same_code(source, target):
        raise ValueError(f"--source and --target are both {source}: two languages are needed")


def extractor(
    encoders: Any, pairs: ParallelCorpus, spare: dict[str, list[Any]], *, cache: Path | None
) -> Any:
    """Build the extractor; character encoders are fitted on every text of their language."""
    from langalign_sk import EmbeddingExtractor, NgramEncoder

    # A text that shows no language, such as an emoji, comes from where the model is used.
    given: dict[str, Any] = {"default_language": str(pairs.target_lang)}
    given["cache"] = "memory" if cache is None else cache
    if isinstance(encoders, str):
        languages = [str(pairs.source_lang), str(pairs.target_lang)]
        return EmbeddingExtractor(encoders, languages=languages, **given)
    models: dict[str, Any] = {}
    for lang, name in encoders.items():
        models[lang] = name
        if name == NGRAM:
            side = pairs.source if lang == pairs.source_lang else pairs.target
            own = [text for row in spare[lang] for text in ([row] if type(row) is str else row)]
            texts = list(dict.fromkeys([*side, *own]))
            say(f"fitting the {NGRAM} encoder of {lang} on {len(texts):,} texts")
            models[lang] = NgramEncoder(min(384, max(2, len(texts) // 2))).fit(texts)
    return EmbeddingExtractor(models, **given)


def compare(
    embedder: Any, train: Any, pairs: ParallelCorpus, *, test: Any, unlabeled: Any, seed: int
) -> TransferReport:
    """Compare the standard ways and the whole recipe."""
    from langalign_sk.report import transfer_report

    return transfer_report(
        train.texts,
        train.labels,
        pairs=pairs,
        embedder=embedder,
        unlabeled=unlabeled,
        X_target=None if test is None else test.texts,
        y_target=None if test is None else test.labels,
        random_state=seed,
    )


def write(
    out: Path,
    report: TransferReport,
    pairs: str,
    names: Sequence[str],
    *,
    target: str,
    test: Any,
    unlabeled: Sequence[Any] | None,
) -> None:
    """Write all files, or none."""
    import joblib

    from langalign_sk._commands._predict import columns_of, in_language, predict, write_table
    from langalign_sk._io import atomic_file

    model = report.fitted()
    accuracy = getattr(model.steps[0][1], "language_accuracy_", None)
    if accuracy is not None:
        say(
            f"both languages share a script: {accuracy:.1%} of texts held out of the pairs were "
            "told right; where the language is known, `predict --lang` says it"
        )
    with model_folder(out) as folder:
        with atomic_file(folder / MODEL_FILE) as file:
            joblib.dump(model, file)
        report.to_html(folder / "report.html")
        with atomic_file(folder / "summary.txt") as file:
            file.write(f"{report.summary()}\n\nPairs: {pairs}\n".encode())
        texts = unlabeled if test is None else test.texts
        if texts:
            labels = None if test is None else test.labels
            # Both files are in the target language: nobody has to guess it.
            told = in_language(model, target)
            columns = columns_of(texts, predict(told, texts), labels, names=names)
            write_table(folder / "predictions.tsv", columns)


def _check_folder(out: Path) -> None:
    """Refuse a folder of other files before the work, not after it."""
    from langalign_sk._io import atomic_folder

    try:
        with atomic_folder(out, marker=MODEL_FILE):
            raise _NotYet
    except _NotYet:
        pass


class _NotYet(Exception):  # noqa: N818 - leaves the trial without writing, no error
    """Ends the trial of the output folder."""
