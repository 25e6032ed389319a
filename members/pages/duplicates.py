"""People who may stand in the portal twice: pairs side by side, told apart or made one by the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import User
from members.pages.forms_joining import DuplicatesFilter, MergeForm
from members.pages.reader import reader
from members.services import duplicates as service
from members.services import merging
from members.services.duplicates import Pair
from portal.kit.forms import posted, refusals_on
from portal.kit.listing import Listing
from portal.kit.states import Refused

PER_PAGE = 20


class Pairs(Listing):
    """One page of pairs. They are found by comparing and not by a query, so the order is the finder's."""

    def __init__(self, query: QueryDict, pairs: Sequence[Pair]) -> None:
        self.query, self.sort = query, ""
        self.page: Page[Any] = Paginator(pairs, PER_PAGE).get_page(query.get("page"))
        self.count = self.page.paginator.count


@dataclass(frozen=True)
class Couple:
    """A pair with what the page shows of both, and how many rows of each kind name them."""

    pair: Pair
    first: User
    second: User
    first_rows: dict[str, int]
    second_rows: dict[str, int]


def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of people of one body with the same name, or nearly the same."""
    filters = DuplicatesFilter(request.GET)
    pairs = filters.choose(service.find(filters.narrow(User.objects.get_queryset())))
    listing = Pairs(request.GET, pairs)
    return render(
        request,
        "members/duplicates.html",
        {"filters": filters, "listing": listing, "couples": _couples(list(listing)), "section": "members"},
    )


@require_POST
def apart(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """These two are not the same; the pair is not shown again."""
    first, second = get_object_or_404(User, pk=pk), get_object_or_404(User, pk=other)
    try:
        service.tell_apart(first, second, by=reader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%(first)s and %(second)s are not the same.") % {"first": first, "second": second})
    return redirect("members:duplicates")


def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Choose which account stays and, where they differ, which value; see what moves; make them one."""
    first, second = get_object_or_404(User, pk=pk), get_object_or_404(User, pk=other)
    differences = merging.differences(first, second)
    form = MergeForm(posted(request), first=first, second=second, differences=differences)
    if form.is_valid():
        kept, gone = (first, second) if form.keeps_first else (second, first)
        with refusals_on(form):
            merging.merge(gone, kept, by=reader(request), at=timezone.now(), values=form.values)
            messages.success(
                request,
                _("The two accounts are one. The sign-in name is %(name)s.") % {"name": kept.username},
            )
            return redirect("members:person", pk=kept.pk)
    [couple] = _couples([Pair(first.pk, second.pk, same_name=False, same_address=False)])
    return render(request, "members/merge.html", {"form": form, "couple": couple, "section": "members"})


def _couples(pairs: Sequence[Pair]) -> list[Couple]:
    keys = {key for pair in pairs for key in (pair.first, pair.second)}
    people = User.objects.select_related("administration", "organisation").in_bulk(keys)
    rows = merging.counts(keys)
    return [
        Couple(pair, people[pair.first], people[pair.second], rows[pair.first], rows[pair.second]) for pair in pairs
    ]
