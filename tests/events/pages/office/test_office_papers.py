"""Agenda and papers by page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import AgendaItem, Paper
from events.services import papers
from tests import make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a paper"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page(event, tail=""):
    return f"/office/events/{event.pk}/{tail or 'papers/'}"


def pdf(content=PDF, name="paper.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def paper(**values):
    return {"title": "Draft work plan", "language": "en", "access": "members", "file": pdf()} | values


def test_a_paper_is_added_with_its_access_level(read):
    event = make.announced("FJ")
    item = papers.add_item(event, title="Work plan", purpose="decision", by=event.officer)
    text = read(page(event, "papers/add/"), paper(item=item.pk))
    assert "Paper 1, version 1 is added." in text
    row = Paper.objects.get()
    assert (row.title, row.access, row.language, row.item) == ("Draft work plan", "members", "en", item)
    assert "Officials of all members" in text
    assert f'href="/papers/{row.pk}/"' in text


def test_the_same_title_becomes_the_next_version(read):
    event = make.announced("FJ")
    read(page(event, "papers/add/"), paper())
    assert "Paper 1, version 2 is added." in read(page(event, "papers/add/"), paper(file=pdf(PDF + b" again")))
    assert list(Paper.objects.order_by("version").values_list("number", "version")) == [(1, 1), (1, 2)]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 251}, "at most 250 characters"),
        ({"title": "two\nlines"}, "Write this on one line."),
        ({"title": "a bell \x07"}, "hidden character"),
        ({"language": "xx"}, "Select a valid choice."),
        ({"access": "everybody"}, "Select a valid choice."),
        ({"item": "99999999999999999999"}, "Select a valid choice."),
        ({"file": ""}, "Choose a file."),
        ({"file": SimpleUploadedFile("empty.pdf", b"")}, "The file is empty."),
        ({"file": SimpleUploadedFile("page.pdf", b"<html>")}, "Papers are PDF files."),
    ],
)
def test_a_bad_paper_is_answered_with_a_sentence(read, values, sentence):
    event = make.announced("FJ")
    assert sentence in read(page(event, "papers/add/"), paper(**values))
    assert not Paper.objects.exists()


def test_a_paper_cannot_stand_under_an_item_of_another_event(read):
    event, other = make.announced("FJ"), make.announced("FJ")
    item = papers.add_item(other, title="Elsewhere", purpose="note", by=other.officer)
    assert "Select a valid choice." in read(page(event, "papers/add/"), paper(item=item.pk))


def test_an_item_is_added_and_taken_off(read):
    event = make.announced("FJ")
    text = read(page(event, "agenda/add/"), {"title": "Opening", "purpose": "note", "speaker": "Head of the office"})
    assert "is on the agenda." in text
    item = event.agenda.get()
    assert (item.number, item.speaker) == (1, "Head of the office")
    assert "is taken off the agenda." in read(page(event, f"agenda/{item.pk}/remove/"), {})
    assert not event.agenda.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": " "}, "This field is required."),
        ({"title": "x" * 251}, "at most 250 characters"),
        ({"purpose": "tea"}, "Select a valid choice."),
        ({"speaker": "a\u202eb"}, "hidden character"),
    ],
)
def test_a_bad_item_is_answered_with_a_sentence(read, values, sentence):
    event = make.announced("FJ")
    data = {"title": "Opening", "purpose": "note", "speaker": ""} | values
    assert sentence in read(page(event, "agenda/add/"), data)
    assert not event.agenda.exists()


def test_an_item_of_which_the_outcome_speaks_stays(read, indonesia_chair):
    event = make.meeting("ID", "MM", chairs=(indonesia_chair,))
    make.drafted(event)
    item = event.agenda.first()
    assert "The outcome has text under this item." in read(page(event, f"agenda/{item.pk}/remove/"), {})
    assert AgendaItem.objects.filter(pk=item.pk).exists()


def test_an_item_of_another_event_is_not_found(desk):
    event, other = make.announced("FJ"), make.announced("FJ")
    item = papers.add_item(other, title="Elsewhere", purpose="note", by=other.officer)
    assert desk.post(page(event, f"agenda/{item.pk}/remove/")).status_code == 404
    assert desk.get(page(other, f"agenda/{item.pk}/remove/")).status_code == 405
    assert other.agenda.count() == 1


def test_the_number_of_queries_does_not_grow_with_papers(count_queries, read):
    event = make.announced("FJ")
    papers.add_item(event, title="Item 0", purpose="note", by=event.officer)
    read(page(event, "papers/add/"), paper(item=event.agenda.get().pk))
    one = count_queries(page(event))
    for number in (1, 2):
        item = papers.add_item(event, title=f"Item {number}", purpose="note", by=event.officer)
        read(page(event, "papers/add/"), paper(title=f"Paper {number}", item=item.pk, file=pdf()))
    assert Paper.objects.count() == 3
    assert count_queries(page(event)) == one
