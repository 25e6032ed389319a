"""One settings file, read from the environment: SQLite and no Redis if nothing is set."""

from importlib.util import find_spec
from pathlib import Path

from portal import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env.mode()
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
if PRODUCTION:
    env.refuse_weak_production()

# --- identity -------------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY") or "development-only-key-that-production-refuses-to-start-with"
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
DEBUG = env.flag("DEBUG")
# a forgotten PORTAL_MODE can serve this machine only: no public host is allowed outside production
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
PORTAL_URL = env.text("PORTAL_URL", "http://localhost:8000").rstrip("/")
OFFICE_NAME = env.text("OFFICE_NAME", "Regional Office for Capacity Building, Asia/Pacific")
OFFICE_SHORT_NAME = env.text("OFFICE_SHORT_NAME", "Regional Office")
OFFICE_TIME_ZONE = env.text("OFFICE_TIME_ZONE", "Asia/Bangkok")
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

# --- the house ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "members",
    "events",
    "portal.mail",
    "portal.kit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]
if MODE == "development" and find_spec("django_linear_migrations"):  # a developer's tool: one migration line per app
    INSTALLED_APPS.append("django_linear_migrations")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "portal.kit.middleware.headers",
    "portal.kit.middleware.readable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "members.middleware.letter_last",
    "members.middleware.SecondFactor",
    "members.middleware.last_seen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.kit.middleware.readers_zone",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
ASGI_APPLICATION = "portal.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "portal.kit.context.site",
            ],
            "builtins": ["portal.kit.templatetags.ui"],
        },
    }
]

# --- data -----------------------------------------------------------------------------------------
DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL", f"sqlite:///{BASE_DIR / '.run' / 'portal.sqlite3'}"), pool=env.flag("DB_POOL")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FONT_FOLDER = env.text("FONT_FOLDER")  # more fonts for certificates, for example Noto Sans CJK
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / "media")))
REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "static-root")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION or DEMO
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not (PRODUCTION or DEMO)

# --- words and times ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DATE_FORMAT = "j F Y"
FORMAT_MODULE_PATH = ["portal.kit.formats"]

# --- people and sign-in ---------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["members.adapter.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if env.flag("FAST_PASSWORDS") and not PRODUCTION:  # tests sign in thousands of times
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "members:start"
ACCOUNT_ADAPTER = "members.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "members.pages.account_forms.SignInForm",
    "request_login_code": "members.pages.account_forms.RequestCodeForm",
    "confirm_login_code": "members.pages.account_forms.TypedCodeForm",
    "reset_password": "members.pages.account_forms.ForgottenPasswordForm",
    "confirm_password_reset_code": "members.pages.account_forms.TypedCodeForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}  # our backend finds the person by mail address too
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_UNIQUE_EMAIL = False  # many officials share one office mailbox: identity is not the address
ACCOUNT_EMAIL_VERIFICATION = "none"  # the office or a contact point enters addresses; nobody signs up alone
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True  # a code typed on the page; a link in a mail never acts
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 3 * 60 * 60  # grey-listing delays mail by up to half an hour
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 3 * 60 * 60
ACCOUNT_LOGIN_TIMEOUT = 3 * 60 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip,5/5m/key",  # the sixth wrong guess is refused; an office shares one address of the net
    "request_login_code": "20/m/ip,3/m/key,15/h/key",
    "reset_password": "20/m/ip,3/m/key,15/h/key",
    "join": "10/m/ip,30/h/ip,3/h/key,6/d/key",  # a letter goes to an address that a stranger typed
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
# whoever may enter these desks needs a second factor; all others may have one
REQUIRE_SECOND_FACTOR = env.flag("REQUIRE_SECOND_FACTOR", PRODUCTION)
SECOND_FACTOR_FOR = ["members.policies.is_keeper", "members.policies.is_office", "events.policies.is_chair"]
MFA_ADAPTER = "members.adapter.FactorAdapter"
MFA_FORMS = {
    "activate_totp": "members.pages.account_forms.SetUpFactorForm",
    "authenticate": "members.pages.account_forms.FactorCodeForm",
    "reauthenticate": "members.pages.account_forms.FactorAgainForm",
    "add_webauthn": "members.pages.passkey_forms.AddPasskeyForm",
    "edit_webauthn": "members.pages.passkey_forms.RenamePasskeyForm",
    "authenticate_webauthn": "members.pages.passkey_forms.PasskeyForm",
    "reauthenticate_webauthn": "members.pages.passkey_forms.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Capacity Portal"
MFA_TOTP_TOLERANCE = 1  # a telephone may be half a minute slow, and so may the person
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the office or a contact point enters addresses; nobody signs up alone
OIDC = env.single_sign_on()  # the office's own sign-in, for people of the office; docs/sign_in.md
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)

# --- safety ---------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.number("TRUSTED_PROXIES", 0) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- letters --------------------------------------------------------------------------------------
vars().update(env.mail(env.text("EMAIL_URL")))
if DEMO:  # the worker really sends; the letters arrive on a page instead of at a mail server
    EMAIL_BACKEND = "portal.mail.mailbox.DemoBackend"
DEFAULT_FROM_EMAIL = env.text("FROM_EMAIL", "office@portal.example")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_UNCLEAR = env.text(
    "MAIL_UNCLEAR", "hold"
)  # or "resend": what to do when SMTP cannot tell whether a letter arrived
MAIL_BATCH = env.number("MAIL_BATCH", 50)
MAIL_LEASE_SECONDS = env.number("MAIL_LEASE_SECONDS", 60)
DEMO_MAILBOX = DEMO  # shows every letter to everybody: no variable switches it on

# --- workers --------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=") or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
# beat only asks "what is due now?"; a due time is a row, never an ETA in the broker
TICK_SECONDS = env.number("TICK_SECONDS", 30)
# a tick that no worker took is stale: the next one asks the same question
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in [
        ("letters that are due", "portal.mail.tasks.tick", TICK_SECONDS),
        ("letters that got stuck", "portal.mail.tasks.sweep", TICK_SECONDS),
        ("imports that wait for a worker", "members.tasks.tick", TICK_SECONDS),
        ("offers, events and certificates", "events.tasks.tick", 10 * TICK_SECONDS),
        # every hour, because a beat that is started anew begins to count anew: a day might never end
        ("data whose time is over", "members.tasks.retain", 60 * 60),
    ]
}

# --- forms and tests ------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = PRODUCTION
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO" if PRODUCTION or DEMO else "WARNING")},
}
