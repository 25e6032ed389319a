"""Rules of the house that a tool can check: floors, templates, migrations, letters, the workflow page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.template import engines
from django.template.base import Template

from events.management.commands import state_diagrams
from portal.mail import letters

ROOT = Path(settings.BASE_DIR)
PURPOSES = sorted(letter.purpose for letter in letters.known())
OWN_APPS = ("members", "events", "mail", "kit")


def compiled(name: str) -> Template:
    return engines["django"].engine.get_template(name)  # type: ignore[attr-defined]


def templates() -> list[str]:
    folder = ROOT / "templates"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".html", ".txt"))


@pytest.mark.parametrize("name", templates())
def test_every_template_compiles(name: str) -> None:
    assert compiled(name).nodelist is not None


def test_no_page_has_inline_script_or_style() -> None:
    for name in templates():
        if name.endswith(".html"):
            text = (ROOT / "templates" / name).read_text(encoding="utf-8")
            for forbidden in (" style=", " onclick=", " onsubmit=", " onchange=", "<style", "javascript:"):
                assert forbidden not in text, f"{name} has {forbidden}"


def test_no_form_takes_the_address_of_a_button_before_it() -> None:
    """`components/form.html` reads `action` from the page: a name given outside of a loop stands when it comes."""
    for name in templates():
        source = (ROOT / "templates" / name).read_text(encoding="utf-8")
        without_loops = re.sub(r"{% for .*?{% endfor %}", "", source, flags=re.DOTALL)
        _before, named, after = without_loops.partition(" as action %}")
        forms = re.findall(r'{% include "components/form.html"[^%]*%}', after) if named else []
        assert all("action=" in form for form in forms), f"{name}: give the address another name"


def test_every_letter_has_a_template_with_a_subject() -> None:
    for purpose in PURPOSES:
        source = compiled(f"mail/{purpose}.txt").source
        assert "Subject:" in source or "{% block subject %}" in source, purpose


def test_every_mail_template_belongs_to_a_letter() -> None:
    found = {path.stem for path in (ROOT / "templates" / "mail").glob("*.txt") if not path.stem.startswith("_")}
    assert found == set(PURPOSES)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("label", OWN_APPS)
def test_migrations_are_one_line(label: str) -> None:
    folder = Path(apps.get_app_config(label).path) / "migrations"
    names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    assert (folder / "max_migration.txt").read_text(encoding="utf-8").strip() == names[-1]
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_the_workflow_page_is_fresh() -> None:
    assert state_diagrams.TARGET.read_text(encoding="utf-8") == state_diagrams.page()


def test_only_one_engine_renders_pages() -> None:
    assert [engine.name for engine in engines.all()] == ["django"]


def test_files_stay_short_enough_to_read() -> None:
    folders = ("portal", "members", "events", "tests")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    long = {str(path.relative_to(ROOT)): n for path in files if (n := len(path.read_text().splitlines())) > 520}
    assert long == {}
