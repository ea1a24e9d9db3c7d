"""With the extra `pdf` an export has what its first page says as a document to print, tagged for screen readers."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.services.export import pages, printing
from tests import corpora
from tests.core.factories import DecisionFactory
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import STORE, shopper
from tests.rights.test_export import archive, data, leaves
from tests.store.factories import OrderFactory

pytest.importorskip("typst")
pypdf = pytest.importorskip("pypdf")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with temporarily(*STORE):
        yield


def printed(subject: Any) -> Any:
    return pypdf.PdfReader(io.BytesIO(archive(subject).read(printing.NAME)))


def squeezed(text: str) -> str:
    """Text without what breaking lines adds and takes."""
    return re.sub(r"[\s\-‐\u00ad]+", "", text)


def words_of(reader: Any) -> str:
    return squeezed("".join(page.extract_text() for page in reader.pages))


def tags_of(reader: Any) -> set[str]:
    found, waiting = set[str](), [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        found.add(str(one.get("/S", "")))
        kids = one.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            if isinstance(kid.get_object(), dict):
                waiting.append(kid.get_object())
    return found


def test_every_leaf_of_the_data_is_printed_with_what_was_decided_and_nothing_of_another() -> None:
    ada = shopper("Ada Example", orders=3)
    shopper("Bob Other", orders=3)
    SealedOrder.objects.create(owner=ada, email="sealed@example.org", name="Lovelace", meta={"deep": ["leaf", 7]})
    DecisionFactory(subject=ada, purpose="offers", key="k")
    words, told = words_of(printed(ada)), data(ada)
    rows = chain.from_iterable(model["rows"] for model in told["models"].values())
    said = [leaf for row in rows for leaf in leaves(row["values"]) if isinstance(leaf, str) and leaf]
    assert len(said) > 25
    assert [leaf for leaf in said if squeezed(leaf) not in words] == []
    assert squeezed(told["decisions"][0]["decided_at"]) in words
    assert "Bob" not in words


def test_the_document_is_tagged_named_and_in_the_language_of_its_reader() -> None:
    reader = printed(shopper("Ada Example", orders=2))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode()
    assert reader.metadata.title == "What we hold about you"
    assert {"/Document", "/H1", "/H2", "/L", "/LI", "/Lbl", "/LBody"} <= tags_of(reader)
    assert {str(one.title) for one in reader.outline if not isinstance(one, list)} >= {"Orders", "Lines"}


HOSTILE = ('#read("/etc/passwd")', "*b* _i_ $x$ \\ // @ref <label>", "https://evil.example/a", "]#panic()[", "= h\n- l")


def test_text_is_text_whatever_it_says_and_the_document_does_nothing() -> None:
    ada = shopper(orders=1)
    OrderFactory(customer=ada.user, meta={f"m{number}": text for number, text in enumerate(HOSTILE)})
    reader = printed(ada)
    words = words_of(reader)
    assert [text for text in HOSTILE if squeezed(text) not in words] == []
    for page in reader.pages:
        for note in page.get("/Annots", []):
            assert "/A" not in note.get_object() or note.get_object()["/A"]["/S"] == "/GoTo"
    root = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm", "/AF"} & set(root)
    assert "/JavaScript" not in root.get("/Names", {})


def test_other_peoples_bad_texts_are_printed_or_shown_as_boxes(caplog: pytest.LogCaptureFixture) -> None:
    bad = [text.encode("utf-8", "replace").decode() for text in corpora.texts("naughty-strings")]
    ada = shopper(orders=1)
    OrderFactory(customer=ada.user, meta={"all": [text.replace("\0", "") for text in bad], "rare": "\U00010348"})
    with caplog.at_level(logging.WARNING):
        reader = printed(ada)
    assert len(words_of(reader)) > 10_000
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # tagged, though no PDF/UA
    assert [one.getMessage() for one in caplog.records if one.name.startswith("onvif_privacy.rights")] == [
        "index.pdf could not be set as ['ua-1']: TypstError"
    ]


def test_long_tables_are_named_and_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = shopper("Ada Example", orders=4)
    monkeypatch.setattr(pages, "INLINE", 3)
    words = words_of(printed(ada))
    assert squeezed("4 rows: too long to print, see index.html") in words
    monkeypatch.setattr(pages, "INLINE", 200)
    monkeypatch.setattr(printing, "MOST_LINES", 30)
    reader = printed(ada)
    assert squeezed("4 rows: too long to print, see index.html") in words_of(reader)
    assert len(reader.pages) <= 3


def test_without_the_extra_there_is_no_such_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "find_spec", lambda name: None)
    names = archive(shopper(orders=1)).namelist()
    assert printing.NAME not in names
    assert {"index.html", "export.json", "manifest.json"} <= set(names)


def test_what_cannot_be_set_at_all_leaves_the_export_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(printing, "DOCUMENT", broken)
    names = archive(shopper(orders=1)).namelist()
    assert printing.NAME not in names
    assert "export.json" in names
