"""What the full matrix needs beyond Python, and what is said when it is not there.

A plain run skips what it cannot do and says so at its end. ``ONVIF_PRIVACY_REQUIRE`` (a comma list of the names below,
as in CI) turns "not there" into a failure at the start of the run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from tests import corpora

VARIABLE = "ONVIF_PRIVACY_REQUIRE"

POSTGRESQL_URL = os.environ.get("ONVIF_PRIVACY_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/onvif_privacy")
MARIADB_URL = os.environ.get("ONVIF_PRIVACY_MARIADB_URL", "mysql://root@127.0.0.1:3306/onvif_privacy")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


@dataclass(frozen=True)
class Requirement:
    """One thing that some tests need.

    ``absent`` returns None when it is there, else one sentence why not. ``remedy`` says how to get it, ``run`` how to
    run what this process left out although it is there (empty: nothing is left out then).
    """

    name: str
    absent: Callable[[], str | None]
    remedy: str
    run: str = ""


def postgresql() -> str | None:
    """Say why no PostgreSQL can be used; None when one answers."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed"
    import psycopg

    address = urlsplit(POSTGRESQL_URL)._replace(path="/postgres").geturl()
    try:
        psycopg.connect(address.replace("postgres://", "postgresql://"), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return f"no server answers at {POSTGRESQL_URL}: {str(error).splitlines()[0]}"
    return None


def mariadb() -> str | None:
    """Say why no MariaDB can be used; None when one answers."""
    if find_spec("MySQLdb") is None:
        return "mysqlclient is not installed"
    import MySQLdb

    address = urlsplit(MARIADB_URL)
    try:
        MySQLdb.connect(
            host=address.hostname or "",
            port=address.port or 3306,
            user=address.username or "",
            password=address.password or "",
            connect_timeout=3,
        ).close()
    except MySQLdb.OperationalError as error:
        return f"no server answers at {MARIADB_URL}: {error.args[-1]}"
    return None


def redis() -> str | None:
    """Say why no Redis can be used; None when one answers, or when tests could start a private one."""
    if find_spec("redis") is None:
        return "the package redis is not installed"
    if shutil.which("redis-server"):
        return None
    from redis import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(REDIS_URL, socket_connect_timeout=3)
    try:
        client.ping()
    except RedisError as error:
        return f"no server answers at {REDIS_URL}: {error}"
    finally:
        client.close()
    return None


def chromium() -> str:
    """Return the browser the tests drive: ``ONVIF_PRIVACY_CHROMIUM``, else one on the path; empty without one."""
    named = os.environ.get("ONVIF_PRIVACY_CHROMIUM", "")
    candidates = (named,) if named else ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in candidates if (found := shutil.which(name))), "")


def browser() -> str | None:
    """Say why no browser can be driven; None when one can."""
    if find_spec("playwright") is None:
        return "the package playwright is not installed"
    return None if chromium() else "there is no Chromium on the path"


def firefox() -> str | None:
    """Say why Firefox cannot be driven; None when it can."""
    if find_spec("marionette_driver") is None:
        return "the package marionette_driver is not installed"
    return None if program("firefox-esr") else "firefox-esr is not installed"


def program(name: str) -> str:
    """Return where a server's program is, also outside a user's path; empty where it is not installed."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin") or ""


def proxy() -> str | None:
    """Say why no proxy or cache can be started; None when they can."""
    missing = [name for name in ("nginx", "varnishd") if not program(name)]
    return f"not installed: {', '.join(missing)}" if missing else None


def age() -> str | None:
    """Say why packages cannot be opened as their recipients do; None when they can."""
    missing = [tool for tool in ("age", "tar", "sha256sum", "openssl") if shutil.which(tool) is None]
    return f"not on the path: {', '.join(missing)}" if missing else None


def bad_data() -> str | None:
    """Say what is wrong with the corpora; None when every file has the expected number of cases."""
    return "; ".join(corpora.problems()) or None


REQUIREMENTS = (
    Requirement(
        "postgresql",
        postgresql,
        "apt install postgresql, and name it in ONVIF_PRIVACY_POSTGRESQL_URL",
        f"DATABASE_URL={POSTGRESQL_URL} pytest",
    ),
    Requirement(
        "mariadb",
        mariadb,
        'apt install mariadb-server libmariadb-dev, pip install -e ".[mariadb]", '
        "and name it in ONVIF_PRIVACY_MARIADB_URL",
        f"DATABASE_URL={MARIADB_URL} pytest",
    ),
    Requirement("redis", redis, "apt install redis-server"),
    Requirement(
        "browser", browser, "apt install chromium npm", "DJANGO_ALLOW_ASYNC_UNSAFE=1 pytest -W default tests/browser"
    ),
    Requirement("firefox", firefox, 'apt install firefox-esr, pip install -e ".[firefox]"'),
    Requirement("proxy", proxy, "apt install nginx-light varnish"),
    Requirement("age", age, "apt install age openssl"),
    Requirement(
        "hosts",
        lambda: None,
        "other people's projects come from the package registry",
        "pytest -n 2 --dist loadfile tests/hosts",
    ),
    Requirement("corpora", bad_data, f"set {corpora.VARIABLE} to the folder with the test data"),
)


def required() -> list[str]:
    """Return the names in the variable, in its order; unknown ones too, for `unmet` to name."""
    return [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]


def unmet() -> Iterator[str]:
    """Yield one line for each required thing that is not there, and for each name that nobody knows."""
    known = {item.name: item for item in REQUIREMENTS}
    for name in required():
        item = known.get(name)
        if item is None:
            yield f"{name}: unknown, choose from {', '.join(known)}"
        elif reason := item.absent():
            yield f"{name}: {reason}. To get it: {item.remedy}"


def left_out(engine: str, folders: str) -> Iterator[str]:
    """Yield one line for each part of the matrix that a run has not done.

    ``engine`` is the vendor of its database, ``folders`` what it was asked to run.
    """
    done = {engine if engine != "mysql" else "mariadb", *(name for name in ("browser", "hosts") if name in folders)}
    for item in REQUIREMENTS:
        if item.name in done:
            continue
        if reason := item.absent():
            yield f"{item.name}: {reason}. To get it: {item.remedy}"
        elif item.run:
            yield f"{item.name}: is there, and has a run of its own: {item.run}"


if __name__ == "__main__":
    # what .ci/run waits for
    raise SystemExit("\n".join(unmet()) or 0)
