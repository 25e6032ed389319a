"""A fiscal year in an address: 2020-21 for 2020/21."""

from __future__ import annotations

from django.http import Http404

from events.models import WorkPlan


class FiscalYear:
    regex = r"20\d\d-\d\d"

    def to_python(self, text: str) -> str:
        return text.replace("-", "/")

    def to_url(self, year: str) -> str:
        return year.replace("/", "-")


def plan_or_404(year: str) -> WorkPlan:
    plan = WorkPlan.objects.select_related("approved_by").filter(fiscal_year=year).first()
    if plan is None:
        raise Http404
    return plan
