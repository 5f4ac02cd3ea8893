"""Save a pipeline and let another Python process load it and predict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib

# All a service needs: the file and joblib. JSON in ASCII both ways, whatever the locale.
_SERVICE = """
import json, sys
import joblib
pipe = joblib.load(sys.argv[1])
json.dump([str(label) for label in pipe.predict(json.load(sys.stdin))], sys.stdout)
"""

#: Sentences typed here by hand; the package's own generator has no part in them.
SENTENCES: dict[str, tuple[str, ...]] = {
    "en": ("My parcel still has not arrived.", "I want my money back, please."),
    "ko": ("주문한 물건이 아직도 안 왔어요.", "환불해 주세요."),
    "ja": ("注文した商品がまだ届きません。", "返金してほしいです。"),
    "zh": ("我买的东西还没有送到。", "请把钱退给我。"),
}


def predict_in_new_process(pipe: Any, texts: Sequence[str], path: Path) -> list[str]:
    """Write ``pipe`` to ``path`` and return what a new process, given only that file, predicts."""
    joblib.dump(pipe, path)
    done = subprocess.run(
        [sys.executable, "-c", _SERVICE, os.fspath(path)],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the new process could not predict:\n{done.stderr}")
    labels: list[str] = json.loads(done.stdout)
    return labels
