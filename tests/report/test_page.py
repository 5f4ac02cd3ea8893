"""The page: whole, small, harmless, whatever the texts hold."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from langalign_sk import ParallelCorpus
from langalign_sk.report import transfer_report
from langalign_sk.report._markup import environment
from langalign_sk.report._page import render
from tests.report.toy import NASTY, toy_report

VOID = {"input", "meta", "link", "rect", "line", "polygon", "polyline", "circle", "br"}


class Outline(HTMLParser):
    """Elements in order; every one opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def outline_of(path):
    parser = Outline()
    parser.feed(path.read_text(encoding="utf-8"))
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def report():
    return toy_report()


@pytest.fixture(scope="module")
def page(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    report.to_html(path)
    return path


def test_the_answer_comes_first(page, report):
    found = outline_of(page)
    text = " ".join(found.text)
    assert report.advice.candidate in text
    sections = [attrs["aria-labelledby"] for tag, attrs in found.seen if tag == "section"]
    assert sections == [
        "alarm", "answer", "compared", "classes", "matrix", "texts", "differing", "pairs", "labels",
        "alignment", "notes", "origin",
    ]  # fmt: skip
    links = [attrs["href"] for tag, attrs in found.seen if tag == "a"]
    assert links == [f"#{name}" for name in sections[2:]]
    ids = [attrs["id"] for _, attrs in found.seen if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert set(sections) <= set(ids)


def test_nothing_is_fetched(page):
    text = page.read_text(encoding="utf-8")
    for tag, attrs in outline_of(page).seen:
        assert tag not in {"img", "iframe", "object", "embed"}
        for name in ("src", "href", "srcset", "action"):
            assert (attrs.get(name) or "data:").startswith(("data:", "#"))
    assert not re.search(r"url\(|@import", text)
    assert "default-src 'none'" in text


def test_users_texts_stay_texts(page):
    found = outline_of(page)
    tags = [tag for tag, _ in found.seen]
    assert tags.count("script") == 1
    assert tags.count("style") == 1
    assert not {"b", "i", "img"} & set(tags)
    for _, attrs in found.seen:
        assert not any(name.startswith("on") for name in attrs)
    shown = "".join(found.text)
    assert NASTY["class"] in shown  # as characters, not as an element
    assert NASTY["candidate"] in shown
    assert "alert('text')" in shown
    assert "\ud800" not in page.read_text(encoding="utf-8")


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</q></li></ul></details></td></tr></tbody></table><h1>",
    "<!--",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//example.org/>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<link rel=stylesheet href=//example.org>",
    "<form action=//example.org><input name=q>",
    "<math><mtext></table><img src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "{{ 7 * 7 }}",
    "{% for x in [1] %}{% endfor %}",
    "{# comment #}",
    "&lt;script&gt;&#x3c;script&#x3e;&quot;",
    "\ud800\udc00\x00\x0b\ufffe<b>",
    "\u202e<b>\u2028\u2029`${alert(1)}`",
]


def prefixed(fields, prefix):
    """Every text of a report, wherever it stands, with something before it."""

    def before(value):
        return prefix + value if isinstance(value, str) else value

    def changed(value):
        if isinstance(value, pd.DataFrame):
            # Not as Arrow's strings, which hold no half of a surrogate pair.
            columns = {name: list(map(before, value[name])) for name in value}
            return pd.DataFrame(columns, dtype=object) if len(value) else value
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        return [changed(item) for item in value] if isinstance(value, list) else before(value)

    found = {name: changed(value) for name, value in fields.items() if name != "models"}
    advised = before(fields["advice"].candidate)
    return found | {"advice": dataclasses.replace(fields["advice"], candidate=advised)}


def shape_of(page):
    parser = Outline()
    parser.feed(page)
    assert parser.open == []
    return [(tag, sorted(attrs)) for tag, attrs in parser.seen]


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_changes_the_elements_of_the_page(report, payload):
    harmless, page = (render(prefixed(vars(report), text)) for text in ("x" * 9, payload))
    assert shape_of(page) == shape_of(harmless)
    page.encode("utf-8")
    assert "49" not in page or "49" in harmless  # nothing of a text is run as a template


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>", "&lt;script&gt;"),
        ("\"'&", "&#34;&#39;&amp;"),
        ("a\ud800b\x00c", "a\ufffdb\ufffdc"),
        ("한국어 🙂", "한국어 🙂"),
        (3, "3"),
    ],
)
def test_escaping(text, expected):
    assert environment().from_string("{{ text }}").render(text=text) == expected


def test_long_texts_are_cut_before_they_are_escaped():
    cut = environment().from_string("{{ text|cut(10) }}")
    assert cut.render(text="&" * 50) == "&amp;" * 9 + "…"


def test_errors_show_their_nearest_training_texts(page, report):
    text = "".join(outline_of(page).text)
    row = report.errors[report.errors["candidate"] == report.advice.candidate].iloc[0]
    assert str(row["near1"])[:60] in text


