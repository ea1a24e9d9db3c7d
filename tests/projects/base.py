"""What every test site has in common; a site of its own imports this and names its rooms.

``DATABASE_URL`` chooses the engine. SQLite uses a file of its own for each process, so that threads meet the locks
they would meet in production, and suites can run side by side.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import django
import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent
ROOT_DIR = BASE_DIR.parent.parent

SECRET_KEY = "a secret of the tests, used nowhere else"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", ".example.com"]
# the tests' own servers speak plain http under a key that everybody knows, and nobody else reaches them
SILENCED_SYSTEM_CHECKS = [f"security.W0{number}" for number in ("04", "08", "09", "12", "16")]
ROOT_URLCONF = "tests.projects.urls"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"onvif_privacy_media_{os.getpid()}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if django.VERSION < (6, 1):  # there the name is deprecated, and a test run has the same backend anyway
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

DATABASES = {"default": env.db("DATABASE_URL", default="sqlite:///:memory:")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        # IMMEDIATE: writers queue at BEGIN instead of failing in the middle of a transaction
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA synchronous=OFF"},
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"onvif_privacy_test_{os.getpid()}.sqlite3")},
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    DATABASES["default"] |= {"OPTIONS": {"charset": "utf8mb4"}, "TEST": {"CHARSET": "utf8mb4"}}


class Unmigrated(dict[str, None]):
    """For ``MIGRATION_MODULES``: no app has migrations, so ``migrate --run-syncdb`` makes the tables of the models."""

    def __contains__(self, label: object) -> bool:
        return True

    def __missing__(self, label: str) -> None:
        return None


if env.str("ONVIF_PRIVACY_TABLES", default="migrations") == "models":
    MIGRATION_MODULES = Unmigrated()

DJANGO_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "tests.store",  # a host's own app
    "tests.core.hostapp",  # another, with encrypted fields
]
DJANGO_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

ONVIF_PRIVACY_ORGANISATION = "Example Organisation"
ONVIF_PRIVACY_CONTACT = "privacy@example.com"
# the secrets spell out what they are: keys of these tests
ONVIF_PRIVACY_KEYS = [
    {"id": "00000000000000d1", "use": "data", "secret": "dGhlIGRhdGEga2V5IG9mIHRoZSB0ZXN0cy4uLi4uLi4"},
    {"id": "00000000000000f1", "use": "sign", "secret": "dGhlIHNpZ25pbmcga2V5IG9mIHRoZSB0ZXN0cy4uLi4"},
]

# where rooms keep what no web server may serve; unused without them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "privacy_exports": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "privacy_log": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "privacy_disclosures": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "privacy_enquiries": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "privacy_screenshots": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}

# the small shop has parcels and letters that belong to nobody
SILENCED_SYSTEM_CHECKS += ["onvif_privacy_rights.E003"]
