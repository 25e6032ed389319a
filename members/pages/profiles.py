"""The page of a person: profile, what is proposed about it, and closing the account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import hooks, policies
from members.models import Proposal, User
from members.pages import history
from members.pages.answers import refusals_told
from members.pages.forms_people import CloseForm, ProfileForm
from members.pages.reader import reader
from members.services import accounts, proposals
from members.services import people as service
from members.services.people import Overtaken
from members.states import ProposalState
from members.wording import proposed_changes
from portal.kit.clock import office_day
from portal.kit.forms import posted, refusals_on
from portal.kit.gates import require
from portal.kit.zones import zone_label


def profile(request: HttpRequest) -> HttpResponse:
    """My own page."""
    return _show(request, reader(request))


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a person; of one that was merged, the page of the account that stayed."""
    found = _person(request, pk)
    if found.merged_into_id and User.objects.visible_to(reader(request)).filter(pk=found.merged_into_id).exists():
        return redirect("members:person", pk=found.merged_into_id)
    return _show(request, found)


def edit_profile(request: HttpRequest) -> HttpResponse:
    return _edit(request, reader(request))


def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    require(policies.may_edit_person(request.user, found))
    return _edit(request, found)


@require_POST
def accept_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    require(policies.may_answer_proposal(request.user, proposal))
    with refusals_told(request):
        proposals.accept(proposal, by=reader(request))
        messages.success(request, _("The proposed changes stand in your profile now."))
    return redirect("members:profile")


@require_POST
def decline_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    require(policies.may_answer_proposal(request.user, proposal))
    with refusals_told(request):
        proposals.decline(proposal, by=reader(request))
        messages.success(request, _("The proposal is declined. Your profile stays as it is."))
    return redirect("members:profile")


@require_POST
def withdraw_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    require(policies.may_withdraw(request.user, proposal))
    with refusals_told(request):
        proposals.withdraw(proposal, by=reader(request))
        messages.success(request, _("The proposal is withdrawn."))
    return redirect("members:person", pk=proposal.person_id)


def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, with a reason; the page says before what ends and what stays."""
    found = _person(request, pk)
    require(policies.may_close(request.user, found))
    at = timezone.now()
    form = CloseForm(posted(request))
    if form.is_valid():
        with refusals_on(form):
            accounts.close(found, by=reader(request), on=office_day(at), **form.cleaned_data)
            messages.success(request, _("The account of %(person)s is closed.") % {"person": found})
            return redirect("members:person", pk=found.pk)
    context = {
        "form": form,
        "person": found,
        "roles": found.appointments.from_day_on(office_day(at)).select_related("administration", "group"),
        "waits": found.proposals.open().exists(),
        "left_over": _left_over(found),
        "section": "members",
    }
    return render(request, "members/close_person.html", context)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    found = _person(request, pk)
    require(policies.may_close(request.user, found))
    with refusals_told(request):
        accounts.reopen(found, by=reader(request))
        messages.success(
            request, _("The account of %(person)s is open again. Earlier roles stay ended.") % {"person": found}
        )
    return redirect("members:person", pk=found.pk)


def _person(request: HttpRequest, pk: int) -> User:
    rows = User.objects.visible_to(reader(request)).select_related("administration", "organisation")
    return get_object_or_404(rows, pk=pk)


def _proposal(request: HttpRequest, pk: int) -> Proposal:
    rows = Proposal.objects.visible_to(reader(request)).select_related("person__administration", "by")
    return get_object_or_404(rows, pk=pk)


def _left_over(found: User) -> list[hooks.Link]:
    at = timezone.now()
    return [link for told in hooks.left_over for link in told(found, at)]


def _show(request: HttpRequest, found: User) -> HttpResponse:
    at = timezone.now()
    user = reader(request)
    return render(
        request,
        "members/person.html",
        {
            "person": found,
            "own": found == user,
            "zone": zone_label(found.zone, at),
            "may_edit": policies.may_edit_person(user, found),
            "never_came": found.is_active and found.last_login is None and policies.may_welcome(user, found),
            "proposes": not policies.writes_directly(user, found),
            "may_close": policies.may_close(user, found),
            "left_over": [] if found.is_active or not policies.is_office(user) else _left_over(found),
            "sharing": User.objects.visible_to(user).sharing_the_mailbox_of(found).count(),
            "appointments": found.appointments.select_related(
                "administration", "group", "follows__person", "followed_by__person"
            ),
            "courses": found.courses.all(),
            "may_keep_courses": policies.may_keep_courses(user, found),
            **_proposed(user, found),
            "sections": hooks.sections(hooks.person_sections, found, user, at),
            "history": history.lines(found),
            "section": "people" if policies.is_contact_point(user) else "members",
        },
    )


def _proposed(user: User, found: User) -> dict[str, Any]:
    """The newest proposal: the person sees an open one, whoever may propose also what became of it."""
    latest = found.proposals.select_related("by", "person__administration").first()
    if latest is None or (user == found and latest.state != ProposalState.PROPOSED):
        return {}
    waits = latest.state == ProposalState.PROPOSED
    return {"proposal": latest, "waits": waits, "changes": proposed_changes(latest) if waits else []}


def _edit(request: HttpRequest, found: User) -> HttpResponse:
    at, user = timezone.now(), reader(request)
    directly = policies.writes_directly(user, found)
    waiting = None if directly else found.proposals.open().first()
    initial = {name: getattr(found, name) for name in service.PROFILE} | (waiting.changes if waiting else {})
    with_email = policies.may_edit_address(user, found)
    form = ProfileForm(posted(request), at=at, person=found, with_email=with_email, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            try:
                if directly:
                    service.change(found, by=user, **form.cleaned_data)
                    messages.success(request, _("The profile is saved."))
                else:
                    proposals.propose(found, by=user, at=at, **form.cleaned_data)
                    messages.success(
                        request, _("%(person)s gets a letter, and decides about the change.") % {"person": found}
                    )
                return redirect("members:profile") if found == user else redirect("members:person", pk=found.pk)
            except Overtaken as overtaken:
                form.tell(overtaken)
    context = {"form": form, "person": found, "own": found == user, "proposes": not directly, "waiting": waiting}
    return render(request, "members/edit_person.html", context)
