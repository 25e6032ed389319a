"""Workbooks in: what is read of an XLSX file, and what is refused before a parser of XML sees it.

A workbook is a zip of XML parts. It is copied without what no table needs (drawings, links to other files, empty
formatted cells), part by part in pieces, so that neither its size nor its entities can fill the memory of the host.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from portal.kit.states import Refused

MAX_UNZIPPED = 25 * 1024 * 1024  # reading takes forty times as much memory and ten seconds
MAX_RAW = 200 * 1024 * 1024  # with empty formatted cells: a million rows of them are looked through in seconds
MAX_PARTS = 2000
MAX_PIECE = 5 * 1024 * 1024  # of one row
PIECE = 1024 * 1024
LAST_ROW = 1_048_576  # of any spreadsheet program
OLD = b"\xd0\xcf\x11\xe0"  # the container of .xls, and of a workbook with a password
LEFT_OUT = ("/externalLinks/", "/drawings/", "/media/", "/charts/", "/embeddings/", "/pivot", "/comments", "customXml/")
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
EMPTY_CELL = re.compile(rb'<(?:\w+:)?c\s(?=[^<>]*\br=")[^<>]*(?:/>|>\s*</(?:\w+:)?c>)')
EMPTY_ROW = re.compile(rb'<(?:\w+:)?row\s(?=[^<>]*\br=")[^<>]*(?:/>|>\s*</(?:\w+:)?row>)')
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s")
# a cell whose formula was never worked out; an empty text is a value
UNSOLVED = re.compile(
    rb'<(?:\w+:)?c\s(?![^<>]*\bt="str")[^<>]*\br="([A-Z]+[0-9]+)"[^<>]*>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def read_workbook(content: bytes, *, max_columns: int) -> tuple[Iterator[Any], list[str]]:
    """The rows of the first sheet that is shown, as cells, and notes about what was not read.

    Raises `Refused`; a fault of the XML may come while the rows are read, as one of a dozen exceptions.
    """
    _refuse_other_kinds(content)
    slim = _slim_copy(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles that nobody needs
        book = load_workbook(slim, read_only=True, data_only=True, keep_links=False)
    sheets: list[Any] = list(book.worksheets)
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    if not shown:
        raise Refused(_("The workbook has no sheet that is shown. Show the sheet with the table, then save it again."))
    notes = []
    if len(sheets) > 1:
        notes.append(
            _("Only the sheet “%(title)s” was read: it is the first that is shown.") % {"title": shown[0].title}
        )
    with zipfile.ZipFile(slim) as archive:
        text = archive.read(shown[0]._worksheet_path)
    _refuse_unsolved(text)
    if MERGED.search(text):
        notes.append(
            _("The sheet has merged cells. Only the first cell of each holds its value; the others are empty.")
        )
    return shown[0].iter_rows(min_row=1, max_row=LAST_ROW, max_col=max_columns), notes


def _refuse_other_kinds(content: bytes) -> None:
    """What people call .xlsx and is something else, each with what to do about it."""
    if content.startswith(OLD):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused(_("The workbook has a password. Save it without a password, then try again."))
        raise Refused(_("This is a workbook of an old kind (.xls). Save it as .xlsx, then try again."))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Refused(_("This is a web page with the name of a workbook. Open it, save it as .xlsx, then try again."))


def _slim_copy(content: bytes) -> io.BytesIO:
    slim = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(slim, "w") as target:
        parts = {item.filename: item for item in source.infolist()}
        if any(name.lower().endswith("vbaproject.bin") for name in parts):
            raise Refused(_("The workbook has macros. Save it as .xlsx without macros, then try again."))
        if any(item.flag_bits & 1 for item in parts.values()):
            raise Refused(_("The workbook has a password. Save it without a password, then try again."))
        if len(parts) > MAX_PARTS or sum(item.file_size for item in parts.values()) > MAX_RAW:
            raise Refused(_("The file is too large when it is unpacked."))
        room = MAX_UNZIPPED
        for name, item in parts.items():
            if not name.lower().endswith((".xml", ".rels")) or any(word in f"/{name}" for word in LEFT_OUT):
                continue
            with source.open(item) as part:
                kept = b"".join(_pieces(part, room, strip=bool(SHEET.fullmatch(name))))
            room -= len(kept)
            target.writestr(name, kept)
    slim.seek(0)
    return slim


def _pieces(part: Any, room: int, *, strip: bool) -> Iterator[bytes]:
    """One part in pieces, a sheet without its empty cells and rows; a definition of entities is refused."""
    rest = b""
    while True:
        more = part.read(PIECE)
        piece = rest + more
        if b"<!DOCTYPE" in piece or b"\x00" in piece:
            raise Refused(_("The file cannot be read as XLSX. Save it again in your spreadsheet program."))
        rest = b""
        if more:  # cut where a row begins, so that none is torn
            begins = [found.start() for found in ROW.finditer(piece)][-1:] if strip else []
            at = begins[0] if begins else len(piece) if not strip else 0
            piece, rest = piece[:at], piece[at:]
            if not strip:  # a word may be torn by the cut
                piece, rest = piece[:-16], piece[-16:]
        if strip:
            piece = EMPTY_ROW.sub(b"", EMPTY_CELL.sub(b"", piece))
        room -= len(piece)
        if room < 0 or len(rest) > MAX_PIECE:
            raise Refused(_("The file is too large when it is unpacked."))
        yield piece
        if not more:
            return


def _refuse_unsolved(sheet: bytes) -> None:
    found = [cell.decode() for cell in UNSOLVED.findall(sheet)]
    if found:
        raise Refused(
            _("These cells hold a formula without a result: %(cells)s. Open the file, save it again, then try again.")
            % {"cells": ", ".join(found[:5]) + ("…" if len(found) > 5 else "")}
        )
