"""Settings come from the environment, and production refuses to start with a missing or weak one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import environment

GOOD = {
    "PORTAL_MODE": "production",
    "PORTAL_URL": "https://portal.example.org",
    "SECRET_KEY": "k3J-9xQwZ_7vRtYpLm2Nc8BdFgHs5Ua4Xe1WoIi6Tz0VyCuGjMnE",
    "ALLOWED_HOSTS": "portal.example.org, portal2.example.org",
    "DATABASE_URL": "postgresql://portal:secret@db.example.org/portal",
    "REDIS_URL": "redis://broker.example.org:6379/0",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example.org:587",
    "FROM_EMAIL": "office@portal.example.org",
}
OIDC = {
    "OIDC_NAME": "Office account",
    "OIDC_ISSUER": "https://login.example.org/office",
    "OIDC_CLIENT_ID": "capacity-portal",
    "OIDC_CLIENT_SECRET": "a secret",
}
WEAK = [
    ("SECRET_KEY", "", "SECRET_KEY is missing"),
    ("SECRET_KEY", "short", "SECRET_KEY is weak"),
    ("SECRET_KEY", "a" * 80, "SECRET_KEY is weak"),
    ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS is missing"),
    ("ALLOWED_HOSTS", " , ", "ALLOWED_HOSTS is missing"),
    ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS may not contain *"),
    ("ALLOWED_HOSTS", "portal.example.org,*.example.org", "ALLOWED_HOSTS may not contain *"),
    ("DATABASE_URL", "", "DATABASE_URL must name a PostgreSQL database"),
    ("DATABASE_URL", "sqlite:////tmp/portal.sqlite3", "DATABASE_URL must name a PostgreSQL database"),
    ("REDIS_URL", "", "REDIS_URL must name a Redis server"),
    ("REDIS_URL", "memory://", "REDIS_URL must name a Redis server"),
    ("EMAIL_URL", "", "EMAIL_URL is missing"),
    ("PORTAL_URL", "", "PORTAL_URL must be the public address"),
    ("PORTAL_URL", "http://portal.example.org", "begin with https://"),
    ("FROM_EMAIL", "", "FROM_EMAIL is missing"),
    ("FROM_EMAIL", "the office", "FROM_EMAIL is missing"),
    ("OIDC_ISSUER", "https://login.example.org", "Missing: OIDC_NAME, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET"),
    ("OIDC_SECOND_FACTOR", "provider", "Single sign-on is set in part only"),
    ("DEBUG", "1", "DEBUG may not be on"),
    ("DEMO_MAILBOX", "yes", "DEMO_MAILBOX may not be on"),
]


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("DEBUG", "DEMO_MAILBOX", *OIDC, "OIDC_EMAIL_DOMAIN", "OIDC_SECOND_FACTOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def load_settings(**variables: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a fresh process with these variables only."""
    show = "from portal import settings as s; print(s.DEMO_MAILBOX, s.DEBUG, s.EMAIL_BACKEND, s.CELERY_BROKER_URL)"
    env = {"PATH": os.environ["PATH"]} | variables
    return subprocess.run([sys.executable, "-c", show], env=env, capture_output=True, text=True, check=False)


def test_a_complete_production_environment_is_accepted(production):
    environment.refuse_weak_production()


@pytest.mark.parametrize(("name", "value", "sentence"), WEAK, ids=[f"{name}={value[:20]}" for name, value, _ in WEAK])
def test_a_missing_or_weak_setting_is_refused_with_its_sentence(production, name, value, sentence):
    production.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.refuse_weak_production()
    faults = str(refusal.value).splitlines()[1:]
    assert len(faults) == 1
    assert sentence in faults[0]


def test_all_faults_are_named_at_once(production):
    for name in GOOD.keys() - {"PORTAL_MODE"}:
        production.delenv(name)
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.refuse_weak_production()
    for name in GOOD.keys() - {"PORTAL_MODE"}:
        assert f"- {name}" in str(refusal.value)


def test_production_starts_with_a_complete_environment_and_shows_no_mailbox():
    result = load_settings(**GOOD)
    assert result.stdout.split() == [
        "False",
        "False",
        "django.core.mail.backends.smtp.EmailBackend",
        "redis://broker.example.org:6379/0",
    ], result.stderr


def test_production_does_not_start_with_a_weak_environment():
    result = load_settings(PORTAL_MODE="production", SECRET_KEY="short")
    assert result.returncode != 0
    assert "The portal does not start in production:" in result.stderr
    assert "SECRET_KEY is weak" in result.stderr


def test_the_mailbox_of_the_demonstration_cannot_be_switched_on_in_production():
    result = load_settings(**GOOD, DEMO_MAILBOX="1")
    assert result.returncode != 0
    assert "DEMO_MAILBOX may not be on in production" in result.stderr


def test_the_mailbox_is_shown_in_the_demonstration_only():
    assert load_settings(PORTAL_MODE="demo").stdout.startswith("True False")
    assert load_settings(DEMO_MAILBOX="1").stdout.startswith("False False")


def test_a_broker_on_a_socket_keeps_its_number_for_workers():
    result = load_settings(REDIS_URL="unix:///tmp/portal/valkey.sock?db=3")
    assert result.stdout.split()[-1] == "redis+socket:///tmp/portal/valkey.sock?virtual_host=3"


