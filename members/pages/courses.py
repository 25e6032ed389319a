"""E-learning: a person lists completed courses; whoever may see the person may download the proof."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members import policies
from members.models import ELearning
from members.pages.forms_people import CourseForm
from members.pages.reader import reader
from members.services import courses as service
from portal.kit.clock import today_in
from portal.kit.forms import posted, refusals_on
from portal.kit.gates import require


def add_course(request: HttpRequest) -> HttpResponse:
    """Add a course to my profile."""
    user = reader(request)
    today = today_in(user.zone, timezone.now())
    form = CourseForm(posted(request), request.FILES or None, today=today)
    if form.is_valid():
        with refusals_on(form):
            service.add(user, by=user, on=today, **form.cleaned_data)
            messages.success(request, _("The course is added."))
            return redirect("members:profile")
    return render(request, "members/add_course.html", {"form": form})


@require_POST
def remove_course(request: HttpRequest, pk: int) -> HttpResponse:
    row = _course(request, pk)
    require(policies.may_keep_courses(request.user, row.person))
    service.remove(row, by=reader(request))
    messages.success(request, _("The course is removed."))
    return redirect("members:profile")


@require_safe
def course_proof(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as a download under a name of ours, with the type that its content has."""
    row = _course(request, pk)
    try:
        file = row.proof.open("rb")
    except (FileNotFoundError, ValueError) as missing:  # the file was lost; the course has none
        raise Http404(_("There is no proof of this course.")) from missing
    name = f"proof-{row.pk}{row.proof.name[row.proof.name.rfind('.') :]}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=service.type_of(row))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _course(request: HttpRequest, pk: int) -> ELearning:
    return get_object_or_404(ELearning.objects.visible_to(reader(request)).select_related("person"), pk=pk)
