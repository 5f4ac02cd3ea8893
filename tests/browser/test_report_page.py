"""The report's page in a real browser: silent, offline, sortable, readable at every width.

Needs Chromium (``apt-get install chromium`` or the like; any of the usual names on the path, or
``$CHROMIUM``) and the playwright package of the dev extra, which drives it; skips without.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.report.toy import toy_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright, which drives the browser, is not installed"
    )
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on the path ({', '.join(NAMES)}) and none in $CHROMIUM")
    with playwright.sync_playwright() as driver:
        # No sandbox: tests often run as root, where Chromium has none; the page is our own.
        running = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    toy_report().to_html(path)
    return path


@pytest.fixture
def open_page(browser, path):
    """Opens the page; whatever it says or asks for is on its `heard` list."""
    contexts = []

    def opened(width=1280, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("console", lambda message: page.heard.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: page.heard.append(f"error: {error}"))
        page.on("dialog", lambda dialog: page.heard.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: page.heard.append(f"request: {request.url}"))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def first_cells(page, table=0):
    return page.locator("table").nth(table).locator("tbody > tr:first-child > th").all_inner_texts()


def keys(page, column, table=0):
    found = page.locator("table").nth(table).locator("tbody > tr:first-child")
    return found.evaluate_all(f"rows => rows.map(row => row.cells[{column}].dataset.key)")


def test_it_loads_in_silence_and_offline(open_page, path):
    page = open_page()
    page.wait_for_load_state("networkidle")
    heard = [line for line in page.heard if not line.startswith("request: data:")]
    assert heard == [f"request: {path.as_uri()}"]
    assert path.stat().st_size < 1.5e6


def test_a_table_sorts_by_click(open_page):
    page = open_page()
    before = first_cells(page)
    head = page.locator("table").nth(0).locator("th[aria-sort]").nth(0)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert keys(page, 0) == sorted(keys(page, 0))
    assert sorted(first_cells(page)) == sorted(before)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert keys(page, 0) == sorted(keys(page, 0), reverse=True)
    assert page.locator("#live").inner_text() == "Sorted by Way, descending"


def test_a_table_sorts_by_keyboard(open_page):
    page = open_page()
    button = page.locator("table").nth(0).get_by_role("button", name="Macro F1")
    for _ in range(30):  # reached by the tab key alone
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    else:
        pytest.fail("the tab key does not reach the button")
    page.keyboard.press("Enter")
    figures = [float(key) for key in keys(page, 2)]
    assert figures == sorted(figures, reverse=True)
    page.keyboard.press("Space")
    assert [float(key) for key in keys(page, 2)] == sorted(figures)
    heads = page.locator("table").nth(0).locator("th[aria-sort]")
    orders = heads.evaluate_all("heads => heads.map(head => head.ariaSort)")
    assert [order for order in orders if order != "none"] == ["ascending"]


def test_missing_figures_come_last_both_ways(open_page):
    page = open_page()
    column = page.locator("table").nth(0).get_by_role("columnheader")
    titles = [title.strip(" ↕↑↓") for title in column.all_inner_texts()]
    place = titles.index("Saved")
    cell = page.locator("table").nth(0).locator("tbody > tr:first-child").nth(1)
    cell.evaluate(f"row => row.cells[{place}].dataset.key = ''")
    for _ in range(2):
        column.nth(place).get_by_role("button").click()
        assert keys(page, place)[-1] == ""


def test_rows_unfold_to_their_texts_and_stay_with_them(open_page):
    page = open_page()
    summary = page.locator("table").nth(0).locator("summary").nth(0)
    summary.focus()
    page.keyboard.press("Enter")
    body = page.locator("table").nth(0).locator("tbody:has(details[open])")
    name = body.locator("th").first.inner_text()
    assert body.locator(".texts > li").first.is_visible()
    assert body.get_by_text("Nearest training texts").first.is_visible()
    page.locator("table").nth(0).get_by_role("button", name="Way").click()
    moved = page.locator("table").nth(0).locator("tbody:has(details[open])")
    assert moved.locator("th").first.inner_text() == name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_follows_the_theme(open_page, tmp_path, width, scheme):
    page = open_page(width, scheme)
    for place in range(2):
        page.locator("summary").nth(place).click()
    picture = Path(tmp_path, f"{width}-{scheme}.png")
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 20_000
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Text on its ground: at least the 4.5 to 1 that accessibility guidelines ask for.
    ratios = page.evaluate(CONTRAST)
    assert min(ratios.values()) >= 4.5, ratios
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, dark[4:-1].split(","))) < 200) == (scheme == "dark")


def test_it_prints_in_dark_on_white(open_page):
    page = open_page(1280, "dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((c) => {
      c /= 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (!colour.endsWith(", 0)")) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = {};
  for (const name of ["h1", ".lead", ".big", ".said p:last-child", ".spread", ".badge",
                      "thead button", ".class", ".class.wrong", "summary", ".notes li"]) {
    const node = document.querySelector(name);
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))];
    found[name] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  return found;
}"""
