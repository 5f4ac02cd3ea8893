"""What workers import: an encoder whose calls are counted over all processes, blocks of pairs."""

import os
import time
from pathlib import Path

import numpy as np

from tests.helpers import CountingEncoder


class LoggedEncoder(CountingEncoder):
    """An encoder that writes down, in a file for all processes, each text that it encodes."""

    def __init__(self, log):
        super().__init__()
        self.log = str(log)

    def encode(self, texts):
        with open(self.log, "a", encoding="utf-8") as log:
            log.write("".join(f"{os.getpid()} {text}\n" for text in texts))
        time.sleep(0.02)
        return np.stack([self.vector(text) for text in texts])

    def encoded(self):
        """Give the texts so far, and the processes that encoded them."""
        lines = Path(self.log).read_text("utf-8").splitlines() if Path(self.log).exists() else []
        parts = [line.partition(" ") for line in lines]
        return [text for _, _, text in parts], {pid for pid, _, _ in parts}

    def fingerprint(self):
        return f"logged in {self.log}"

    def __reduce__(self):
        return LoggedEncoder, (self.log,)


def block(number, log=None, seconds=0.0):
    """Make a block of source or target rows; tell who makes it, and take a while."""
    if log is not None:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {number}\n")
    time.sleep(seconds)
    return np.random.default_rng(number).normal(size=(50, 6)).astype(np.float32)
