"""What leaves for another server leaves encrypted, to that server only, is metered to the byte, and never hangs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from onvif_privacy.core import gate, transmission
from onvif_privacy.core.transmission import MAX_REPLY_BYTES, NotTransmitted, post
from tests.certificates import served
from tests.core.hostapp.models import Order
from tests.core.orders import entries, order
from tests.https import Received, https_server, plain

FORM = "application/json"


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    shown = served(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.authority))
    with https_server(shown.context) as received:
        yield received


def refused(url: str, body: bytes = b"{}", **options: float) -> NotTransmitted:
    with pytest.raises(NotTransmitted) as caught:
        post(url, body, content_type=FORM, timeout_seconds=options.pop("wait", 5), **options)
    assert "127.0.0.1" not in str(caught.value)
    return caught.value


def test_what_was_sent_is_what_arrived(partner: Received) -> None:
    reply = post(partner.url(), b'{"a": 1}', content_type=FORM, headers={"Idempotency-Key": "k1"})
    assert (reply.status, reply.content_type, reply.body) == (201, "application/json", b'{"receipt": 1}')
    assert (partner.bodies, partner.targets) == ([b'{"a": 1}'], ["/feed?of=orders"])
    assert partner.headers[0]["Idempotency-Key"] == "k1"
    assert partner.headers[0]["Content-Type"] == FORM
    assert not {"Referer", "Cookie", "User-Agent"} & set(partner.headers[0])


@pytest.mark.django_db(transaction=True)
def test_the_exit_meters_exactly_the_bytes_that_the_server_received(partner: Received) -> None:
    rows = [order(email=f"buyer{number}@example.org", name="Ü" * number) for number in range(40)]
    with gate.scope("mailing", exit="printer", durable=True) as scope:
        lines = [
            f"{row['email']};{row['name']}\n".encode() for row in scope.read(Order.objects.all(), ["email", "name"])
        ]
        meter = partial(scope.meter, rows=0)
        post(partner.url(), b"".join(lines), content_type="text/csv", sent=meter)
        post(partner.url(), iter(lines), length=sum(map(len, lines)), content_type="text/csv", sent=meter)
        scope.meter(0, rows=len(lines))
    (closed,) = entries("gate.closed")
    assert closed["bytes"] == sum(len(body) for body in partner.bodies) > 0
    assert closed["rows"] == len(rows)
    assert partner.bodies[0] == partner.bodies[1]


@pytest.mark.django_db(transaction=True)
def test_one_person_too_many_is_refused_and_nothing_of_anybody_leaves(partner: Received) -> None:
    for number in range(51):
        order(email=f"buyer{number}@example.org")

    def hand_over() -> None:
        with gate.scope("mailing", exit="printer", durable=True) as scope:
            rows = scope.read(Order.objects.all(), ["email"])
            body = "\n".join(row["email"] for row in rows).encode()
            post(partner.url(), body, content_type="text/csv", sent=partial(scope.meter, rows=0))

    with pytest.raises(gate.BulkRefused):
        hand_over()
    assert partner.bodies == []
    assert [one["bytes"] for one in entries("gate.closed")] == [0]
    Order.objects.first().delete()  # type: ignore[union-attr]
    hand_over()
    assert partner.bodies[0].count(b"@") == 50


def test_a_body_of_five_megabytes_arrives_whole(partner: Received) -> None:
    left: list[int] = []
    body = bytes(range(256)) * 20_000
    post(partner.url(), body, content_type="application/octet-stream", sent=left.append)
    assert partner.bodies == [body]
    assert sum(left) == len(body)


@pytest.mark.parametrize("length", [1, 7])
def test_a_body_of_another_length_than_announced_is_no_transmission(partner: Received, length: int) -> None:
    with pytest.raises(NotTransmitted, match="length"):
        post(partner.url(), iter([b"abc"]), length=length, content_type=FORM, timeout_seconds=2)
    with pytest.raises(TypeError):
        post(partner.url(), iter([b"abc"]), content_type=FORM)


# Verified TLS only


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/feed",
        "HTTP://127.0.0.1:{port}/feed",
        "//127.0.0.1:{port}/feed",
        "/feed",
        "",
        "https://",
        "https://[::1",
        "https://user:secret@127.0.0.1:{port}/feed",
        "https://partner.example@127.0.0.1:{port}/",
        "https:\\\\127.0.0.1:{port}\\feed",
        "https://127.0.0.1:{port}/feed\r\nHost: elsewhere",
        "https://127.0.0.1:{port}/feed HTTP/1.1",
        " https://127.0.0.1:{port}/",
        "https://127.0.0.1:99999/",
        "ftp://127.0.0.1:{port}/feed",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://127.0.0.1:{port}/\ud800",
    ],
)
def test_anything_but_a_plain_https_address_is_refused_before_a_line_is_opened(partner: Received, url: str) -> None:
    error = refused(url.replace("{port}", str(partner.port)))
    assert (error.reason, error.sent_bytes) == ("address", 0)
    assert partner.bodies == []


@pytest.mark.parametrize("trouble", ["unknown authority", "another host", "expired"])
def test_a_certificate_that_does_not_hold_gets_not_a_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    host = "partner.example" if trouble == "another host" else "127.0.0.1"
    shown = served(tmp_path, host=host, expired=trouble == "expired")
    if trouble != "unknown authority":
        monkeypatch.setenv("SSL_CERT_FILE", str(shown.authority))
    left: list[int] = []
    with https_server(shown.context) as received:
        with pytest.raises(NotTransmitted, match="certificate") as caught:
            post(received.url(), b"secret", content_type=FORM, sent=left.append)
        assert (received.bodies, left, caught.value.sent_bytes) == ([], [], 0)


def test_a_server_that_speaks_in_the_clear_on_the_encrypted_port_gets_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        port = listening.getsockname()[1]
        heard: list[bytes] = []

        def speak() -> None:
            line, _address = listening.accept()
            with line:
                heard.append(line.recv(4096))
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        error = refused(f"https://127.0.0.1:{port}/", b"secret")
        thread.join()
    assert error.sent_bytes == 0
    assert error.reason == "SSLError"
    assert b"secret" not in heard[0]


# No redirect, no other answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(partner: Received, status: int) -> None:
    partner.answer = lambda handler: plain(handler, status, b"", ("Location", partner.url("/elsewhere")))
    error = refused(partner.url())
    assert (error.reason, error.sent_bytes) == (f"status {status}", 2)
    assert partner.targets == ["/feed?of=orders"]


@pytest.mark.parametrize("status", [400, 401, 404, 409, 429, 500, 503])
def test_any_other_status_is_no_transmission(partner: Received, status: int) -> None:
    partner.answer = lambda handler: plain(handler, status, b"no")
    assert refused(partner.url()).reason == f"status {status}"


def raw(words: bytes) -> object:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(words)

    return answer


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\x00\xff\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 2OO OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nuntil the line ends",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
def test_a_broken_answer_is_no_transmission(partner: Received, words: bytes) -> None:
    partner.answer = raw(words)  # type: ignore[assignment]
    assert refused(partner.url()).sent_bytes == 2


def test_an_endless_answer_is_cut(partner: Received) -> None:
    partner.answer = lambda handler: plain(handler, 200, b"x" * (MAX_REPLY_BYTES + 1))
    assert refused(partner.url()).reason == "too long"
    partner.answer = lambda handler: plain(handler, 200, b"x" * MAX_REPLY_BYTES)
    assert len(post(partner.url(), b"{}", content_type=FORM).body) == MAX_REPLY_BYTES


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nb", "ü\u2028"])
def test_a_header_that_would_be_two_is_refused(partner: Received, value: str) -> None:
    with pytest.raises(NotTransmitted):
        post(partner.url(), b"{}", content_type=FORM, headers={"Idempotency-Key": value})
    assert partner.bodies == []


# Never without end


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert refused(f"https://127.0.0.1:{silent.getsockname()[1]}/", wait=0.2).reason == "time"


def test_a_server_that_drips_its_answer_is_cut_in_the_end(partner: Received) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(40):
            handler.wfile.write(b"X: y\r\n")
            handler.wfile.flush()
            time.sleep(0.05)

    partner.answer = drip
    assert refused(partner.url(), total_seconds=0.4).reason == "time"


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert refused(f"https://127.0.0.1:{port}/").reason == "ConnectionRefusedError"


def test_the_environment_leads_it_to_no_proxy(partner: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert transmission.post(partner.url(), b"{}", content_type=FORM).status == 201
