"""What one GPU makes of it: ``python -m benchmarks.gpu``.

Encoding beside ``SentenceTransformer.encode``, tuning on 20,000 rows, the paper's network on a
million pairs, retrieval among a hundred thousand rows, what happens where memory runs out, and
whether what was fitted there works in a process that sees no GPU. Rates are shares of the card's
own matrix rate: that of large products in the same process and type, float32 without TF32. Texts
and pairs are made up: random words, in lengths like those of sentences. ``--quick`` runs all of it
in toy sizes on the processor, to see that it runs; it writes nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import real_data
from benchmarks.gpu_encoding import encoding, memory_runs_out
from benchmarks.gpu_maps import network, retrieval_of_many, used_elsewhere
from benchmarks.gpu_sizes import FULL, QUICK, matrix_rates
from benchmarks.gpu_tuning import tuning
from benchmarks.results_tables import plain

NO_CARD = (
    "There is no GPU here that torch can use, so nothing was measured. On a machine with an NVIDIA "
    "or AMD card: make gpu. To see that everything runs, in toy sizes on the processor: "
    "python -m benchmarks.gpu --quick"
)
PIECES = {
    "encoding": encoding,
    "memory runs out": memory_runs_out,
    "tuning": tuning,
    "network map": network,
    "retrieval": retrieval_of_many,
    "fitted there, used without a GPU": used_elsewhere,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="toy sizes on the processor")
    parser.add_argument("--card", action="store_true", help="say which card there is, no more")
    parser.add_argument("--only", nargs="+", choices=PIECES, metavar="PIECE", help=str([*PIECES]))
    args = parser.parse_args(argv)
    card = card_of(quick=args.quick)
    if card is None:
        print(NO_CARD, file=sys.stderr)
        return 2
    print(card)
    if args.card:
        return 0
    import torch

    sizes = QUICK if args.quick else FULL
    device = torch.device("cpu" if args.quick else "cuda")
    started = time.perf_counter()
    result: dict[str, Any] = {
        "command": "python -m benchmarks.gpu",
        "card": card,
        "versions": real_data.versions(),
    }
    rates = matrix_rates(device, sizes)
    result["matrix rate"] = {dtype: {"TFLOP/s": rate} for dtype, rate in rates.items()}
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.only or PIECES:
            real_data.say(f"{name} ...")
            try:
                result[name] = PIECES[name](device, sizes, rates, Path(folder))
            except Exception:  # the others are measured all the same, and the run fails at its end
                failed.append(name)
                traceback.print_exc()
    result["seconds in all"] = time.perf_counter() - started
    print(plain(result))
    print(f"{result['seconds in all']:.0f} s in all")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    if not args.quick and not args.only:
        real_data.write_result("gpu", result)
    return 0


def card_of(*, quick: bool) -> str | None:
    """Name and memory of the card, the processor in its place, or None."""
    import torch

    if quick:
        return f"the processor ({torch.get_num_threads()} threads), in toy sizes"
    if not torch.cuda.is_available():
        return None
    card = torch.cuda.get_device_properties(0)
    runtime = torch.version.cuda or torch.version.hip
    return f"{card.name}, {card.total_memory / 2**30:.0f} GiB, torch for {runtime}"


if __name__ == "__main__":
    sys.exit(main())
