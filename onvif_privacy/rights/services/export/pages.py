"""The pages of an export: readable in any browser, without the network, by people who use a screen reader, too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape  # Django's own takes lazy texts, which costs more than the rest of a cell
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from onvif_privacy.core.conf import conf
from onvif_privacy.rights.services import holdings, wording
from onvif_privacy.rights.services.export.document import Contents, left_out

ROWS_OF_A_PAGE = 5_000
INLINE = 200  # what stands on the first page itself

MODELS = "<!-- models -->"
NOTHING = "–"


def page_names(label: str, count: int) -> list[str]:
    """Return the names of the further pages that hold the rows of a model; none where they stand on the first."""
    if count <= INLINE:
        return []
    return [f"pages/{label.lower()}-{number}.html" for number in range(1, -(-count // ROWS_OF_A_PAGE) + 1)]


def _cell(value: Any, prefix: str) -> str:
    if value is None or value == "":
        return NOTHING
    if type(value) is str:
        return escape(value)
    if isinstance(value, dict) and set(value) == {"left_out"}:
        return f"<em>{escape(_('left out: %(why)s') % {'why': value['left_out']})}</em>"
    if isinstance(value, dict) and set(value) == {"file"}:
        return f'<a href="{prefix}{escape(value["file"])}">{escape(value["file"].rpartition("/")[2])}</a>'
    if isinstance(value, (dict, list)):
        return "<br>".join(escape(line) for line in wording.leaf_lines(value))
    return escape(wording.spoken(value))


class Columns:
    """The columns of one model's table, with their words."""

    def __init__(self, contents: Contents, label: str) -> None:
        declaration = next(one for one in contents.declarations if one.model == label)
        model = holdings.model_of(declaration)
        self.label = label
        self.title = wording.model_words(label)
        self.count = contents.gathered.rows[label]
        self.words = {
            one.name: str(getattr(one, "verbose_name", one.name))
            for one in (*model._meta.concrete_fields, *model._meta.many_to_many)
        }
        self.names = list(self.words)
        self.grounds = {name: wording.grounds(getattr(one, "purposes", ())) for name, one in declaration.fields.items()}

    def table(self, lines: Iterable[bytes], prefix: str) -> Iterator[str]:
        """Yield a table row by row. ``prefix`` leads from the page to the top of the archive."""
        rows = (json.loads(line)["values"] for line in lines)
        first = next(rows, None)
        if first is None:
            return
        names = [name for name in self.names if name in first]
        head = "".join(f'<th scope="col">{escape(self.words[name])}</th>' for name in names)
        yield (
            f'<div class="table" tabindex="0" role="region" aria-label="{escape(self.title)}"><table>'
            f"<caption>{escape(self.title)}</caption><thead><tr>{head}</tr></thead><tbody>"
        )
        for row in chain((first,), rows):
            cells = "</td><td>".join([_cell(row.get(name), prefix) for name in names])
            yield f"<tr><td>{cells}</td></tr>"
        yield "</tbody></table></div>"

    def legend(self) -> str:
        """Return what each field is kept for."""
        items = "".join(
            f"<li><strong>{escape(self.words.get(name, name))}</strong>: {escape('; '.join(found))}</li>"
            for name, found in self.grounds.items()
            if found
        )
        return f"<details><summary>{escape(_('What for'))}</summary><ul>{items}</ul></details>" if items else ""


def _frame(contents: Contents, title: str, **more: Any) -> tuple[str, str]:
    context = {"contents": contents, "title": title, "organisation": conf.ORGANISATION, "contact": conf.CONTACT, **more}
    before, _mark, after = render_to_string("onvif_privacy/rights/export.html", context).partition(MODELS)
    return before, after


def index(contents: Contents) -> Iterator[bytes]:
    """Yield ``index.html``: who, when, every short table, and links to the long ones."""
    columns = {one.model: Columns(contents, one.model) for one in contents.declarations}
    tables = [(one.label, one.title, one.count) for one in columns.values()]
    before, after = _frame(
        contents,
        _("What we hold about you"),
        tables=tables,
        decisions=contents.decisions,
        left_out=left_out(contents.gathered),
        first=True,
    )
    yield before.encode()
    for label, rows in groupby(contents.rows(), key=itemgetter(0)):
        shown = columns[label]
        yield f'<section id="{escape(label)}"><h2>{escape(shown.title)}</h2>{shown.legend()}'.encode()
        if names := page_names(label, shown.count):
            yield _links(names, shown.count).encode()
        else:
            for part in shown.table((line for _label, line in rows), ""):
                yield part.encode()
        yield b"</section>"
    yield after.encode()


def _links(names: list[str], count: int) -> str:
    parts = [
        f'<li><a href="{escape(name)}">{escape(_("Page %(number)d") % {"number": number})}</a></li>'
        for number, name in enumerate(names, 1)
    ]
    return f"<p>{escape(_('%(count)d rows:') % {'count': count})}</p><ul>{''.join(parts)}</ul>"


def further(contents: Contents) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield name and parts of each further page; the parts must be taken before the next page is asked for."""
    if all(count <= INLINE for count in contents.gathered.rows.values()):
        return
    for label, rows in groupby(contents.rows(), key=itemgetter(0)):
        for name in page_names(label, contents.gathered.rows[label]):
            # one page after the other takes its rows from the same group
            yield name, _further(contents, label, islice(rows, ROWS_OF_A_PAGE))  # noqa: B031


def _further(contents: Contents, label: str, rows: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    shown = Columns(contents, label)
    before, after = _frame(contents, shown.title, first=False, start="../index.html")
    yield before.encode()
    yield shown.legend().encode()
    for part in shown.table((line for _label, line in rows), "../"):
        yield part.encode()
    yield after.encode()
