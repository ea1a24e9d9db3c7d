"""A rotation that is killed again and again under load, and exits that crash: nothing is lost (C22, C28)."""

from __future__ import annotations

import faulthandler
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from onvif_privacy.core.keys import generate
from tests.core.processes import ROOT, empty_database, environment, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]
SITE = "tests.core.sites.dumped"
STORY = "tests.core.sites.rotation_story"
OLD = settings.ONVIF_PRIVACY_KEYS
NEW = [generate("data"), *OLD]


def test_200_processes_that_die_after_their_first_value_have_left_their_entries(tmp_path: Path) -> None:
    number = 200
    with empty_database(tmp_path) as site:
        seen = told(site, SITE, "tests.core.sites.exit_story", str(number))
    assert seen == {"read": number, "killed": number, "recorded": number, "closed": 0}


def _kill(site: str, ring: str, rng: random.Random) -> bool:
    """Start a rotation and kill it somewhere in one of its first steps; whether it was still at work."""
    rotator = subprocess.Popen(
        [sys.executable, "-m", STORY, "turn"],
        cwd=ROOT,
        env=environment(site, SITE, RING=ring),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert rotator.stdout is not None
    with rotator.stdout as steps:
        for _step in range(rng.randrange(1, 4)):
            if steps.readline() != "step\n":
                break
        time.sleep(rng.random() / 20)
        rotator.kill()
    return rotator.wait() == -signal.SIGKILL


def test_100000_values_rotate_under_load_though_the_rotator_is_killed_20_times(tmp_path: Path) -> None:
    faulthandler.cancel_dump_traceback_later()  # it takes longer than a test that hangs
    story, ring, rng = STORY, json.dumps(NEW), random.Random(22)
    with empty_database(tmp_path) as site:
        assert told(site, SITE, story, "fill", "100000")["values"] == 100_000
        reader = subprocess.Popen(
            [sys.executable, "-m", story, "read", "50"],
            cwd=ROOT,
            env=environment(site, SITE, RING=ring),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(2)
        before = [told(site, SITE, story, "left", RING=ring)["left"]]
        kills = sum(_kill(site, ring, rng) for _one in range(20))
        before.append(told(site, SITE, story, "left", RING=ring)["left"])
        done = subprocess.run(
            [sys.executable, "-m", "django", "privacy_keys", "rotate"],
            cwd=ROOT,
            env=environment(site, SITE, RING=ring),
            capture_output=True,
            text=True,
            check=False,
        )
        after = told(site, SITE, story, "left", RING=ring)["left"]
        seen = json.loads(reader.communicate(timeout=60)[0].splitlines()[-1])
    print(kills, before, after, seen, done.stdout, done.stderr)
    assert kills == 20
    assert before[0] > before[1] > 0, "killed in the middle, and each start went on where the last one ended"
    assert after == 0
    assert (seen["wrong"], seen["errors"]) == (0, [])
    assert seen["read"] > 500
