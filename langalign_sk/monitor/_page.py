"""The page of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langalign_sk.monitor._words import CHECKS
from langalign_sk.report import filled, language, listed, merged, now, versions

#: Classes that the page shows at most.
_MOST_CLASSES = 100


def render(fields: Mapping[str, Any], provenance: Mapping[str, Any] | None = None) -> str:
    """Return the page of a comparison, given its fields, as text."""
    known = merged({"date": now(), "versions": versions()}, provenance)
    checks = fields["table"].to_dict("records")
    spoken = fields["languages"].to_dict("records")
    for one in checks:
        one["title"] = CHECKS[one["check"]]
    for one in spoken:
        one["words"] = language(one["language"])
    rows = fields["rows"].to_dict("records")
    for one in rows:
        text = one["text"]
        one["shown"] = text if isinstance(text, str) else " ⟶ ".join(text or ("(a vector)",))
    context = {
        **fields,
        "checks": checks,
        "n_drifted": sum(one["drifted"] for one in checks),
        "spoken": spoken,
        "given": fields["classes"].head(_MOST_CLASSES).to_dict("records"),
        "examples": rows,
        "sure": bool(fields["rows"]["confidence"].notna().any()),
        "located": bool(fields["rows"]["outside"].notna().any()),
        "provenance": listed(known),
        "warnings": list(known.get("warnings") or []),
    }
    return filled("monitor.html.j2", context, room="langalign_sk.monitor")
