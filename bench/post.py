"""Part 3: letters that the portal's workers deliver, beside a bare client on the same mail server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone
from redis import Redis

from bench import mailer, meter, sink
from bench.stage import Stage
from portal.kit.launch import Child, Died
from portal.mail.models import Message
from portal.mail.states import MessageState

WORKERS = 2
LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Post:
    """Letters in seconds; CPU in seconds for one letter: of the workers, the servers and the sink."""

    letters: int
    kinds: dict[str, int]
    octets: int
    elapsed: float
    workers: float
    servers: float
    sink: float
    memory_early: int
    memory_late: int
    bare_elapsed: float
    bare_sink: float

    @property
    def rate(self) -> float:
        return self.letters / self.elapsed

    @property
    def bare_rate(self) -> float:
        return self.letters / self.bare_elapsed


def measure(stage: Stage, say: Callable[[str], None]) -> Post:
    """Deliver every letter that the other parts left in the outbox; they are due, and no worker has run yet."""
    due = Message.objects.due(timezone.now()).count()
    Redis.from_url(settings.REDIS_URL).flushdb()  # the bells of the other parts
    post_office = stage.sink()
    worker = stage.worker()
    _wait_until_ready(worker)
    before = [meter.cpu(roots) for roots in ([worker.process.pid], stage.servers, [post_office.process.pid])]
    early = 0
    began = timezone.now()
    current_app.send_task("portal.mail.tasks.tick")
    limit = time.monotonic() + LIMIT_SECONDS
    while left := Message.objects.filter(
        state__in=(MessageState.QUEUED, MessageState.SENDING), due_at__lte=began
    ).count():
        worker.must_run()
        if not early and left < due * 3 // 4:
            early = meter.memory(worker.process.pid)
        if time.monotonic() > limit:
            raise Died(f"{left} letters were not delivered after {LIMIT_SECONDS} seconds.\n{worker.last_lines()}")
        time.sleep(0.1)
    late = meter.memory(worker.process.pid)
    after = [meter.cpu(roots) for roots in ([worker.process.pid], stage.servers, [post_office.process.pid])]
    stage.stop(worker)

    sent = Message.objects.filter(state=MessageState.SENT, sent_at__gte=began)
    facts = sent.aggregate(count=Count("pk"), last=Max("sent_at"))
    taken, octets = sink.counted(stage.smtp_port)
    if not facts["count"] == taken == due:
        raise RuntimeError(f"{due} letters were due, {facts['count']} are marked as sent, {taken} arrived")
    workers, servers, sunk = ((end - begin) / taken for begin, end in zip(before, after, strict=True))
    elapsed = (facts["last"] - began).total_seconds()
    say(f"{taken} letters: {taken / elapsed:.0f} a second, {1000 * workers:.2f} ms CPU of the workers each")

    bare_sink = meter.cpu([post_office.process.pid])
    bare_elapsed = mailer.send_all(stage.smtp_port, taken, octets // taken, processes=WORKERS)
    bare_sink = (meter.cpu([post_office.process.pid]) - bare_sink) / taken
    say(f"bare client: {taken / bare_elapsed:.0f} a second")
    stage.stop(post_office)
    kinds = dict(sent.values_list("purpose").annotate(Count("pk")).order_by("purpose"))
    return Post(
        letters=taken,
        kinds=kinds,
        octets=octets // taken,
        elapsed=elapsed,
        workers=workers,
        servers=servers,
        sink=sunk,
        memory_early=early,
        memory_late=late,
        bare_elapsed=bare_elapsed,
        bare_sink=bare_sink,
    )


def _wait_until_ready(worker: Child) -> None:
    def answers() -> bool:
        return bool(current_app.control.ping(timeout=0.3))

    worker.wait_until(answers, seconds=40)
