"""What the tests of the cache on disk share."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np

from langalign_sk._process import caches
from langalign_sk.store._memory import text_key

REPOSITORY = Path(__file__).resolve().parents[2]


def keys_of(*texts):
    return [text_key(str(text)) for text in texts]


def rows(n, width=4, start=0):
    return (np.arange(n * width, dtype=np.float32) + start).reshape(n, width)


def forget():
    """Forget what this process knows, as a new one would."""
    caches.folders.clear()


def run(code, *args, **kwargs):
    """Run Python code in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, args)],
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        text=True,
        **kwargs,
    )
