"""Reads settings from the environment and refuses, in one clear sentence each, what production may not run with."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MODES = ("development", "demo", "production")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def number(name: str, default: int) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def mode() -> str:
    chosen = text("PORTAL_MODE", "development")
    if chosen not in MODES:
        raise ImproperlyConfigured(f"PORTAL_MODE must be one of {', '.join(MODES)}, not {chosen!r}.")
    return chosen


def database(url: str, *, pool: bool) -> dict[str, Any]:
    """Turn `postgresql://user:password@host:port/name` or `sqlite:///path` into Django's form.

    A socket folder can be the host: `postgresql:///name?host=/run/postgresql`. The pool is for
    web processes only: a worker holds one connection and would waste the rest.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name or ":memory:",
            "OPTIONS": {
                # DEFERRED loses more than half of concurrent read-then-write transactions
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-20000;",
            },
        }
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(f"DATABASE_URL must begin with postgresql:// or sqlite:///, not {parts.scheme}://.")
    options: dict[str, Any] = {key: values[0] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", "") or parts.hostname or ""
    # a connection lets the server plan a statement that comes again only once: planning costs more than running it
    options |= {"server_side_binding": True, "prepare_threshold": 5}
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 0 if pool else 60,
        "CONN_HEALTH_CHECKS": not pool,
        "OPTIONS": options,
    }


def mail(url: str) -> dict[str, Any]:
    """Turn `smtp://user:password@host:25`, `smtps://...` (TLS) or `smtp+tls://...` (STARTTLS) into settings."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps", "smtp+tls"):
        raise ImproperlyConfigured(
            f"EMAIL_URL must begin with smtp://, smtps:// or smtp+tls://, not {parts.scheme}://."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 20,
    }


def single_sign_on() -> dict[str, str]:
    """The office's own sign-in (OpenID Connect); empty when none of its variables is set, else they must be whole."""
    needed = ("OIDC_NAME", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    optional = ("OIDC_EMAIL_DOMAIN", "OIDC_SECOND_FACTOR")
    if not any(text(name) for name in needed + optional):
        return {}
    if missing := [name for name in needed if not text(name)]:
        raise ImproperlyConfigured(f"Single sign-on is set in part only. Missing: {', '.join(missing)}.")
    asks = text("OIDC_SECOND_FACTOR", "portal")
    if asks not in ("portal", "provider"):
        raise ImproperlyConfigured(f"OIDC_SECOND_FACTOR must be portal or provider, not {asks!r}.")
    return {
        "name": text("OIDC_NAME"),
        "issuer": text("OIDC_ISSUER"),
        "client_id": text("OIDC_CLIENT_ID"),
        "client_secret": text("OIDC_CLIENT_SECRET"),
        "email_domain": text("OIDC_EMAIL_DOMAIN").removeprefix("@"),
        "second_factor": asks,
    }


def refuse_weak_production() -> None:
    """Stop a production start that misses or weakens a setting; every fault is named at once."""
    faults = []
    key = text("SECRET_KEY")
    if not key:
        faults.append("SECRET_KEY is missing: set it to at least 50 random characters.")
    elif len(key) < 50 or len(set(key)) < 5:
        faults.append("SECRET_KEY is weak: it needs at least 50 random characters.")
    hosts = words("ALLOWED_HOSTS")
    if not hosts:
        faults.append("ALLOWED_HOSTS is missing: name the host of the portal, for example portal.example.org.")
    elif any("*" in host for host in hosts):
        faults.append("ALLOWED_HOSTS may not contain *: name each host.")
    if not text("DATABASE_URL").startswith(("postgresql://", "postgres://")):
        faults.append("DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host/name.")
    if not text("REDIS_URL").startswith(("redis://", "rediss://", "redis+socket://", "unix://")):
        faults.append("REDIS_URL must name a Redis server: redis://host:6379/0.")
    if not text("EMAIL_URL"):
        faults.append("EMAIL_URL is missing: the portal cannot send letters without smtp+tls://user:password@host:587.")
    if not text("PORTAL_URL").startswith("https://"):
        faults.append("PORTAL_URL must be the public address of the portal and begin with https://.")
    if "@" not in text("FROM_EMAIL"):
        faults.append("FROM_EMAIL is missing: the address that letters come from.")
    try:
        provider = single_sign_on()
    except ImproperlyConfigured as error:
        faults.append(str(error))
    else:
        if provider and not provider["issuer"].startswith("https://"):
            faults.append("OIDC_ISSUER must begin with https://: it says who signs in.")
    if flag("DEBUG"):
        faults.append("DEBUG may not be on in production.")
    if flag("DEMO_MAILBOX"):
        faults.append("DEMO_MAILBOX may not be on in production: it shows every letter to everybody.")
    if faults:
        raise ImproperlyConfigured("The portal does not start in production:\n- " + "\n- ".join(faults))
