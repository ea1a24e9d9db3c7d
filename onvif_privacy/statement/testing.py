"""Test kit for host sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from onvif_privacy.statement.models import Version
from onvif_privacy.statement.services import copies, drafts, publishing


@contextmanager
def published(*languages: str) -> Iterator[Version]:
    """Publish the shipped statement for the length of a test, in ``languages`` (English if none is named).

    Ends by forgetting the process's copy, so that the next test does not see a statement that was rolled back.
    """
    copies.forget()
    try:
        yield publishing.publish(draft=drafts.draft_from_template(languages=list(languages) or ["en"]))
    finally:
        copies.forget()
