"""A small reader of calendar files after RFC 5545, which shares nothing with the library that writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

Entry = dict[str, list[str]]

ONCE = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS")
ESCAPED = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\"}


def lines(content: bytes) -> list[str]:
    """The lines of a file without their folds; every rule about octets and line ends is checked."""
    text = content.decode("utf-8")
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text), "every line ends with CRLF"
    physical = text.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 for line in physical), "lines are folded at 75 octets"
    found = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert all(re.match(r"[A-Z-]+[;:]", line) for line in found), "every line is a property"
    assert not any(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line) for line in found), "no control character"
    return found


def checked(content: bytes) -> list[Entry]:
    """Check the structure of a file and answer its entries: {property: [line after the name, ...]}."""
    found = lines(content)
    assert found[0] == "BEGIN:VCALENDAR"
    assert found[-1] == "END:VCALENDAR"
    head = found[: found.index("BEGIN:VEVENT")] if "BEGIN:VEVENT" in found else found
    assert sum(line == "VERSION:2.0" for line in head) == 1
    assert sum(line.startswith("PRODID:") for line in head) == 1
    assert sum(line.startswith("METHOD:") for line in head) == 1
    entries: list[Entry] = []
    inside = False
    for line in found:
        if line == "BEGIN:VEVENT":
            assert not inside
            inside = True
            entries.append({})
        elif line == "END:VEVENT":
            inside = False
        elif inside:
            name = re.split("[;:]", line)[0]
            entries[-1].setdefault(name, []).append(line.removeprefix(name))
    for entry in entries:
        for once in ONCE:
            assert len(entry[once]) == 1, f"{once} stands once"
        for moment in ("DTSTAMP", "DTSTART", "DTEND"):
            assert re.fullmatch(r":\d{8}T\d{6}Z", entry[moment][0]), f"{moment} is in UTC"
        assert entry["DTSTART"][0] < entry["DTEND"][0]
    identifiers = [entry["UID"][0] for entry in entries]
    assert len(set(identifiers)) == len(identifiers)
    return entries


def text(entry: Entry, name: str) -> str:
    """A text of an entry as a person reads it."""
    value = entry[name][0].removeprefix(":")
    return re.sub(r"\\(.)", lambda found: ESCAPED[found[1]], value)


def moment(entry: Entry, name: str) -> datetime:
    return datetime.strptime(entry[name][0], ":%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
