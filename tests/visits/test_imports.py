"""Importing logs: exact counts, every line accounted for, continued where it stopped, clear messages."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import override_settings
from ua_parser import parse_device

from onvif_privacy.visits.models import ExclusionDay, LogImport, Page, PageDay, PageHour, Referrer, ReferrerDay, Visit
from onvif_privacy.visits.services import imports, logs, store
from onvif_privacy.visits.services.agents import PROGRAM
from onvif_privacy.visits.services.records import Unavailable
from tests import corpora
from tests.visits.factories import CHROME

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.visits.urls")]


def line(
    target: str = "/about/",
    *,
    at: str = "17/May/2015:10:05:03 +0000",
    method: str = "GET",
    status: int = 200,
    referrer: str = "-",
    agent: str = CHROME,
) -> str:
    return f'192.0.2.77 - - [{at}] "{method} {target} HTTP/1.1" {status} 512 "{referrer}" "{agent}"'


def imported(*files: Path | str, **options: Any) -> str:
    out = io.StringIO()
    call_command("privacy_visits", "import-log", *(str(file) for file in files), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


def write(path: Path, *lines: str) -> None:
    path.write_text("".join(f"{text}\n" for text in lines), "utf-8")


class TestRealLog:
    """V7: the counts are those of a script that shares only the documented list of programs with us."""

    # The documented exclusions, written down a second time.
    LINE = re.compile(r'^(\S+) \S+ \S+ \[(.+?)\] "(.*?)(?<!\\)" (\d+) \S+ "(.*?)(?<!\\)" "(.*?)(?<!\\)"$')
    PAGES = {"", "html", "htm", "xhtml", "shtml", "phtml", "php", "asp", "aspx", "jsp", "jspx", "cgi", "do"}
    TEXT = re.compile(r"(?i)(ELinks|Links|Lynx|w3m|Dillo|NetSurf|retawq)\b")
    BROWSER = re.compile(
        r"(?i)b?[\"']?(Mozilla/\d[^(]{0,40}\(|(Opera|Midori|iCab|Iron)/\d)|Nokia|SonyEricsson|SAMSUNG|BlackBerry|LG|MOT|HTC|Huawei|ZTE"
    )

    def expected(self, path: Path) -> tuple[Counter[str], Counter[str], Counter[str], int]:
        pages: Counter[str] = Counter()
        hosts: Counter[str] = Counter()
        hours: Counter[str] = Counter()
        bad = 0
        for text in path.read_text("utf-8", "replace").splitlines():
            found = self.LINE.match(text)
            if found is None:
                bad += 1
                continue
            _peer, stamp, request, status, referrer, agent = found.groups()
            method, target = request.split(" ")[:2]
            place = unquote(target.split("?")[0].split("#")[0])
            suffix = re.search(r"\.([A-Za-z][A-Za-z0-9]{0,7})$", place)
            is_page = (suffix.group(1).lower() if suffix else "") in self.PAGES
            if method != "GET" or status not in ("200", "206", "304") or not is_page or self.is_bot(agent):
                continue
            pages[place] += 1
            hosts[self.host(referrer)] += 1
            hours[f"{stamp[7:11]} {stamp[3:6]} {stamp[:2]} {stamp[12:14]}"] += 1
        return pages, hosts, hours, bad

    def is_bot(self, agent: str) -> bool:
        device = parse_device(agent)
        spider = device is not None and device.family == "Spider"
        named = not self.BROWSER.match(agent) or bool(PROGRAM.search(agent))
        return spider or (named and not self.TEXT.match(agent))

    def host(self, referrer: str) -> str:
        if referrer == "-":
            return ""
        if not referrer.startswith(("http://", "https://")):
            return referrer.partition(":")[0].lower() if re.match(r"[A-Za-z][\w+.-]*:", referrer) else "unreadable"
        host = (urlsplit(referrer).hostname or "").rstrip(".")
        return host if re.fullmatch(r"[a-z0-9_.-]+", host) else "unreadable"

    def test_top_paths_hosts_and_hours_equal_an_independent_count(self) -> None:
        path = corpora.path("access-log")
        pages, hosts, hours, bad = self.expected(path)

        text = imported(path)

        assert f"{bad} bad lines" in text
        assert re.search(r"[\d,]+ lines/s", text)
        assert top({str(page.page): page.visits for page in _summed(PageDay, "page")}) == top(pages)
        assert top({row.referrer.host: row.visits for row in _summed(ReferrerDay, "referrer")}) == top(hosts)
        found: Counter[str] = Counter()
        for row in PageHour.objects.all():
            found[f"{row.hour:%Y %b %d %H}"] += row.visits
        assert top(found) == top(hours)
        assert found == hours

    def test_every_line_is_accounted_for(self) -> None:
        path = corpora.path("access-log")
        importer = imports.Importer(logs.known("combined"), frozenset())
        with path.open("rb") as source:
            summary = importer.read(source, path.name, lambda size: None)

        assert summary.lines == len(corpora.lines("access-log"))
        assert summary.balanced
        assert summary.bad_numbers == [8899]
        sums = PageDay.objects.values_list("visits", "submissions", "failures")
        assert sum(sum(row) for row in sums) == summary.stored
        left_out = sum(row.visits for row in ExclusionDay.objects.all())
        assert left_out == summary.excluded.total() + summary.bots


def top(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:50]


def _summed(model: Any, name: str) -> list[Any]:
    rows: dict[int, Any] = {}
    for row in model.objects.select_related(name).filter(visits__gt=0):
        key = getattr(row, f"{name}_id")
        if key in rows:
            rows[key].visits += row.visits
        else:
            rows[key] = row
    return list(rows.values())


class TestReading:
    def test_log_can_be_read_again_and_nothing_is_counted_twice(self, log: Path) -> None:
        write(log, line("/one/"), line("/two/"))
        imported(log)

        assert "nothing new" in imported(log)
        write(log, line("/one/"), line("/two/"), line("/three/"))
        assert "1 lines read" in imported(log)
        assert dict(PageDay.objects.values_list("page__path", "visits")) == {"/one/": 1, "/two/": 1, "/three/": 1}

    def test_import_that_was_cut_short_continues(self, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(imports, "CHUNK_LINES", 10)
        write(log, *(line(f"/{number}/") for number in range(35)))
        write_parcel, calls = store.write, []

        def once_away(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) == 3:
                raise Unavailable("gone") from OperationalError("server closed the connection")
            return write_parcel(*args, **kwargs)

        monkeypatch.setattr(store, "write", once_away)
        with pytest.raises(CommandError, match="database cannot be used now"):
            imported(log)
        assert PageDay.objects.count() == 20

        assert "20 known already" in imported(log)
        assert PageDay.objects.count() == 35
        assert set(PageDay.objects.values_list("visits")) == {(1,)}

    def test_gzip_and_common_format_are_read(self, tmp_path: Path) -> None:
        log = tmp_path / "access.log.gz"
        common = '192.0.2.77 - - [17/May/2015:10:05:03 +0000] "GET /about/ HTTP/1.0" 200 512'
        log.write_bytes(gzip.compress(f"{common}\n".encode()))

        assert "1 visits counted" in imported(log)

    def test_standard_input_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        source = io.TextIOWrapper(io.BytesIO(f"{line()}\n".encode()))
        monkeypatch.setattr("sys.stdin", source)

        assert "1 visits counted" in imported("-")

    @pytest.mark.parametrize(
        ("description", "text"),
        [
            (
                '%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"',
                "www.example.org:443 192.0.2.7 - anna [17/May/2015:10:05:03 +0200] "
                f'"GET /about/ HTTP/1.1" 200 5 "-" "{CHROME}"',
            ),
            (
                '$remote_addr [$time_iso8601] "$request" $status "$http_user_agent" $request_time',
                f'192.0.2.7 [2015-05-17T10:05:03+02:00] "GET /about/ HTTP/1.1" 200 "{CHROME}" 0.01',
            ),
        ],
    )
    def test_other_formats_are_described_as_the_server_does(self, log: Path, description: str, text: str) -> None:
        write(log, text)

        assert "1 visits counted" in imported(log, format=description)
        assert PageHour.objects.get().hour == dt.datetime(2015, 5, 17, 8, tzinfo=dt.UTC)

    def test_bad_lines_are_counted_and_listed_never_fatal(self, log: Path) -> None:
        log.write_bytes(
            line().encode()
            + b"\n\xff\xfe\x00junk\n"
            + line(at="99/Foo/2015:10:05:03 +0000").encode()
            + b"\n"
            + b"x" * 200_000
            + b"\n"
            + line("/after/").encode()
        )

        text = imported(log)

        assert "3 bad lines: 2, 3, 4" in text
        assert "2 visits counted" in text

    def test_single_visits_older_than_the_retention_are_counted_and_not_kept(self, log: Path) -> None:
        recent = dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=1)
        write(log, line("/old/"), line("/new/", at=f"{recent:%d/%b/%Y:%H:%M:%S +0000}"))

        imported(log)

        assert PageDay.objects.count() == 2
        assert Visit._default_manager.get().network == "192.0.2.0"

    def test_paths_of_this_site_become_routes_and_private_ones_are_left_out(self, log: Path) -> None:
        write(log, line("/news/spring/"), line("/products/camera/?x=1"), line("/conversation/5/"), line("/admin/x/"))

        text = imported(log)

        assert set(Page.objects.exclude(route="", path="").values_list("route", "path")) == {
            ("/news/<slug:slug>/", ""),
            ("/products/<str:slug>/", "/products/camera/"),
        }
        assert "1 left out: admin" in text
        assert "1 left out: private" in text

    def test_tokens_in_paths_of_other_sites_are_masked(self, log: Path) -> None:
        token = "9f86d081884c7d659a2feaa0c55ad015"
        write(log, line(f"/go/{token}/"), line("/mail/anna@example.org/"), line("/id/123456789/"))

        imported(log)

        assert set(Page.objects.exclude(path="").values_list("path")) == {
            ("/go/<token>/",),
            ("/mail/<token>/",),
            ("/id/<token>/",),
        }

    @override_settings(ONVIF_PRIVACY_SITES=["www.example.org"])
    def test_own_hosts_refer_internally(self, log: Path) -> None:
        write(log, line(referrer="http://www.example.org/"), line(referrer="http://old.example.org/x"))

        imported(log, own_host=["old.example.org"])

        assert Referrer.objects.get().host == "internal"

    def test_empty_log_is_no_error(self, log: Path) -> None:
        log.touch()

        assert "0 lines read" in imported(log)
        assert not LogImport.objects.exists()


class TestMessages:
    def test_unreadable_file(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="cannot be read: No such file"):
            imported(tmp_path / "absent.log")
        with pytest.raises(CommandError, match="cannot be read: Is a directory"):
            imported(tmp_path)

    def test_broken_gzip(self, tmp_path: Path) -> None:
        log = tmp_path / "access.log.gz"
        log.write_bytes(gzip.compress(f"{line()}\n".encode() * 50)[:60])

        with pytest.raises(CommandError, match="cannot be read: Compressed file ended"):
            imported(log)

    def test_format_without_what_is_needed(self, log: Path) -> None:
        with pytest.raises(CommandError, match="must hold time, status"):
            imported(log, format='%h "%r"')
