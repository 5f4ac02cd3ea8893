"""Stand-ins that several test rooms share."""

import hashlib
import linecache
import sys
import threading
from contextlib import contextmanager

import numpy as np
from sklearn.utils import estimator_checks

#: Those of scikit-learn's checks that need no rows, for estimators that take texts.
TEXT_CHECKS = [
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_mixin_order,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_estimator_cloneable,
]


class CountingEncoder:
    """An encoder with ``encode(texts)`` that remembers every text it was asked for.

    Vectors depend on nothing but the text, `dim` and `seed`. It has a `fingerprint`, so an
    extractor that holds it can be pickled; copies in one process are one and the same object
    (``clone`` deep-copies values of a parameter grid), so that counts are never lost. Another
    process starts at zero.
    """

    def __init__(self, dim=8, seed=0):
        self.dim = dim
        self.seed = seed
        self.reset()

    def reset(self):
        self.texts = []
        self.calls = 0
        self._lock = threading.Lock()

    @property
    def n_texts(self):
        """Texts encoded so far, repetitions included."""
        return len(self.texts)

    def encode(self, texts):
        with self._lock:
            self.calls += 1
            self.texts.extend(texts)
        return np.stack([self.vector(text) for text in texts])

    def vector(self, text):
        digest = hashlib.blake2b(f"{self.seed}:{text}".encode("utf-8", "surrogatepass")).digest()
        rng = np.random.default_rng(int.from_bytes(digest[:8], "little"))
        return rng.standard_normal(self.dim).astype(np.float32)

    def get_embedding_dimension(self):
        return self.dim

    def fingerprint(self):
        return f"counting-{self.dim}-{self.seed}"

    def __getstate__(self):
        return {"dim": self.dim, "seed": self.seed}

    def __setstate__(self, state):
        self.__init__(**state)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class BareEncoder:
    """Has ``encode`` and nothing else, by which it could be known elsewhere."""

    def __init__(self, function):
        self.function = function

    def encode(self, texts):
        return self.function(texts)


@contextmanager
def interrupted_at(number):
    """Press Ctrl-C at the n-th line of the package that the block runs; gives whether it came.

    At lines that begin a ``with`` it is not pressed: Python comes by there again on leaving the
    block, where a signal, other than a trace function, is never looked at.
    """
    state = {"left": number, "came": False}

    def line(frame, event, arg):
        source = linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip()
        if event == "line" and not source.startswith("with "):
            state["left"] -= 1
            if state["left"] == 0:
                state["came"] = True
                raise KeyboardInterrupt
        return line

    def call(frame, event, arg):
        return line if "/langalign_sk/" in frame.f_code.co_filename.replace("\\", "/") else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield state
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
