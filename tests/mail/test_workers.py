"""Real workers and beats on PostgreSQL and Redis, with a mail server that counts: no letter twice, none lost."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from redis import Redis

from portal.kit.launch import Child, Children
from portal.kit.models import Entry
from portal.mail import trial
from portal.mail.models import Heartbeat, Message
from portal.mail.states import MessageState
from tests.mail.post_office import PostOffice, free_port, wait_for

pytestmark = [pytest.mark.production, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]

S = MessageState
LETTERS = 200
LEASE_SECONDS = 2


def database_url() -> str:
    """The address of the test database, for processes of their own."""
    chosen = connection.settings_dict
    person = quote(chosen["USER"]) + (f":{quote(chosen['PASSWORD'])}" if chosen["PASSWORD"] else "")
    query = {"host": chosen["HOST"], "port": chosen["PORT"]}
    return f"postgresql://{person}@/{quote(chosen['NAME'])}?" + urlencode(
        {key: value for key, value in query.items() if value}
    )


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(port: int) -> Iterator[Callable[[str], Child]]:
    """Start a worker or a beat of the portal on the test's database and broker; all are stopped at the end."""
    environment = {
        **os.environ,
        "PORTAL_MODE": "development",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "MAIL_LEASE_SECONDS": str(LEASE_SECONDS),
        "MAIL_BATCH": "50",
        "TICK_SECONDS": "1",
    }
    commands = {
        "worker": ["worker", "--concurrency=1", "--pool=prefork", "--without-gossip", "--without-mingle"],
        "beat": ["beat", "--schedule="],
    }
    with Children() as children:

        def start(what: str) -> Child:
            number = len(children.stack)
            log = Path(children.folder) / f"{what}-{number}.log"
            name = (
                [f"--hostname={what}-{number}@test"]
                if what == "worker"
                else [f"--pidfile={children.folder}/{number}.pid"]
            )
            command = [sys.executable, "-m", "celery", "-A", "portal", *commands[what], *name, "--loglevel=INFO"]
            return children.add(
                Child(f"{what} {number}", command, log=log, env=environment, stop_signal=signal.SIGKILL)
            )

        yield start


def queue_letters(count: int = LETTERS) -> dict[str, str]:
    """Queue test letters to as many readers: {Message-ID: address}."""
    letters = [trial.send(f"reader{number}@fiji.example") for number in range(count)]
    return {message.message_id: message.address for message in letters}


def kill(worker: Child) -> None:
    """No warning, no last words: the worker and the process that it started."""
    os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait()


def nothing_open() -> bool:
    return not Message.objects.filter(state__in=(S.QUEUED, S.SENDING)).exists()


def assert_each_once_or_unclear(office: PostOffice, letters: dict[str, str]) -> Counter[str]:
    """Every letter arrived exactly once, or its row is `unclear` and it arrived at most once; none is lost."""
    assert set(office.ids) <= set(letters)
    states = Counter[str]()
    for message in Message.objects.all():
        arrived = office.ids[message.message_id]
        assert message.state in (S.SENT, S.UNCLEAR), (message.state, message.error)
        assert arrived == 1 if message.state == S.SENT else arrived <= 1, (message.state, arrived)
        states[message.state] += 1
    assert sum(states.values()) == len(letters)
    return states


def test_two_workers_and_two_beats_deliver_each_letter_once(start, port):
    children = [start("worker"), start("worker"), start("beat"), start("beat")]
    with PostOffice(port=port) as office:
        letters = queue_letters()
        assert wait_for(nothing_open, seconds=60), Counter(Message.objects.values_list("state", flat=True))
        for child in children:
            child.must_run()
        assert assert_each_once_or_unclear(office, letters) == {S.SENT: LETTERS}
        assert sorted(office.addresses) == sorted(letters.values())
        claims = Message.objects.values_list("claimed_by", flat=True).distinct().count()
        assert claims >= LETTERS // 50


