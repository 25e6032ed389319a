"""What people, their programs and their enemies type: data of the trial of every form and list."""

from __future__ import annotations

from tests.make import TODAY, days

# a list of values for the fields of a kind; each must be answered by a sentence
HIDDEN = ["nul \x00 sign", "\x1b[31mred\x1b[0m", "bell \x07", "two\u2028lines", "gnp.exe \u202e txt", "\u2066turned"]
NUMBERS = ["-1", "9223372036854775808", "1e309", "0x1F", "12.5", "²", "9" * 30, "many"]
DAYS = ["0000-01-01", "9999-12-31", "2027-02-30", "2027-02-29", "10000-01-01", "tomorrow'; DROP TABLE event;--"]
HOURS = ["24:00", "-1:00", "noon", "99:99", "10:00\x00"]
ZONES = ["Mars/Olympus", "asia/bangkok", "UTC+7", "../../etc/passwd", "Asia/Bangkok\x00", "localtime"]
CHOICES = ["9" * 30, "-1", "\x00"]
ADDRESSES = [
    "a@x.example, b@y.example",
    "a@x.example;b@y.example",
    "alice@x.example]<bob@y.example>",
    "a@[127.0.0.1]",
    "a%b@x.example@y.example",
    "-oQ/tmp/x@x.example",
    "a@-x-.example",
    "m\u0131ke@customs.example",
    "mi\u212ae@customs.example",
    "\uff41dmin@customs.example",
    "someone@customs.example\nBcc: all@y.example",
]
LINKS = [
    "javascript:alert(1)",
    "http://meet.example/1",
    "https://zoom.us@evil.example/j/1",
    "https://",
]
LATE, LATER = (TODAY + days(80)).isoformat(), (TODAY + days(90)).isoformat()
# two fields and what they get: the wrong order, years ago, much too long
SPANS = [
    ("starts_on", "ends_on", LATER, LATE),
    ("nominate_by", "starts_on", LATER, LATE),
    ("planned_start_on", "planned_end_on", LATER, LATE),
    ("begins", "ends", "12:00", "10:00"),
    ("begins", "ends", "12:00", "12:00"),
    ("starts_on", "ends_on", "2001-01-01", "2001-01-02"),
    ("starts_on", "ends_on", LATE, (TODAY + days(500)).isoformat()),
]
# no fault of the person who types it: it is kept or refused, and a page shows it as it stands
STRANGE = '"><script>alert(1)</script>{{ 7|add:7 }}{% now "Y" %} %(x)s %s =1+1 Siobhán O’Brien \'; DROP TABLE event;--'


# words of the address bar, several at once
WORDS = [
    {"page": "abc", "sort": ";drop", "year": "9999/99", "month": "2020-13", "show": "zzz", "state": "zzz", "q": "%"},
    {"page": "-1", "sort": "-", "year": "2020/22", "view": "month", "month": "9999-12", "kind": "\x00", "donor": "abc"},
    {"page": "9" * 30, "sort": "title\x00", "year": "9" * 30, "view": "month", "month": "0000-00", "pillar": "9" * 30},
    {"page": "0", "sort": "--date", "year": "\x00", "view": "month", "month": "1-1-1", "administration": "9" * 30},
    {
        "page": "1e9",
        "sort": "password",
        "year": "-1",
        "month": "\x00",
        "when": "\x00",
        "donor": "9" * 30,
        "item": "abc",
    },
    {"page": "\x00", "sort": "event__officer__password", "show": "\x00", "administration": "abc", "q": "\x00" * 3},
    {"page": "²", "topic": "x" * 9000, "q": "x" * 9000, "sort": "x" * 9000, "person": "\x00", "verb": "\u2028"},
    {
        "item": "9" * 30,
        "state": "\x00",
        "number": "\x00",
        "next": "//evil.example",
        "due_from": "0000-00-00",
        "month": "",
    },
    {
        "due_from": "9999-12-31",
        "due_until": "0001-01-01",
        "group": "9" * 30,
        "person": "9" * 30,
        "body": "o" + "9" * 30,
    },
    {
        "month": "9999-12",
        "year": "9998",
        "view": "zzz",
        "when": "zzz",
        "purpose": "\x00",
        "overdue": "\x00",
        "body": "²",
    },
]
