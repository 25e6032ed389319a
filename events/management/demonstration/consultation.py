"""The 9th ASEAN - WCO Consultation of 19 August 2020, from its public news item, as a draft that its chairs finish.

What the public record lacks stays open: the owner of the first action and its due date. The portal asks the chairs
for them before they can sign.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from events.management.demonstration import people
from events.models import Event, Outcome
from events.services import followups, lifecycle, outcomes, papers, programme, registrations
from events.services import workplan as plans
from members.models import Administration, Organisation, User

SERIES = "ASEAN-WCO Consultation"
DAY = date(2020, 8, 19)
ASEAN = ("BN", "KH", "ID", "LA", "MM", "MY", "PH", "SG", "TH", "VN")
AGENDA = [
    ("Opening remarks", "note", "WCO Secretary General"),
    ("WCO strategy and developments", "note", "WCO Secretary General"),
    ("Online capacity building with ASEAN members", "discussion", "WCO Secretary General"),
    ("Annual Work Plan 2020/2021", "guidance", "Head of ROCB A/P"),
]
INTERVENTIONS = [
    (1, "WCO Secretary General", "Thanked the administrations of ASEAN for their support to the work of the WCO."),
    (1, "WCO Secretary General", "Asked Customs to facilitate all lawful trade, to soften the effects of COVID-19."),
    (2, "WCO Secretary General", "Presented the strategy of the WCO, with weight on integration and supply chains."),
    (2, "WCO Secretary General", "Reported progress on single window, e-commerce and new Accredited Experts."),
    (3, "WCO Secretary General", "Sought the cooperation of ASEAN members in organising online capacity building."),
    (4, "Head of ROCB A/P", "Gave an overview of the Annual Work Plan 2020/2021 for the region."),
    (4, "Head of ROCB A/P", "Presented ideas to coordinate online workshops and to ease communication."),
]
SUMMARY = (
    "The 9th ASEAN - WCO Consultation was held online on 19 August 2020, at the invitation of the Myanmar Customs "
    "Department, which chaired the meeting of the ASEAN Directors-General of Customs in that year. The "
    "directors-general and the WCO spoke about resilience during the pandemic, about integration and about online "
    "capacity building."
)


def hold_ninth(manager: User) -> Outcome:
    """Announce, hold and record the consultation."""
    plan = plans.open_plan("2020/21", by=manager)
    activity = plan.activities.filter(title__contains="9th ASEAN").first()
    if activity:
        event = programme.create_from(activity, by=manager, on=DAY)
    else:
        event = programme.create(
            by=manager,
            title="9th ASEAN - WCO Consultation",
            kind="consultation",
            mode="online",
            starts_on=DAY,
            ends_on=DAY,
            time_zone="Asia/Yangon",
        )
    programme.change(
        event,
        by=manager,
        title="9th ASEAN - WCO Consultation",
        mode="online",
        starts_on=DAY,
        ends_on=DAY,
        time_zone="Asia/Yangon",
        nominate_by=date(2020, 7, 31),
        seats_per_administration=5,
        pool_seats=10,
        host="Myanmar Customs Department",
        targets=list(Administration.objects.filter(iso2__in=ASEAN)),
    )
    event.refresh_from_db()
    programme.place_in_series(event, series=SERIES, ordinal=9, by=manager)
    # the hours are not in the public record; the demonstration needs some
    programme.add_session(event, title="Consultation", day=DAY, begins=time(13), ends=time(16), by=manager)
    chairs = [("ID", "WCO Vice-Chair for the Asia/Pacific region"), ("MM", "Chair of the ASEAN Directors-General")]
    for code, capacity in chairs:
        programme.add_chair(
            event,
            person=people.official(code),
            administration=Administration.objects.get(iso2=code),
            capacity=capacity,
            by=manager,
        )
    items = {}
    for number, (title, purpose, speaker) in enumerate(AGENDA, start=1):
        items[number] = papers.add_item(event, title=title, purpose=purpose, speaker=speaker, by=manager)
    event.refresh_from_db()
    lifecycle.announce(event, by=manager, at=datetime(2020, 7, 1, 2, tzinfo=UTC))
    event.refresh_from_db()
    _delegations(event, manager)
    lifecycle.hold(event, by=manager, at=datetime(2020, 8, 19, 12, tzinfo=UTC))
    event.refresh_from_db()
    outcome = outcomes.draft(event, by=manager)
    outcomes.change_text(outcome, summary=SUMMARY, members_text="", next_meeting="10th Consultation, 2021", by=manager)
    for item, speaker, text in INTERVENTIONS:
        outcomes.add_intervention(outcome, item=items[item], speaker=speaker, text=text, by=manager)
    outcomes.add_paragraph(
        outcome,
        item=items[2],
        verb="noted",
        text="the measures of the WCO, of ROCB A/P and of the ASEAN members to build resilience and capacity.",
        by=manager,
    )
    outcomes.add_paragraph(
        outcome,
        item=items[3],
        verb="agreed",
        text="that cooperation between ASEAN and the WCO, and within the region, should be wider and deeper.",
        by=manager,
    )
    followups.add(outcome, text="Cooperate in organising online capacity-building activities.", by=manager)
    followups.add(
        outcome,
        text="Coordinate the online workshops of the Annual Work Plan 2020/2021.",
        organisation=Organisation.objects.get_or_create(name="ROCB A/P", defaults={"kind": "regional"})[0],
        owner=manager,
        due_on=date(2021, 6, 30),
        by=manager,
    )
    return outcome


def _delegations(event: Event, manager: User) -> None:
    for code in ASEAN:
        registrations.set_delegation(
            event, administration=Administration.objects.get(iso2=code), capacity="ASEAN member", by=manager
        )
    registrations.set_delegation(
        event,
        organisation=Organisation.objects.get_or_create(name="WCO Secretariat", defaults={"kind": "secretariat"})[0],
        head="Kunio Mikuriya, Secretary General",
        capacity="Counterpart",
        by=manager,
    )
    registrations.set_delegation(
        event,
        organisation=Organisation.objects.get_or_create(name="ROCB A/P", defaults={"kind": "regional"})[0],
        head="Head of ROCB A/P",
        capacity="Presented the work plan",
        by=manager,
    )


def publish_joint_session(manager: User) -> None:
    """The joint session of RHCA and RCP of 12 November 2020: one chair, a published outcome of public facts."""
    day = date(2020, 11, 12)
    plan = plans.open_plan("2020/21", by=manager)
    activity = plan.activities.filter(title__contains="Joint Session").first()
    if activity is None:
        return
    event = programme.create_from(activity, by=manager, on=day)
    programme.change(
        event,
        by=manager,
        mode="online",
        starts_on=day,
        ends_on=day,
        time_zone="Asia/Jakarta",
        nominate_by=date(2020, 10, 23),
        seats_per_administration=3,
        pool_seats=0,
        targets=list(Administration.objects.members_on(day)),
    )
    event.refresh_from_db()
    programme.add_session(event, title="Joint session", day=day, begins=time(10), ends=time(13), by=manager)
    chair = people.official("ID")
    indonesia = Administration.objects.get(iso2="ID")
    chairing = programme.add_chair(
        event,
        person=chair,
        administration=indonesia,
        capacity="WCO Vice-Chair for the Asia/Pacific region",
        by=manager,
    )
    item = papers.add_item(event, title="Regional governance in 2020", purpose="decision", by=manager)
    event.refresh_from_db()
    lifecycle.announce(event, by=manager, at=datetime(2020, 9, 25, 2, tzinfo=UTC))
    event.refresh_from_db()
    registrations.set_delegation(event, administration=indonesia, capacity="Chair", by=manager)
    lifecycle.hold(event, by=manager, at=datetime(2020, 11, 12, 9, tzinfo=UTC))
    event.refresh_from_db()
    outcome = outcomes.draft(event, by=manager)
    outcomes.change_text(
        outcome,
        summary=(
            "The heads of administrations and the contact points of the region met in one joint session online on "
            "12 November 2020, under the chair of Indonesia. The session stood for two annual meetings that had been "
            "postponed because of the pandemic."
        ),
        members_text="",
        next_meeting="22nd RHCA Conference, April 2021",
        by=manager,
    )
    outcomes.add_paragraph(
        outcome,
        item=item,
        verb="noted",
        text="that the two annual meetings of 2020 were merged into one extraordinary session.",
        by=manager,
    )
    followups.add(
        outcome,
        text="Prepare the 22nd RHCA Conference.",
        administration=indonesia,
        owner=chair,
        due_on=date(2021, 4, 6),
        by=manager,
    )
    outcomes.circulate(outcome, by=manager)
    outcome.refresh_from_db()
    at = datetime(2020, 11, 13, 3, tzinfo=UTC)
    outcomes.sign(outcome, chairing=chairing, text_hash=outcome.text_hash(), by=chair, at=at)
    outcomes.publish(outcome, by=chair, at=at)
    action = outcome.actions.get()
    followups.progress(
        action,
        state="done",
        evidence="The conference was held online on 6 and 7 April 2021.",
        by=chair,
        at=datetime(2021, 4, 7, 9, tzinfo=UTC),
    )
