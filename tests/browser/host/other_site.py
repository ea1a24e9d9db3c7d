"""Another organisation's site on another origin: it notes who asks for what, and tries to decide for visitors."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FORGED = """<!doctype html><html lang="en"><title>Win</title><body>
<form method="post" action="{target}/privacy/cookies/choice/">
<input name="action" value="accept"><input name="surface" value="bar"><button>Win</button></form>"""
FILM = "<!doctype html><title>Film</title>A film"
ADVERT = """const { dataset } = document.documentElement;
dataset.ran = (dataset.ran || '') + ' advert';"""


class OtherSite:
    """A real server on the loopback. ``asked`` holds the paths it was asked for, oldest first."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.target = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                kind, body = "text/html; charset=utf-8", FILM
                if self.path == "/forged/":
                    body = FORGED.format(target=site.target)
                if self.path == "/advert.js":
                    kind, body = "text/javascript", ADVERT
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Set-Cookie", "film_visitor=1; Path=/")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
