"""The drawings of the site as SVG: ``python docs/pictures/draw.py`` writes them to docs/_static.

They stand on a light ground of their own, so that they read in light and dark alike.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

STATIC = Path(__file__).resolve().parents[1] / "_static"
BLUE, GOLD, INK, GROUND, PALE = "#4053d3", "#8a6d00", "#1f2328", "#ffffff", "#eef0fb"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def svg(width: int, height: int, parts: list[str]) -> str:
    """Return a whole drawing on its ground."""
    arrow = (
        '<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        f'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="{INK}"/>'
        "</marker></defs>"
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{FONT}" fill="{INK}">\n{arrow}\n'
        f'<rect width="{width}" height="{height}" rx="12" fill="{GROUND}"/>\n{body}\n</svg>\n'
    )


def text(x: float, y: float, words: str, size: int = 16, *, bold: bool = False, **more: str) -> str:
    """Return one line, centred unless `anchor` says otherwise."""
    anchor, fill = more.get("anchor", "middle"), more.get("fill", INK)
    font = f' font-family="{more["family"]}"' if "family" in more else ""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" fill="{fill}"'
        f"{weight}{font}>{escape(words)}</text>"
    )


def box(x: float, y: float, w: float, h: float, lines: list[str], *, answer: bool = False) -> str:
    """Return a box with its lines; an answer has code in its first line."""
    fill, stroke = (PALE, BLUE) if answer else (GROUND, "#8c8f9c")
    parts = [
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="1.6"/>'
    ]
    top = y + h / 2 - (len(lines) - 1) * 11 + 5.5
    for row, line in enumerate(lines):
        code = answer and row == 0
        more = {"family": "ui-monospace, Menlo, Consolas, monospace"} if code else {}
        size = 15 if code else 16 if not answer else 14
        parts.append(
            text(x + w / 2, top + 22 * row, line, size, bold=not answer or row == 0, **more)
        )
    return "\n".join(parts)


def arrow(
    points: list[tuple[float, float]], label: str = "", at: tuple[float, float] = (0, 0)
) -> str:
    """Return a line with a point, and a word beside it."""
    path = "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
    line = f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.6" marker-end="url(#a)"/>'
    return line + (text(*at, label, 15, bold=True, fill=BLUE) if label else "")


def choose() -> str:
    """Return the chooser: three questions and their answers."""
    parts = [
        box(30, 30, 330, 84, ["Is an English model in service", "that must stay as it is?"]),
        box(30, 186, 330, 84, ["Does one encoder read", "both languages?"]),
        box(30, 342, 330, 84, ["Do you have 1,000 pairs", "or more?"]),
        box(
            500,
            30,
            390,
            84,
            ["ReverseAligner(pairs)", "moves the other languages to your model"],
            answer=True,
        ),
        box(
            500,
            186,
            390,
            84,
            [
                'TransferClassifier(EmbeddingExtractor("use"))',
                "finds out whether a map is needed at all",
            ],
            answer=True,
        ),
        box(
            500,
            342,
            390,
            84,
            [
                "TransferClassifier(EmbeddingExtractor({…}))",
                "learns a map between the two encoders",
            ],
            answer=True,
        ),
        box(30, 498, 330, 84, ["Collect more translations,", "or label 50 texts"]),
        box(
            500,
            498,
            390,
            84,
            ["transfer_report(…)", "compares all of them on your texts"],
            answer=True,
        ),
    ]
    for row in range(3):
        y = 72 + 156 * row
        parts.append(arrow([(360, y), (497, y)], "yes", (428, y - 10)))
        parts.append(arrow([(195, y + 42), (195, y + 111)], "no", (216, y + 82)))
    parts.append(arrow([(695, 426), (695, 495)], "", (0, 0)))
    parts.append(text(716, 467, "not sure?", 15, bold=True, fill=BLUE, anchor="start"))
    parts.append(arrow([(360, 540), (497, 540)], "then", (428, 530)))
    return svg(920, 612, parts)


def mapping() -> str:
    """Return the idea: two spaces, pairs, one space."""
    rng = np.random.default_rng(3)
    centres = np.array([[-8.0, -62.0], [58.0, 34.0], [-58.0, 44.0]])
    english = np.concatenate([centre + rng.uniform(-24, 24, size=(6, 2)) for centre in centres])
    turn = np.deg2rad(38)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    korean = english @ rotation.T * 0.92 + rng.normal(scale=4, size=english.shape)
    together = english + rng.normal(scale=7, size=english.shape)
    places = [(140, 150), (420, 150), (780, 150)]

    def frame(x: float, y: float, title: str) -> str:
        return (
            f'<rect x="{x - 110}" y="{y - 108}" width="220" height="216" rx="12" fill="none" '
            f'stroke="#8c8f9c" stroke-width="1.4"/>' + text(x, y + 136, title, 16, bold=True)
        )

    def dot(point: np.ndarray, at: tuple[int, int], colour: str, square: bool) -> str:
        x, y = point[0] + at[0], point[1] + at[1]
        if square:
            return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{colour}"/>'
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{colour}"/>'

    parts = [frame(*places[0], "English encoder"), frame(*places[1], "Korean encoder")]
    parts.append(frame(*places[2], "one space, one classifier"))
    for row in (3, 8, 14):
        a = english[row] + places[0]
        b = korean[row] + places[1]
        parts.append(
            f'<path d="M{a[0]:.1f} {a[1]:.1f} L{b[0]:.1f} {b[1]:.1f}" stroke="{INK}" '
            'stroke-width="1.2" stroke-dasharray="4 4"/>'
        )
    for row in range(len(english)):
        parts.append(dot(english[row], places[0], BLUE, False))
        parts.append(dot(korean[row], places[1], GOLD, True))
        parts.append(dot(english[row], places[2], BLUE, False))
        parts.append(dot(together[row], places[2], GOLD, True))
    parts.append(text(280, 20, "pairs: the same sentence in both languages", 14))
    parts.append(arrow([(545, 150), (655, 150)], "the map", (600, 138)))
    return svg(920, 310, parts)


if __name__ == "__main__":
    for name, drawn in {"choose": choose(), "map": mapping()}.items():
        path = STATIC / f"{name}.svg"
        path.write_text(drawn, encoding="utf-8")
        print(path)
