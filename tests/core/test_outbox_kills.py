"""A relay killed around the server's 250 loses nothing and repeats one letter at most, under its own id (R10)."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.core.processes import empty_database, make_tables, told
from tests.smtp import smtp_server

SITE = "tests.core.sites.writing"


def relayed(folder: Path, *, letters: int, every: int) -> tuple[dict[str, Any], list[EmailMessage]]:
    """Kill the relay at about one letter in ``every``: just before the 250 leaves, or milliseconds after it did."""
    chance, seen = random.Random(11), set[str]()

    def kill(process: int) -> None:
        with suppress(ProcessLookupError):  # it was done before
            os.kill(process, signal.SIGKILL)

    def answer(message: EmailMessage) -> str:
        new = message["Message-ID"] not in seen
        seen.add(message["Message-ID"])
        if new and chance.randrange(every) == 0:
            process, wait = int(message["X-Process"]), chance.choice((0.0, chance.random() * 0.004))
            Timer(wait, kill, [process]).start() if wait else kill(process)
        return "250 kept"

    with empty_database(folder) as url:
        make_tables(url, SITE)
        with smtp_server() as server:
            server.answer = answer
            port = str(settings.EMAIL_PORT)
            ended = told(url, SITE, "tests.core.sites.relaying", port, str(letters))
    return ended, server.messages


def lost_nothing(ended: dict[str, Any], messages: list[EmailMessage], letters: int) -> int:
    """Every letter came, each under one id, repeated at most once a kill; returns how many were repeated."""
    copies = Counter(message["Message-ID"] for message in messages)
    words = {message["Message-ID"]: message.get_content().strip() for message in messages}
    assert len(copies) == letters
    assert sorted(words.values(), key=int) == [str(number) for number in range(letters)]
    assert sum(copies.values()) - letters <= ended["killed"]
    assert ended["states"] == ["sent"]
    return sum(copies.values()) - letters


@pytest.mark.django_db(transaction=True)
def test_a_relay_killed_between_the_250_and_the_mark_loses_nothing(tmp_path: Path) -> None:
    ended, messages = relayed(tmp_path, letters=30, every=6)
    assert ended["killed"] >= 2
    assert lost_nothing(ended, messages, 30) >= 1


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    ended, messages = relayed(tmp_path, letters=900, every=3)
    repeated = lost_nothing(ended, messages, 900)
    print(f"\n{connection.vendor}: {ended['killed']} kills, 900 letters, 0 lost, {repeated} repeated")
    assert ended["killed"] >= 200