def test_a_worker_killed_in_the_middle_loses_no_letter_and_sends_none_twice(start, port):
    victim, other, beat = start("worker"), start("worker"), start("beat")
    with PostOffice(port=port, pause=0.02) as office:
        letters = queue_letters()
        assert wait_for(lambda: len(office.letters) >= 60, seconds=60)
        kill(victim)
        assert wait_for(nothing_open, seconds=60), Counter(Message.objects.values_list("state", flat=True))
        other.must_run()
        beat.must_run()
        states = assert_each_once_or_unclear(office, letters)
        assert states[S.UNCLEAR] <= 1  # the one letter that was on the wire
        taken = [entry.facts for entry in Entry.objects.filter(verb="moved") if entry.facts["after"] != S.SENT]
        assert {"before": S.SENDING, "after": S.QUEUED} in taken  # it had letters in its hands, and they came back


def test_a_whole_office_that_loses_power_again_and_again(start, port):
    """Every worker dies, several times; a beat and a last worker finish the work."""
    start("beat")
    with PostOffice(port=port, pause=0.01) as office:
        letters = queue_letters(120)
        for share in (30, 60, 90):
            worker = start("worker")
            assert wait_for(lambda share=share: len(office.letters) >= share, seconds=60)
            kill(worker)
        start("worker")
        assert wait_for(nothing_open, seconds=60), Counter(Message.objects.values_list("state", flat=True))
        states = assert_each_once_or_unclear(office, letters)
        assert states[S.UNCLEAR] <= 3


def test_a_worker_that_freezes_and_wakes_up_later_sends_nothing_twice(start, port):
    victim, other = start("worker"), start("worker")
    start("beat")
    with PostOffice(port=port, pause=0.02) as office:
        letters = queue_letters(120)
        assert wait_for(lambda: len(office.letters) >= 40, seconds=60)
        os.killpg(victim.process.pid, signal.SIGSTOP)
        assert wait_for(nothing_open, seconds=60), Counter(Message.objects.values_list("state", flat=True))
        os.killpg(victim.process.pid, signal.SIGCONT)
        late = queue_letters(10)
        kill(other)  # so that the one that woke up shows that it works again
        assert wait_for(nothing_open, seconds=60)
        assert_each_once_or_unclear(office, letters | late)


def test_losing_the_whole_broker_loses_no_letter(start, port):
    with PostOffice(port=port) as office:
        letters = queue_letters(20)
        start("worker")
        Redis.from_url(settings.REDIS_URL).flushdb()
        start("beat")
        assert wait_for(nothing_open, seconds=60)
        assert assert_each_once_or_unclear(office, letters) == {S.SENT: 20}


def test_the_office_sees_that_letters_leave_and_that_the_mail_room_is_alive(start, port, capsys):
    before = timezone.now()
    start("worker")
    start("beat")
    with PostOffice(port=port) as office:
        call_command("test_letter", "office@portal.example", wait=60)
        assert office.addresses == ["office@portal.example"]
    assert "The mail server has taken it." in capsys.readouterr().out
    for name in ("tick", "sweep"):
        assert wait_for(lambda name=name: (Heartbeat.objects.last_beat(name) or before) > before, seconds=60)


def test_a_tick_over_many_old_letters_reads_the_partial_index_of_the_queue():
    """10,000 old letters, the 2,000 reminders of a year and 20 letters that are due: a tick reads these only."""
    first = trial.send("reader@fiji.example")
    later = first.due_at + timedelta(days=30)
    old = [Message(**{**fields(first), "occurrence": f"old {number}", "state": S.SENT}) for number in range(10_000)]
    reminders = [
        Message(**{**fields(first), "occurrence": f"year {number}", "due_at": later, "next_try_at": later})
        for number in range(2_000)
    ]
    Message.objects.bulk_create([*old, *reminders])
    queue_letters(19)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mail_message")

    at = timezone.now()
    due = Message.objects.due(at).filter(priority=5).order_by("next_try_at")
    assert due.count() == 20
    assert "Index Scan using mail_queue" in due[:50].explain()
    assert "mail_leases" in Message.objects.stuck(at).explain()
    assert "mail_page" in Message.objects.for_page()[:50].explain()
    assert "mail_state" in Message.objects.filter(state=S.FAILED).for_page()[:50].explain()


def fields(message: Message) -> dict[str, Any]:
    """The columns of a letter, without its number."""
    return {field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields[1:]}
