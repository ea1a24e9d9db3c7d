"""A site that keeps the keys of subjects in a second database, so that a backup of the first opens nothing."""

from __future__ import annotations

from typing import Any

from tests.core.sites.small import *  # noqa: F403 - a site is another one with a few lines changed
from tests.core.sites.small import DATABASES as SMALL
from tests.core.sites.small import env

DATABASES = {"default": SMALL["default"], "keys": env.db("KEYS_DATABASE_URL")}
DATABASE_ROUTERS = ["tests.core.sites.two_databases.Keys"]


class Keys:
    """Sends the table of subject keys, and nothing else, to the second database."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "keys" if model._meta.model_name == "subjectkey" else "default"

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return (db == "keys") == (model_name == "subjectkey")
