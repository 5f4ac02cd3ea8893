"""The pictures of the site, from a real run: ``python docs/pictures/screens.py`` (three minutes).

It writes the sample files into a folder of its own, runs the commands that stand in
``docs/tutorials/spreadsheet.md`` one after the other, and takes pictures of what
they print and write.
Needs Chromium, fonts with Hangul and emoji, and the extras ``docs`` and ``test``.
"""

from __future__ import annotations

import html
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sample
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from tutorial import PAGE, commands, label

DOCS = Path(__file__).resolve().parents[1]
PICTURES = DOCS / "tutorials" / "img"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STYLE = """
body { margin: 0; background: #fff; font-family: system-ui, sans-serif; }
#shot { display: inline-block; }
.terminal { background: #14181f; color: #e6e9ef; width: 860px; padding: 18px 22px;
  border-radius: 10px; white-space: pre-wrap; box-sizing: border-box; overflow-wrap: anywhere;
  font: 15px/1.5 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.terminal b { color: #8fd18a; font-weight: 600; }
table { border-collapse: collapse; font-size: 15px; background: #fff; color: #1f2328;
  width: 860px; }
th, td { border: 1px solid #c8ccd4; padding: 6px 10px; text-align: left; vertical-align: top; }
th { background: #eef0fb; }
td:first-child, th:first-child { background: #f3f4f6; color: #4b5563; text-align: right;
  width: 1.6em; }
"""


def run(command: str, folder: Path) -> str:
    """Run a command of this package in the folder and return what a terminal would show."""
    words = shlex.split(command)
    assert words[0] == "langalign-sk", command
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent), "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-m", "langalign_sk", *words[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout.replace(f"{folder}{os.sep}", "")


def terminal(command: str, output: str) -> str:
    """Return a terminal as HTML."""
    long = len(command) > 88
    shown = command.replace(" --unlabeled", " \\\n    --unlabeled") if long else command
    body = f"<b>$</b> {html.escape(shown)}\n{html.escape(output.strip())}"
    return f'<div class="terminal">{body}</div>'


def table(path: Path, rows: Sequence[int], columns: Sequence[str]) -> str:
    """Return rows of a spreadsheet as HTML."""
    import pandas as pd

    if path.suffix == ".xlsx":
        frame = pd.read_excel(path, engine="calamine", dtype=str, keep_default_na=False)
    else:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame = frame[[name for name in columns if name in frame]]
    lines = ["".join(f"<th>{html.escape(name)}</th>" for name in ["", *frame])]
    for row in rows:
        cells = [str(row + 1), *map(str, frame.iloc[row])]
        lines.append("".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def small(path: Path) -> None:
    """Write a picture again with few colours: a third of the size, and nobody sees it."""
    picture = Image.open(path).convert("RGB")
    picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


class Camera:
    """Takes pictures with one browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def part(self, body: str, path: Path) -> None:
        """Take a picture of a piece of HTML."""
        context = self.browser.new_context(
            viewport={"width": 900, "height": 200}, device_scale_factor=1.5
        )
        page = context.new_page()
        page.set_content(f"<style>{STYLE}</style><div id=shot>{body}</div>")
        page.locator("#shot").screenshot(path=path)
        context.close()
        small(path)

    def whole(self, file: Path, path: Path, *, scheme: Any = "light", height: int = 760) -> None:
        """Take a picture of the first screen of a page."""
        context = self.browser.new_context(
            viewport={"width": 980, "height": height}, color_scheme=scheme, device_scale_factor=1.25
        )
        page = context.new_page()
        page.goto(file.as_uri())
        page.wait_for_timeout(200)
        page.screenshot(path=path)
        context.close()
        small(path)


def browser() -> Iterator[Browser]:
    """Give a browser."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


def main(folder: Path) -> None:
    """Run everything and take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    sample.write(folder)
    for running in browser():
        camera = Camera(running)
        for command in commands(PAGE.read_text("utf-8")):
            verb = command.split()[1]
            if verb not in STEPS or "--config" in command:
                continue
            print(command, flush=True)
            output = run(command, folder)
            name = f"{verb}-labels" if "--target-labels" in command else verb
            if verb not in ("predict", "suggest"):  # what these write tells more
                camera.part(terminal(command, output), PICTURES / f"{name}.png")
            if verb == "transfer":
                report = folder / "service" / "report.html"
                camera.whole(report, DOCS / "_static" / "report.png")
                camera.whole(report, DOCS / "_static" / "report-dark.png", scheme="dark")
            elif verb == "predict":
                shown = table(
                    folder / "answers.csv",
                    (0, 1, 2, 20, 41, 62),  # some texts, an emoji, an empty line, a number
                    ("text", "prediction", "confidence", "reason"),
                )
                camera.part(shown, PICTURES / "answers.png")
            elif verb == "suggest":
                shown = table(folder / "to_label.xlsx", range(6), ("text", "label", "prediction"))
                camera.part(shown, PICTURES / "to_label.png")
                print(label(folder), "labels")
            elif name == "refit-labels":
                page = folder / "service" / "refit.html"
                camera.whole(page, PICTURES / f"{name}-page.png", height=620)


STEPS = ("transfer", "predict", "suggest", "refit", "evaluate")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
