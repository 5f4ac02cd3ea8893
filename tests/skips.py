"""The skips that are accepted: with CI=true, a test skipped for any other reason fails the run."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import pytest

#: The reason that pytest shows (a pattern), and why no installation could have removed it.
ACCEPTED = {
    r"no CUDA device|no GPU on this machine": "needs the hardware",
    r"for machines without a GPU": "its opposite, on machines that have one",
    r"could not import 'optimum\.onnxruntime'": "no release of optimum-onnx takes the pinned "
    "transformers; the oldest versions (make test-lowest) have one, and run the test",
    r"could not import 'optimum\.intel'": "no release of optimum-intel takes the pinned "
    "transformers, and the oldest versions have none that is worth its compiler",
    r"TransferClassifier does not have a decision_function method": "scikit-learn's check of a "
    "method that an estimator need not have; predict_proba is checked instead",
    r"sphinx, which builds the site, is not installed": "the site is built with the pinned "
    "versions; the oldest ones (make test-lowest) have no extra docs",
    r"mlflow is not installed": "it brings many packages that nothing else here needs; its "
    "recipe is tried where it is installed",
    r"no corpora at .*; set LANGALIGN_DATA": "the corpora are not this project's to hand out",
}


class NoOtherSkips:
    """Plugin of pytest: fail a run in which a test was skipped for a reason not in `accepted`."""

    def __init__(self, accepted: Mapping[str, str] = ACCEPTED) -> None:
        self.accepted = accepted
        self.refused: list[str] = []

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        for report in reporter.stats.get("skipped", []):
            reason = report.longrepr[2].removeprefix("Skipped: ")
            if not any(re.match(pattern, reason) for pattern in self.accepted):
                self.refused.append(f"{report.nodeid or report.location[0]}: {reason}")
        if self.refused and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.refused:
            terminalreporter.section("skips that tests/skips.py does not accept", red=True)
            for line in self.refused:
                terminalreporter.line(line, red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Be strict where CI=true."""
    if os.environ.get("CI") == "true":
        config.pluginmanager.register(NoOtherSkips(), "no-other-skips")
