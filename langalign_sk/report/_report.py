"""Compare every way of bringing labels to another language, on the user's own texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.report import _inputs as inputs
from langalign_sk.report._advice import advise
from langalign_sk.report._assembly import assembled
from langalign_sk.report._candidates import Candidate, Catalogue
from langalign_sk.report._extras import pair_curve, references
from langalign_sk.report._result import TransferReport
from langalign_sk.report._run import Runner, make_folds
from langalign_sk.report._spaces import Texts
from langalign_sk.report._steps import Steps
from langalign_sk.transfer import TransferClassifier

Translator = Callable[[list[str], str, str], Sequence[str]]


def transfer_report(
    candidates: Mapping[str, Any] | None,
    X: Any,
    y: Any,
    *,
    pairs: ParallelCorpus,
    unlabeled: Any = None,
    X_target: Any = None,
    y_target: Any = None,
    groups: Any = None,
    embedder: Any = None,
    head: Any = None,
    methods: Sequence[Any] = ("ridge",),
    recipe: bool = True,
    translator: Translator | None = None,
    shots: Sequence[int] = (5, 20),
    cv: int = 5,
    progress: bool | str = "auto",
    random_state: int = 0,
) -> TransferReport:
    r"""Compare ways of bringing labels to another language, and say which one to take.

    Parameters
    ----------
    candidates : dict of str to object, or None
        What to compare, by name, beside the standard ones of `embedder`: pipelines that start
        with an extractor, any classifier of texts with ``fit`` and ``predict``, other
        `EmbeddingExtractor` objects, aligners, maps or names of methods (these last two in three
        directions). Aligners whose `pairs` are None get those of the report.
    X : sequence of str
        Labelled texts of the source language.
    y : array-like
        Their labels.
    pairs : ParallelCorpus
        Texts and their translations, with both languages named.
    unlabeled : TextPool or list of TextPool, default=None
        Unpaired texts: target ones are held against the pairs (`coverage`), and maps that use
        unpaired vectors get them.
    X_target : sequence of str, default=None
        Texts of the target language to test on.
    y_target : array-like, default=None
        Their labels; without them the report goes by what can be seen without (Notes).
    groups : tuple of (array-like, array-like), default=None
        A number for each row of `X` and of `X_target`. Where test texts are translations of
        training texts, give both the same number: no row is then predicted by a model that was
        trained on its group.
    embedder : EmbeddingExtractor, default=None
        Adds the standard candidates: no map, and each of `methods` forward, reverse and as a
        round trip, and the `TransferClassifier`; with target labels, native.
    head : classifier, default=None
        Put behind every candidate that brings none. None: logistic regression with ``C=10``.
    methods : sequence of str or map, default=("ridge",)
        Maps of the standard candidates.
    recipe : bool, default=True
        Whether `TransferClassifier`, with its defaults, is among the standard candidates.
    translator : callable, default=None
        ``translator(texts, from_lang, to_lang)`` gives as many texts; adds translate-train and
        translate-test, with `embedder`.
    shots : sequence of int, default=(5, 20)
        Target labels per class to add to the advised candidate.
    cv : int, default=5
        Folds over the target rows, for all that learns from target labels.
    progress : {"auto", True, False}, default="auto"
        Show a bar; "auto": on a terminal, for work longer than two seconds.
    random_state : int, default=0
        Of folds, draws and the choice of held-out pairs.

    Returns
    -------
    TransferReport
        Tables, the summary in words, a plot and a page.

    See Also
    --------
    prediction_consistency : What the report goes by without target labels.
    estimate_target_accuracy : What it expects then.

    Notes
    -----
    Every candidate is fitted on all of `X` and all pairs and predicts `X_target`; with `groups`,
    fold by fold. Intervals are 95% percentiles of 2,000 bootstrap draws of the test rows, the
    same draws for all candidates, so that differences are paired. Agreement, alignment and
    disagreements come from a second fit without a fifth of the pairs (1,000 at most), on these.

    **Advice.** The simplest candidate (no map, a map, a round trip, anything else) that is within
    one point of the best and not told from it by the paired interval. Without target labels, the
    candidate with the highest product of

    - its cross-validated accuracy on the source texts,
    - the agreement of the two sides of held-out pairs beyond chance (Cohen's kappa), both judged by
      the head of the target language,
    - :math:`\sum_k \min(p_k, q_k)` of the shares of the classes among the labels and among its
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
    ...     None, demo.train_texts, demo.train_labels, pairs=demo.pairs, embedder=embed,
    ...     X_target=demo.test_texts, y_target=demo.test_labels)
    >>> report.scores["candidate"].tolist()
    ['no map', 'forward, ridge', 'reverse, ridge', 'round trip, ridge', 'transfer classifier']
    >>> print(report.summary())
    Take ...: accuracy ...
    """
    texts = inputs.read_texts(X, X_target, pairs, unlabeled)
    y = inputs.read_labels(y, texts.parts["X"], "y", 2)
    if y_target is not None:
        if X_target is None:
            raise ValueError("y_target without X_target: give the target texts as well")
        y_target = inputs.read_labels(y_target, texts.parts["X_target"], "y_target", cv)
        groups = inputs.read_groups(groups, len(y), len(y_target))
    elif groups is not None:
        raise ValueError("groups are about target rows with labels; give y_target as well")
    inputs.leave_out_pairs(texts, random_state)
    folds = [] if y_target is None else make_folds(len(y), y_target, groups, cv, random_state)
    runner = Runner(y, y_target, folds, random_state)
    catalogue = Catalogue(texts, _default_head() if head is None else head)
    listed = _list(catalogue, candidates, embedder, methods, recipe)
    listed += _translated(catalogue, embedder, translator, texts)
    _check_names(listed)
    with Steps(progress) as steps:
        outcomes = [steps.do(one.name, runner.run, one) for one in listed]
        advice = advise(outcomes, y, y_target, random_state)
        chosen = next(one for one in outcomes if one.candidate.name == advice.candidate)
        curve = pair_curve(runner, texts, outcomes, advice, steps.do)
        worth = references(runner, catalogue, embedder, chosen.candidate, shots, steps.do)
        report: TransferReport = steps.do(
            "tables", assembled, texts, runner, groups, outcomes, advice, curve, worth
        )
    return report


def _default_head() -> Any:
    """The classifier behind every candidate that brings none."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10, max_iter=2000)


