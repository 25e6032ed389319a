"""The year of the office in a real browser: the same story as in `test_year`, clicked by four kinds of people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from events import tasks
from events.management.demonstration import consultation
from events.models import Event, Outcome, Registration
from portal.mail.models import Message
from tests.journeys.conftest import Clock
from tests.journeys.screen import Screen
from tests.journeys.story import CONSULTATION, SECRET, WEBINAR, Cast, names, post, settle

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLE = Path(consultation.__file__).resolve().parents[2] / "sample" / "workplan_2020_21.csv"


@pytest.mark.django_db(transaction=True)
def test_the_year_is_clicked_by_four_kinds_of_people(page: Page, phone: Page, clock: Clock) -> None:
    clock.jump("2020-06-22 09:00")
    cast = settle()
    desk, pocket = Screen(page), Screen(phone)

    the_office_imports_the_plan(desk)
    clock.jump("2020-07-01 09:00")
    the_office_announces_an_event(cast, desk)
    clock.jump("2020-07-09 09:00", "Pacific/Fiji")
    an_official_applies_on_the_phone(pocket)
    the_contact_point_nominates_and_endorses(cast, desk)
    the_office_confirms(desk)
    clock.jump("2020-08-03 12:00", "Pacific/Fiji")
    the_confirmed_official_finds_the_way_in(pocket)
    clock.jump("2020-08-05 16:00", "Pacific/Fiji")
    presence_evaluation_and_certificate(desk, pocket)
    clock.jump("2020-08-20 10:00")
    the_chairs_publish_the_outcome(cast, desk)
    the_owner_reports_and_the_office_reads_the_year(desk)
    the_public_reads_on_the_phone(pocket)


def the_office_imports_the_plan(desk: Screen) -> None:
    desk.open("/")
    the_skip_link_leads_to_the_content(desk)
    desk.sign_in("manager1")
    desk.follow("Work plan")
    desk.follow("Import the plan")
    desk.fill(fiscal_year="2020/21", file=SAMPLE)
    desk.press("Check the file")
    assert desk.page.locator("tr", has_text="Is added to the plan.").count() == 21
    desk.press("Import 21 activities")
    assert "21 activities" in desk.text
    with desk.page.expect_navigation():  # a filter needs no button where scripts run
        desk.fill(pillar="2")
    desk.look()
    assert "6 activities" in desk.text


def the_skip_link_leads_to_the_content(desk: Screen) -> None:
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    desk.page.keyboard.press("Enter")
    assert desk.page.evaluate("document.activeElement.id") == "main"


def the_office_announces_an_event(cast: Cast, desk: Screen) -> None:
    desk.sign_in("manager1")
    desk.open("/office/plan/?year=2020/21")
    desk.follow(WEBINAR)
    desk.press("Create event")
    desk.follow("Edit event")
    desk.fill(time_zone="Pacific/Fiji", nominate_by="2020-07-22", seats_per_administration="1", pool_seats="0")
    desk.fill(platform="zoom", joining_url=SECRET, joining_notes="Passcode 7890")
    desk.press("Save event")
    desk.follow("Sessions")
    desk.fill(title="Opening", day="2020-08-05", begins="10:00", ends="12:00")
    desk.press("Add session")
    desk.follow("Overview")
    desk.follow("Name or remove a chair")
    desk.fill(person=str(cast.chairs[0].pk))
    desk.press("Name as chair")
    desk.follow("Overview")
    desk.press("Announce and queue 6 invitations")
    assert Message.objects.filter(purpose="invited", state="queued").count() == 6
    assert names(post(), "Invitation") == {"fj.contact", "to.contact"}
    desk.follow("Invitations")
    assert "Sent" in desk.row("Fiji")
    assert "Silent" in desk.row("Fiji")
    desk.follow("Letters")


def an_official_applies_on_the_phone(pocket: Screen) -> None:
    pocket.open("/")
    pocket.follow("All events in the calendar")
    pocket.follow(WEBINAR)
    assert SECRET not in pocket.page.content()
    pocket.sign_in("fj.official3")
    pocket.open("/mine/")
    pocket.follow(WEBINAR)
    pocket.follow("Apply to take part")
    pocket.press("Send my application")
    assert pocket.page.evaluate("document.activeElement.className") == "error-summary", (
        "the reader stands at the errors"
    )
    pocket.fill(motivation="I teach new officers.")
    pocket.press("Send my application")
    assert names(post(), "Please endorse") == {"fj.contact"}


def the_contact_point_nominates_and_endorses(cast: Cast, desk: Screen) -> None:
    desk.sign_in("fj.contact")
    desk.open("/delegation/")
    desk.follow(WEBINAR)
    desk.fill(official=str(cast.officials[0].pk))
    desk.press("Nominate")
    desk.fill(name="Official 2 of Fiji", email="fj.official2@customs.example")
    desk.press("Nominate")
    desk.press("Endorse Official 3 of Fiji")
    desk.press("Up Official 2 of Fiji")
    desk.press("Down Official 2 of Fiji")
    order = [row.official.name for row in Registration.objects.in_order()]
    assert order == ["Official 1 of Fiji", "Official 2 of Fiji", "Official 3 of Fiji"]
    desk.follow("Our people")
    post()


def the_office_confirms(desk: Screen) -> None:
    desk.sign_in("manager1")
    desk.open("/office/")
    desk.follow("Decide")
    desk.press("Confirm 1 person, 2 wait")
    assert "Confirmed" in desk.row("Official 1 of Fiji")
    delivered = post()
    assert names(delivered, "Your seat is confirmed") == {"fj.official1"}
    assert names(delivered, "You are on the waiting list") == {"fj.official2", "fj.official3"}
    assert {letter.to.partition("@")[0] for letter in delivered if letter.calendars} == {"fj.official1"}


def the_confirmed_official_finds_the_way_in(pocket: Screen) -> None:
    pocket.sign_in("fj.official1")
    pocket.open("/mine/")
    pocket.follow(WEBINAR)
    pocket.follow("Open the joining information")
    assert SECRET in pocket.text
    secret = pocket.path
    pocket.sign_in("fj.official3")
    assert pocket.page.request.get(secret).status == 404


def presence_evaluation_and_certificate(desk: Screen, pocket: Screen) -> None:
    tasks.tick()
    desk.sign_in("manager1")
    desk.open(f"/office/events/{Event.objects.get().pk}/")
    desk.follow("Attendance")
    desk.press("Mark all 1 present at Opening")
    pocket.sign_in("fj.official1")
    pocket.open("/mine/")
    pocket.follow(WEBINAR)
    pocket.follow("Give my evaluation")
    pocket.fill(usefulness="5", content="4", organisation="4", plans="I will train my unit.")
    pocket.press("Send my evaluation")
    pocket.page.get_by_role("button", name="Create my certificate").first.click()
    with pocket.page.expect_download() as download:
        pocket.page.get_by_role("link", name="Download my certificate").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    number = Registration.objects.get(official__username="fj.official1").certificate.number
    pocket.page.context.clear_cookies()
    pocket.open("/certificates/")
    pocket.fill(number=number)
    pocket.send_by_enter("number")
    assert f"Certificate {number} is genuine" in pocket.text


def the_chairs_publish_the_outcome(cast: Cast, desk: Screen) -> None:
    outcome = consultation.hold_ninth(cast.manager)
    desk.sign_in("id.official1")
    desk.open("/chair/")
    desk.follow(CONSULTATION)
    desk.open(f"/chair/outcomes/{outcome.pk}/")
    desk.follow("Edit action 1")
    desk.page.locator("[name=administration]").select_option(label="Indonesia")
    desk.fill(due_on="2021-03-31")
    desk.press("Save the action")
    desk.press("Circulate to 2 chairs")
    desk.press("Sign the outcome")
    desk.sign_in("mm.official1")
    desk.open("/chair/")
    desk.follow("Read and sign the outcome")
    desk.follow("Edit paragraph 1")
    assert "signature" in desk.text
    desk.fill(text="the measures of the WCO and of its members to build resilience.")
    desk.press("Save the paragraph")
    desk.press("Sign the outcome")
    desk.sign_in("id.official1")
    desk.open(f"/chair/outcomes/{outcome.pk}/")
    assert "Indonesia signed an earlier text" in desk.text
    desk.press("Sign the outcome")
    desk.unfold("Publish the outcome")
    desk.press("Publish the outcome")
    assert Outcome.objects.get().state == "published"
    assert desk.page.get_by_role("link", name="Edit paragraph").count() == 0


def the_owner_reports_and_the_office_reads_the_year(desk: Screen) -> None:
    desk.sign_in("manager1")
    desk.open("/mine/")
    desk.follow("Coordinate the online workshops")
    desk.fill(state="done", evidence="All workshops went online.")
    desk.press("Save my report")
    desk.open("/office/")
    desk.follow("Reports")
    assert "2 of 21 activities held" in desk.text
    assert "1 of 2 follow-up actions done" in desk.text
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name="Download as CSV").click()
    assert "Total" in Path(download.value.path()).read_text(encoding="utf-8-sig")


def the_public_reads_on_the_phone(pocket: Screen) -> None:
    pocket.open("/")
    pocket.follow(CONSULTATION)
    assert "to build resilience." in pocket.text
    pocket.open("/calendar/?when=past")
    assert WEBINAR in pocket.text
    pocket.open("/calendar/?view=month&month=2020-08")
    feed = pocket.page.request.get("/calendar.ics").text()
    assert "BEGIN:VEVENT" in feed
    assert SECRET not in feed
