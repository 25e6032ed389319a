"""Where a person goes first; profiles, people lists, and adding a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members import hooks, policies
from members.models import User
from members.pages import history
from members.pages.forms import NewPersonForm, PeopleFilter, ProfileForm
from members.pages.reader import reader
from members.services import people as service
from portal.kit.forms import posted, refusals_on
from portal.kit.gates import require
from portal.kit.listing import Listing
from portal.kit.zones import zone_label

SORTS = {"name": "name", "administration": "administration__name", "position": "position"}


def start(request: HttpRequest) -> HttpResponse:
    """After sign-in: the desk where this person works."""
    if policies.is_office(request.user):
        return redirect("office:dashboard")
    if policies.is_contact_point(request.user):
        return redirect("delegation:home")
    return redirect("participant:mine")


def people(request: HttpRequest) -> HttpResponse:
    """The people that the reader may see; for an official that is one line."""
    filters = PeopleFilter(request.GET, reader=reader(request))
    rows = filters.narrow(User.objects.visible_to(reader(request))).select_related("administration", "organisation")
    return render(
        request,
        "members/people.html",
        {
            "filters": filters,
            "listing": Listing(request.GET, rows, sorts=SORTS, default="name"),
            "is_office": policies.is_office(request.user),
            "section": "members",
        },
    )


def profile(request: HttpRequest) -> HttpResponse:
    """My own page."""
    return _show(request, reader(request))


def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(reader(request)), pk=pk)
    if found.merged_into_id and User.objects.visible_to(reader(request)).filter(pk=found.merged_into_id).exists():
        return redirect("members:person", pk=found.merged_into_id)
    return _show(request, found)


def edit_profile(request: HttpRequest) -> HttpResponse:
    return _edit(request, reader(request))


def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User.objects.visible_to(reader(request)), pk=pk)
    require(policies.may_edit_person(request.user, found))
    return _edit(request, found)


def add_person(request: HttpRequest) -> HttpResponse:
    """The office adds a person; ?administration=5 or ?organisation=3 chooses the body."""
    chosen = {name: request.GET.get(name, "") for name in ("administration", "organisation")}
    form = NewPersonForm(posted(request), initial=chosen)
    if form.is_valid():
        with refusals_on(form):
            added = service.add(by=reader(request), welcome=True, **form.cleaned_data)
            messages.success(
                request,
                _("%(person)s is added. A letter with the sign-in name %(name)s is on its way.")
                % {"person": added, "name": added.username},
            )
            return redirect("members:person", pk=added.pk)
    return render(request, "members/add_person.html", {"form": form, "section": "members"})


def _show(request: HttpRequest, found: User) -> HttpResponse:
    at = timezone.now()
    return render(
        request,
        "members/person.html",
        {
            "person": found,
            "own": found == request.user,
            "zone": zone_label(found.zone, at),
            "may_edit": policies.may_edit_person(request.user, found),
            "never_came": found.is_active and found.last_login is None and policies.may_welcome(request.user, found),
            "appointments": found.appointments.select_related(
                "administration", "group", "follows__person", "followed_by__person"
            ),
            "sections": hooks.sections(hooks.person_sections, found, reader(request), at),
            "history": history.lines(found),
            "section": "people" if policies.is_contact_point(request.user) else "members",
        },
    )


def _edit(request: HttpRequest, found: User) -> HttpResponse:
    form = ProfileForm(
        posted(request),
        at=timezone.now(),
        person=found,
        with_email=policies.may_edit_address(request.user, found),
        initial={name: getattr(found, name) for name in service.PROFILE},
    )
    if form.is_valid():
        with refusals_on(form):
            service.change(found, by=reader(request), **form.cleaned_data)
            messages.success(request, _("The profile is saved."))
            return redirect("members:profile") if found == request.user else redirect("members:person", pk=found.pk)
    return render(request, "members/edit_person.html", {"form": form, "person": found, "own": found == request.user})
