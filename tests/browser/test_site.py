"""The site in a real browser: silent, from one host, readable in light and dark and on a phone.

The site is built once, without its gallery being drawn. Needs Sphinx (extra docs) and Chromium,
as the tests of the report's page do.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "index.html",
    "start.html",
    "choose.html",
    "auto_gallery/index.html",
    "api/generated/langalign_sk.align.LangAligner.html",
    "results.html",
)
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the built site; a warning of Sphinx is a failure."""
    pytest.importorskip("sphinx", reason="sphinx, which builds the site, is not installed")
    whole = tmp_path_factory.mktemp("site")
    docs = whole / "docs"
    leave = shutil.ignore_patterns("_build", "api", "auto_gallery", "__pycache__")
    shutil.copytree(ROOT / "docs", docs, ignore=leave)
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks"):
        (whole / name).symlink_to(ROOT / name)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    command += ["-D", "plot_gallery=0", str(docs), str(whole / "html")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LANGALIGN_DOCS": "quick"}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return whole / "html"


@pytest.fixture(scope="module")
def address(built):
    """Where a server shows the site: a search asks for pages, which files can't."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def open_page(browser, address):
    """Opens a page; what it complains of, and every request to another host, is on `heard`."""
    contexts = []

    def opened(path, width=1280, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.heard = []

        def asked(request):
            if not request.url.startswith((f"{address}/", "data:")):
                page.heard.append(f"request: {request.url}")

        def said(message):
            if message.type in ("error", "warning"):
                page.heard.append(f"console: {message.text}")

        def answered(response):
            if response.status >= 400:
                page.heard.append(f"{response.status}: {response.url}")

        page.on("request", asked)
        page.on("console", said)
        page.on("response", answered)
        page.on("pageerror", lambda error: page.heard.append(f"error: {error}"))
        page.goto(f"{address}/{path}")
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_silent_fits_and_follows_the_theme(open_page, path, width, scheme):
    page = open_page(path, width, scheme)
    assert page.heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, dark[4:-1].split(","))) < 200) == (scheme == "dark")
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_violates_no_rule_of_accessibility(open_page, path, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python, which checks accessibility, is not installed",
    )
    page = open_page(path, 1280, scheme)
    found = axe.Axe().run(page).response["violations"]
    told = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]
    assert told == []


def test_the_search_finds_a_name(open_page):
    page = open_page("search.html?q=ReverseAligner")
    first = page.locator("#search-results li a").first
    first.wait_for(timeout=20_000)
    page.wait_for_load_state("networkidle")
    links = page.locator("#search-results li a").evaluate_all("found => found.map(a => a.href)")
    assert any("langalign_sk.align.ReverseAligner.html" in link for link in links)
    assert page.heard == []


def test_the_reference_has_a_signature_for_every_name(built):
    folder = built / "api" / "generated"
    pages = {path.name.removesuffix(".html") for path in folder.glob("*.html")}
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        import rooms
    finally:
        sys.path.pop(0)
    homes = set(rooms.homes().values())
    assert pages >= homes
    text = (folder / "langalign_sk.align.LangAligner.html").read_text("utf-8")
    assert "round_trip" not in text.partition("</dt>")[0]
    assert "keep_moments" in text.partition("</dt>")[0]
