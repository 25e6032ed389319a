"""The measure of the machine: the least that Django can do with the same server and the same database.

A project of its own, without sessions, sign-in, forms or middleware but the one that sets the length of an answer:
`gunicorn -c portal/gunicorn.py bench.bare:application`.
"""

from __future__ import annotations

import os
from typing import ClassVar

from django.conf import settings

from portal import environment

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": environment.database(os.environ["DATABASE_URL"], pool=environment.flag("DB_POOL"))},
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="bare",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [
                            (
                                "django.template.loaders.locmem.Loader",
                                {
                                    "list.html": "<!doctype html><title>List</title><h1>List</h1><ul>"
                                    "{% for row in rows %}<li><a href='/row/{{ row.pk }}/'>{{ row.title }}</a> "
                                    '{{ row.starts_at|date:"j F Y" }} {{ row.ends_at|date:"j F Y" }} '
                                    "{{ row.seats }}</li>{% endfor %}</ul>",
                                    "row.html": "<!doctype html><title>{{ row.title }}</title><h1>{{ row.title }}</h1>"
                                    '<p>{{ row.starts_at|date:"j F Y" }} {{ row.ends_at|date:"j F Y" }} '
                                    "{{ row.seats }}</p>",
                                },
                            )
                        ],
                    )
                ]
            },
        }
    ],
    USE_TZ=True,
)

import django  # noqa: E402 - settings first

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.shortcuts import get_object_or_404, render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Row(models.Model):
    title = models.CharField(max_length=250)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.IntegerField()

    objects: ClassVar = models.Manager["Row"]()

    class Meta:
        app_label = "bench"
        db_table = "bench_row"


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>Constant</title><p>The same for everybody.")


def rows(request: HttpRequest) -> HttpResponse:
    return render(request, "list.html", {"rows": Row.objects.order_by("starts_at", "pk")[:30]})


def row(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "row.html", {"row": get_object_or_404(Row, pk=pk)})


def register(request: HttpRequest) -> HttpResponse:
    """One row, one commit, a redirect."""
    now = timezone.now()
    with transaction.atomic():
        made = Row.objects.create(title=request.POST["title"], starts_at=now, ends_at=now, seats=1)
    return HttpResponseRedirect(f"/row/{made.pk}/")


urlpatterns = [
    path("constant/", constant),
    path("rows/", rows),
    path("row/<int:pk>/", row),
    path("register/", register),
]
application = get_wsgi_application()
