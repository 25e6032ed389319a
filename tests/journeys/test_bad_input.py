"""Bad input: every form and every list gets what no page foresaw; the answer is a sentence, never a fault."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from django.urls import reverse

from members.models import User
from tests.house.test_addresses import addresses
from tests.house.world import World
from tests.journeys import forms, junk
from tests.journeys.forms import PARTS, TYPED, Place
from tests.journeys.visitor import Field

pytestmark = [pytest.mark.django_db, pytest.mark.sweep]

# pages of a library, and those of the demonstration only
WITHOUT_FORMS = ("admin:", "demo_")
ANSWERS = {200, 302, 400, 403, 404, 405, 429}  # 429: a throttle


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals would fill the log of a failure."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return forms.more_world()


class Trial:
    """One part of the portal under trial; every wrong answer is noted, and told together at the end."""

    def __init__(self, world: World, part: str) -> None:
        self.client = forms.client_of(world, PARTS[part][0])
        self.places = forms.found(world, part)
        self.wrong: list[str] = []
        assert self.places, "no form was found"

    def holds(self, place: Place, what: str, *data: dict[str, Any]) -> None:
        """The answer is no fault."""
        answer = forms.send(self.client, place, *data)
        if answer.status not in ANSWERS:
            self.wrong.append(f"{place}: {what}: {answer.status}")

    def refuses(self, place: Place, what: str, data: dict[str, Any]) -> None:
        """The form says what is wrong, and nothing changes."""
        answer = forms.send(self.client, place, data)
        if answer.status not in ANSWERS:
            self.wrong.append(f"{place}: {what}: {answer.status}")
        elif answer.changed or answer.status == 302:
            self.wrong.append(f"{place}: {what}: it was taken")
        elif answer.status == 200 and not answer.page.errors:
            self.wrong.append(f"{place}: {what}: no sentence says what is wrong")

    def shows_as_text(self, place: Place, data: dict[str, Any]) -> None:
        answer = forms.send(self.client, place, data, follow=True)
        if answer.status not in ANSWERS:
            self.wrong.append(f"{place}: strange text: {answer.status}")
        elif "<script>alert" in answer.page.html:
            self.wrong.append(f"{place}: the text runs")


parts = pytest.mark.parametrize("part", PARTS)


@parts
def test_every_form_answers_bad_input_with_a_sentence_and_changes_nothing(part: str, world: World) -> None:
    trial = Trial(world, part)
    everybody = [str(pk) for pk in User.objects.order_by("pk").values_list("pk", flat=True)]
    for place in trial.places:
        strange_but_honest_texts(trial, place)
        if place.form.method == "get":
            continue  # a filter is a list with words in its address: the next test
        texts_that_no_keyboard_types(trial, place)
        values_that_are_none(trial, place)
        choices_that_were_not_offered(trial, place, everybody)
        days_in_the_wrong_order(trial, place)
        bytes_that_are_no_text(trial, place)
    assert not trial.wrong, f"{len(trial.wrong)} wrong answers:\n" + "\n".join(trial.wrong)


def texts_that_no_keyboard_types(trial: Trial, place: Place) -> None:
    """One field at a time, each with another sign: every field is asked, and every sign somewhere."""
    typed = [one for one in place.typed(*TYPED) if one.kind != "password"]
    for one, text in zip(typed, cycle(junk.HIDDEN), strict=False):
        trial.refuses(place, f"{one.name} = {text!r}", place.filled() | {one.name: text})
        long = "x" * (25_000 if one.kind == "textarea" else 10_000)
        trial.refuses(place, f"{one.name} is very long", place.filled() | {one.name: long})


def strange_but_honest_texts(trial: Trial, place: Place) -> None:
    typed = place.typed(*TYPED)
    lines = {"textarea": junk.STRANGE + "\n.\n" * 500}
    texts = {one.name: lines.get(one.kind, junk.STRANGE) for one in typed if one.kind != "email"}
    trial.shows_as_text(place, place.filled() | texts)
    trial.holds(place, "everything empty", dict.fromkeys(place.form.fields, ""))
    trial.holds(place, "nothing at all", {})
    trial.holds(place, "sent twice", place.filled(), place.filled())
    hidden = [one.name for one in place.typed("hidden") if one.name != "csrfmiddlewaretoken"]
    trial.holds(place, "hidden fields of another page", place.filled() | dict.fromkeys(hidden, "\x00"))


def values_that_are_none(trial: Trial, place: Place) -> None:
    cases: list[tuple[Callable[[Field], bool], list[str]]] = [
        (lambda one: one.kind == "number", junk.NUMBERS),
        (lambda one: one.kind == "date", junk.DAYS),
        (lambda one: one.kind == "time", junk.HOURS),
        (lambda one: one.kind == "select" and "zone" in one.name, junk.ZONES),
        (lambda one: one.kind == "email", junk.ADDRESSES),
        (lambda one: one.kind == "url", junk.LINKS),
    ]
    for concerns, values in cases:
        names = [one.name for one in place.form.fields.values() if concerns(one)]
        for value in values if names else []:
            trial.refuses(place, f"{names} = {value!r}", place.filled() | dict.fromkeys(names, value))


def choices_that_were_not_offered(trial: Trial, place: Place, everybody: list[str]) -> None:
    """Among them rows of other people: they exist, and this person was not offered them."""
    choices = place.typed("select", "radio", "checkbox")
    for one in choices:
        other = next((pk for pk in everybody if pk not in one.options), "0")
        trier = trial.holds if is_loose(one) else trial.refuses
        trier(place, f"{one.name} = {other!r}", place.filled() | {one.name: other})
    for value in junk.CHOICES if choices else []:
        trial.holds(place, f"choices = {value!r}", place.filled() | {one.name: value for one in choices})


def is_loose(one: Field) -> bool:
    """A box is yes whatever it says; ticks of a list that moved meanwhile count only where they still fit."""
    return one.kind == "checkbox" and (set(one.options) == {"on"} or one.name.startswith("session-"))


def days_in_the_wrong_order(trial: Trial, place: Place) -> None:
    for first, last, earlier, later in junk.SPANS:
        if {first, last} <= set(place.form.fields):
            trial.refuses(place, f"{first} {earlier}, {last} {later}", place.filled() | {first: earlier, last: later})


def bytes_that_are_no_text(trial: Trial, place: Place) -> None:
    body = "&".join(f"{name}=%ff%fe" for name in place.form.fields)
    answer = trial.client.generic("POST", place.address, body, content_type="application/x-www-form-urlencoded")
    if answer.status_code != 400:
        trial.wrong.append(f"{place}: bytes that are no text: {answer.status_code}, expected 400")


@parts
def test_every_address_survives_junk(part: str, world: World) -> None:
    client = forms.client_of(world, PARTS[part][0])
    wrong = []
    for address in forms.pages(world, part):
        for words in junk.WORDS:
            status = client.get(address, words).status_code
            if status not in ANSWERS:
                wrong.append(f"{address} {words}: {status}")
        for raw in ("q=%ff%fe", "%c3%28=1"):
            status = client.get(address, QUERY_STRING=raw).status_code
            if status != 400:
                wrong.append(f"{address}?{raw}: {status}, expected 400")
    for address in without_row(part):
        for method in (client.get, client.post):
            status = method(address).status_code
            if status not in (302, 403, 404, 405):
                wrong.append(f"{address}: {status}")
    assert not wrong, "\n".join(wrong)


def without_row(part: str) -> Iterator[str]:
    """The addresses of a part with numbers that no row has, one of them too large for a database."""
    for name, route in forms.named(part):
        gaps = re.findall(r"<(\w+):", route)
        for number in ("0", "9" * 26) if gaps else ():
            words = {"int": number, "fiscal": "2091/92"}
            yield reverse(name, args=[words.get(kind, f"x{number}") for kind in gaps])


def test_every_address_belongs_to_a_part() -> None:
    """What is added later is tried too, or this says so."""
    known = {name for part in PARTS for name, _route in forms.named(part)}
    forgotten = [name for name, _pattern in addresses() if name not in known]
    assert [name for name in forgotten if not name.startswith(WITHOUT_FORMS)] == []
