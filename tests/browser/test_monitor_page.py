"""The page of a comparison in a real browser: silent, offline, readable at every width."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from langalign_sk.monitor import Monitor

WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 4))
    model = LogisticRegression().fit(X[:100], np.where(X[:100, 0] > 0, "refund", "delivery"))
    found = Monitor(model).fit(X[100:300]).compare(X[300:] + 0.6)
    assert found.drifted
    out = tmp_path_factory.mktemp("page") / "monitor.html"
    found.to_html(out, provenance={"settings": {"model": "out"}})
    return out


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_silent_and_as_wide_as_the_screen(browser, path, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")
    assert [line for line in heard if not line.startswith("data:")] == [path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for table in page.locator("table").all():
        assert table.get_attribute("role") == "table"
    titles = page.locator("h1, h2").evaluate_all("heads => heads.map(head => head.tagName)")
    assert titles.count("H1") == 1
    head = page.locator("#checks-table th[aria-sort]").nth(0)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.locator("#unlike-table > tbody:not([hidden])").count() == (5 if width < 500 else 10)
    context.close()