def _list(
    catalogue: Catalogue,
    given: Mapping[str, Any] | None,
    embedder: Any,
    methods: Sequence[Any],
    recipe: bool,
) -> list[Candidate]:
    """The standard candidates, then those given."""
    listed = []
    if embedder is not None:
        space = catalogue.space(embedder)
        listed.append(catalogue.unaligned("no map", space))
        for method in methods:
            listed += catalogue.standard(space, method)
        if recipe:
            classifier = TransferClassifier(random_state=0)
            listed.append(catalogue.recipe("transfer classifier", space, classifier))
    for name, thing in (given or {}).items():
        listed += catalogue.given(name, thing, embedder)
    if not listed:
        raise ValueError("nothing to compare: give candidates, an embedder, or both")
    return listed


def _translated(
    catalogue: Catalogue, embedder: Any, translator: Translator | None, texts: Texts
) -> list[Candidate]:
    """The two ways to use a translator: on the training texts, or on the texts to predict."""
    if translator is None:
        return []
    if embedder is None:
        raise ValueError("a translator needs an embedder to read what it writes")
    space = catalogue.space(embedder)
    source, target = str(texts.pairs.source_lang), str(texts.pairs.target_lang)
    listed = []
    for name, part, here, there in (
        ("translate-train", "X", source, target),
        ("translate-test", "X_target", target, source),
    ):
        if part not in texts.parts:
            continue
        found = list(translator(texts.rows(part), here, there))
        if len(found) != len(texts.parts[part]):
            raise ValueError(
                f"translator gave {len(found)} texts for {len(texts.parts[part])} of {part}"
            )
        texts.add(f"{part}_translated", found, there)
        side = "train_part" if part == "X" else "test_part"
        changes = {side: f"{part}_translated"}
        listed.append(catalogue.unaligned(name, space, "translation", **changes))
    return listed


def _check_names(listed: Sequence[Candidate]) -> None:
    """Refuse two candidates of one name."""
    names = [one.name for one in listed]
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise ValueError(f"two candidates are called {double[0]!r}; rename one")
