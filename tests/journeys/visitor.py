"""A browser without a screen: it reads pages, follows their links and sends their forms with everything in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client

EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
SILENT = {"head", "script", "style", "svg", "template"}


@dataclass
class Field:
    """One name of a form; `kind` is the type of the input, or "select" and "textarea"."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)  # what a browser sends when nobody touches it
    options: dict[str, str] = field(default_factory=dict)  # value -> words, of a choice
    multiple: bool = False
    attrs: dict[str, str] = field(default_factory=dict)


@dataclass
class Form:
    """A form as the browser sees it; `buttons` are words, name and value of each."""

    action: str
    method: str
    enctype: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """What is sent when nobody touches the form."""
        return {
            name: one.values if one.multiple or len(one.values) > 1 else one.values[0]
            for name, one in self.fields.items()
            if one.values
        }

    def filled(self, **typed: Any) -> dict[str, Any]:
        """The data with some fields filled by hand; only what the page offers can be filled."""
        data = self.data()
        for name, value in typed.items():
            one = self.fields.get(name)
            assert one is not None, f"{self.action} has no field {name!r}, it has {sorted(self.fields)}"
            if one.options:
                value = _chosen(one, value)
            if value in (None, []):
                data.pop(name, None)
            else:
                data[name] = value
        return data


def _chosen(one: Field, value: Any) -> Any:
    """Values of a choice by value or by words, a lone box by yes or no; only what is offered can be chosen."""
    if isinstance(value, bool):
        return next(iter(one.options)) if value else None
    if isinstance(value, list | tuple):
        return [_chosen(one, each) for each in value]
    if str(value) in one.options:
        return str(value)
    found = [key for key, words in one.options.items() if words == value]
    assert found, f"{one.name} does not offer {value!r}: {one.options}"
    return found[0]


