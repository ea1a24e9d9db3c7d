"""A new Django site that installs the wheel and does what a page of the documentation says, block by block.

Blocks are applied as they stand: the first line of a Python block names the file it is appended to, template lines go
around the body of the base template, shell lines are run.
"""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.parse
import urllib.request
import venv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.readme import ROOT, Fence

# a browser that a person uses; anything else would be counted as a program
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

# the line of a base template behind which the bar goes
BODY = re.compile(r"<body[^>]*>\n")

# done by `create`, served by `serving`, or asking a person for a password
LEFT_OUT = re.compile(r"venv|pip install|startproject|^cd |runserver|createsuperuser")


@dataclass
class Site:
    """A new Django site in a folder of its own, with a Python of its own that has the wheel installed.

    ``base`` is its base template; ``elsewhere`` names the files it has under another name than the documentation says.
    """

    home: Path
    python: Path
    base: str = "templates/base.html"
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.home / "server.log"

    def run(self, *command: str) -> str:
        """Run a command in the site's folder and return what it printed; a failure shows it."""
        done = subprocess.run(
            command, cwd=self.home, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """An environment in which ``python`` is the site's, and nothing of this suite is seen.

        Sets have one order in all processes: Wagtail's admin prints some as they come.
        """
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "PYTEST", "PYTHON"))
        }
        return kept | {
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONHASHSEED": "0",
        }

    def follow(self, blocks: Iterable[Fence]) -> None:
        """Apply blocks of documentation: append Python to its file, put template lines into place, run commands."""
        for block in blocks:
            text = block.text
            for documented, own in self.elsewhere.items():
                text = text.replace(documented, own)
            first, _, rest = text.partition("\n")
            if block.language == "python":
                with (self.home / re.findall(r"\S+\.py", first)[0]).open("a") as target:
                    target.write(f"\n{rest}")
            elif block.language == "html+django":
                self._put_into_base_template(*rest.strip().splitlines())
            else:
                for line in text.splitlines():
                    if not LEFT_OUT.search(line):
                        self.run("bash", "-c", line)

    def _put_into_base_template(self, after_body: str, footer: str) -> None:
        base = self.home / self.base
        page, places = BODY.subn(lambda tag: f"{tag[0]}{after_body}\n", base.read_text())
        assert places == 1, f"{base} has {places} body elements"
        base.write_text(page.replace("</body>", f"{footer}\n</body>"))


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this working tree without touching it; returns the file."""
    source, target = folder / "source", folder / "dist"
    source.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "onvif_privacy", source / "onvif_privacy", ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    return next(target.glob("*.whl"))


def create(folder: Path, wheel: Path) -> Site:
    """Make a virtual environment with the wheel in it, and a new project ``mysite``.

    Dependencies come from the environment of this suite, the package itself from the wheel: no network is needed.
    """
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    packages = next((folder / "venv" / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, timeout=120)
    subprocess.run([python, "-m", "django", "startproject", "mysite"], cwd=folder, check=True, timeout=60)
    return Site(folder / "mysite", python)


class serving:
    """Run the site's development server while the block runs."""

    def __init__(self, made: Site) -> None:
        self.made = made

    def __enter__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.made.address = f"http://127.0.0.1:{port}"
        self.log = self.made.log.open("w")
        command = [str(self.made.python), "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(
            command, cwd=self.made.home, env=self.made.environment, stdout=self.log, stderr=subprocess.STDOUT
        )
        for _ in range(150):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                return
            except OSError:
                assert self.process.poll() is None, self.made.log.read_text()
                time.sleep(0.2)
        raise AssertionError(self.made.log.read_text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()


class Visitor:
    """A browser without JavaScript that keeps its cookies, and treats the loopback as trustworthy as browsers do."""

    def __init__(self, made: Site) -> None:
        self.made = made
        self.jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https")))
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str, data: dict[str, str] | None = None) -> str:
        """Return the page at a path (after redirects); ``data`` makes it a form post."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        head = {"User-Agent": FIREFOX, "Sec-Fetch-Site": "same-origin"}
        request = urllib.request.Request(self.made.address + path, body, head)
        with self.opener.open(request, timeout=20) as response:
            return str(response.read().decode())

    def submit(self, page: str, target: str, /, **values: str) -> str:
        """Fill in the form of a page that goes to the address ``target``, hidden fields included."""
        form = next(found for found in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'action="{target}"' in found)
        hidden = {}
        for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if name and value:
                hidden[name[1]] = value[1]
        return self.get(target, hidden | values)
