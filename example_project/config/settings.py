"""Settings of the example site: what differs between machines comes from the environment or from ``.env``."""

from __future__ import annotations

import environ

from config.local import ENV_FILE, VAR_DIR

env = environ.Env()
if ENV_FILE.exists():
    env.read_env(str(ENV_FILE))

# --- this machine ----------------------------------------------------------------------------------------------------

SECRET_KEY = env("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'demo.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # readers never wait for the thread that stores visits, writers queue instead of failing half-way, and what is
    # erased is overwritten instead of lying in free pages of the file
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    DATABASES["default"]["OPTIONS"] = {"charset": "utf8mb4"}
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

# a demonstration never sends mail: every message becomes a file, and what is written to it arrives in a folder
EMAIL_BACKEND = "onvif_privacy.outreach.services.GateBackend"
ONVIF_PRIVACY_OUTREACH_TRANSPORT = "standards.sink.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"

# --- privacy ---------------------------------------------------------------------------------------------------------

ONVIF_PRIVACY_ORGANISATION = env("ONVIF_PRIVACY_ORGANISATION")
ONVIF_PRIVACY_CONTACT = env("ONVIF_PRIVACY_CONTACT")
DEFAULT_FROM_EMAIL = ONVIF_PRIVACY_CONTACT
ONVIF_PRIVACY_SITES = env.list("ONVIF_PRIVACY_SITES", default=ALLOWED_HOSTS)
ONVIF_PRIVACY_KEYS = env.json("ONVIF_PRIVACY_KEYS", default=[])
ONVIF_PRIVACY_COOKIES_SECURE = not DEBUG  # plain http on this machine, https everywhere else
ONVIF_PRIVACY_BASE_URL = env(
    "ONVIF_PRIVACY_BASE_URL",
    default="http://localhost:8000" if DEBUG else f"https://{(ONVIF_PRIVACY_SITES or ['localhost'])[0]}",
)
ONVIF_PRIVACY_STATEMENT_PUBLIC = True  # everybody sees where each clause stands
ONVIF_PRIVACY_RIGHTS_EXPORT_STORAGE = "privacy_exports"
ONVIF_PRIVACY_RIGHTS_LOG = "privacy_log"
ONVIF_PRIVACY_COOKIES_STORAGE = env.str("ONVIF_PRIVACY_COOKIES_STORAGE", default="")
ONVIF_PRIVACY_DISCLOSURES_STORAGE = "privacy_disclosures"
ONVIF_PRIVACY_ENQUIRIES_STORAGE = "privacy_enquiries"
ONVIF_PRIVACY_ENQUIRIES_MAILDIR = str(VAR_DIR / "inbox")
ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = env.int("ONVIF_PRIVACY_RIGHTS_COOLING_HOURS", default=72)
ONVIF_PRIVACY_OUTREACH_GATE = "enforce"  # mail that nobody declared is refused
ONVIF_PRIVACY_OUTREACH_SERVICE_MAIL = ["standards", "django.contrib.auth.forms"]
ONVIF_PRIVACY_OUTREACH_AFFILIATES = {"harbour-labs": "Harbour Labs"}
ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS = True
ONVIF_PRIVACY_COMMUNITY_LEAVING = "unknown"  # links to sites that nobody has looked at lead over a page that says so
# Views whose addresses are public content; of all others visits keep the pattern of the route only.
ONVIF_PRIVACY_VISITS_PUBLIC_CONTENT = ["news-item", "product", "article"]
ONVIF_PRIVACY_VISITS_SERVICES = {
    "Product catalogue": ["/products/"],
    "Knowledge base": ["/knowledge/"],
    "News": ["/news/"],
    "Shop": ["/shop/"],
    "Message board": ["/board/"],
}
# What pages are about; which page is about what, its template says. Visitors who agree see content on what they read.
ONVIF_PRIVACY_VISITS_INTERESTS = True
ONVIF_PRIVACY_VISITS_ADVERTISING = True
ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {
    "camera": {"label": "Cameras", "description": "What sees: pictures, streams, analytics"},
    "recorder": {"label": "Recorders", "description": "What keeps pictures and finds them again"},
    "client": {"label": "Clients", "description": "What people look through"},
    "door": {"label": "Doors", "description": "Access control: readers, locks, credentials"},
    "sensor": {"label": "Sensors", "description": "What notices: contacts, smoke, motion"},
    "start": {"label": "Getting started"},
    "planning": {"label": "Planning"},
    "security": {"label": "Network security"},
    "conformance": {"label": "Conformance"},
    "faults": {"label": "Finding faults"},
}

# --- the site --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "standards",  # before the rooms: its onvif_privacy/base.html gives their pages the look of the site
    "onvif_privacy.core",
    "onvif_privacy.cookies",
    "onvif_privacy.visits",
    "onvif_privacy.statement",
    "onvif_privacy.people",
    "onvif_privacy.rights",
    "onvif_privacy.disclosures",
    "onvif_privacy.enquiries",
    "onvif_privacy.community",
    "onvif_privacy.outreach",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",  # static files are served in development as they are in production
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "onvif_privacy.cookies.middleware.CookieMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "onvif_privacy.people.middleware.DeviceMiddleware",  # remembers devices, for those who want it
    "onvif_privacy.visits.middleware.PageVisitMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "standards.context_processors.organisation",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # the pages are written in English, so the rooms speak English too
TIME_ZONE = "UTC"
USE_TZ = True

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "members"
LOGOUT_REDIRECT_URL = "home"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = DEBUG
FILES = "django.core.files.storage.FileSystemStorage"
STORAGES = {
    "default": {"BACKEND": FILES},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    # served by nobody; the log belongs on another machine than the database and its backups
    "orders": {"BACKEND": FILES, "OPTIONS": {"location": VAR_DIR / "orders"}},
    "privacy_exports": {"BACKEND": FILES, "OPTIONS": {"location": VAR_DIR / "privacy-exports"}},
    "privacy_log": {"BACKEND": FILES, "OPTIONS": {"location": VAR_DIR / "privacy-log"}},
    "privacy_disclosures": {"BACKEND": FILES, "OPTIONS": {"location": VAR_DIR / "privacy-disclosures"}},
    "privacy_pictures": {"BACKEND": FILES, "OPTIONS": {"location": VAR_DIR / "privacy-pictures"}},
    "privacy_enquiries": {"BACKEND": FILES, "OPTIONS": {"location": VAR_DIR / "privacy-enquiries"}},
}

# --- security --------------------------------------------------------------------------------------------------------

# One policy for every page, the admin included: nothing is inline, nothing comes from elsewhere.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "frame-src": "'self'",  # the film on the page "About"
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "base-uri": "'none'",
}
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_SSL_REDIRECT = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
