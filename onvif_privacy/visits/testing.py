"""Test kit for host sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings

from onvif_privacy.visits.services import contents, dictionary, popular, salts
from onvif_privacy.visits.services.advertising import choosing, counting
from onvif_privacy.visits.services.recorder import recorder


@contextmanager
def inline() -> Iterator[None]:
    """Store each visit before its page is answered, without a thread, for the length of the block.

    Works in `TestCase` and `TransactionTestCase` alike. Outside such a block nothing is recorded while a test runner
    is at work, so that no thread of ours writes into a database that tests roll back or drop.
    """
    recorder.begin_anew()
    dictionary.forget()
    popular.forget()
    contents.forget()
    choosing.forget()
    counting.forget()
    with override_settings(ONVIF_PRIVACY_VISITS_RECORDING="inline"):
        salts.forget()
        salts.keep_up()
        yield
    salts.forget()
    recorder.begin_anew()
