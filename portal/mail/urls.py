"""The mailbox of the demonstration; hung under /mailbox/ in the demonstration only."""

from __future__ import annotations

from django.urls import path

from portal.kit.gates import public
from portal.mail import mailbox

urlpatterns = public(
    [
        path("", mailbox.delivered, name="demo_mailbox"),
        path("<int:pk>/", mailbox.letter, name="demo_letter"),
        path("<int:pk>/<int:number>/", mailbox.attachment, name="demo_attachment"),
    ]
)
