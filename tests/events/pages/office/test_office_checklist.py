"""The checklist of an event: laid with it, moved with it, ticked by hand, overdue in the open."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import CheckItem, Event, Kind, KindTemplate
from events.services import checklist, kinds, lifecycle, programme
from members.models import User
from portal.kit import trail
from portal.kit.states import Refused
from tests import make
from tests.make import NOW, TODAY, days

pytestmark = pytest.mark.django_db
KIND = Kind.VISIT


@pytest.fixture
def usual(office: User) -> KindTemplate:
    """Two items: one 10 days before the first day, one 5 days after it."""
    row, _made = KindTemplate.objects.get_or_create(kind=KIND)
    row.items.all().delete()
    kinds.add_item(row, text="Order the flags", days=-10, duty="officer", by=office)
    kinds.add_item(row, text="Thank the host", days=5, duty="chair", by=office)
    return row


def visit(office: User, **values: Any) -> Event:
    return make.event("FJ", by=office, kind=KIND, **values)


def due(event: Event) -> list[int]:
    event.refresh_from_db()
    return [(item.due_on - event.starts_on).days for item in event.checklist.all()]


def test_a_new_event_has_the_usual_checklist_of_its_kind(office: User, usual: KindTemplate) -> None:
    event = visit(office)
    found = [(item.text, item.due_on, item.duty) for item in event.checklist.all()]
    assert found == [
        ("Order the flags", event.starts_on - days(10), "officer"),
        ("Thank the host", event.starts_on + days(5), "chair"),
    ]


def test_an_event_of_a_line_of_the_plan_has_it_too(office: User, usual: KindTemplate) -> None:
    event = programme.create_from(make.activity("FJ", kind=KIND), by=office, on=TODAY)
    assert event.checklist.count() == 2


def test_the_days_move_with_the_event(office: User, usual: KindTemplate) -> None:
    event = visit(office)
    own = checklist.add(event, text="Call the hotel", due_on=event.starts_on - days(1), duty="officer", by=office)
    first = event.starts_on + days(7)
    programme.change(event, starts_on=first, ends_on=first, by=office)
    own.refresh_from_db()
    assert own.due_on == first - days(1)
    assert due(event) == [-10, -1, 5]
    programme.place(event, first=first + days(2), begins=time(9), minutes=60, days=1, by=office)
    assert due(event) == [-10, -1, 5]
    lifecycle.announce(event, by=office, at=NOW)
    event.refresh_from_db()
    later = event.starts_on + days(3)
    lifecycle.revise(event, reason="The host asked.", starts_on=later, ends_on=later, by=office, at=NOW)
    assert due(event) == [-10, -1, 5]
    own.refresh_from_db()
    assert own.due_on == later - days(1)


def test_missing_items_are_laid_again_and_nothing_twice(desk: Client, office: User, usual: KindTemplate) -> None:
    event = visit(office)
    first, second = event.checklist.all()
    checklist.tick(second, by=office, at=NOW)
    checklist.remove(first, by=office)
    page = reverse("office:checklist_lay", args=[event.pk])
    desk.post(page)
    assert [item.text for item in event.checklist.all()] == ["Order the flags", "Thank the host"]
    assert event.checklist.get(text="Thank the host").done_by == office
    desk.post(page)
    assert event.checklist.count() == 2


def test_an_item_that_changed_in_the_template_is_not_laid_beside_the_old_one(office: User, usual: KindTemplate) -> None:
    event = visit(office)
    kinds.change_item(usual.items.first(), text="Order many flags", days=-20, duty="officer", by=office)  # type: ignore[arg-type]
    assert checklist.lay_again(event, by=office) == 0


def test_whoever_ticks_stands_beside_the_item_and_in_the_trail(desk: Client, office: User, usual: KindTemplate) -> None:
    event = visit(office)
    item = event.checklist.all()[0]
    desk.post(reverse("office:check_tick", args=[item.pk]))
    item.refresh_from_db()
    assert item.done_by == office
    assert item.done_at is not None
    assert trail.history(event).filter(verb="ticked", facts__item="Order the flags").count() == 1
    assert str(office) in desk.get(reverse("office:event_checklist", args=[event.pk])).content.decode()
    desk.post(reverse("office:check_untick", args=[item.pk]))
    item.refresh_from_db()
    assert (item.done_by, item.done_at) == (None, None)


def test_the_second_of_two_who_tick_changes_nothing(office: User, usual: KindTemplate) -> None:
    item = visit(office).checklist.all()[0]
    checklist.tick(item, by=office, at=NOW)
    checklist.tick(item, by=make.office_person(), at=NOW + timedelta(hours=1))
    item.refresh_from_db()
    assert (item.done_by, item.done_at) == (office, NOW)


def test_looking_at_a_tick_address_ticks_nothing(desk: Client, office: User, usual: KindTemplate) -> None:
    item = visit(office).checklist.all()[0]
    assert desk.get(reverse("office:check_tick", args=[item.pk])).status_code == 405
    item.refresh_from_db()
    assert item.done_at is None


def test_a_done_item_is_not_removed(desk: Client, office: User, usual: KindTemplate) -> None:
    event = visit(office)
    item = event.checklist.all()[0]
    checklist.tick(item, by=office, at=NOW)
    answer = desk.post(reverse("office:check_remove", args=[item.pk]), follow=True)
    assert "stays, so that others see who did it" in answer.content.decode()
    assert event.checklist.count() == 2


def test_the_office_adds_an_item_of_one_event(desk: Client, office: User, usual: KindTemplate) -> None:
    event = visit(office)
    page, day = reverse("office:event_checklist", args=[event.pk]), event.starts_on - days(3)
    sent = {"text": "បញ្ជី 确认 ชื่อ", "due_on": day.isoformat(), "duty": "officer"}
    assert desk.post(page, sent).status_code == 302
    assert event.checklist.get(text="បញ្ជី 确认 ชื่อ").days == -3
    assert "stands on the checklist already" in desk.post(page, sent).content.decode()
    far = desk.post(page, sent | {"text": "Far", "due_on": (day + days(900)).isoformat()})
    assert "more than 400 days" in far.content.decode()
    hidden = desk.post(page, sent | {"text": "Flags\u202e"})
    assert hidden.context["form"].errors["text"]
    assert event.checklist.count() == 3


def test_a_closed_file_keeps_its_checklist(desk: Client, office: User, usual: KindTemplate) -> None:
    event = visit(office)
    item = event.checklist.all()[0]
    lifecycle.cancel(event, reason="No host.", by=office, at=NOW)
    for act in (
        lambda: checklist.tick(item, by=office, at=NOW),
        lambda: checklist.remove(item, by=office),
        lambda: checklist.lay_again(event, by=office),
        lambda: checklist.add(event, text="More", due_on=TODAY, duty="officer", by=office),
    ):
        with pytest.raises(Refused, match="closed"):
            act()
    page = desk.get(reverse("office:event_checklist", args=[event.pk])).content.decode()
    assert "Add an item" not in page


# --- overdue --------------------------------------------------------------------------------------


def overdue_visit(office: User) -> Event:
    """Its flags were due yesterday."""
    return visit(office, begin=TODAY + days(9), nominate_by=TODAY + days(2))


def test_an_item_is_overdue_from_the_day_after_its_day(office: User, usual: KindTemplate) -> None:
    event = visit(office, begin=TODAY + days(10), nominate_by=TODAY + days(2))
    assert not CheckItem.objects.overdue(TODAY).exists()
    assert [item.text for item in CheckItem.objects.overdue(TODAY + days(1))] == ["Order the flags"]
    checklist.tick(event.checklist.all()[0], by=office, at=NOW)
    assert not CheckItem.objects.overdue(TODAY + days(1)).exists()


def test_a_postponed_or_cancelled_event_has_nothing_overdue(office: User, usual: KindTemplate) -> None:
    event = overdue_visit(office)
    assert CheckItem.objects.overdue(TODAY).count() == 1
    lifecycle.announce(event, by=office, at=NOW)
    lifecycle.postpone(event, reason="No host.", by=office, at=NOW)
    assert not CheckItem.objects.overdue(TODAY).exists()
    event.refresh_from_db()
    lifecycle.cancel(event, reason="No host.", by=office, at=NOW)
    assert not CheckItem.objects.overdue(TODAY).exists()


def test_overdue_items_stand_on_the_dashboard_the_event_and_the_list(
    desk: Client, office: User, usual: KindTemplate
) -> None:
    event = overdue_visit(office)
    assert "1 checklist item is overdue" in desk.get(reverse("office:dashboard")).content.decode()
    assert "Order the flags" in desk.get(reverse("office:event", args=[event.pk])).content.decode()
    page = desk.get(reverse("office:checklist"), {"state": "overdue"}).content.decode()
    assert "Order the flags" in page
    assert "Thank the host" not in page


def test_the_list_is_filtered_and_sorted(desk: Client, office: User, usual: KindTemplate) -> None:
    event, other = overdue_visit(office), visit(make.office_person("Programme manager of transit"))
    checklist.tick(other.checklist.all()[0], by=office, at=NOW)

    def shown(**asked: Any) -> list[tuple[str, int]]:
        answer = desk.get(reverse("office:checklist"), asked)
        return [(item.text, item.event_id) for item, _late in answer.context["rows"]]

    assert shown() == [("Order the flags", event.pk), ("Thank the host", event.pk), ("Thank the host", other.pk)]
    assert shown(sort="-due")[0] == ("Thank the host", other.pk)
    assert shown(state="done") == [("Order the flags", other.pk)]
    assert len(shown(state="all")) == 4
    assert shown(officer=other.officer_id) == [("Thank the host", other.pk)]
    assert shown(duty="officer") == [("Order the flags", event.pk)]
    assert shown(q="flags") == [("Order the flags", event.pk)]
    assert len(shown(state="nonsense", officer="x")) == 3


def test_the_list_leaves_as_a_file_and_the_trail_says_so(desk: Client, office: User, usual: KindTemplate) -> None:
    overdue_visit(office)
    text = desk.get(reverse("office:checklist_csv"), {"state": "overdue"}).content.decode()
    assert "Order the flags" in text
    assert "Thank the host" not in text
    assert trail.history(office).filter(verb="exported checklist").count() == 1


def test_a_tick_on_the_list_leads_back_to_it_and_nowhere_else(desk: Client, office: User, usual: KindTemplate) -> None:
    event = overdue_visit(office)
    first, second = event.checklist.all()
    back = reverse("office:checklist") + "?state=overdue"
    answer = desk.post(reverse("office:check_tick", args=[first.pk]), {"back": back})
    assert answer["Location"] == back
    answer = desk.post(reverse("office:check_tick", args=[second.pk]), {"back": "https://evil.example/"})
    assert answer["Location"] == reverse("office:event_checklist", args=[event.pk])


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_many_questions_for_many_rows(
    number: int, desk: Client, office: User, usual: KindTemplate, django_assert_max_num_queries: Any
) -> None:
    for _each in range(number):
        visit(make.office_person())
    with django_assert_max_num_queries(14):
        desk.get(reverse("office:checklist"))


@pytest.mark.parametrize("role", ["nobody", "official", "contact"])
def test_nobody_outside_the_office_touches_a_checklist(
    role: str, client: Client, office: User, usual: KindTemplate
) -> None:
    event = visit(office)
    item = event.checklist.all()[0]
    if role != "nobody":
        client.force_login(make.official("FJ") if role == "official" else make.contact_point("FJ"))
    assert client.get(reverse("office:event_checklist", args=[event.pk])).status_code in (302, 403, 404)
    assert client.get(reverse("office:checklist")).status_code in (302, 403, 404)
    for name in ("check_tick", "check_remove"):
        assert client.post(reverse(f"office:{name}", args=[item.pk])).status_code in (302, 403, 404)
    item.refresh_from_db()
    assert item.done_at is None
