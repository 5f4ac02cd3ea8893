"""What an older version wrote is read, and answers as it did.

The files in ``written_by_0_1`` are never written again: a change that cannot read them any more
needs another first number of the format.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from langalign_sk import load

OLD = Path(__file__).parent / "written_by_0_1"


@pytest.mark.parametrize("name", ["rows", "texts"])
def test_models_of_0_1_answer_as_they_did(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other versions, of scikit-learn too, are told
        model = load(OLD / name)
    wanted = json.loads((OLD / f"{name}.json").read_text("utf-8"))
    assert model.predict(wanted["rows"]).tolist() == wanted["classes"]
    np.testing.assert_allclose(model.predict_proba(wanted["rows"]), wanted["proba"], atol=1e-9)


def test_a_joblib_file_of_0_1_says_what_to_do():
    with pytest.raises(ValueError, match=r"save\(joblib.load\("):
        load(OLD / "model.joblib")
