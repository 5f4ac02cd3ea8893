"""A skip that could have been removed fails the run where CI=true, and only there."""

import pytest

pytest_plugins = ["pytester"]
SKIPPING = """
    import pytest

    def test_gpu():
        pytest.skip("no CUDA device")

    @pytest.mark.xfail
    def test_fails():
        assert False

    def test_browser(): {body}
"""


@pytest.fixture
def run(pytester, monkeypatch):
    pytester.makeconftest("from tests.skips import pytest_configure")

    def run(ci, body, **files):
        monkeypatch.setenv("CI", ci)
        pytester.makepyfile(SKIPPING.format(body=body), **files)
        return pytester.runpytest("-p", "no:cacheprovider")

    return run


def test_accepted_skips_pass(run):
    result = run("true", "pass")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=1, skipped=1, xfailed=1)


def test_another_skip_fails_and_is_named(run):
    result = run("true", "pytest.skip('no Chromium on the path')")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*not accept*", "*::test_browser: no Chromium on the path"])
    assert "test_gpu: no CUDA" not in result.stdout.str()


def test_a_whole_file_skipped_fails_too(run):
    result = run("true", "pass", test_missing="import pytest; pytest.importorskip('nowhere')")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["test_missing.py: could not import 'nowhere'*"])


def test_elsewhere_a_skip_is_a_skip(run):
    assert run("", "pytest.skip('no Chromium on the path')").ret == pytest.ExitCode.OK
