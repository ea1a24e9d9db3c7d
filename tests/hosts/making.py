"""Other people's projects: installed from the registry, made as their own documentation says, then made ours.

Each is made once and copied: ``bare`` stays as it is, ``reporting`` has followed the README's five minutes to the
letter up to `privacy_cookies publish`, ``published`` all of them. All run on one Python, where the wheel is installed
with its dependencies.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.newsite import Site, serving
from tests.readme import ROOT, Fence, fences

SECTION = "Into an existing site in five minutes"
PUBLISH = "python manage.py privacy_cookies publish\n"
# the Django of this suite's main run
DJANGO = "Django~=5.2.0"


@dataclass(frozen=True)
class Host:
    """Somebody's project: what to install, how to make it, and where it keeps the files that the README names.

    ``make`` gets a Site whose folder is empty and leaves a migrated project with something to show, and a superuser.
    """

    packages: tuple[str, ...]
    make: Callable[[Site], None]
    base: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Copies:
    """The same project three times."""

    bare: Site
    reporting: Site
    published: Site


def environment(folder: Path, wheel: Path, packages: tuple[str, ...]) -> Path:
    """Make a virtual environment with packages from the registry and the wheel; returns its Python."""
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", str(wheel), DJANGO, *packages]
    done = subprocess.run(install, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, f"{' '.join(install)}\n{done.stdout}\n{done.stderr}"
    return python


def copies(host: Host, folder: Path, wheel: Path) -> Copies:
    """Make the project, and its copies."""
    python = environment(folder, wheel, host.packages)
    bare = Site(folder / "bare" / "mysite", python)
    bare.home.mkdir(parents=True)
    host.make(bare)
    until_publishing, rest = _steps()
    reporting = _copy(bare, folder / "reporting", host)
    reporting.follow(until_publishing)
    published = _copy(reporting, folder / "published", host)
    published.follow(rest)
    return Copies(bare, reporting, published)


def _copy(site: Site, folder: Path, host: Host) -> Site:
    shutil.copytree(site.home, folder / site.home.name)
    return Site(folder / site.home.name, site.python, host.base, host.elsewhere)


def _steps() -> tuple[list[Fence], list[Fence]]:
    """Return the README's steps before the cookie policy is published, and those from there on."""
    blocks = [block for block in fences(ROOT / "README.md") if block.section == SECTION]
    before, found, after = blocks[-1].text.partition(PUBLISH)
    assert found, "the last block of the section publishes the cookie policy"
    return [*blocks[:-1], replace(blocks[-1], text=before)], [replace(blocks[-1], text=found + after)]


@contextmanager
def served(made: Copies) -> Iterator[Copies]:
    """Serve all copies while the block runs."""
    with ExitStack() as stack:
        for site in (made.bare, made.reporting, made.published):
            stack.enter_context(serving(site))
        yield made


def add_superuser(site: Site) -> None:
    """Give a project the superuser whom `tests.hosts.looking.sign_in` signs in."""
    code = (
        "from django.contrib.auth import get_user_model\n"
        "get_user_model().objects.create_superuser('admin', 'admin@example.org', 'a long enough one')\n"
    )
    site.run("python", "manage.py", "shell", "-c", code)
