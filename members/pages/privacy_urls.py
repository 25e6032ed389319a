"""Addresses about what is stored of whom, for how long: the own pages, and those of the office."""

from __future__ import annotations

from django.urls import path

from members import policies
from members.pages import privacy, retention
from portal.kit.gates import gated, signed_in

privacy_patterns = signed_in(
    [
        path("profile/data/", privacy.stored, name="profile_data"),
        path("profile/data/data.json", privacy.stored_json, name="profile_data_json"),
        path("profile/forget/", privacy.ask, name="profile_forget"),
        path("profile/forget/withdraw/", privacy.withdraw, name="profile_keep"),
    ]
) + gated(
    policies.is_office,
    [
        path("forget/", privacy.erasures, name="erasures"),
        path("forget/requests.csv", privacy.erasures_csv, name="erasures_csv"),
        path("forget/<int:pk>/", privacy.erasure, name="erasure"),
        path("forget/<int:pk>/erase/", privacy.erase, name="erase"),
        path("retention/", retention.retention, name="retention"),
        path("retention/removals.csv", retention.retention_csv, name="retention_csv"),
        path("retention/<int:pk>/keep/", retention.keep, name="keep_removal"),
    ],
)
