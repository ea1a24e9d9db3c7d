"""Real caches before a real server, configured as the documentation shows it."""

from __future__ import annotations

import http.client
import os
import random
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from tests import requirements
from tests.cookies.factories import choice_of, header_of
from tests.readme import ROOT

pytestmark = [
    pytest.mark.urls("tests.cookies.urls"),
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.skipif(bool(requirements.proxy()), reason=f"proxy: {requirements.proxy()}"),
]
PROGRAMS = {
    "nginx": "{program} -p {folder} -c {folder}/configuration -e {folder}/error.log",
    "varnishd": "{program} -j none -F -a 127.0.0.1:{port} -f {folder}/configuration -n {folder}/varnish -s malloc,8m",
}
LANGUAGES = {"nginx": "nginx", "varnishd": "vcl"}
ROUND_NGINX = """{user} daemon off; worker_processes 1; pid {folder}/pid;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{documented} }}"""


class Quiet(WSGIRequestHandler):
    """Says nothing on the console."""

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def behind(published: Any) -> Iterator[int]:
    """Serve the host of the tests; gives its port. No page of it asks the database."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), WSGIServer, Quiet) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server.server_port
        server.shutdown()


def documented(language: str) -> str:
    """Return the configuration of the documentation in that language."""
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / "howto-caches.md").read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


@contextmanager
def cache(name: str, behind: int, folder: Path) -> Iterator[int]:
    """Run a cache before the site; gives its port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = documented(LANGUAGES[name])
    if name == "nginx":
        for said, here in (
            ("listen 80;", f"listen 127.0.0.1:{port};"),
            (":8000;", f":{behind};"),
            ("/var/cache/nginx/site", f"{folder}/site"),
        ):
            assert said in configuration
            configuration = configuration.replace(said, here)
        user = "user root;" if os.geteuid() == 0 else ""  # others may not write into a folder of root's tests
        configuration = ROUND_NGINX.format(user=user, folder=folder, documented=configuration)
    else:
        assert '"8000"' in configuration
        configuration = configuration.replace('"8000"', f'"{behind}"')
    (folder / "configuration").write_text(configuration)
    command = PROGRAMS[name].format(program=requirements.program(name), folder=folder, port=port)
    process = subprocess.Popen(command.split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    for _attempt in range(300):
        assert process.poll() is None, "the cache did not start"
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the cache did not answer")


def get(port: int, address: str, **headers: str) -> str:
    """Ask the cache as a browser over https would."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", address, headers={"Host": "testserver", **headers})
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_page_for_everybody_is_shared_and_nobody_sees_a_page_made_for_another(
    name: str, behind: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    people = [{"Cookie": header_of(choice_of(statistics=said))} for said in ("+1", "!")] + [{}]
    right, order = ["granted", "refused", "undecided"], random.Random(5)
    with cache(name, behind, tmp_path_factory.mktemp(name)) as port:
        shared = set()
        for _ in range(200):
            who = order.randrange(3)
            assert get(port, "/asks/", **people[who]) == right[who]
            shared.add(get(port, "/public/", **people[who]))
        assert len(shared) == 1
        signed_in = {"Cookie": f"{people[0]['Cookie']}; sessionid=x"}
        assert get(port, "/public/", **signed_in) not in shared
        assert get(port, "/asks/", **signed_in) == "granted"
