"""Lines of web server logs: what is read and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.visits.services import logs
from onvif_privacy.visits.services.logs import BadLine

MAY = 1431857103  # 2015-05-17 10:05:03 UTC


def read(
    request: str = "GET / HTTP/1.1", time: str = "17/May/2015:10:05:03 +0000", format_: str = "combined"
) -> logs.Line:
    return logs.known(format_).read(f'192.0.2.7 - - [{time}] "{request}" 200 5 "-" "Lynx/2.9"')


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("17/May/2015:10:05:03 +0000", MAY),
        ("17/May/2015:12:05:03 +0200", MAY),
        ("17/May/2015:04:35:03 -0530", MAY),
        ("2015-05-17T10:05:03+00:00", MAY),
        ("2015-05-17T12:05:03+02:00", MAY),
    ],
)
def test_time_is_read_with_its_zone(time: str, seconds: int) -> None:
    assert read(time=time).at == seconds


@pytest.mark.parametrize(
    "time",
    ["", "x", "32/May/2015:10:05:03 +0000", "17/Mai/2015:10:05:03 +0000", "17/May/2015:10:05:xx +0000",
     "17/May/1925:10:05:03 +0000", "31/Dec/9999:23:59:59 -1200", "2015-05-17T10:05:03", "9999-12-31T00:00:00+00:00"],
)  # fmt: skip
def test_impossible_times_are_refused(time: str) -> None:
    with pytest.raises(BadLine):
        read(time=time)


@pytest.mark.parametrize(
    ("request_line", "method", "target"),
    [
        ("GET /a/b/?x=1#y HTTP/1.1", "GET", "/a/b/"),
        ("GET /a%20b/%C3%A9 HTTP/1.1", "GET", "/a b/é"),
        ("GET /%2561 HTTP/1.1", "GET", "/%61"),
        ("GET http://www.example.org/a?b HTTP/1.1", "GET", "/a"),
        ("GET http://www.example.org HTTP/1.1", "GET", "/"),
        ("GET http://[bad HTTP/1.1", "GET", ""),
        ("GET /old", "GET", "/old"),
        ("OPTIONS * HTTP/1.1", "OPTIONS", ""),
        ("\\x16\\x03\\x01", "\\x16\\x03\\x01", ""),
        ("-", "-", ""),
        ('GET /a\\"b HTTP/1.1', "GET", '/a\\"b'),
    ],
)
def test_request_gives_method_and_path_decoded_once(request_line: str, method: str, target: str) -> None:
    line = read(request_line)
    assert (line.method, line.target) == (method, target)


def test_common_format_has_no_user_agent() -> None:
    line = logs.known("common").read('192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.0" 200 -')
    assert (line.agent, line.referrer) == (None, "")


@given(st.text(max_size=300))
def test_any_text_is_a_line_or_refused(text: str) -> None:
    try:
        line = logs.known("combined").read(text)
    except BadLine:
        return
    assert 0 <= line.at < 2**32


def test_minutes_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MINUTES_CACHED", 10)
    for hour in range(24):
        for minute in range(60):
            read(time=f"17/May/2015:{hour:02}:{minute:02}:03 +0000")
    assert len(logs._minutes) <= 10
