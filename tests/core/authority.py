"""A time-stamp authority on the loopback: openssl signs, this serves; and authorities that answer badly."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""

NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
Answer = Callable[[bytes], tuple[int, bytes]]


def openssl(folder: Path, words: str) -> subprocess.CompletedProcess[bytes]:
    """Run openssl in a folder."""
    command = ["openssl", *words.split()]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False)


class Authority:
    """Keys and certificates of an authority in a folder; ``root.pem`` is what a verifier trusts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tsa.cnf").write_text(CONFIG)
        (folder / "serial").write_text("01\n")
        for words in (
            f"req -x509 {NEW_KEY} -keyout root.key -out root.pem -subj /CN=Root -days 30",
            f"req {NEW_KEY} -keyout tsa.key -out tsa.csr -subj /CN=Authority",
            "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -out tsa.pem -days 30 "
            "-extfile tsa.cnf -extensions signer",
        ):
            done = openssl(folder, words)
            assert done.returncode == 0, done.stderr

    def reply(self, query: bytes) -> tuple[int, bytes]:
        """Answer a query as the standard says, with the certificate."""
        (self.folder / "query.tsq").write_bytes(query)
        words = "ts -reply -config tsa.cnf -queryfile query.tsq -inkey tsa.key -signer tsa.pem -out reply.tsr"
        done = openssl(self.folder, words)
        assert done.returncode == 0, done.stderr
        return 200, (self.folder / "reply.tsr").read_bytes()

    def stamped(self, message: bytes) -> bytes:
        """Return a time stamp of some bytes."""
        (self.folder / "message").write_bytes(message)
        done = openssl(self.folder, "ts -query -data message -sha256 -cert -out message.tsq")
        assert done.returncode == 0, done.stderr
        return self.reply((self.folder / "message.tsq").read_bytes())[1]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Serve an authority; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            status, body = answer(query)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            if status in (301, 302, 307):
                self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
