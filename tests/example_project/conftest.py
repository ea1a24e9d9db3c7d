"""One site made by ``manage.py demo`` for all tests that only look, and a fresh one for those that change something."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "example_project"
TIMEOUT_SECONDS = 120  # a machine that runs other suites beside this one is slow


@dataclass(frozen=True)
class Site:
    """The files of one copy of the site, and its commands."""

    folder: Path
    first_words: str = ""  # what its first run printed

    @property
    def env_file(self) -> Path:
        """Where its secrets are."""
        return self.folder / ".env"

    @property
    def secrets(self) -> dict[str, str]:
        """What its `.env` holds."""
        lines = self.env_file.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def environment(self, **more: str) -> dict[str, str]:
        """What its processes see: nothing of the machine that could reach into its settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "ENV_FILE": str(self.env_file),
            "VAR_DIR": str(self.folder / "var"),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{EXAMPLE}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **more,
        }

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py`` and wait for its end."""
        return self.run(str(EXAMPLE / "manage.py"), *arguments, **environment)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Python within the site's environment."""
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    def say(self, code: str, **environment: str) -> Any:
        """Run code after ``django.setup()``; gives what it hands to ``say(…)``, through JSON."""
        head = "import json, django\ndjango.setup()\ndef say(value): print('\\n=>' + json.dumps(value, default=str))\n"
        done = self.run("-c", head + code, **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.rpartition("=>")[2])


@pytest.fixture(scope="session")
def shown_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site for looking at: nobody changes it. Made once for all processes of a run."""
    place = tmp_path_factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    folder, words = place / "example", place / "example.txt"
    with (place / "example.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not words.exists():
            folder.mkdir()
            done = Site(folder).manage("demo", "--no-serve", "--port", "8137")
            assert done.returncode == 0, done.stdout + done.stderr
            words.write_text(done.stdout)
    return Site(folder, words.read_text())


@pytest.fixture(scope="session")
def walk(shown_site: Site) -> Mapping[str, Any]:
    """What a stranger, an accepting visitor and a member find on every page; see `walk.py`."""
    done = shown_site.run(str(Path(__file__).with_name("walk.py")))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def site(shown_site: Site, tmp_path: Path) -> Iterator[Site]:
    """A copy of the site, to change at will."""
    shutil.copytree(shown_site.folder, tmp_path / "site")
    yield Site(tmp_path / "site", shown_site.first_words)
    shutil.rmtree(tmp_path / "site")
