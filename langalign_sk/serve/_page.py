"""The page of a service: how to call it, and a form to try. It asks no other host for anything."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from typing import Any


def page(openapi: dict[str, Any]) -> str:
    """Return the page for an OpenAPI description."""
    sections = []
    for path, methods in openapi["paths"].items():
        for method, about in methods.items():
            parts = [
                f"<h2><code>{method.upper()} {escape(path)}</code></h2>",
                f"<p>{escape(about.get('description', ''))}</p>",
            ]
            for example in _examples(openapi, about.get("requestBody")):
                parts.append(f"<pre><code>{escape(example)}</code></pre>")
            codes = ", ".join(
                f"<code>{code}</code> {escape(answer.get('description', ''))}"
                for code, answer in about["responses"].items()
            )
            parts.append(f"<p>Answers: {codes}</p>")
            sections.append("\n".join(parts))
    template = files("langalign_sk.serve").joinpath("page.html").read_text(encoding="utf-8")
    return template.replace("{{ about }}", escape(openapi["info"]["description"])).replace(
        "{{ sections }}", "\n".join(sections)
    )


def _examples(openapi: dict[str, Any], body: dict[str, Any] | None) -> list[str]:
    """Return the examples of a request's body as JSON."""
    if body is None:
        return []
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    found = openapi["components"]["schemas"][name].get("examples", [])
    return [json.dumps(example, ensure_ascii=False, indent=1) for example in found]
