"""Compare every way of bringing labels to another language, on the user's own texts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from langalign_sk._io import TextRow, hold_two, well_formed
from langalign_sk._progress import progress_bar
from langalign_sk.align import stacked
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.measures import checked
from langalign_sk.report._advice import Judgement, advise, judge
from langalign_sk.report._candidates import Catalogue
from langalign_sk.report._notes import notes_on, warnings_on
from langalign_sk.report._plain import plain
from langalign_sk.report._provenance import encoders, now, versions
from langalign_sk.report._result import TransferReport
from langalign_sk.report._run import Do, Outcome, Runner, pair_curve, references
from langalign_sk.report._stress import stressed
from langalign_sk.report._tables import (
    alignment_table,
    classes_table,
    disagreements_table,
    errors_table,
    named_table,
    per_class_table,
    scores_table,
)
from langalign_sk.report._texts import (
    HELD_OUT,
    REST,
    Texts,
    check_pairs,
    read_groups,
    read_labels,
    read_more,
    read_texts,
)
from langalign_sk.report._vectors import are_vectors, more_vectors, read_vectors
from langalign_sk.report._words import sentences
from langalign_sk.selection import AccuracyEstimate, Coverage, coverage, estimate_target_accuracy
from langalign_sk.text import EmbeddingExtractor

logger = logging.getLogger("langalign_sk")

#: Steps after the candidates, about: points of the curve, or references.
_MORE_STEPS = 5


@checked(embedder=[EmbeddingExtractor, None], candidates=[Mapping, None])
def transfer_report(
    X: Any,
    y: Any,
    *,
    pairs: ParallelCorpus,
    embedder: Any = None,
    candidates: Mapping[str, Any] | None = None,
    X_target: Any = None,
    y_target: Any = None,
    groups: Any = None,
    unlabeled: Any = None,
    target_labels: tuple[Any, Any] | None = None,
    head: Any = None,
    stress: Any = None,
    random_state: int = 0,
) -> TransferReport:
    r"""Compare ways of bringing labels to another language, and say which one to take.

    Parameters
    ----------
    X : sequence of str or of tuples of two, frame, or array of shape (n, d)
        Labelled texts of the source language, two a row if need be (Notes); of a frame, those in
        the `column` of the embedder. Vectors where the pairs are vectors, as all rows are then:
        those of a language are as wide as its side of the pairs.
    y : array-like
        Their labels.
    pairs : ParallelCorpus
        Texts and their translations, or the vectors of both, with both languages named.
    embedder : EmbeddingExtractor, default=None
        Adds the standard candidates: no map; each of its encoders alone, for both languages and
        without a map; ridge forward, reverse and as a round trip; and `TransferClassifier`. With
        target labels, native as well. Vectors need none to be compared in these ways.
    candidates : dict of str to object, default=None
        What else to compare, by name: pipelines that start with an extractor, any classifier of
        texts with ``fit`` and ``predict``, other `EmbeddingExtractor` objects, aligners, maps or
        names of methods (these last two in three directions), a `DistilledEncoder` (which is
        taught with the pairs, those left out excepted), or a translator, a function
        ``(texts, from_lang, to_lang)`` that gives as many texts (used on the training texts, and
        on the texts to predict). Aligners whose `pairs` are None get those of the report.
    X_target : sequence of str or of tuples of two, or frame, default=None
        Texts of the target language to test on.
    y_target : array-like, default=None
        Their labels; without them the report goes by what can be seen without (Notes).
    groups : tuple of (array-like, array-like), default=None
        A number for each row of `X` and of `X_target`. Where test texts are translations of
        training texts, give both the same number: no row is then predicted by a model that was
        trained on its group.
    unlabeled : TextPool or list of TextPool, default=None
        Unpaired texts: target ones are held against the pairs (`coverage`), and maps that use
        unpaired vectors get them.
    target_labels : tuple of (X, y), default=None
        Labelled texts of the target language, others than `X_target`, that every candidate but
        translators learns from beside `X`. They may be hard ones, as `suggest_labels` chooses them.
    head : classifier, default=None
        Put behind every candidate that brings none. None: logistic regression with ``C=10``.
    stress : transformer of texts, default=None
        What changes the labelled target texts once more, such as a `TextPerturber`: the report then
        says what every candidate but translators loses on them (`stress_gap`).
    random_state : int, default=0
        Of folds, draws and the choice of held-out pairs.

    Returns
    -------
    TransferReport
        Tables, the summary in words, and a page.

    See Also
    --------
    prediction_consistency : What the report goes by without target labels.
    estimate_target_accuracy : What it expects then.
    stress_gap : What `stress` is measured by.

    Notes
    -----
    Every candidate is fitted on all of `X` and all pairs and predicts `X_target`; with `groups`,
    fold by fold. What learns from target labels is cross-validated in five folds, fewer where a
    class has fewer rows. Without target labels, rows of a class with fewer rows than folds are
    learned from in each of them and not tested. Intervals are 95% percentiles of 2,000 bootstrap
    draws of the test rows, the same draws for all candidates, so that differences are paired.
    Agreement, alignment and disagreements come from a second fit without a fifth of the pairs
    (1,000 at most), on these.

    **Encoders.** The languages of all texts are known, so no gate is asked. Of an encoder per
    language each is also tried by itself on both languages, first on 500 pairs; where these are
    near each other, it becomes a candidate without a map and one with the transfer classifier. The
    transfer classifier without such a name runs behind the encoders that it chooses itself.

    **Two texts.** Where the embedder reads the two texts of a row apart, every candidate moves each
    of them and ends in `PairFeatures` before its head; pairs of single sentences will do, which are
    taken two at a time where rows are to be compared. Where it reads them together, pairs must hold
    rows of two.

    **Advice.** With target labels: the simplest candidate (no map, a map, a round trip, the
    transfer classifier, anything else) that is within one point of the best and not told from it by
    the paired interval. Without: the encoders are those behind which the transfer classifier has
    the highest score, and the way is the transfer classifier, unless another one has three times
    its score, or 1.3 times where both work in the one space of a shared encoder. The score is the
    product of

    - the cross-validated accuracy on the source texts,
    - the agreement of the two sides of held-out pairs beyond chance (Cohen's kappa),
    - :math:`\sum_k \min(p_k, q_k)` of the shares of the classes among the labels and among the
      predictions of the target texts: the accuracy can't be higher if the classes are as frequent
      there. Left out where there are no target texts.

    Examples
    --------
    >>> from langalign_sk import EmbeddingExtractor, NgramEncoder
    >>> from langalign_sk.datasets import load_demo
    >>> from langalign_sk.report import transfer_report
    >>> demo = load_demo("ko", n_train=160, n_test=80, n_pairs=400, n_unlabeled=400)
    >>> embed = EmbeddingExtractor({
    ...     "en": NgramEncoder(64).fit(demo.unlabeled_source.rows),
    ...     "ko": NgramEncoder(64).fit(demo.unlabeled_target.rows)})
    >>> report = transfer_report(
    ...     demo.train_texts, demo.train_labels, pairs=demo.pairs, embedder=embed,
    ...     X_target=demo.test_texts, y_target=demo.test_labels)
    >>> report.scores["candidate"].tolist()
    ['no map', 'forward, ridge', 'reverse, ridge', 'round trip, ridge', 'transfer classifier']
    >>> print(report.sentences["verdict"])
    Take ...
    """
    texts = _read(X, X_target, pairs, unlabeled, embedder)
    # Without target labels, candidates are cross-validated on the source texts.
    y = read_labels(y, texts.parts["X"], "y", least=2)
    if y_target is not None:
        if X_target is None:
            raise ValueError("y_target without X_target: give the target texts as well")
        y_target = read_labels(y_target, texts.parts["X_target"], "y_target", least=1)
        groups = read_groups(groups, len(y), len(y_target))
    elif groups is not None:
        raise ValueError("groups are about target rows with labels; give y_target as well")
    y_more = None
    if target_labels is not None:
        column = None if embedder is None else embedder.column
        reader = read_more if texts.vectors is None else more_vectors
        y_more = reader(texts, *target_labels, classes=y, column=column)
    texts.leave_out_pairs(random_state)
    runner = Runner(y, y_target, groups, random_state, y_more)
    if stress is not None and (texts.vectors is not None or y_target is None or not runner.one_fit):
        raise ValueError(
            "stress changes target texts and asks models that were fitted on all of X: give texts, "
            "X_target with y_target, and no groups"
        )
    with _steps() as (do, expect):
        catalogue = Catalogue(texts, embedder, default_head() if head is None else head)
        listed = do("candidates", catalogue.listed, candidates or {})
        expect(1 + len(listed) * (2 if y_target is None else 1) + _MORE_STEPS)
        outcomes = [do(one.name, runner.run, one) for one in listed]
        judgements: list[Judgement | None] = [None] * len(outcomes)
        if y_target is None:
            judgements = [do(one.candidate.name, judge, runner, one) for one in outcomes]
        report: TransferReport = _assembled(texts, runner, catalogue, outcomes, judgements, do)
        if stress is not None:
            report = do("stress", stressed, report, texts.parts["X_target"], y_target, stress)
    return report


def _read(X: Any, X_target: Any, pairs: Any, unlabeled: Any, embedder: Any) -> Texts:
    """Return what is compared on: texts or, where the pairs are vectors, vectors."""
    check_pairs(pairs)
    if pairs.is_text:
        column = None if embedder is None else embedder.column
        if are_vectors(X):
            raise ValueError(
                "X holds vectors, but the pairs are texts: give both as vectors, embedded with the "
                "same encoders, or both as texts and an embedder"
            )
        return read_texts(X, X_target, pairs, unlabeled, column=column)
    if embedder is not None:
        raise ValueError(
            f"the pairs are vectors already ({pairs!r}), which leaves nothing to embed: leave "
            "embedder out and give X as vectors, or give texts throughout"
        )
    return read_vectors(X, X_target, pairs, unlabeled)


def default_head() -> Any:
    """Return the classifier behind every candidate that brings none."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10, max_iter=2000)


@contextmanager
def _steps() -> Iterator[tuple[Do, Callable[[int], None]]]:
    """Give a function that runs a step: timed, logged, shown as a bar where that takes long.

    A second one takes how many steps there are, once that is known.
    """
    with progress_bar(None, desc="Comparing", unit="steps") as bar:

        def do(name: str, work: Any, *args: Any) -> Any:
            bar.set_postfix_str(name[:40])
            start = time.perf_counter()
            result = work(*args)
            logger.info("transfer report: %s, %.1f s", name, time.perf_counter() - start)
            bar.update()
            return result

        def expect(steps: int) -> None:
            bar.total = steps

        yield do, expect


def _assembled(
    texts: Texts,
    runner: Runner,
    catalogue: Catalogue,
    outcomes: Sequence[Outcome],
    judgements: Sequence[Judgement | None],
    do: Do,
) -> TransferReport:
    """Weigh the candidates; make the tables, what to expect, the words and the notes."""
    import pandas as pd

    advice = advise(runner, outcomes, judgements)
    chosen = next(one for one in outcomes if one.candidate.name == advice.candidate)
    labelled = runner.y_target is not None
    predictions = {}
    if "X_target" in texts.parts:
        predictions = {
            **_columns_of(texts.parts["X_target"]),
            **({"true": runner.y_target} if labelled else {}),
        }
        predictions |= {one.candidate.name: one.predicted for one in outcomes}
    langs = str(texts.pairs.source_lang), str(texts.pairs.target_lang)
    setting = {
        "source_lang": texts.pairs.source_lang,
        "target_lang": texts.pairs.target_lang,
        "classes": np.unique(runner.y).tolist(),
        "n_source": len(runner.y),
        "n_target": len(texts.parts.get("X_target", [])),
        "n_target_labels": len(texts.parts.get("X_more", [])),
        "n_pairs": texts.n_pairs(),
        "n_held_out": texts.n_pairs(HELD_OUT),
        "n_folds": len(runner.folds),
        "grouped": not runner.one_fit,
        "random_state": runner.random_state,
        "most_frequent": _most_frequent(runner.y if not labelled else runner.y_target),
    }
    scores = scores_table(runner, outcomes, judgements)
    told: dict[str, Any] = {
        "setting": setting,
        "scores": scores,
        "advice": advice,
        "pair_curve": pd.DataFrame(pair_curve(runner, texts, outcomes, advice.candidate, do)),
        "references": pd.DataFrame(references(runner, catalogue, chosen.candidate, do)),
        "estimate": None if labelled else _expected(chosen, runner),
        "coverage": _covered([chosen, *outcomes], texts),
        "per_class": per_class_table(runner, outcomes) if labelled else pd.DataFrame(),
        "errors": errors_table(texts, runner, outcomes) if labelled else pd.DataFrame(),
    }
    for table in (told["scores"], told["references"]):
        if len(table):
            ways = zip(table["candidate"], table["kind"], strict=True)
            table.insert(1, "words", [plain(name, kind, *langs) for name, kind in ways])
    named = named_table(texts, runner, chosen)
    row = scores.set_index("candidate").loc[advice.candidate]
    doubts = {"estimate": told["estimate"], "coverage": told["coverage"]}
    models = {
        one.candidate.name: (one.candidate.space.fitted_extractor(), one.model) for one in outcomes
    }
    return TransferReport(
        **told,
        classes=classes_table(runner, named),
        named=named,
        alignment=alignment_table(texts, outcomes),
        disagreements=disagreements_table(texts, outcomes),
        predictions=pd.DataFrame(predictions),
        sentences=sentences(**told),
        warnings=warnings_on(texts, runner, row, **doubts),
        notes=notes_on(setting, texts, runner, outcomes, judgements, catalogue),
        provenance={
            "date": now(),
            "encoders": encoders(one for one, _ in models.values() if one is not None),
            "settings": {
                "head": type(catalogue.head).__name__,
                "random_state": runner.random_state,
                "folds": len(runner.folds) or None,
                "grouped": not runner.one_fit,
            },
            "versions": versions(),
        },
        models=models,
        checked={one.candidate.name: one.checked for one in outcomes},
        held_out=texts.pairs.take(texts.subsets[HELD_OUT]),
    )


def _most_frequent(labels: Any) -> float:
    """Return the share of the most frequent class: who always guesses it is right as often."""
    return float(np.unique(labels, return_counts=True)[1].max() / len(labels))


def _columns_of(rows: Sequence[TextRow]) -> dict[str, Sequence[Any]]:
    """Return the columns that show texts."""
    if not hold_two(rows):
        return {"text": [well_formed(str(row)) for row in rows]}
    return {f"text_{place + 1}": [well_formed(row[place]) for row in rows] for place in (0, 1)}


def _expected(chosen: Outcome, runner: Runner) -> AccuracyEstimate | None:
    """Estimate a candidate's accuracy where no target label is there to tell."""
    candidate, space = chosen.candidate, chosen.candidate.space
    if candidate.kind == "translation" or not hasattr(chosen.model, "get_params"):
        return None
    return estimate_target_accuracy(
        candidate.make(space.pairs(REST)),
        space.rows("X"),
        runner.y,
        space.rows_of_pairs(HELD_OUT),
        space.rows_of_pool(),
        random_state=runner.random_state,
    )


def _covered(outcomes: Sequence[Outcome], texts: Texts) -> Coverage | None:
    """Hold the unlabelled texts, else those to test on, against the pairs."""
    embedded = [one.candidate.space for one in outcomes if one.candidate.space.extractor]
    if not embedded:
        return None
    space, target = embedded[0], texts.langs["pairs_target"]
    rows: Any = space.own_pool()
    if rows is None and "X_target" in texts.parts:
        rows = stacked(space.rows("X_target"), space.n_vectors)
        rows = rows if space.layout is None else rows[:, space.layout.columns(target)]
    return None if rows is None else coverage(space.pairs(), rows, random_state=0)
