"""The components: states, times in two zones, lists, forms, and the frame around every page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpResponse, QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.urls import include, path
from django.utils import timezone
from django.views import defaults

from events import states
from events.models import Event
from portal.kit.drawings import DRAWINGS
from portal.kit.forms import Clean
from portal.kit.listing import Listing
from portal.kit.templatetags import ui
from portal.mail.models import Message
from portal.mail.states import MessageState

# 13:00 - 16:00 in Yangon
BEGIN = datetime(2020, 8, 19, 6, 30, tzinfo=UTC)
END = datetime(2020, 8, 19, 9, 30, tzinfo=UTC)


def show(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def when(zone: str, *, reader: str, begin: datetime = BEGIN, end: datetime = END) -> str:
    with timezone.override(ZoneInfo(reader)):
        return show("{% when begin end zone %}", begin=begin, end=end, zone=zone)


# --- states ---------------------------------------------------------------------------------------
class Ship(models.TextChoices):
    UNDER_WAY = "under_way", "Under way"
    HELD = "held", "Held & done"


def test_badge_takes_its_word_from_the_enum_and_its_shape_from_the_state():
    assert show("{% badge state %}", state=Ship.UNDER_WAY) == '<span class="state state-info">Under way</span>'
    assert "Held &amp; done" in show("{% badge state %}", state=Ship.HELD)


def test_badge_reads_the_state_of_a_row():
    assert ui.badge(Message(state="sent")) == '<span class="state state-good">Sent</span>'


def test_badge_of_a_bare_value_spells_it():
    assert show("{% badge 'in_progress' %}") == '<span class="state state-info">In progress</span>'


def test_badge_takes_another_word_and_tone():
    assert show("{% badge 'open' 'Not answered' tone='wait' %}") == (
        '<span class="state state-wait">Not answered</span>'
    )


def test_badge_of_an_unknown_state_or_tone_is_neutral():
    assert "state-neutral" in show("{% badge 'strange' tone='pink' %}")
    assert "Unknown" in show("{% badge nothing %}", nothing=None)


def test_badge_escapes_the_text_of_people():
    assert "<b>" not in show("{% badge 'open' label %}", label="<b>x</b>")


def test_a_letter_that_is_held_waits_and_an_event_that_was_held_is_over():
    assert "state-wait" in ui.badge(Message(state="held"))
    assert "state-done" in ui.badge(Event(state="held"))


@pytest.mark.parametrize("enum", [*(e for e in vars(states).values() if isinstance(e, type)), MessageState])
def test_every_state_of_the_portal_has_a_tone(enum: type):
    if issubclass(enum, models.TextChoices) and enum.__name__.endswith(("State", "Status")):
        assert [member for member in enum if member.value not in ui.TONE_OF_STATE] == []


# --- times ----------------------------------------------------------------------------------------
def test_when_shows_the_zone_of_the_event_and_that_of_the_reader():
    page = when("Asia/Yangon", reader="Asia/Dhaka")
    assert "Wed 19 August 2020, 13:00 - 16:00 (Yangon, UTC+6:30)" in page
    assert "12:30 - 15:30 your time (Dhaka)" in page
    assert 'datetime="2020-08-19T06:30:00Z"' in page
    assert "day" not in page.replace("<time", "").split("your time")[1]


def test_when_says_the_date_and_plus_one_day_when_the_reader_is_a_day_ahead():
    page = when("Pacific/Honolulu", reader="Pacific/Apia")
    assert "Tue 18 August 2020, 20:30 - 23:30 (Honolulu, UTC-10)" in page
    assert "Wed 19 August 2020, 19:30 - 22:30 your time (Apia)" in page
    assert "+1 day<" in page


def test_when_says_minus_one_day_when_the_reader_is_a_day_behind():
    page = when("Pacific/Tongatapu", reader="Pacific/Pago_Pago", begin=BEGIN - timedelta(hours=5), end=BEGIN)
    assert "Wed 19 August 2020, 14:30 - 19:30 (Tongatapu, UTC+13)" in page
    assert "Tue 18 August 2020, 14:30 - 19:30 your time (Pago Pago)" in page
    assert "-1 day<" in page


def test_when_spells_the_second_day_of_a_meeting_that_passes_the_readers_midnight():
    page = when(
        "Asia/Yangon", reader="Pacific/Auckland", begin=BEGIN + timedelta(hours=4), end=END + timedelta(hours=4)
    )
    assert "22:30 - Thu 20 August 2020, 01:30 your time (Auckland)" in page


def test_when_has_one_line_for_a_reader_in_the_zone_of_the_event():
    assert "your time" not in when("Asia/Dhaka", reader="Asia/Dhaka")


def test_a_visitor_without_a_zone_reads_utc():
    page = when("Asia/Yangon", reader="UTC")
    assert "06:30 - 09:30 UTC" in page
    assert "your time" not in page


def test_instant_without_a_zone_is_in_that_of_the_reader():
    with timezone.override(ZoneInfo("Asia/Kathmandu")):
        page = show("{% instant at %}", at=BEGIN)
    assert "Wed 19 August 2020, 12:15 (Kathmandu, UTC+5:45)" in page
    assert "your time" not in page


def test_a_time_that_is_not_set_is_said_so():
    assert "no time yet" in show("{% instant at 'Asia/Dhaka' %}{% when at at 'Asia/Dhaka' %}", at=None)
    assert "no date yet" in show("{% days first last %}", first=None, last=None)


def test_days_are_spelled_as_a_span():
    assert "23 - 26 November 2020</time>" in show(
        "{% days first last %}", first=date(2020, 11, 23), last=date(2020, 11, 26)
    )


def test_dateblock_has_month_day_and_weekday():
    page = show("{% dateblock day %}", day=date(2020, 11, 23))
    assert ">Nov 2020<" in page
    assert ">23<" in page
    assert ">Mon<" in page


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(days=6), "in 6 days"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(minutes=-5), "5 minutes ago"),
        (timedelta(seconds=-40), "40 seconds ago"),
        (timedelta(seconds=1), "in 1 second"),
    ],
)
def test_away_tells_how_far_a_moment_is(gap: timedelta, words: str):
    assert show("{% away at now %}", at=BEGIN + gap, now=BEGIN) == words


# --- lists ----------------------------------------------------------------------------------------
def listing(query: str = "", *, per_page: int = 2) -> Listing:
    rows = ContentType.objects.filter(app_label="members")
    return Listing(QueryDict(query), rows, sorts={"title": "model"}, default="title", per_page=per_page)


@pytest.mark.django_db
def test_a_sort_head_tells_its_order_and_turns_it():
    page = show("{% sort_head listing 'title' 'Title' %}", listing=listing("state=open"))
    assert 'aria-sort="ascending"' in page
    assert 'href="?state=open&amp;sort=-title"' in page


@pytest.mark.django_db
def test_pages_keep_the_filters_and_vanish_when_there_is_one_page():
    middle = show("{% pages listing %}", listing=listing("state=open&page=2"))
    assert "?state=open&amp;page=1" in middle
    assert "?state=open&amp;page=3" in middle
    assert "Page 2 of" in middle
    assert show("{% pages listing %}", listing=listing(per_page=500)).strip() == ""


@pytest.mark.django_db
def test_result_count_says_how_many_and_which():
    total = ContentType.objects.filter(app_label="members").count()
    assert show("{% result_count listing 'event' %}", listing=listing("page=2")) == f"3 - 4 of {total} events"
    whole = listing(per_page=500)
    whole.count = 1
    assert show("{% result_count listing 'activity' 'activities' %}", listing=whole) == "1 activity"
    whole.count = 0
    assert show("{% result_count listing 'activity' 'activities' %}", listing=whole) == "No activities"


# --- figures and steps ----------------------------------------------------------------------------
def test_a_bar_says_its_numbers_in_words():
    page = show("{% bar 12 20 'seats used' %}")
    assert '<progress value="12" max="20" aria-label="seats used">' in page
    assert "12 of 20 seats used" in page


def test_a_bar_of_nothing_and_a_bar_above_all_are_drawn():
    assert 'value="0" max="1"' in show("{% bar 0 0 'seats' %}")
    over = show("{% bar 25 20 'seats' %}")
    assert 'value="20" max="20"' in over
    assert "25 of 20 seats" in over


def test_clearance_names_the_next_step_for_a_screen_reader():
    steps = [
        {"word": "Drafted", "state": "done"},
        {"word": "<i>Fiji</i> to sign", "state": "now", "note": "since 2 days"},
    ]
    page = show("{% clearance steps %}", steps=steps)
    assert page.count("<li") == 2
    assert 'aria-current="step"' in page
    assert "next step" in page
    assert "<i>" not in page


def test_timeline_cuts_at_the_fiscal_year_and_leaves_out_what_lies_outside():
    bars = [
        {"label": "Before", "url": "", "first": date(2020, 6, 20), "last": date(2020, 7, 10), "tone": "done"},
        {"label": "Last day", "url": "/x", "first": date(2021, 6, 30), "last": date(2021, 6, 30), "tone": "info"},
        {"label": "Next year", "url": "", "first": date(2021, 7, 1), "last": date(2021, 7, 2), "tone": "info"},
    ]
    page = show("{% timeline bars 2020 today %}", bars=bars, today=date(2020, 9, 9))
    assert 'x="0" y="8" width="10"' in page
    assert 'x="357" y="8" width="8"' in page
    assert "Next year" not in page
    assert 'class="today" x1="70"' in page
    assert [month in page for month in (">Jul<", ">Dec<", ">Jan<", ">Jun<")] == [True] * 4


def test_gantt_has_links_in_its_lines_and_says_what_is_no_link_beside_the_label():
    bars = [
        {
            "label": "planned in August",
            "url": "",
            "first": date(2020, 8, 3),
            "last": date(2020, 8, 5),
            "tone": "planned",
        },
        {"label": "<Workshop>", "url": "/x", "first": date(2020, 9, 3), "last": date(2020, 9, 3), "tone": "info"},
        {"label": "Next year", "url": "/y", "first": date(2021, 7, 1), "last": date(2021, 7, 2), "tone": "info"},
    ]
    rows = [{"heading": "Pillar 1"}, {"label": "1.1 Transit", "url": "/a", "bars": bars}]
    page = show("{% gantt rows 2020 today %}", rows=rows, today=date(2020, 9, 9))
    assert "<strong>Pillar 1</strong>" in page
    assert '<span class="visually-hidden">, planned in August</span>' in page
    assert '<a href="/x" aria-label="&lt;Workshop&gt;"><title>&lt;Workshop&gt;</title>' in page
    assert 'class="info" x="64" y="8" width="3"' in page
    assert 'class="planned" x="33" y="4" width="3"' in page
    assert "Next year" not in page
    assert page.count('class="quarter"') == 3
    assert 'class="today" x1="70"' in page


# --- words, links and buttons ---------------------------------------------------------------------
def test_empty_has_a_sentence_and_perhaps_a_button():
    assert "<a" not in show("{% empty 'Nothing yet.' %}")
    assert 'href="/plan">Open the plan</a>' in show("{% empty 'Nothing yet.' '/plan' 'Open the plan' %}")


def test_empty_works_in_the_empty_part_of_a_loop():
    assert "Nothing yet." in show(
        "{% for x in rows %}{{ x }}{% empty %}{% empty 'Nothing yet.' %}{% endfor %}", rows=[]
    )


def test_crumbs_link_all_but_the_last():
    page = show("{% crumbs 'Office' '/office/' title %}", title="<b>Workshop</b>")
    assert '<a href="/office/">Office</a>' in page
    assert '<li aria-current="page">&lt;b&gt;Workshop&lt;/b&gt;</li>' in page


def test_submit_is_named_by_its_verb_and_posts_a_value_when_asked():
    assert show("{% submit 'Announce' %}") == '<button type="submit" class="btn btn-primary">Announce</button>'
    assert 'class="btn btn-danger" name="act" value="lift"' in show(
        "{% submit 'Lift' 'danger' name='act' value='lift' %}"
    )


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_every_icon_is_drawn_and_silent_unless_it_has_a_label(name: str):
    assert 'aria-hidden="true"' in show("{% icon name %}", name=name)
    assert 'role="img" aria-label="Locked"' in show("{% icon name 'Locked' %}", name=name)


# --- forms ----------------------------------------------------------------------------------------
class Nomination(Clean):
    name = forms.CharField(label="Name", max_length=10)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect)
    letter = forms.FileField(label="Letter", required=False)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("All <seats> are taken.")


def test_error_summary_links_to_each_field_and_can_take_the_focus():
    page = show("{% error_summary form %}", form=Nomination({"name": ""}))
    assert 'role="alert"' in page
    assert 'tabindex="-1"' in page
    assert 'href="#id_name">Name: ' in page
    assert 'href="#id_kind"' in page or 'href="#id_kind_0"' in page
    assert "All &lt;seats&gt; are taken." in page


def test_a_form_that_was_not_sent_has_no_error_summary():
    assert show("{% error_summary form %}", form=Nomination()).strip() == ""


@pytest.mark.parametrize("layout", [False, True])
def test_the_form_component_says_a_refusal_once_and_keeps_what_was_typed(layout: bool):
    form = Nomination({"name": '"><script>'})
    if layout:
        from crispy_forms.layout import Layout

        form.helper.layout = Layout("name", "kind", "letter")
    request = RequestFactory().get("/")
    page = render_to_string(
        "components/form.html", {"form": form, "verb": "Nominate", "cancel": "/back"}, request=request
    )
    assert page.count("All &lt;seats&gt; are taken.") == 1
    assert page.count("csrfmiddlewaretoken") == 1
    assert page.count("<form") == 1
    assert 'enctype="multipart/form-data"' in page
    assert 'value="&quot;&gt;&lt;script&gt;"' in page
    assert "<script>" not in page
    assert ">Nominate</button>" in page
    assert 'href="/back"' in page


def test_an_act_is_a_post_with_a_name_for_screen_readers():
    page = render_to_string(
        "components/act.html",
        {"action": "/x", "verb": "Endorse", "about": "<Official 1>"},
        request=RequestFactory().get("/"),
    )
    assert 'method="post" action="/x"' in page
    assert "csrfmiddlewaretoken" in page
    assert '<span class="visually-hidden">&lt;Official 1&gt;</span>' in page


def test_a_dangerous_act_says_what_will_happen_and_stays_open_after_an_error():
    context = {
        "action": "/x",
        "verb": "Cancel event",
        "tells": "12 people get a letter.",
        "form": Nomination({"name": ""}),
    }
    page = render_to_string("components/confirm.html", context, request=RequestFactory().get("/"))
    assert '<details class="confirm" open>' in page
    assert "12 people get a letter." in page


def test_filters_keep_the_sort_and_label_every_field():
    class Filters(forms.Form):
        q = forms.CharField(label="Words", required=False)
        state = forms.ChoiceField(label="State", choices=[("", "All")], required=False)
        mine = forms.BooleanField(label="Only mine", required=False)

    query = QueryDict("sort=title&q=<x>")
    page = render_to_string(
        "components/filters.html",
        {"form": Filters(query), "listing": SimpleNamespace(query=query, sort="title"), "export": "/x.csv"},
    )
    assert '<input type="hidden" name="sort" value="title">' in page
    assert page.count("<label") == 3
    assert 'value="&lt;x&gt;"' in page
    assert 'href="/x.csv"' in page


# --- the frame ------------------------------------------------------------------------------------
def nothing(request: Any) -> HttpResponse:
    return HttpResponse()


def desk(name: str, *pages: str) -> Any:
    return path(f"{name}/", include(([path(f"{page}/", nothing, name=page) for page in pages], name)))


urlpatterns = [
    path("", include(([path("", nothing, name="home"), path("mine/", nothing, name="mine")], "participant"))),
    path("calendar/", include(([path("", nothing, name="x")], "x"))),
    desk("delegation", "home", "people"),
    desk("office", "dashboard", "plan", "events", "letters", "report"),
    desk("chair", "home"),
    desk("members", "directory", "profile"),
    path("mailbox/", nothing, name="demo_mailbox"),
    path("account/", include("allauth.account.urls")),
]


def frame(template: str, *, at: str = "/", user: Any = None, **context: Any) -> str:
    request = RequestFactory().get(at)
    request.user = user or AnonymousUser()
    with override_settings(ROOT_URLCONF=__name__):
        return render_to_string(template, context, request=request)


def somebody(**facts: Any) -> Any:
    return SimpleNamespace(is_authenticated=True, is_active=True, body="Fiji", **facts)


def test_a_visitor_meets_the_public_pages_and_the_sign_in():
    page = frame("participant/base.html")
    assert '<html lang="en">' in page
    assert 'href="#main"' in page
    assert 'id="main"' in page
    assert 'href="/account/login/"' in page
    assert "My events" not in page
    assert "Sign out" not in page
    assert "UTC" in page


def test_the_navigation_shows_the_desks_of_a_person_and_no_other():
    contact_point = frame("participant/base.html", user=somebody(is_contact_point=True))
    assert "My events" in contact_point
    assert "Delegation desk" in contact_point
    assert "Chair desk" not in contact_point
    assert "/office/" not in contact_point
    office = frame(
        "participant/base.html", user=somebody(is_office=True, chairings=SimpleNamespace(exists=lambda: True))
    )
    assert "Delegation desk" not in office
    assert "Chair desk" in office
    assert "/office/dashboard/" in office


def test_sign_out_is_a_form_that_posts():
    page = frame("participant/base.html", user=somebody())
    assert '<form method="post" action="/account/logout/"><input type="hidden" name="csrfmiddlewaretoken"' in page


def test_the_desk_marks_the_section_and_the_top_row_marks_the_desk():
    page = frame("office/base.html", at="/office/plan/7/", user=somebody(is_office=True), section="plan")
    assert '<a href="/office/plan/" aria-current="true">Work plan</a>' in page
    assert page.count('aria-current="true"') == 1
    there = frame("office/base.html", at="/office/plan/", user=somebody(is_office=True), section="plan")
    assert '<a href="/office/plan/" aria-current="page">Work plan</a>' in there


def test_the_delegation_desk_names_the_administration():
    page = frame("delegation/base.html", user=somebody(is_contact_point=True, represented=["Fiji <1>"]))
    assert "Fiji &lt;1&gt;" in page
    assert "Our people" in page


def test_the_demonstration_is_announced_only_when_it_is_one(settings: Any):
    assert "Open the mailbox" not in frame("participant/base.html")
    settings.DEMO = True
    assert '<a href="/mailbox/">Open the mailbox</a>' in frame("participant/base.html")


def test_no_page_carries_inline_script_or_style():
    desks = ["participant", "delegation", "office", "chair", "members", "account", "bare"]
    pages = [frame(f"{desk}/base.html", user=somebody(is_office=True)) for desk in desks]
    pages.append(show("{% timeline bars 2020 %}{% bar 1 2 'x' %}{% icon 'lock' %}", bars=[]))
    for page in pages:
        assert "style=" not in page
        assert "<style" not in page
        assert "onclick" not in page
        assert "<script>" not in page


def test_the_page_of_a_broken_request_or_portal_needs_nothing_that_may_be_broken():
    for answer in (
        defaults.server_error(RequestFactory().get("/")),
        defaults.bad_request(RequestFactory().get("/"), ValueError()),
    ):
        page = answer.content.decode()
        assert "<h1>" in page
        assert "Traceback" not in page


def test_pages_of_refusal_say_why_and_what_to_do():
    assert "Page not found" in frame("404.html")
    assert "You may not do this" in frame("403.html", user=somebody())
    assert "Send the form again" in frame("403_csrf.html")


def test_an_unknown_component_is_found_when_the_template_is_compiled():
    with pytest.raises(TemplateSyntaxError):
        Template("{% bagde row %}")
