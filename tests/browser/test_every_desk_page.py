"""Every page of the desk on a telephone, all that folds unfolded: nothing that axe finds, nothing the policy refuses, no sideways scrolling.

The pages are those of the table of permissions, in which every address must stand: a new one is visited without being named here.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page

from tests.claims.desk_data import make_account, signed_in
from tests.claims.test_permissions_table import TABLE, addresses

# No pages: files for machines, a picture of nothing, and what leads elsewhere.
NO_PAGE = {
    "desk/claims/<int:pk>/dossier.json",
    "desk/evidence/<int:pk>/file/",
    "desk/language/",
    "desk/triage/<int:pk>/next/",
}


def test_no_page_of_the_desk_shuts_anybody_out_breaks_the_policy_or_scrolls_sideways(
    page: Page, live_site: str
) -> None:
    found = addresses()
    everybody = make_account("everybody", "senior editor", "admin")
    session = signed_in(everybody).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_site}])
    page.set_viewport_size({"width": 320, "height": 900})
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    wrong: list[Any] = []
    for route, rule in TABLE.items():
        if not route.startswith("desk/") or rule.read is None or route in NO_PAGE:
            continue
        answer = page.goto(live_site + found[route], wait_until="load")
        if answer is None or answer.status != 200:
            wrong.append((route, answer and answer.status))
            continue
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        wrong += [(route, said) for said in heard]
        violations: list[Any] = Axe().run(page).response["violations"]
        wrong += [(route, each["id"], each["nodes"][0]["html"]) for each in violations]
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wrong.append((route, width))
        heard.clear()  # axe writes styles into the page, which the policy refuses
    assert wrong == []
