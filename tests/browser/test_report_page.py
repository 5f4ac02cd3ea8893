"""The report's pages in a real browser: silent, offline, sortable, readable at every width.

Needs Chromium (``apt-get install chromium`` or the like; any of the usual names on the path, or
``$CHROMIUM``) and the playwright package of the dev extra, which drives it; skips without.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from langalign_sk.report import refit_report
from tests.report.toy import NASTY, toy_report

WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def report():
    return toy_report()


@pytest.fixture(scope="module")
def path(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    report.to_html(path, provenance={"files": [{"what": "pairs", "name": "a.tmx", "rows": 400}]})
    return path


@pytest.fixture(scope="module")
def refit_path(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "refit.html"
    given = report.predictions
    names = [name for name in given if name not in ("text", "true")]
    compared = refit_report(
        given["text"], given[names[1]], given[names[0]], given["true"],
        source_lang="en", target_lang="ko", figures={"pairs": (400, 500)},
    )  # fmt: skip
    compared.to_html(path, decision="The old model stays.")
    return path


@pytest.fixture
def open_page(browser, path):
    """Opens the page; whatever it says or asks for is on its `heard` list."""
    contexts = []

    def opened(width=1280, scheme="light", path=path):
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


def shown(page, table):
    return page.locator(f"{table} > tbody:not([hidden])").count()


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
    assert keys(page, 0) == page.evaluate(
        "keys => keys.sort((a, b) => a.localeCompare(b))", keys(page, 0)
    )
    assert sorted(first_cells(page)) == sorted(before)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert keys(page, 0) == page.evaluate(
        "keys => keys.sort((a, b) => b.localeCompare(a))", keys(page, 0)
    )
    assert page.locator("#live").inner_text() == "Sorted by Way, descending"


def test_a_table_sorts_by_keyboard(open_page):
    page = open_page()
    button = page.locator("table").nth(0).get_by_role("button", name="Macro F1")
    for _ in range(60):  # reached by the tab key alone
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
    table = page.locator("#classes-table")
    summary = table.locator("summary").nth(0)
    summary.focus()
    page.keyboard.press("Enter")
    body = table.locator("tbody:has(details[open])")
    name = body.locator("th").first.inner_text()
    assert body.locator(".texts > li").first.is_visible()
    assert body.get_by_text("Nearest training texts").first.is_visible()
    table.get_by_role("button", name="Class").click()
    moved = table.locator("tbody:has(details[open])")
    assert moved.locator("th").first.inner_text() == name


def test_texts_are_searched_and_filtered(open_page, report):
    page = open_page()
    tools = page.locator('[data-for="texts-table"].tools')
    every = len(report.named)
    rest = f"Show all {every}"
    assert shown(page, "#texts-table") < every
    page.get_by_role("button", name=rest).click()
    assert shown(page, "#texts-table") == every
    wrong = (report.named["given"] != report.named["true"]).sum()
    tools.get_by_label("only wrong ones").check()
    assert page.locator("#live").inner_text() == f"{wrong} rows match"
    tools.get_by_label("only wrong ones").uncheck()
    label = report.named["given"].iloc[0]
    tools.get_by_label("Class").select_option(label=label)
    own = ((report.named["given"] == label) | (report.named["true"] == label)).sum()
    assert page.locator("#live").inner_text() == f"{own} rows match"
    tools.get_by_label("Class").select_option(label="all")
    word = report.named["text"].iloc[0].split()[0]
    tools.get_by_label("Search").fill(word.upper())
    found = page.locator("#texts-table > tbody:not([hidden]) q").all_inner_texts()
    assert found
    assert all(word.lower() in text.lower() for text in found)
    tools.get_by_label("Search").fill("no text has this")
    assert shown(page, "#texts-table") == 0
    assert page.get_by_text(f"0 of {every} rows match").is_visible()


def saved(page, table, folder):
    with page.expect_download() as download:
        page.locator(f'[data-for="{table}-table"] .save').click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert path.read_bytes().startswith("\ufeff".encode())
    with open(path, encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    return path.name, head, rows


def test_tables_are_saved_whole(open_page, report, tmp_path, path):
    page = open_page()
    name, head, rows = saved(page, "compared", tmp_path)
    assert name == "compared.csv"
    assert head[:2] == ["Way", "Right class"]
    scores = report.scores.set_index("candidate")["accuracy"]
    assert {row[0] for row in rows} == set(scores.index)
    for row in rows:
        assert float(row[1]) == pytest.approx(scores[row[0]])
    _, _, rows = saved(page, "texts", tmp_path)  # those folded away as well
    assert len(rows) == len(report.named)
    assert any(NASTY["class"] in row for row in rows)
    first = page.locator("#texts-table > tbody > tr > th q").first
    first.evaluate("quote => { quote.textContent = '=1+1,\"x\"'; }")
    _, _, rows = saved(page, "texts", tmp_path)
    assert rows[0][0] == '\'=1+1,"x"'  # a spreadsheet runs nothing
    heard = [line for line in page.heard if not line.startswith("request: data:")]
    assert [line for line in heard if not line.startswith("request: blob:")] == [
        f"request: {path.as_uri()}"
    ]


def test_links_lead_into_folded_sections(open_page):
    page = open_page()
    assert not page.locator("#files-table").is_visible()
    page.get_by_role("link", name="Where this comes from").click()
    assert page.locator("#files-table").is_visible()
    assert page.get_by_text("a.tmx").is_visible()


def test_a_phone_gets_a_short_page(open_page):
    page = open_page(390)
    assert page.evaluate("document.documentElement.scrollHeight") < 8000
    # Texts have the whole width to themselves.
    width = page.locator("#differing-table > tbody > tr > th").first.bounding_box()["width"]
    assert width > 0.9 * (390 - 32)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["report", "refit"])
def test_nobody_is_shut_out(open_page, path, refit_path, width, scheme, which):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python, which checks accessibility, is not installed",
    )
    page = open_page(width, scheme, path if which == "report" else refit_path)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not [line for line in page.heard if line.startswith(("console", "error"))]


def test_a_notebook_shows_it_in_a_frame(browser, report, tmp_path):
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><title>n</title>{report._repr_html_()}", encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe[title='Transfer report']")
    assert frame.get_by_role("heading", level=1).inner_text().startswith("English labels")
    assert frame.locator(".save").first.is_visible()  # its script runs
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_follows_the_theme(open_page, tmp_path, width, scheme):
    page = open_page(width, scheme)
    for place in range(2):
        page.locator("summary:visible").nth(place).click()
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
    assert not page.locator("nav").is_visible()
    assert not page.locator(".save").first.is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".notes").is_visible()  # what is folded on the screen
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator(".notes").is_visible()


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
  for (const name of ["h1", ".lead", ".big", ".said dd", ".technical", ".alarm li", ".alarm h2",
                      ".under-table button", ".spread", ".badge", "thead button", ".class",
                      ".class.wrong", "summary", ".contents a"]) {
    const node = document.querySelector(name);
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))];
    found[name] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  return found;
}"""
