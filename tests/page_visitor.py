"""Somebody at the booking page with a browser that knows no script and no cookie: reads, fills in, presses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

VOID = frozenset({"input", "link", "meta", "br", "hr", "img"})


@dataclass(kw_only=True)
class Button:
    """A way to send a form."""

    label: str
    name: str
    value: str
    action: str


@dataclass(kw_only=True)
class Form:
    """What a form would send as it is, and its buttons."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What came back."""

    status: int
    path: str
    html: str
    text: str
    headers: Mapping[str, str]
    forms: tuple[Form, ...]
    links: Mapping[str, str]
    """From the words of a link to where it leads."""

    @property
    def times(self) -> list[str]:
        """The starts on offer, as the page says them, in its order."""
        return [button.label for form in self.forms for button in form.buttons if button.name == "start"]

    def value(self, name: str) -> str:
        """What stands in a field."""
        return next(form.values[name] for form in self.forms if name in form.values)


@dataclass(kw_only=True)
class PageVisitor:
    """One browser. `page` is what it shows; redirects are followed as browsers do."""

    app: Flask
    practice: str = "north"
    address: str = "127.0.0.1"
    forwarded: str = ""
    page: Page = Page(status=0, path="", html="", text="", headers={}, forms=(), links={})

    def go(self, path: str = "") -> Page:
        return self._shown(self._ask("GET", path or f"/book/{self.practice}"))

    def follow(self, words: str) -> Page:
        return self.go(next(to for said, to in self.page.links.items() if words in said))

    def press(self, words: str, **typed: str) -> Page:
        """Fill in fields and press the first button with these words."""
        form, button = next((f, b) for f in self.page.forms for b in f.buttons if words in b.label)
        values = {**form.values, **typed}
        if button.name:
            values[button.name] = button.value
        action = button.action or form.action or self.page.path
        return self._shown(self._ask(form.method, action, values))

    def ask(self, where: str = "L6X 1N3", **more: str) -> Page:
        """The first step from its beginning: an hour of Swedish unless asked otherwise."""
        self.go()
        return self.press("See times", **{"where": where, "service": "swedish", "minutes": "60", **more})

    def tell(self, **more: str) -> Page:
        """The third step, filled in well unless told otherwise."""
        usual = {"name": "Anna Bell", "phone": "905 555 0111", "door": "12 Main Street, unit 4", "applies": "no"}
        return self.press("Book ", **{**usual, **more})

    def _ask(self, method: str, path: str, values: Mapping[str, str] | None = None) -> TestResponse:
        parts = urlsplit(path)
        where = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"X-Forwarded-For": self.forwarded} if self.forwarded else {}
        sent: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": self.address}, "headers": headers}
        if method.upper() == "GET":
            # Each with no cookie: nothing may depend on one.
            return self.app.test_client(use_cookies=False).get(where, query_string=values, **sent)
        return self.app.test_client(use_cookies=False).post(where, data=values, **sent)

    def _shown(self, answer: TestResponse) -> Page:
        while answer.status_code in (302, 303):
            answer = self._ask("GET", answer.headers["Location"])
        read = _Reader()
        read.feed(answer.text)
        self.page = Page(
            status=answer.status_code,
            path=answer.request.path
            + (f"?{answer.request.query_string.decode()}" if answer.request.query_string else ""),
            html=answer.text,
            text=_plain("".join(read.words)),
            headers=answer.headers,
            forms=tuple(_named(read.forms)),
            links={_plain(words): to for words, to in read.links},
        )
        return self.page


def _named(forms: list[Form]) -> Iterator[Form]:
    for form in forms:
        yield replace(form, buttons=[replace(button, label=_plain(button.label)) for button in form.buttons])


def _plain(words: str) -> str:
    return " ".join(words.split())


class _Reader(HTMLParser):
    """Takes a page apart."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._inside: list[str] = []
        self._select = ""
        self._text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag not in VOID:
            self._inside.append(tag)
        match tag:
            case "form":
                self.forms.append(Form(action=given.get("action", ""), method=given.get("method", "get")))
            case "input":
                self._input(given)
            case "textarea":
                self._text = given["name"]
                self.forms[-1].values[self._text] = ""
            case "select":
                self._select = given["name"]
            case "option" if "selected" in given or self._select not in self.forms[-1].values:
                self.forms[-1].values[self._select] = given["value"]
            case "button":
                action = given.get("formaction", "")
                self.forms[-1].buttons.append(
                    Button(label="", name=given.get("name", ""), value=given.get("value", ""), action=action)
                )
            case "a":
                self.links.append(("", given.get("href", "")))

    def _input(self, given: dict[str, str]) -> None:
        is_choice = given.get("type") in ("radio", "checkbox")
        if not is_choice or "checked" in given:
            self.forms[-1].values[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if "script" in self._inside or "title" in self._inside:
            return
        self.words.append(data)
        if "button" in self._inside:
            self.forms[-1].buttons[-1].label += data
        if "a" in self._inside:
            words, to = self.links[-1]
            self.links[-1] = (words + data, to)
        if "textarea" in self._inside:
            self.forms[-1].values[self._text] += data