class Page(HTMLParser):
    """The words, links and forms of one page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.rows: list[str] = []
        self.errors: list[str] = []
        self.title = ""
        self._words: list[str] = []
        self._form: Form | None = None
        self._known: dict[str, Form] = {}  # a field may stand outside its form and name it
        self._stack: list[tuple[str, dict[str, str], int]] = []
        self._labels: dict[str, str] = {}
        self._boxes: dict[str, tuple[Field, str]] = {}
        self._select: Field | None = None
        self.feed(html)
        self.close()
        self.text = " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get").lower(), found.get("enctype", ""))
            self.forms.append(self._form)
            self._known[found.get("id", "")] = self._form
        elif tag == "input":
            self._input(found)
        elif tag == "select":
            self._select = Field(found.get("name", ""), "select", multiple="multiple" in found, attrs=found)
            form = self._form_of(found)
            if form and self._select.name and "disabled" not in found:
                form.fields[self._select.name] = self._select
        if tag not in EMPTY:
            self._stack.append((tag, found, len(self._words)))
        if tag in {
            "p",
            "div",
            "li",
            "td",
            "th",
            "tr",
            "br",
            "h1",
            "h2",
            "h3",
            "dt",
            "dd",
            "section",
            "option",
            "label",
        }:
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if all(name != tag for name, _attrs, _start in self._stack):
            return
        while True:
            name, attrs, start = self._stack.pop()
            self._ended(name, attrs, "".join(self._words[start:]))
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        tags = {name for name, _attrs, _start in self._stack}
        if self._stack and self._stack[-1][0] == "title" and "svg" not in tags:
            self.title += data
        if not tags & SILENT:
            self._words.append(data)

    def _input(self, found: dict[str, str]) -> None:
        name, kind = found.get("name", ""), found.get("type", "text")
        form = self._form_of(found)
        if not form or not name or "disabled" in found or kind in ("submit", "image", "reset", "button"):
            return
        one = form.fields.setdefault(name, Field(name, kind, attrs=found))
        value = found.get("value", "on" if kind in ("checkbox", "radio") else "")
        if kind in ("checkbox", "radio"):
            identity = found.get("id", "")
            one.options[value] = self._labels.get(identity, found.get("aria-label", ""))
            self._boxes[identity] = (one, value)
            one.multiple = kind == "checkbox" and len(one.options) > 1
            if "checked" in found:
                one.values.append(value)
        elif kind == "file":
            one.values = []
        else:
            one.values.append(value)

    def _form_of(self, attrs: dict[str, str]) -> Form | None:
        """The form around a field, or the one that it names."""
        return self._known.get(attrs["form"]) if "form" in attrs else self._form

    def _ended(self, tag: str, attrs: dict[str, str], raw: str) -> None:
        words, classes = " ".join(raw.split()), attrs.get("class", "").split()
        if tag == "a" and "href" in attrs:
            self.links.append((words, attrs["href"]))
        elif tag == "tr":
            self.rows.append(words)
        elif tag == "label" and "for" in attrs:
            self._label(attrs["for"], words)
        elif tag == "textarea" and self._form and attrs.get("name"):
            self._form.fields[attrs["name"]] = Field(attrs["name"], "textarea", [raw.removeprefix("\n")], attrs=attrs)
        elif tag == "option" and self._select is not None:
            self._option(attrs, words)
        elif tag == "select" and self._select is not None:
            one = self._select
            if not one.values and not one.multiple and one.options:
                one.values = [next(iter(one.options))]
            self._select = None
        elif tag == "button" and attrs.get("type", "submit") == "submit":
            if form := self._form_of(attrs):
                form.buttons.append((words, attrs.get("name", ""), attrs.get("value", "")))
        elif tag == "form":
            self._form = None
        if "invalid-feedback" in classes or "error-summary" in classes:
            self.errors.append(words)

    def _option(self, attrs: dict[str, str], words: str) -> None:
        assert self._select is not None
        value = attrs.get("value", words)
        self._select.options[value] = words
        if "selected" in attrs:
            self._select.values.append(value)

    def _label(self, identity: str, words: str) -> None:
        """A label may stand before or after its box."""
        self._labels[identity] = words
        if identity in self._boxes:
            box, value = self._boxes[identity]
            box.options[value] = words

    def form(self, button: str) -> Form:
        """The form that has a button with these words."""
        found = [form for form in self.forms if any(words == button for words, _name, _value in form.buttons)]
        every = [words for form in self.forms for words, _name, _value in form.buttons]
        assert found, f"no button {button!r} on “{self.title.strip()}”; there are {every}"
        return found[0]

    def link(self, words: str) -> str:
        """The address of a link by its words, or by their beginning."""
        for exact in (True, False):
            for text, address in self.links:
                if text == words or (not exact and text.startswith(words)):
                    return address
        raise AssertionError(f"no link {words!r} on “{self.title.strip()}”; there are {self.links}")

    def row(self, words: str) -> str:
        """The line of a table that holds these words."""
        found = [row for row in self.rows if words in row]
        assert found, f"no line with {words!r} on “{self.title.strip()}”: {self.rows}"
        return found[0]


class Visitor:
    """One person's browser: one page is open at a time, and its forms need their hidden token."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.address = "/"
        self.page = Page("")
        self.answer: Any = None

    def open(self, address: str, *, status: int = 200) -> Page:
        return self._read(self.client.get(self._absolute(address), follow=True), status)

    def follow(self, words: str, *, status: int = 200) -> Page:
        """Click a link."""
        return self.open(self.page.link(words), status=status)

    def download(self, words: str) -> Any:
        """Click a link to a file; the page stays open."""
        answer = self.client.get(self._absolute(self.page.link(words)))
        assert answer.status_code == 200, f"{words}: {answer.status_code}"
        return answer

    def send(self, button: str, *, status: int = 200, **typed: Any) -> Page:
        """Fill the form of a button and press it; a form that comes back with errors fails the test."""
        page = self.press(button, status=status, **typed)
        assert not page.errors, f"{button}: {page.errors}"
        return page

    def press(self, button: str, *, status: int = 200, **typed: Any) -> Page:
        form = self.page.form(button)
        data = form.filled(**typed)
        name, value = next((name, value) for words, name, value in form.buttons if words == button)
        if name:
            data[name] = value
        address = self._absolute(form.action)
        if form.method == "get":
            return self._read(self.client.get(address.partition("?")[0], data, follow=True), status)
        return self._read(self.client.post(address, data, follow=True), status)

    def fields(self, button: str) -> dict[str, Field]:
        return self.page.form(button).fields

    def links(self) -> Iterator[str]:
        """The addresses of this site on the open page."""
        for _words, address in self.page.links:
            if not urlsplit(address).netloc and not address.startswith(("#", "mailto:")):
                yield self._absolute(address)

    def _absolute(self, address: str) -> str:
        return urljoin(self.address, address) if address else self.address

    def _read(self, answer: Any, status: int) -> Page:
        assert answer.status_code == status, f"{answer.request['PATH_INFO']}: {answer.status_code}, expected {status}"
        query = answer.request.get("QUERY_STRING", "")
        self.address = answer.request["PATH_INFO"] + (f"?{query}" if query else "")
        self.answer = answer
        self.page = Page(answer.content.decode() if "text/html" in answer.headers.get("Content-Type", "") else "")
        return self.page
