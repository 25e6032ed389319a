"""The order of a run: pages, seats, letters, trail, members, sign-in; then `docs/benchmarks.md` is written."""

from __future__ import annotations

import os
import signal
import sys
import time

import django
from django.core.management import call_command

from bench.stage import Stage, stage
from portal.kit.launch import Died

PARTS = ("pages", "seats", "letters", "trail", "members", "sign_in")


def run(stage: Stage, parts: list[str]) -> None:
    """Run all parts and write the book; when only some are named, their figures are said and nothing is written."""
    # they need the settings that the stage has made
    from bench import data, members, pages, post, report, seats, sign_in, trail

    began, load = time.monotonic(), os.getloadavg()[0]

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:4.0f} s  {words}", flush=True)

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    data.bare_table()
    officer = data.region()
    say("the region stands")
    shown = taken = sent = read = known = asked = None
    if "pages" in parts:
        event = data.meeting(officer)
        shown = pages.measure(stage, event, say)
    if "seats" in parts:
        taken = seats.measure(stage, officer, say)
    if "letters" in parts:
        sent = post.measure(stage, say)
    if "trail" in parts:
        read = trail.measure(stage, officer, say)
    if "members" in parts:
        known = members.measure(stage, officer, say)
    if "sign_in" in parts:
        asked = sign_in.measure(stage, say)
    if shown and taken and sent and read and known and asked:
        found = report.Found(shown, taken, sent, read, known, asked)
        report.write(found, load=load, seconds=time.monotonic() - began, stage=stage)
        say(f"written: {report.BOOK.name}")


def main(arguments: list[str]) -> int:
    if unknown := set(arguments) - set(PARTS):
        raise SystemExit(f"There is no part {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        with stage() as found:
            django.setup()
            run(found, arguments or list(PARTS))
    except Died as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
