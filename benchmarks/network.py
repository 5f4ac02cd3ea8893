"""Training the paper's network beside a plain torch loop: ``python -m benchmarks.network``.

Both train the six fully connected layers on the same pairs and hold out the same tenth. The plain
loop is what one writes first: a DataLoader over a TensorDataset, torch's own initial weights, AdamW
at a constant rate, the mean squared error of raw vectors, a look at the held-out pairs after each
epoch. It ends after `--epochs`; its time is that until its best epoch. Ours gets growing budgets of
epochs until it reaches that loss; its time is that of the first fit that does.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import TARGETS, VectorStore, say
from langalign_sk._io import text_table
from langalign_sk.maps import MLPMap

BUDGETS = (2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 30, 40)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.network", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", choices=TARGETS, default="zh")
    parser.add_argument("--epochs", type=int, default=30, help="of the plain loop")
    parser.add_argument("--pairs", type=int, help="default: all")
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    pairs_en, pairs_target = real_data.sentence_pairs(args.data, args.lang)
    pairs_en, pairs_target = pairs_en[: args.pairs], pairs_target[: args.pairs]
    encoder = real_data.target_encoder(args.data, args.lang, reviews=args.lang == "ko")
    S, T = english(pairs_en), encoder.transform(pairs_target)

    rows = []
    for architecture in ("fc", "ae"):
        say(f"{architecture}: the plain loop on {len(S)} pairs")
        seconds, loss, epoch = plain_loop(architecture, S, T, args.epochs)
        say(f"{architecture}: ours, to a loss of {loss:.4f}")
        ours = first_to_reach(architecture, S, T, loss)
        rows.append(
            {
                "network": architecture,
                "plain: loss": round(loss, 4),
                "plain: epochs": epoch,
                "plain: seconds": round(seconds, 1),
                **ours,
                "time, ours / plain": round(ours["ours: seconds"] / seconds, 3),
            }
        )
    print(text_table([list(rows[0]), *([str(value) for value in row.values()] for row in rows)]))
    if not args.dry_run:
        result = {
            "lang": args.lang,
            "n_pairs": len(S),
            "rows": rows,
            "versions": real_data.versions(),
        }
        real_data.write_result("network", result)


def split_of(n: int) -> tuple[Any, Any]:
    """Rows to learn from and rows held out, as `MLPMap(random_state=0)` draws them."""
    rows = np.random.default_rng(0).permutation(n)
    held_out = max(1, round(0.1 * n))
    return rows[held_out:], rows[:held_out]


def plain_loop(architecture: str, S: Any, T: Any, epochs: int) -> tuple[float, float, int]:
    """Seconds until the best epoch, its held-out loss in units of the targets' variance, epoch."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(0)
    learn, held_out = split_of(len(S))
    widths = MLPMap(architecture)._widths(S.shape[1], T.shape[1])
    layers: list[Any] = []
    for fan_in, fan_out in pairwise(widths):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU(), nn.Dropout(0.1)]
    net = nn.Sequential(*layers[:-2])
    source, target = torch.tensor(S), torch.tensor(T)
    data = DataLoader(TensorDataset(source[learn], target[learn]), batch_size=256, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    variance = float(T.var(axis=0, dtype=np.float64).mean())
    best, best_seconds, best_epoch = np.inf, 0.0, 0
    start = time.perf_counter()
    for epoch in range(1, epochs + 1):
        net.train()
        for x, t in data:
            optimizer.zero_grad()
            loss: Any = nn.functional.mse_loss(net(x), t)
            loss.backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            mse = float(nn.functional.mse_loss(net(source[held_out]), target[held_out]))
        if mse / variance < best:
            best, best_epoch = mse / variance, epoch
            best_seconds = time.perf_counter() - start
    return best_seconds, best, best_epoch


def first_to_reach(architecture: str, S: Any, T: Any, loss: float) -> dict[str, Any]:
    """Fit with growing budgets until the held-out loss is reached."""
    for budget in BUDGETS:
        start = time.perf_counter()
        fitted = MLPMap(architecture, max_iter=budget, random_state=0).fit(S, T)
        seconds = time.perf_counter() - start
        reached = min(fitted.validation_curve_)
        if reached <= loss:
            break
    return {
        "ours: loss": round(reached, 4),
        "ours: epochs": fitted.n_iter_,
        "ours: seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    main()
