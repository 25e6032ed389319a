"""Papers: each download is checked, and the file stays a file."""

from __future__ import annotations

import pytest

from events.models import PaperAccess
from tests import make


@pytest.mark.parametrize(
    ("level", "who"),
    [
        ("public", {"visitor", "expert", "member", "participant", "chair", "office"}),
        ("members", {"member", "participant", "chair", "office"}),
        ("participants", {"participant", "chair", "office"}),
        ("office", {"chair", "office"}),
    ],
)
def test_a_paper_opens_by_its_level(level, who, as_user, fiji_official, tonga_official, expert, office, paper):
    chair = make.official("ID")
    event = make.meeting("ID", "FJ", chairs=(chair,))
    make.confirmed(event, person=fiji_official)
    row = paper(event, PaperAccess(level))
    people = {
        "visitor": None,
        "expert": expert,
        "member": tonga_official,
        "participant": fiji_official,
        "chair": chair,
        "office": office,
    }
    opened = {name for name, person in people.items() if as_user(person).get(f"/papers/{row.pk}/").status_code == 200}
    assert opened == who


def test_a_paper_is_a_download_under_our_own_name(visitor, paper):
    event = make.meeting("ID")
    response = visitor.get(f"/papers/{paper(event).pk}/")
    assert response["Content-Disposition"] == f'attachment; filename="{event.slug}-paper-1-en-v1.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content) == b"%PDF-1.7 words of the paper"


def test_papers_of_a_draft_or_a_closed_event_are_hidden_with_it(visitor, as_user, expert, paper):
    draft, closed = make.event("FJ"), make.announced("FJ", access="customs")
    for event in (draft, closed):
        row = paper(event)
        assert visitor.get(f"/papers/{row.pk}/").status_code == 404
        assert as_user(expert).get(f"/papers/{row.pk}/").status_code == 404


def test_a_file_that_is_gone_is_not_found(visitor, paper):
    row = paper(make.meeting("ID"))
    row.file.storage.delete(row.file.name)
    assert visitor.get(f"/papers/{row.pk}/").status_code == 404
    assert visitor.get("/papers/987654321/").status_code == 404


def test_the_newest_version_that_a_reader_may_open_is_listed(visitor, as_user, office, paper):
    event = make.meeting("ID")
    first, second = paper(event, PaperAccess.OFFICE), paper(event)
    assert (first.version, second.version) == (1, 2)
    for client in (visitor, as_user(office)):
        page = client.get(f"/events/{event.slug}/").content.decode()
        assert f"/papers/{second.pk}/" in page and f"/papers/{first.pk}/" not in page


def test_a_paper_shown_to_the_wrong_people_is_taken_from_them_by_its_next_version(visitor, as_user, office, paper):
    event = make.meeting("ID")
    first, second = paper(event), paper(event, PaperAccess.OFFICE)
    page = visitor.get(f"/events/{event.slug}/").content.decode()
    assert f"/papers/{first.pk}/" not in page and f"/papers/{second.pk}/" not in page
    assert visitor.get(f"/papers/{first.pk}/").status_code == 404
    assert f"/papers/{second.pk}/" in as_user(office).get(f"/events/{event.slug}/").content.decode()