def test_the_file_appears_whole_or_not_at_all(report, tmp_path, monkeypatch):
    path = tmp_path / "new" / "report.html"
    report.to_html(path)
    before = path.read_bytes()
    monkeypatch.setattr("langalign_sk.report._page.curve_of", lambda table: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        report.to_html(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_without_target_labels_the_page_goes_by_agreement(tmp_path):
    path = tmp_path / "report.html"
    toy_report(labelled=False).to_html(path)
    found = outline_of(path)
    sections = [attrs["aria-labelledby"] for tag, attrs in found.seen if tag == "section"]
    assert not {"matrix", "texts", "labels"} & set(sections)
    assert "differing" in sections
    text = "".join(found.text)
    assert "get the same class on both sides" in text
    assert "this is a forecast" in text or "Not yet." in text


class Hopeless:
    """Never right."""

    def fit(self, texts, labels):
        self.labels = dict(zip(texts, labels, strict=True))
        return self

    def predict(self, texts):
        return np.array(["y" * 200] * len(texts))


def test_the_worst_report_is_still_small(tmp_path):
    rng = np.random.default_rng(0)
    words = ["漢字仮名交じり文" * 4, "긴한국어문장" * 5, "𝒳𝒴𝒵🙂" * 8]

    def texts(n):
        return [" ".join(rng.choice(words, 12)) + str(i) for i in range(n)]

    labels = np.array([f"class {i % 150} {'x' * 60}" for i in range(1500)])
    report = transfer_report(
        texts(1500),
        labels,
        candidates={f"candidate {i} {'z' * 50}": Hopeless() for i in range(12)},
        pairs=ParallelCorpus(texts(300), texts(300), source_lang="ja", target_lang="ko"),
        X_target=texts(1500),
        y_target=labels,
    )
    near = {f"near{rank}": report.errors["text"] for rank in (1, 2, 3)}
    classes = {f"near{rank}_class": report.errors["true"] for rank in (1, 2, 3)}
    cosines = {f"near{rank}_cosine": 0.5 for rank in (1, 2, 3)}
    object.__setattr__(report, "errors", report.errors.assign(**near, **classes, **cosines))
    assert isinstance(report.errors, pd.DataFrame)
    path = tmp_path / "report.html"
    report.to_html(path)
    assert path.stat().st_size < 1.5e6
    outline_of(path)


def test_provenance_is_on_the_page(report, tmp_path):
    path = tmp_path / "report.html"
    given = {
        "command": "langalign-sk transfer --train a.xlsx",
        "files": [{"what": "pairs", "name": "agency.tmx", "rows": 1234, "note": "12 repeated"}],
        "settings": {"seed": 7},
        "warnings": ["The file is old."],
    }
    report.to_html(path, provenance=given)
    text = " ".join("".join(outline_of(path).text).split())
    for shown in ("agency.tmx", "1,234", "12 repeated", "seed", "a.xlsx", "The file is old."):
        assert shown in text
    for one in report.provenance["encoders"]:
        assert one["fingerprint"] in text
    # Each was tried on both languages.
    assert len(report.provenance["encoders"]) == 2
    assert {
        lang for one in report.provenance["encoders"] for lang in one["language"].split(", ")
    } == {"en", "ko"}
    for version in report.provenance["versions"].values():
        assert version in text
    assert "random_state" in text  # what the report knows stays beside what is given
    assert report.provenance["settings"].get("seed") is None


def test_frequencies_and_confusions_are_counts(report, page):
    named = report.named
    advised = report.predictions[report.advice.candidate]
    assert (named["given"] == advised).all()
    table = report.classes.set_index("class")
    for label in table.index:
        assert table.loc[label, "n_given"] == (advised == label).sum()
        assert table.loc[label, "n_target"] == (report.predictions["true"] == label).sum()
    assert table["n_labels"].sum() == report.setting["n_source"]
    assert named["sure"].between(0, 1).all()
    cells = [cell for cell in outline_of(page).seen if "heat" in (cell[1].get("class") or "")]
    assert len(cells) == len(table) ** 2
    right = [cell for cell in cells if "right" in cell[1]["class"]]
    assert len(right) == len(table)


def test_shares_of_the_score_are_said_plainly(report):
    assert list(report.sentences)[:4] == ["verdict", "number", "risk", "next"]
    assert report.summary().endswith(list(report.sentences.values())[-1])
    words = report.summary()
    for misleading in ("No map is as good", "are worth about", "as they are among the labels (to"):
        assert misleading not in words


def test_a_notebook_gets_a_page_that_reaches_nothing(report):
    shown = report._repr_html_()
    parser = Outline()
    parser.feed(shown)
    ((tag, attrs),) = parser.seen
    assert tag == "iframe"
    assert "allow-same-origin" not in attrs["sandbox"]
    inner = Outline()
    inner.feed(attrs["srcdoc"])
    assert any(tag == "table" for tag, _ in inner.seen)
