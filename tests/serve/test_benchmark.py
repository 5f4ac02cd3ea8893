"""The measurement of the service runs, and none of its requests is answered 500."""

import re

import pytest

from benchmarks import service

pytest.importorskip("fastapi", reason="fastapi is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")


def test_the_service_is_measured_beside_its_encoder(capsys):
    service.main(["--quick"])
    out = capsys.readouterr().out
    counts = {int(s): int(n) for s, n in re.findall(r"answered (\d+) +(\d+)", out)}
    assert counts == {200: 18, 422: 42, 500: 0}
    assert re.search(r"texts/s over bare: \d+\.\d\d; p95 over bare: \d+\.\d\d", out)
