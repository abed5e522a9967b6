"""Reading a form out of a page, as a browser without JavaScript would send it back."""

from __future__ import annotations

from html.parser import HTMLParser


class _Form(HTMLParser):
    """The successful controls of the form with the id `wanted` (any POST form without one)."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.inside = wanted, False
        self.found: dict[str, str] = {}
        self.select = self.textarea = ""
        self.first: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("id") == self.wanted
        if not self.inside:
            return
        name, value, kind = given.get("name") or "", given.get("value") or "", given.get("type") or "text"
        if tag == "input" and name and kind not in ("submit", "button", "file"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.found[name] = value if "value" in given else ("on" if kind == "checkbox" else "")
        elif tag == "select":
            self.select, self.first = name, None
        elif tag == "option" and self.select:
            self.first = value if self.first is None else self.first
            if "selected" in given:
                self.found[self.select] = value
        elif tag == "textarea":
            self.textarea, self.found[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.found[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            self.found.setdefault(self.select, self.first or "")
            self.select = ""
        elif tag == "textarea":
            # A browser drops the first line break of a text area.
            if self.textarea:
                self.found[self.textarea] = self.found[self.textarea].removeprefix("\r\n").removeprefix("\n")
            self.textarea = ""


def fields_of(page: str, form: str = "") -> dict[str, str]:
    """The fields of the admin's change form on a page (or of the form with that id), by name."""
    wanted = form or next(
        part.split('"')[0] for part in page.split(' id="')[1:] if part.split('"')[0].endswith("_form")
    )
    reader = _Form(wanted)
    reader.feed(page)
    reader.found.pop("csrfmiddlewaretoken", None)
    return {name: value for name, value in reader.found.items() if "__prefix__" not in name}
