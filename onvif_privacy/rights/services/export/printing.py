"""``index.pdf``: what the first page says, to print and to keep; tagged, so that screen readers read it, too.

Needs the extra ``pdf`` (Typst); without it an export has no such part. Text reaches the typesetter as data, never as
its language, and the document asks for no file and no address.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf
from onvif_privacy.rights.services import wording
from onvif_privacy.rights.services.export import pages
from onvif_privacy.rights.services.export.document import Contents, left_out

NAME = "index.pdf"
MOST_LINES = 4_000  # about a hundred sheets; typesetting takes some 20 kB of memory a line
LINE = 80  # characters
DOCUMENT = Path(__file__).resolve().parents[2] / "templates" / "onvif_privacy" / "rights" / "export.typ"
UNPRINTABLE = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
# fonts beside the typesetter's own are looked for in the system; what no font has is a box, and no PDF/UA then
STANDARDS: tuple[list[str], ...] = (["ua-1"], [])

logger = logging.getLogger("onvif_privacy.rights")


def _said(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"left_out"}:
        return _("left out: %(why)s") % {"why": value["left_out"]}
    if isinstance(value, dict) and set(value) == {"file"}:
        return str(value["file"])
    if isinstance(value, (dict, list)):
        return "\n".join(wording.leaf_lines(value))
    return wording.spoken(value)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _row(shown: pages.Columns, values: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in shown.names if name in values]
    return {
        "values": [[shown.words[name], _said(values[name])] for name in names if not _is_empty(values[name])],
        "empty": [shown.words[name] for name in names if _is_empty(values[name])],
    }


def _lines(row: dict[str, Any]) -> int:
    values: list[str] = [value for _name, value in row["values"]]
    return 2 + sum(1 + value.count("\n") + len(value) // LINE for value in values)


def _section(shown: pages.Columns, lines: Iterable[bytes], room: int) -> tuple[dict[str, Any], int]:
    """Return one model's part and the lines it takes; its rows are left out where they need more than there is."""
    rows, taken = list[dict[str, Any]](), 0
    for line in lines if shown.count <= pages.INLINE else ():
        rows.append(_row(shown, json.loads(line)["values"]))
        taken += _lines(rows[-1])
        if taken > room:
            rows, taken = [], 0
            break
    why = [[shown.words.get(name, name), "; ".join(found)] for name, found in shown.grounds.items() if found]
    count = ngettext("%(count)d row", "%(count)d rows", shown.count) % {"count": shown.count}
    elsewhere = "" if rows else _("%(rows)s: too long to print, see index.html.") % {"rows": count}
    return {"title": shown.title, "why": why, "rows": rows, "note": elsewhere}, taken


def _sections(contents: Contents) -> Iterator[dict[str, Any]]:
    columns, room = {one.model: pages.Columns(contents, one.model) for one in contents.declarations}, MOST_LINES
    for label, rows in groupby(contents.rows(), key=itemgetter(0)):
        section, taken = _section(columns[label], (line for _label, line in rows), room)
        room -= taken
        yield section


def _decisions(contents: Contents) -> list[dict[str, Any]]:
    names = {"decided_at": _("When"), "purpose": _("What for"), "outcome": _("Answer"), "method": _("How")}
    names["words"] = _("The words you saw")
    return [
        {"values": [[words, one[name]] for name, words in names.items() if one[name]], "empty": []}
        for one in contents.decisions
    ]


def _told(contents: Contents) -> dict[str, Any]:
    sections = list(_sections(contents))
    if contents.decisions:
        sections.append({"title": _("What you decided"), "why": [], "note": "", "rows": _decisions(contents)})
    return {
        "language": (get_language() or "en").partition("-")[0],
        "title": _("What we hold about you"),
        "organisation": conf.ORGANISATION,
        "contact": conf.CONTACT,
        "made_at": date_format(timezone.localtime(contents.made_at), "DATETIME_FORMAT"),
        "sections": sections,
        "left_out": [
            f"{one['model']}, {one['field']} ({one['count']}): {one['reason']}" for one in left_out(contents.gathered)
        ],
        "words": {
            "row": _("Row"),
            "what_for": _("What for"),
            "empty": _("Nothing is held in"),
            "left_out": _("What is left out, and why"),
            "same": _("The file export.json holds the same for other programs."),
        },
    }


def _clean(value: Any) -> Any:
    """Return the same with what no font can show replaced."""
    if isinstance(value, str):
        return value.translate(UNPRINTABLE)
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    return value


def printed(contents: Contents) -> bytes | None:
    """Return the document; None without the extra, or where nothing could be set: data and pages are whole without."""
    if find_spec("typst") is None:
        return None
    typst = import_module("typst")
    given = {"data": json.dumps(_clean(_told(contents)), ensure_ascii=False)}
    for standards in STANDARDS:
        try:
            made: bytes = typst.compile(
                DOCUMENT.read_bytes(),
                root=DOCUMENT.parent,
                format="pdf",
                sys_inputs=given,
                pdf_standards=standards,
                timestamp=int(contents.made_at.timestamp()),
            )
        except typst.TypstError as error:
            # the message quotes what it could not set: its kind is all that a log may hold
            logger.warning("%s could not be set as %s: %s", NAME, standards or "PDF", type(error).__name__)
        else:
            return made
    return None
