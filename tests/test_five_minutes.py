"""A stranger installs the wheel into a new site, does what the README's five-minute section says, and it works.

The blocks of the README are applied as they stand: each begins with the name of the file it belongs to.
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
import urllib.error
import urllib.parse
import urllib.request
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.readme import ROOT, fences

SECTION = "Into an existing site in five minutes"

# a browser that a person uses; anything else would be counted as a program
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

# What a site has before it installs anything: a page with a base template.
HOME = """
from django.shortcuts import render

def home(request):
    return render(request, "home.html")
"""
BASE_TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><title>My site</title></head>
<body>
<h1>My site</h1>{% block content %}{% endblock %}
</body></html>
"""


@dataclass
class Site:
    """A new Django site in a folder of its own, with a Python of its own that has the wheel installed."""

    home: Path
    python: Path
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
        """An environment in which ``python`` is the site's, and nothing of this suite is seen."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "PYTEST", "PYTHON"))
        }
        return kept | {"PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "onvif_privacy", source / "onvif_privacy", ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("five_minutes")
    venv.create(place / "venv", with_pip=False)
    python = place / "venv" / "bin" / "python"
    # dependencies come from the environment of this suite, the package itself from the wheel: no network is needed
    packages = next((place / "venv" / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, timeout=120)
    subprocess.run([python, "-m", "django", "startproject", "mysite"], cwd=place, check=True, timeout=60)
    made = Site(place / "mysite", python)
    write_host_page(made.home)
    follow_the_readme(made)
    with serving(made):
        yield made


def write_host_page(home: Path) -> None:
    """Give the new site one page of its own, as any existing site has."""
    (home / "templates").mkdir()
    (home / "templates" / "base.html").write_text(BASE_TEMPLATE)
    (home / "templates" / "home.html").write_text('{% extends "base.html" %}')
    (home / "mysite" / "views.py").write_text(HOME)
    settings, urls = home / "mysite" / "settings.py", home / "mysite" / "urls.py"
    settings.write_text(settings.read_text().replace("'DIRS': []", "'DIRS': [BASE_DIR / 'templates']"))
    urls.write_text(f"from mysite import views\n{urls.read_text()}\nurlpatterns += [path('', views.home)]\n")


def follow_the_readme(made: Site) -> None:
    """Apply each block of the section to the file that its first line names, and run each of its commands."""
    for block in (fence for fence in fences(ROOT / "README.md") if fence.section == SECTION):
        first, _, rest = block.text.partition("\n")
        if block.language == "python":
            with (made.home / re.findall(r"\S+\.py", first)[0]).open("a") as target:
                target.write(rest)
        elif block.language == "html+django":
            base = made.home / "templates" / "base.html"
            start, _, end = rest.strip().partition("\n")
            base.write_text(
                base.read_text().replace("<body>\n", f"<body>\n{start}\n").replace("</body>", f"{end}\n</body>")
            )
        elif "pip install" not in block.text:  # the fixture has installed the wheel
            for line in block.text.splitlines():
                made.run("bash", "-c", line)


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
                urllib.request.urlopen(self.made.address, timeout=5).close()
                return
            except OSError:
                assert self.process.poll() is None, self.made.log.read_text()
                time.sleep(0.2)
        raise AssertionError(self.made.log.read_text())

    def __exit__(self, *error: object) -> None:
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


def test_the_package_comes_from_the_wheel(site: Site) -> None:
    where = site.run(str(site.python), "-c", "import onvif_privacy; print(onvif_privacy.__file__)")
    assert str(site.python.parent.parent) in where


def test_the_statement_is_published(site: Site) -> None:
    page = Visitor(site).get("/privacy/statement/")
    assert "Example Ltd" in page
    assert "privacy@example.org" in page
    assert 'id="cookies_choice"' in page


@pytest.mark.parametrize("page", ["/", "/privacy/statement/"])
def test_the_bar_asks_on_the_pages_of_the_host_and_on_ours(site: Site, page: str) -> None:
    body = Visitor(site).get(page)
    assert 'class="privacy-bar"' in body
    assert "Decline" in body
    assert "/privacy/cookies/" in body


@pytest.mark.parametrize(("action", "kept"), [("decline", "popularity!"), ("accept", "popularity+")])
def test_the_choice_made_in_the_bar_is_kept(site: Site, action: str, kept: str) -> None:
    visitor = Visitor(site)
    visitor.submit(visitor.get("/"), "/privacy/cookies/choice/", action=action)
    choices = {cookie.name: cookie.value for cookie in visitor.jar}
    assert kept in (choices["__Host-privacy_state"] or "")
    assert "__Host-privacy_choice" in choices


def test_nothing_is_left_to_warn_about(site: Site) -> None:
    done = site.run(str(site.python), "manage.py", "check", "--database", "default")
    assert "no issues" in done


def test_popularity_shows_the_pages_that_were_visited_without_cron(site: Site) -> None:
    visitor = Visitor(site)
    for _ in range(3):
        visitor.get("/privacy/statement/")
    staff = Visitor(site)
    superuser = {"DJANGO_SUPERUSER_PASSWORD": "a long enough one", "DJANGO_SUPERUSER_EMAIL": "admin@example.org"}
    create = [str(site.python), "manage.py", "createsuperuser", "--noinput", "--username", "admin"]
    subprocess.run(create, cwd=site.home, env=site.environment | superuser, check=True, capture_output=True)
    login = staff.get("/admin/login/?next=/admin/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', login)[0]
    fields = {"csrfmiddlewaretoken": token, "username": "admin", "password": "a long enough one", "next": "/admin/"}
    home = staff.get("/admin/login/?next=/admin/", fields)
    popularity = re.findall(r'href="([^"]*popularity[^"]*)"', home)
    assert popularity, "the admin home page has no link to Popularity"
    deadline = time.monotonic() + 30
    while "privacy/statement" not in (page := staff.get(popularity[0])):
        assert time.monotonic() < deadline, page
        time.sleep(0.5)
    assert "<svg" in page
