"""The year of the office as one story, told by the people who live it, on the pages that they see."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events import tasks
from events.management.demonstration import consultation
from events.models import Activity, Event, Invitation, Outcome, Registration, Session
from members.models import User
from portal.mail.models import Message
from tests.dump import lines_that_name
from tests.journeys.conftest import Clock
from tests.journeys.story import CONSULTATION, PASSWORD, SECRET, WEBINAR, Cast, names, post, settle
from tests.journeys.visitor import Visitor

SAMPLE = Path(consultation.__file__).resolve().parents[2] / "sample" / "workplan_2020_21.csv"


@pytest.mark.django_db
def test_the_year_from_the_work_plan_to_its_report(clock: Clock) -> None:
    clock.jump("2020-06-22 09:00")
    cast = settle()
    public = Visitor()
    the_office_imports_the_plan()
    clock.jump("2020-07-01 09:00")
    the_office_makes_and_announces_an_event()
    invitations_leave(public)
    clock.jump("2020-07-08 12:00", "Pacific/Fiji")
    assert names(post(), "Reminder") == {"fj.contact", "to.contact"}, "fourteen days before the deadline"
    fiji_nominates_an_official_applies_fiji_endorses()
    clock.jump("2020-07-15 12:00", "Pacific/Fiji")
    assert names(post(), "Reminder") == {"to.contact"}, "only the silent are reminded"
    tonga_nominates()
    the_office_confirms_up_to_the_seats()
    clock.jump("2020-08-03 12:00", "Pacific/Fiji")
    only_the_confirmed_find_the_joining_information()
    clock.jump("2020-08-05 16:00", "Pacific/Fiji")
    presence_evaluation_and_certificate(public)
    clock.jump("2020-08-20 10:00")
    chairs_clear_and_publish_the_outcome(cast, public)
    clock.jump("2021-06-17 12:00")
    follow_ups_remind_their_owner()
    the_report_counts_rows()
    the_public_reads_the_calendar(public)
    assert lines_that_name(User.objects.all()) == [], "the trail stays for ever, and says of nobody who it is"


def signed_in(name: str) -> Visitor:
    """A person at a browser of their own, after the sign-in form."""
    visitor = Visitor()
    visitor.open("/account/login/")
    page = visitor.send("Sign in", login=name, password=PASSWORD)
    assert "Sign out" in page.text
    return visitor


# --- 1 --------------------------------------------------------------------------------------------


def the_office_imports_the_plan() -> None:
    office = signed_in("manager1")
    office.open("/office/plan/")
    office.follow("Import the plan")
    broken = SAMPLE.read_bytes().replace(b",2020-07-06,", b",2020-17-06,")
    page = office.send("Check the file", fiscal_year="2020/21", file=upload(broken))
    assert "Refused 1" in page.text
    assert "Nothing can be imported yet" in page.text
    assert not any(words.startswith("Import ") for form in page.forms for words, _name, _value in form.buttons)

    office.follow("Choose another file")
    page = office.send("Check the file", fiscal_year="2020/21", file=upload(SAMPLE.read_bytes()))
    assert len([row for row in page.rows if "Is added to the plan." in row]) == 21
    assert Activity.objects.count() == 0, "a verdict saves nothing"
    page = office.send("Import 21 activities")
    assert Activity.objects.count() == 21
    assert [f"Pillar {number}:" in page.text for number in (1, 2, 3, 4)] == [True] * 4
    assert "21 activities" in page.text
    assert "Planned" in page.row(WEBINAR)

    page = office.send("Show", pillar="2")
    assert "6 activities" in page.text
    assert WEBINAR not in page.text


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.csv", content, content_type="text/csv")


# --- 2 --------------------------------------------------------------------------------------------


def the_office_makes_and_announces_an_event() -> None:
    office = signed_in("manager1")
    office.open("/office/plan/?year=2020/21")
    office.follow(WEBINAR)
    page = office.send("Create event")
    event = Event.objects.get(activity__title=WEBINAR)
    assert (event.title, event.kind, event.mode, event.state) == (WEBINAR, "sub_regional_workshop", "online", "draft")
    assert [donor.name for donor in event.donors.all()] == ["JICA"]
    assert sorted(event.targets.values_list("iso2", flat=True)) == ["FJ", "PG", "TL", "TO", "VU", "WS"]
    assert "This is missing before it can be announced" in page.text

    office.follow("Edit event")
    office.send(
        "Save event",
        time_zone="Pacific/Fiji",
        nominate_by="2020-07-22",
        seats_per_administration="1",
        pool_seats="1",
        platform="zoom",
        joining_url=SECRET,
        joining_notes="Meeting ID 123 456, passcode 7890",
        fallback="Dial +679 000 0000",
    )
    office.follow("Sessions")
    office.send("Add session", title="Opening and first steps", day="2020-08-05", begins="10:00", ends="12:00")
    office.send("Add session", title="Exercises", day="2020-08-05", begins="13:00", ends="15:00")
    office.follow("Overview")
    office.follow("Name or remove a chair")
    office.send("Name as chair", person="Indonesia: Official 1 of Indonesia", capacity="Vice-Chair of the region")
    office.follow("Overview")
    page = office.send("Announce and queue 6 invitations")
    assert "6 invitations are queued" in page.text
    event.refresh_from_db()
    assert event.state == "announced"
    assert str(event.starts_at) == "2020-08-04 22:00:00+00:00", "10:00 in Fiji"


# --- 3 --------------------------------------------------------------------------------------------


def invitations_leave(public: Visitor) -> None:
    office = signed_in("manager1")
    office.open(f"/office/events/{Event.objects.get().pk}/")
    letters = Message.objects.filter(purpose="invited")
    assert letters.filter(state="queued").count() == Invitation.objects.count() == 6
    page = office.follow("Invitations")
    assert "Queued" in page.row("Fiji")
    assert "Silent" in page.row("Fiji")

    delivered = post()
    assert {"fj.contact", "to.contact"} <= names(delivered, "Invitation")
    assert len(delivered) == 2, "an administration without a person and without an address gets no letter"
    letter = next(letter for letter in delivered if letter.to.startswith("fj.contact"))
    assert WEBINAR in letter.body
    assert "Wed 5 August 2020, 10:00" in letter.body
    assert SECRET not in letter.body
    page = office.open(office.address)
    assert "Sent" in page.row("Fiji")
    assert "6 silent" in page.text

    page = public.open("/calendar/")
    assert WEBINAR in page.text
    page = public.follow(WEBINAR)
    assert "Sign in and apply" in page.text
    assert SECRET not in page.html
    tells_nothing_private(public.download("Add to my calendar").content)


# --- 4 --------------------------------------------------------------------------------------------


def fiji_nominates_an_official_applies_fiji_endorses() -> None:
    fiji = signed_in("fj.contact")
    fiji.open("/delegation/")
    page = fiji.follow(WEBINAR)
    assert "Wed 22 July 2020, 23:59" in page.text
    fiji.send("Nominate", name="Official 2 of Fiji", email="fj.official2@customs.example", motivation="Trains others.")
    fiji.send("Nominate", official="Official 1 of Fiji", motivation="Leads the training unit.")
    fiji.send("Up Official 1 of Fiji")
    assert [row.official.name for row in Registration.objects.in_order()] == [
        "Official 1 of Fiji",
        "Official 2 of Fiji",
    ]
    assert names(post(), "You are nominated") == {"fj.official1", "fj.official2"}

    official = signed_in_by_code("fj.official3")
    official.open("/mine/")
    official.follow(WEBINAR)
    official.follow("Apply to take part")
    page = official.send("Send my application", motivation="I teach new officers.")
    assert "with your contact point" in page.text
    assert names(post(), "Please endorse") == {"fj.contact"}

    page = fiji.open("/delegation/?show=answered")
    assert "1 applicant waits for your endorsement" in page.text
    page = fiji.send("Endorse Official 3 of Fiji")
    assert "You endorsed Official 3 of Fiji." in page.text
    assert names(post(), "Your application is endorsed") == {"fj.official3"}


def signed_in_by_code(name: str) -> Visitor:
    visitor = Visitor()
    visitor.open("/account/login/")
    visitor.follow("Send me a sign-in code")
    visitor.send("Send me a code", email=name)
    (letter,) = post()
    assert letter.to == f"{name}@customs.example"
    code = next(line.strip() for line in letter.body.splitlines() if line.startswith("    "))
    page = visitor.send("Continue", code=code)
    assert "Sign out" in page.text
    return visitor


def tonga_nominates() -> None:
    tonga = signed_in("to.contact")
    tonga.open("/delegation/")
    tonga.follow(WEBINAR)
    assert "Fiji" not in [words for words, _address in tonga.page.links], "nobody sees another delegation"
    tonga.send("Nominate", official="Official 1 of Tonga", motivation="Runs the school.")
    registration = Registration.objects.get(official__username="to.official1")
    assert registration.state == "nominated"
    post()


def the_office_confirms_up_to_the_seats() -> None:
    office = signed_in("manager1")
    page = office.open(f"/office/events/{Event.objects.get(title=WEBINAR).pk}/")
    page = office.follow("Decide on nominees")
    page = office.send("Confirm 3 people, 1 waits")
    states = dict(Registration.objects.values_list("official__username", "state"))
    assert sorted(states.values()) == ["confirmed", "confirmed", "confirmed", "waiting"]
    assert states["fj.official3"] == "waiting", "own seat, pool seat, then the list"
    assert "Waiting" in page.row("Official 3 of Fiji")

    delivered = post()
    assert names(delivered, "Your seat is confirmed") == {"fj.official1", "fj.official2", "to.official1"}
    assert names(delivered, "You are on the waiting list") == {"fj.official3"}
    assert len(delivered) == 4
    for letter in delivered:
        if "confirmed" in letter.subject:
            (calendar,) = letter.calendars
            entries = calendar.walk("VEVENT")
            assert calendar["METHOD"] == "REQUEST"
            assert [entry["DTSTART"].dt.isoformat() for entry in entries] == [
                "2020-08-04T22:00:00+00:00",
                "2020-08-05T01:00:00+00:00",
            ]
            assert {str(entry["ATTENDEE"]).casefold() for entry in entries} == {f"mailto:{letter.to}"}
            assert SECRET not in str(calendar.to_ical())
        else:
            assert letter.calendars == []


def only_the_confirmed_find_the_joining_information() -> None:
    delivered = post()
    assert names(delivered, "Joining information") == {"fj.official1", "fj.official2", "to.official1"}
    assert all(SECRET in letter.body for letter in delivered)

    confirmed, waiting = signed_in("fj.official1"), signed_in("fj.official3")
    confirmed.open("/mine/")
    confirmed.follow(WEBINAR)
    page = confirmed.follow("Open the joining information")
    assert SECRET in page.text
    theirs = confirmed.address

    waiting.open(theirs, status=404)
    waiting.open("/mine/")
    page = waiting.follow(WEBINAR)
    assert "Only people with a confirmed seat see it." in page.text
    waiting.open(f"{waiting.address}joining/", status=404)
    assert SECRET not in waiting.answer.content.decode()


# --- 5 --------------------------------------------------------------------------------------------


def presence_evaluation_and_certificate(public: Visitor) -> None:
    tasks.tick()
    event = Event.objects.get(title=WEBINAR)
    assert event.state == "held"
    assert names(post(), "Please evaluate") == {"fj.official1", "fj.official2", "to.official1"}

    office = signed_in("manager1")
    office.open(f"/office/events/{event.pk}/")
    office.follow("Attendance")
    present = [
        str(row.pk) for row in Registration.objects.filter(official__username__in=["fj.official1", "to.official1"])
    ]
    ticks: dict[str, Any] = {f"session-{session.pk}": present for session in Session.objects.all()}
    page = office.send("Save attendance", **ticks)
    assert "Attendance of 2 sessions is saved." in page.text

    official = signed_in("fj.official1")
    official.open("/mine/")
    official.follow(WEBINAR)
    official.follow("Give my evaluation")
    official.send("Send my evaluation", usefulness="5", content="4", organisation="4", plans="I will train my unit.")
    official.send("Create my certificate")
    number = Registration.objects.get(official__username="fj.official1").certificate.number
    answer = official.download("Download my certificate")
    assert answer.content.startswith(b"%PDF")

    public.open("/certificates/")
    page = public.send("Check the number", number=number.lower())
    assert f"Certificate {number} is genuine" in page.text
    assert "Official 1 of Fiji" in page.text
    public.open("/certificates/2020-AAAA-AAAA/", status=404)


# --- 6 --------------------------------------------------------------------------------------------


def chairs_clear_and_publish_the_outcome(cast: Cast, public: Visitor) -> None:
    outcome = consultation.hold_ninth(cast.manager)
    post()
    indonesia, myanmar = signed_in("id.official1"), signed_in("mm.official1")
    indonesia.open("/chair/")
    indonesia.follow("Complete and circulate the draft")
    draft = indonesia.address
    assert "Action 1 has no owner." in indonesia.page.text
    indonesia.follow("Edit action 1")
    indonesia.send("Save the action", administration="Indonesia", due_on="2021-03-31")
    page = indonesia.send("Circulate to 2 chairs")
    assert "Every chair gets a letter." in page.text
    assert names(post(), "To read and sign") == {"id.official1", "mm.official1"}
    indonesia.send("Sign the outcome")

    myanmar.open("/chair/")
    myanmar.follow("Read and sign the outcome")
    myanmar.follow("Edit paragraph 1")
    myanmar.send("Save the paragraph", text="the measures of the WCO and of its members to build resilience.")
    assert Outcome.objects.get().signatures.filter(voided_at__isnull=True).count() == 0
    assert names(post(), "Please sign again") == {"id.official1"}
    myanmar.send("Sign the outcome")

    page = indonesia.open(draft)
    assert "Indonesia signed an earlier text" in page.text
    indonesia.send("Sign the outcome")
    page = indonesia.send("Publish the outcome")
    assert "The outcome is published." in page.text
    assert "Edit" not in page.text
    paragraph = outcome.paragraphs.first()
    assert paragraph
    indonesia.open(f"/chair/paragraphs/{paragraph.pk}/")
    page = indonesia.press("Save the paragraph", text="Something else.")
    assert "Published text cannot be edited." in page.text
    post()

    public.open("/outcomes/")
    page = public.follow(CONSULTATION)
    assert "to build resilience." in page.text
    assert "Something else." not in page.text
    assert public.address == f"/outcomes/{outcome.number}/"


# --- 7 --------------------------------------------------------------------------------------------


def follow_ups_remind_their_owner() -> None:
    outcome = Outcome.objects.get()
    assert names(post(), "Reminder: an action is due") == {"manager1"}
    owner = signed_in("manager1")
    owner.open("/mine/")
    owner.follow("Coordinate the online workshops")
    owner.send("Save my report", state="done", evidence="All workshops went online.")
    assert dict(outcome.actions.values_list("number", "state")) == {1: "open", 2: "done"}


# --- 8 --------------------------------------------------------------------------------------------


def the_report_counts_rows() -> None:
    office = signed_in("manager1")
    office.open("/office/")
    page = office.follow("Reports")
    held, people = Event.objects.filter(state="held").count(), Registration.objects.confirmed().count()
    assert (held, people) == (2, 3)
    for words in ("2 of 21 activities held", "2 events held", "3 participants", "1 of 2 follow-up actions done"):
        assert words in page.text
    table = list(csv.reader(io.StringIO(office.download("Download as CSV").content.decode("utf-8-sig"))))
    (total,) = [dict(zip(table[0], row, strict=True)) for row in table if row[0] == "Total"]
    assert (total["Activities planned"], total["Activities held"], total["Activities moved"]) == ("21", "2", "0")
    assert (total["Participants"], total["Participants present"]) == ("3", "2")
    assert {row[1] for row in table if row[0] == "By donor"} >= {"JICA"}


# --- 9 --------------------------------------------------------------------------------------------


def the_public_reads_the_calendar(public: Visitor) -> None:
    public.open("/")
    page = public.open("/calendar/?when=past")
    assert WEBINAR in page.text
    tells_nothing_private(public.client.get("/calendar.ics").content)


def tells_nothing_private(file: bytes) -> None:
    """A calendar file for everybody holds no way in and no person."""
    assert icalendar.Calendar.from_ical(file).walk("VEVENT")
    for word in (SECRET, "Official", "ATTENDEE", "customs.example"):
        assert word not in file.decode()
