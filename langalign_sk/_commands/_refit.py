"""The ``refit`` command: a saved model made anew with more files, held against the old one."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from langalign_sk._commands._against import held_against
from langalign_sk._commands._pairs import read_pairs
from langalign_sk._commands._predict import add_log
from langalign_sk._commands._saved import (
    MARKERS,
    folder_of,
    learned_anew,
    load_model,
    saved_figures,
    usable,
)
from langalign_sk._commands._settings import SETTINGS_FILE, Settings
from langalign_sk._commands._stages import keeps, say, stage
from langalign_sk._commands._transfer import add_options, make, what_is_kept, write

_EPILOG = """\
examples:
  langalign-sk refit out --pairs june.xlsx
  langalign-sk refit out --target-labels labelled.csv --keep-old

Files given here are added to those of the model's settings.toml; other options take the place of
those there. Both models are held against each other on the same rows: labelled ones (--test), else
pairs that neither has learned from. The new one takes the place of the old one in one step; until
then, and after an error or Ctrl-C, the old one is there. Exit code 3: the old one was kept.
"""

#: Exit code where the new model is worse and ``--keep-old`` was given.
KEPT_OLD = 3


def add_refit(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "refit",
        help="make a model anew with more files, compare it with the old one, replace that",
        description="Make a saved model anew with more pairs, labels or texts.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, metavar="OUT", help="folder written by `transfer`")
    parser.add_argument(
        "--keep-old", action="store_true", help="keep the old model if the new one is worse"
    )
    add_options(parser)
    add_log(parser)
    Settings(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    folder = folder_of(args.model)
    args.out = folder
    before = settled(args, folder)
    old = load_model(folder, cache=args.cache or "memory")
    with keeps(what_is_kept(folder, args.cache)):
        material, report, way = make(args)
        with stage("compare with the old model") as facts, usable(folder):
            langs = material.source_lang, material.target_lang
            known: dict[str, Any] = {
                "old_pairs": read_pairs(before.pairs, langs, before.pair_columns)[0],
                "old_figures": saved_figures(folder),
            }
            found = held_against(old, report, way, material, **known)
            facts |= {"worse": found.worse, "figures": found.figures}
        print(found.summary)
        if args.keep_old and found.worse:
            print(f"\n{folder}: the new model is worse, and the old one is kept, as asked")
            return KEPT_OLD
        learned = learned_anew(folder)
        decision = "The new model has taken the place of the old one."
        pages = {"refit.html": partial(found.report.to_html, decision=decision)}
        write(args, material, report, way, pages)
    if learned:
        say(
            f"{folder}: what `monitor --learn` had taken was seen by the old model, and has made "
            "way for the texts of --test or --unlabeled: take it again",
            kind="warning",
        )
    if found.worse:
        say("the new model is worse by these rows; --keep-old keeps the old one", kind="warning")
    print(f"\n{folder}: the new model has taken the place of the old one")
    return 0


def settled(args: argparse.Namespace, folder: Path) -> argparse.Namespace:
    """Fill in the settings of a model; return those that it was made with, as they were."""
    path = folder / SETTINGS_FILE
    if not any((folder / name).is_file() for name in MARKERS):
        raise ValueError(
            f"{folder} is no folder that `transfer` wrote: it has no {' and no '.join(MARKERS)}"
        )
    if not path.is_file():
        raise ValueError(
            f"{folder} has no {SETTINGS_FILE}, which says how it was made: run `transfer` again"
        )
    settings: Settings = args.settings
    before = settings.read(path)
    if args.config is not None:
        before |= settings.read(args.config)
    gone = [str(one) for one in settings.files_of(before) if not one.exists()]
    if gone:
        raise ValueError(
            f"{gone[0]} is not there any more, but {path} names it: put it back, or change the "
            f"name in that file ({len(gone)} such)"
        )
    old = argparse.Namespace(**vars(args))
    for name in settings.options:
        setattr(old, name, before.get(name, settings.defaults[name]))
        given = getattr(args, name)
        if settings.adds_up(name) and given is not None and name != "encoder":
            known = before.get(name) or []
            setattr(args, name, [*known, *(one for one in given if one not in known)])
    settings.fill(args, before)
    return old
