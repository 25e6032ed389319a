"""The work plan: imported with a verdict for each row, changed with a trace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Activity, Kind, Mode, OfficeRole, Pillar, PlanImport, WorkPlan
from events.models.baselines import MANY, values_of
from events.services import baselines
from members.models import Administration, Group, Organisation, User
from portal.kit import trail
from portal.kit.forms import no_control_characters, one_line
from portal.kit.states import Refused
from portal.kit.tables import read_table

# column of the file -> field of the activity; a heading is compared in small letters without signs
COLUMNS = {
    "number": "number",
    "no": "number",
    "pillar": "pillar",
    "title": "title",
    "activity": "title",
    "objective": "objective",
    "indicator": "indicator",
    "target": "target",
    "topic": "topic",
    "kind": "kind",
    "activitytype": "kind",
    "mode": "mode",
    "plannedfrom": "planned_start_on",
    "startdate": "planned_start_on",
    "planneduntil": "planned_end_on",
    "enddate": "planned_end_on",
    "host": "host",
    "donors": "donors",
    "donor": "donors",
    "officerole": "office_role",
    "roleoftheoffice": "office_role",
    "targets": "targets",
    "targetadministrations": "targets",
    "seats": "planned_seats",
    "plannedseats": "planned_seats",
}
PLAIN = (
    "number",
    "title",
    "objective",
    "indicator",
    "target",
    "topic",
    "host",
)
LONGEST = timedelta(days=366)
NEEDED = ("number", "pillar", "title", "kind", "mode")


@dataclass
class Verdict:
    """What will happen to one row of the file: new, changed, same or refused, and why."""

    row: int
    action: str = "refused"
    values: dict[str, Any] = field(default_factory=dict)
    relations: dict[str, list[Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    changes: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def open_plan(fiscal_year: str, *, by: User | None) -> WorkPlan:
    """The plan of a fiscal year written as 2020/21; it is made when there is none.

    Raises `Refused` when the years do not follow each other.
    """
    match = re.fullmatch(r"(20\d\d)/(\d\d)", fiscal_year)
    if not match or (int(match[1]) + 1) % 100 != int(match[2]):
        raise Refused(_("Write the fiscal year as 2020/21: from 1 July of the first year to 30 June of the next."))
    first = int(match[1])
    plan, made = WorkPlan.objects.get_or_create(
        fiscal_year=fiscal_year, defaults={"starts_on": date(first, 7, 1), "ends_on": date(first + 1, 6, 30)}
    )
    if made:
        trail.record(by, "opened", plan)
    return plan


@transaction.atomic
def upload(plan: WorkPlan, *, name: str, content: bytes, by: User) -> PlanImport:
    """Keep the cells of a file for the verdicts; nothing of the plan changes yet."""
    rows = read_table(content, name)
    header = [COLUMNS.get(re.sub(r"[^a-z]", "", cell.lower()), "") for cell in rows[0]]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise Refused(
            _("The first row must name the columns. Missing: %(names)s. Download the sample file to see them all.")
            % {"names": ", ".join(missing)}
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise Refused(_("These columns stand twice in the file: %(names)s.") % {"names": ", ".join(twice)})
    if len(rows) == 1:
        raise Refused(_("The file has headings but no activities."))
    return PlanImport.objects.create(plan=plan, file_name=name[:200], header=header, rows=rows[1:], by=by)


def judge(upload: PlanImport) -> list[Verdict]:
    """A verdict for each row; a number that stands twice in the file is refused the second time."""
    known = {activity.number: activity for activity in _with_relations(upload.plan)}
    tables = _Tables()
    seen: set[str] = set()
    verdicts = []
    for index, cells in enumerate(upload.rows, start=2):
        texts = {name: normalize("NFC", cell) for name, cell in zip(upload.header, cells, strict=False) if name}
        verdict = _read_row(index, texts, upload.plan, tables)
        number = verdict.values.get("number", "")
        if number and number in seen:
            verdict.faults.append(_("Number %(number)s stands twice in this file.") % {"number": number})
        seen.add(number)
        if not verdict.faults:
            if number in known:
                _keep_what_is_not_in_the_file(verdict, set(upload.header))
            _compare(verdict, known.get(number))
        verdicts.append(verdict)
    return verdicts


@transaction.atomic
def confirm(upload: PlanImport, *, by: User, at: datetime) -> dict[str, int]:
    """Save the rows that are new or changed; answers the counts of each verdict.

    Raises `Refused` when a row is refused (mend the file first: a plan is imported whole), or when the
    file was confirmed before.
    """
    upload = PlanImport.objects.select_for_update().get(pk=upload.pk)
    if upload.confirmed_at:
        raise Refused(_("This file was imported already."))
    plan = baselines.hold(upload.plan)  # another file of this plan waits
    verdicts = judge(upload)
    refused = [verdict.row for verdict in verdicts if verdict.action == "refused"]
    if refused:
        raise Refused(
            _("Nothing was saved. Mend these rows in your file and upload it again: %(rows)s.")
            % {"rows": ", ".join(map(str, refused))}
        )
    for verdict in verdicts:
        if verdict.action != "same":
            _save(plan, verdict, by, at)
    upload.confirmed_at = at
    upload.save(update_fields=["confirmed_at"])
    counts = {action: sum(v.action == action for v in verdicts) for action in ("new", "changed", "same")}
    facts: dict[str, Any] = {"file": upload.file_name, **counts}
    trail.record(by, "imported", upload.plan, **facts)
    return counts


@transaction.atomic
def add(plan: WorkPlan, *, by: User, at: datetime | None = None, **values: Any) -> Activity:
    """Add a line by hand; after the approval it stands in the open revision, `at` a moment that is now otherwise.

    Raises `Refused` when the plan has this number already, or when the last day is before the first.
    """
    held = baselines.hold(plan)
    relations = _relations(values)
    _refuse_the_number(held, values["number"])
    activity = Activity(plan=held, **values)
    _refuse_to_run_backwards(activity)
    activity.save()
    for name, rows in relations.items():
        getattr(activity, name).set(rows)
    trail.record(by, "added", activity)
    baselines.collect(held, activity, None, by=by, at=at or timezone.now())
    return activity


@transaction.atomic
def change(activity: Activity, *, by: User, at: datetime | None = None, **values: Any) -> None:
    """Change a line of the plan by hand; the trail keeps old and new values, and after the approval a revision does.

    Raises `Refused` when another line has the new number, or when the last day is before the first.
    """
    held = baselines.hold(activity.plan)
    was = values_of(Activity.objects.get(pk=activity.pk))
    relations = _relations(values)
    if values.get("number", was["number"]) != was["number"]:
        _refuse_the_number(held, values["number"])
    before = {name: getattr(activity, name) for name in values}
    for name, value in values.items():
        setattr(activity, name, value)
    _refuse_to_run_backwards(activity)
    activity.save(update_fields=list(values))
    for name, rows in relations.items():
        before[name] = _names(getattr(activity, name).all())
        values[name] = _names(rows)
        getattr(activity, name).set(rows)
    trail.record_changes(by, activity, before, values)
    baselines.collect(held, Activity.objects.get(pk=activity.pk), was, by=by, at=at or timezone.now())


def _relations(values: dict[str, Any]) -> dict[str, Any]:
    """Take out of the values what other tables hold."""
    return {name: values.pop(name) for name in MANY if name in values}


def _refuse_the_number(plan: WorkPlan, number: str) -> None:
    if plan.activities.filter(number=number).exists():
        raise Refused(_("Another activity of this plan has this number."))


def _refuse_to_run_backwards(activity: Activity) -> None:
    first, last = activity.planned_start_on, activity.planned_end_on
    if first and last and last < first:
        raise Refused(_("The last day is before the first day."))


def _with_relations(plan: WorkPlan) -> Any:
    return plan.activities.select_related("pillar").prefetch_related(
        "donors", "target_groups", "target_administrations"
    )


class _Tables:
    """What a cell may name, read once for the whole file."""

    def __init__(self) -> None:
        self.pillars = {str(pillar.number): pillar for pillar in Pillar.objects.all()}
        self.donors = {row.name.lower(): row for row in Organisation.objects.all()}
        groups, administrations = list(Group.objects.all()), list(Administration.objects.all())
        self.groups = {word.lower(): row for row in groups for word in (row.code, row.name)}
        self.administrations = {word.lower(): row for row in administrations for word in (row.iso2, row.name)}
        self.kinds = _choices(Kind)
        self.modes = _choices(Mode)
        self.roles = _choices(OfficeRole)


def _choices(choices: Any) -> dict[str, str]:
    return {
        str(key).lower().replace(" ", "_").replace("-", "_"): value
        for value, label in choices.choices
        for key in (value, label)
    }


def _read_row(index: int, texts: dict[str, str], plan: WorkPlan, tables: _Tables) -> Verdict:
    verdict = Verdict(index, shown=texts)
    values, faults = verdict.values, verdict.faults
    for name, text in texts.items():
        faults += _hidden_signs(name, text)
    for name in PLAIN:
        values[name] = texts.get(name, "")
        longest = getattr(Activity._meta.get_field(name), "max_length", None)
        if longest and len(values[name]) > longest:
            faults.append(_("%(name)s is longer than %(n)d characters.") % {"name": name.capitalize(), "n": longest})
    for name in ("number", "title"):
        if not values[name]:
            faults.append(_("%(name)s is missing.") % {"name": name.capitalize()})
    pillar = tables.pillars.get(re.sub(r"\D", "", texts.get("pillar", "")))
    if pillar is None:
        faults.append(_("Pillar must be a number from 1 to 4."))
    values["pillar"] = pillar
    for name, choices in (("kind", tables.kinds), ("mode", tables.modes), ("office_role", tables.roles)):
        text = texts.get(name, "")
        value = choices.get(text.lower().replace(" ", "_").replace("-", "_"), "")
        if not value and (text or name != "office_role"):
            faults.append(
                _("“%(text)s” is not a %(name)s of the plan. Use one of: %(choices)s.")
                % {"text": text, "name": name.replace("_", " "), "choices": ", ".join(sorted(set(choices.values())))}
            )
        values[name] = value
    _read_dates(texts, plan, verdict)
    seats = texts.get("planned_seats", "")
    if seats and not (re.fullmatch(r"[0-9]{1,4}", seats) and int(seats) <= 5000):
        faults.append(_("Seats must be a whole number up to 5,000."))
    else:
        values["planned_seats"] = int(seats) if seats else None
    verdict.relations = {"donors": [], "target_groups": [], "target_administrations": []}
    for word in _words(texts.get("donors", "")):
        _look_up(verdict, word, [("donors", tables.donors)], _("donor"))
    for word in _words(texts.get("targets", "")):
        _look_up(
            verdict,
            word,
            [("target_groups", tables.groups), ("target_administrations", tables.administrations)],
            _("group or administration"),
        )
    return verdict


def _read_dates(texts: dict[str, str], plan: WorkPlan, verdict: Verdict) -> None:
    for name in ("planned_start_on", "planned_end_on"):
        text = texts.get(name, "")
        try:
            verdict.values[name] = date.fromisoformat(text) if text else None
        except ValueError:
            verdict.values[name] = None
            verdict.faults.append(_("“%(text)s” is not a date. Write it as 2020-08-19.") % {"text": text})
            return
    start, end = verdict.values["planned_start_on"], verdict.values["planned_end_on"]
    if start and not end:
        verdict.values["planned_end_on"] = end = start
    if start and end and end < start:
        verdict.faults.append(_("The last day is before the first day."))
    elif end and not start:
        verdict.faults.append(_("Give the first day too."))
    elif start and end and end - start > LONGEST:
        verdict.faults.append(_("An activity runs for one year at most. Check the year."))
    elif start and not plan.covers(start):
        verdict.faults.append(
            _("%(day)s is outside the fiscal year %(year)s.") % {"day": start, "year": plan.fiscal_year}
        )


def _hidden_signs(name: str, text: str) -> list[str]:
    """The same rules as for typed text: no hidden characters, and line breaks in the objective only."""
    try:
        no_control_characters(text)
        if name != "objective":
            one_line(text)
    except ValidationError as fault:
        return [f"{name.replace('_', ' ').capitalize()}: {' '.join(fault.messages)}"]
    return []


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(";") if word.strip()]


def _look_up(verdict: Verdict, word: str, lists: Sequence[tuple[str, Mapping[str, Any]]], what: str) -> None:
    for name, rows in lists:
        if word.lower() in rows:
            if rows[word.lower()] not in verdict.relations[name]:
                verdict.relations[name].append(rows[word.lower()])
            return
    verdict.faults.append(_("“%(word)s” is not a known %(what)s.") % {"word": word, "what": what})


def _names(rows: Any) -> str:
    return "; ".join(sorted(str(row) for row in rows))


def _keep_what_is_not_in_the_file(verdict: Verdict, columns: set[str]) -> None:
    """A column that the file does not have empties nothing; only a new first day brings its last day."""
    if "planned_start_on" in columns:
        columns = columns | {"planned_end_on"}
    if "targets" in columns:
        columns = columns | {"target_groups", "target_administrations"}
    verdict.values = {name: value for name, value in verdict.values.items() if name in columns}
    verdict.relations = {name: rows for name, rows in verdict.relations.items() if name in columns}


def _compare(verdict: Verdict, activity: Activity | None) -> None:
    if activity is None:
        verdict.action = "new"
        return
    for name, value in verdict.values.items():
        if getattr(activity, name) != value:
            verdict.changes[name] = [str(getattr(activity, name) or ""), str(value or "")]
    for name, rows in verdict.relations.items():
        before, after = _names(getattr(activity, name).all()), _names(rows)
        if before != after:
            verdict.changes[name] = [before, after]
    verdict.action = "changed" if verdict.changes else "same"


def _save(plan: WorkPlan, verdict: Verdict, by: User, at: datetime) -> None:
    known = plan.activities.filter(number=verdict.values["number"]).first()
    was = values_of(known) if known and plan.approved_on else None
    activity, _made = Activity.objects.update_or_create(
        plan=plan, number=verdict.values["number"], defaults=verdict.values
    )
    for name, rows in verdict.relations.items():
        getattr(activity, name).set(rows)
    if verdict.action == "new":
        trail.record(by, "imported", activity)
    else:
        trail.record(by, "changed", activity, changes=verdict.changes)
    baselines.collect(plan, activity, was, by=by, at=at)
