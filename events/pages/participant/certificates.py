"""Certificates: created by the holder when the rule is met, downloaded, and checked by anybody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import documents
from events.models import Certificate
from events.pages.participant.forms import NumberForm
from events.pages.participant.registrations import own
from events.services import certificates
from members.pages.reader import reader
from portal.kit import trail
from portal.kit.states import Refused


@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Create the certificate, or find the one that exists; the page that comes back has the file."""
    registration = own(request, pk)
    try:
        certificate = certificates.issue(registration, by=reader(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Certificate %(number)s is ready.") % {"number": certificate.number})
    return redirect("participant:my_event", pk=registration.pk)


@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate as a file; the trail keeps who takes that of another person."""
    certificate = get_object_or_404(
        Certificate.objects.visible_to(request.user).numbered(number).select_related("registration__official")
    )
    if reader(request) != certificate.registration.official:
        trail.record_export(reader(request), "certificate", certificate.registration, rows=1, filters={})
    response = HttpResponse(documents.certificate_pdf(certificate), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{certificate.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Type a number from paper; the answer has an address of its own."""
    form = NumberForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        plain = "".join(sign for sign in form.cleaned_data["number"].upper() if sign.isalnum() or sign == "-")
        if plain.strip("-"):
            return redirect("participant:certificate_verify", number=plain)
        form.add_error("number", _("Type the number with its letters and digits."))
    return _answer(request, form=form)


@require_safe
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """Holder, event, dates and the day of issue, and nothing else; a number that we never gave is said so."""
    certificate = Certificate.objects.numbered(number).select_related("registration").first()
    if certificate is None:
        form = NumberForm(initial={"number": number[:60]})
        return _answer(request, form=form, unknown=number[:60], status=404)
    return _answer(request, certificate=certificate)


def _answer(
    request: HttpRequest,
    *,
    form: NumberForm | None = None,
    certificate: Certificate | None = None,
    unknown: str = "",
    status: int = 200,
) -> HttpResponse:
    words = {"form": form, "certificate": certificate, "unknown": unknown}
    response = render(request, "participant/certificate.html", words, status=status)
    response["X-Robots-Tag"] = "noindex"  # a name is found by its number, not by a search engine
    return response