@pytest.mark.parametrize(
    ("variables", "required"),
    [
        (GOOD, "True"),
        (GOOD | {"REQUIRE_SECOND_FACTOR": "no"}, "False"),
        ({"PORTAL_MODE": "demo"}, "False"),
        ({}, "False"),
    ],
)
def test_the_second_factor_is_required_in_production_unless_it_is_switched_off(variables, required):
    show = "from portal import settings as s; print(s.REQUIRE_SECOND_FACTOR)"
    env = {"PATH": os.environ["PATH"]} | variables
    result = subprocess.run([sys.executable, "-c", show], env=env, capture_output=True, text=True, check=False)
    assert result.stdout.strip() == required, result.stderr


def test_an_unknown_mode_is_refused(monkeypatch):
    monkeypatch.setenv("PORTAL_MODE", "staging")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_MODE must be one of development, demo, production"):
        environment.mode()


@pytest.mark.parametrize(
    ("value", "meaning"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("no", False), ("", False)]
)
def test_a_flag_is_yes_or_no(monkeypatch, value, meaning):
    monkeypatch.setenv("DEBUG", value)
    assert environment.flag("DEBUG") is meaning


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch):
    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="DEBUG must be yes or no"):
        environment.flag("DEBUG")


def test_a_number_that_is_no_number_is_refused(monkeypatch):
    monkeypatch.setenv("MAIL_BATCH", "many")
    with pytest.raises(ImproperlyConfigured, match="MAIL_BATCH must be a whole number"):
        environment.number("MAIL_BATCH", 50)


def test_a_postgresql_address_gives_host_port_name_and_person():
    settings = environment.database("postgresql://portal:secret@db.example.org:5433/portal?sslmode=require", pool=False)
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example.org", "5433", "portal")
    assert (settings["USER"], settings["PASSWORD"]) == ("portal", "secret")
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_quoted_letters_in_an_address_are_read_as_themselves():
    settings = environment.database("postgresql://por%40tal:p%2Fss%3Aword@db.example.org/the%20portal", pool=False)
    assert (settings["USER"], settings["PASSWORD"]) == ("por@tal", "p/ss:word")
    assert settings["NAME"] == "the portal"


def test_a_socket_folder_can_be_the_host():
    settings = environment.database("postgresql://portal@/portal?host=/run/postgresql&port=5433", pool=False)
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("/run/postgresql", "5433", "portal")
    assert not {"host", "port"} & set(settings["OPTIONS"])


def test_statements_that_come_again_are_planned_once():
    options = environment.database("postgresql://portal@db.example.org/portal", pool=False)["OPTIONS"]
    assert (options["server_side_binding"], options["prepare_threshold"]) == (True, 5)


def test_only_a_process_that_asks_for_a_pool_gets_one():
    with_pool = environment.database("postgresql://portal@db.example.org/portal", pool=True)
    without = environment.database("postgresql://portal@db.example.org/portal", pool=False)
    assert with_pool["OPTIONS"]["pool"]["max_size"] > 1
    assert with_pool["CONN_MAX_AGE"] == 0  # Django refuses a pool with persistent connections
    assert "pool" not in without["OPTIONS"]
    assert without["CONN_HEALTH_CHECKS"]


def test_a_sqlite_address_takes_the_write_lock_at_the_start_of_a_transaction():
    settings = environment.database("sqlite:////srv/portal/data.sqlite3", pool=True)
    assert settings["NAME"] == "/srv/portal/data.sqlite3"
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in settings["OPTIONS"]["init_command"]
    assert environment.database("sqlite://", pool=False)["NAME"] == ":memory:"


def test_another_database_is_refused():
    with pytest.raises(ImproperlyConfigured, match="not mysql://"):
        environment.database("mysql://portal@db.example.org/portal", pool=False)


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.org", 25, False, False),
        ("smtp+tls://portal:p%40ss@mail.example.org", 587, True, False),
        ("smtps://mail.example.org", 465, False, True),
        ("smtp+tls://mail.example.org:2525", 2525, True, False),
    ],
)
def test_a_mail_address_gives_server_and_protection(url, port, tls, ssl):
    settings = environment.mail(url)
    assert settings["EMAIL_HOST"] == "mail.example.org"
    assert (settings["EMAIL_PORT"], settings["EMAIL_USE_TLS"], settings["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_a_password_of_the_mail_server_may_hold_any_letter():
    settings = environment.mail("smtp+tls://portal:p%40ss%3A1@mail.example.org")
    assert (settings["EMAIL_HOST_USER"], settings["EMAIL_HOST_PASSWORD"]) == ("portal", "p@ss:1")


def test_another_way_to_send_mail_is_refused():
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must begin with smtp://"):
        environment.mail("http://mail.example.org")


def test_single_sign_on_is_off_whole_or_refused(production: pytest.MonkeyPatch) -> None:
    assert environment.single_sign_on() == {}
    for name, value in OIDC.items():
        production.setenv(name, value)
    environment.refuse_weak_production()
    assert environment.single_sign_on()["second_factor"] == "portal"
    production.setenv("OIDC_EMAIL_DOMAIN", "@office.example")
    assert environment.single_sign_on()["email_domain"] == "office.example"
    production.setenv("OIDC_SECOND_FACTOR", "nobody")
    with pytest.raises(ImproperlyConfigured, match="must be portal or provider"):
        environment.refuse_weak_production()
    production.setenv("OIDC_SECOND_FACTOR", "provider")
    production.setenv("OIDC_ISSUER", "http://login.example.org")
    with pytest.raises(ImproperlyConfigured, match="OIDC_ISSUER must begin with https"):
        environment.refuse_weak_production()
    production.setenv("OIDC_CLIENT_SECRET", "")
    with pytest.raises(ImproperlyConfigured, match="Missing: OIDC_CLIENT_SECRET"):
        environment.single_sign_on()
