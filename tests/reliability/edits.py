"""R2 at length: many editors change one statement at once over HTTP, in the admin's form and on the desk's card; no edit is lost.

    python -m tests.reliability.edits [--editors 8] [--edits 500]

Each edit opens a form, writes something of its own and sends it. Answered 302, exactly one event has it, right above the version that the
form showed. Answered 409, it is nowhere, and the page has base, theirs and yours. Prints one line of figures; 1: something was lost.
"""

from __future__ import annotations

import argparse
import http.client
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.reliability.clones import throwaway_clone

TOKEN = "a" * 32  # cookie and form agree: all that Django's protection against forged forms asks for


@dataclass(frozen=True)
class Sent:
    """One edit: where, on top of which version, what of its own, and what came back."""

    in_admin: bool
    base: int
    mark: str
    status: int
    told: bool


class Editor:
    """A signed-in browser without JavaScript."""

    def __init__(self, address: str, session: str) -> None:
        self.place = urlsplit(address).netloc
        self.cookies = f"sessionid={session}; csrftoken={TOKEN}"

    def ask(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.place, timeout=120)
        headers = {"Cookie": self.cookies, "Accept-Language": "en"}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({**data, "csrfmiddlewaretoken": TOKEN})
        connection.request("GET" if data is None else "POST", path, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return answer.status, page


def edit(editor: Editor, statement: Any, in_admin: bool, number: int) -> Sent:
    """Opens the form, changes one thing to what nobody else writes, sends it."""
    from django.utils.formats import localize
    from django.utils.translation import override

    from tests.claims.desk_forms import fields_of

    if in_admin:
        path, mark, name = (
            f"/admin/claims/statement/{statement.pk}/change/",
            f"note-{number}-",
            "base_version",
        )
        data = fields_of(editor.ask(path)[1])
        data["desk_note"] = mark
    else:
        mark, name = (date(1950, 1, 1) + timedelta(number)).isoformat(), "version"
        card = editor.ask(f"/desk/triage/{statement.source_id}/?s={statement.pk}&do=edit")[1]
        path = f"/desk/triage/statements/{statement.pk}/"
        found = re.search(r'name="version" value="(\d+)"><input type="hidden" name="do" value="edit"', card)
        data = {each: getattr(statement, each) for each in ("act", "delivery", "hedge")}
        data |= {"do": "edit", "version": found[1] if found else "", "words": statement.quote}
        data |= {"said_earliest": mark, "said_latest": mark, "said_basis": "stated"}
    status, page = editor.ask(path, data)
    table = page.partition('<table class="desk-conflict">')[2].partition("</table>")[0]
    with override("en"):
        shown = mark if in_admin else localize(date.fromisoformat(mark))
    told = table.count('scope="col"') == 4 and shown in table and table.count("<td>") >= 3
    return Sent(in_admin, int(data.get(name) or 0), mark, status, told)


def race(address: str, editors: int, edits: int) -> tuple[list[Sent], list[str]]:
    """(what was sent, what is wrong): everybody edits the same suggestion, the two forms by turns."""
    from django.urls import reverse

    from tests.claims.desk_data import make_account, make_newsroom, signed_in

    statement = make_newsroom().suggestion
    statement.refresh_from_db()
    assert reverse("desk:triage_decide", args=[statement.pk]) == f"/desk/triage/statements/{statement.pk}/"
    clients = [signed_in(make_account(f"editor-{n}", "editor")) for n in range(editors)]
    people = [Editor(address, client.cookies["sessionid"].value) for client in clients]

    def all_of(n: int) -> list[Sent]:
        return [edit(people[n], statement, (k + n) % 2 == 0, n * edits + k) for k in range(edits)]

    before = statement.events.count()
    with ThreadPoolExecutor(editors) as pool:
        sent = [each for done in pool.map(all_of, range(editors)) for each in done]
    return sent, wrong(statement, sent, before)


def wrong(statement: Any, sent: list[Sent], before: int) -> list[str]:
    """Every edit that was lost, came in twice or unseen, or was refused without a word."""
    events = list(statement.events.order_by("version").values("version", "desk_note", "said_earliest"))
    at = {each["version"]: each for each in events}
    found = []
    for each in sent:
        event = at.get(each.base + 1, {})
        stored = event.get("desk_note") if each.in_admin else str(event.get("said_earliest"))
        if each.status == 302 and stored != each.mark:
            found.append(f"lost: {each}")
        if each.status == 409 and (not each.told or stored == each.mark):
            found.append(f"refused, but not told or written nevertheless: {each}")
        if each.status not in (302, 409):
            found.append(f"answered {each.status}: {each}")
    accepted = sum(each.status == 302 for each in sent)
    if len(events) != accepted + before or len(at) != len(events):
        found.append(f"{len(events)} events for {accepted} accepted edits")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Many editors at once: is an edit lost?")
    parser.add_argument("--editors", type=int, default=8)
    parser.add_argument("--edits", type=int, default=500, help="of each editor")
    options = parser.parse_args()
    with throwaway_clone(one_connection=False):
        from tests.databases import served

        began = time.monotonic()
        with served() as address:
            sent, trouble = race(address, options.editors, options.edits)
    print(*trouble[:20], sep="\n")
    accepted = sum(each.status == 302 for each in sent)
    print(
        f"{options.editors} editors x {options.edits} edits: {accepted:,} accepted, {len(sent) - accepted:,} refused,"
        f" {len(trouble)} lost or wrong; {time.monotonic() - began:.0f} s"
    )
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
