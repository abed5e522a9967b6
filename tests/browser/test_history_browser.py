"""The desk's pages on the past in a browser, on a phone and on a desk: nothing that axe knows, nothing that the policy refuses."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from claims.models import Request
from tests.claims.desk_data import make_account, make_newsroom, signed_in
from tests.claims.test_history_pages import a_story
from tests.claims.test_seal import seal


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_on_the_past_have_no_violation(browser: Browser, live_site: str, width: int) -> None:
    room = make_newsroom()
    a_story(room)
    seal()
    order = Request.objects.create(
        kind="court_order",
        text="Erase it.",
        received_at=timezone.now(),
        source=room.source,
        sender="The court",
    )
    account = make_account("chief", "senior editor", "editor")
    context = browser.new_context(viewport={"width": width, "height": 900})
    session = signed_in(account).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_site}])
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    past = reverse("desk:claim_as_of", args=[room.claim.pk])
    for path in (
        reverse("desk:claim_history", args=[room.claim.pk]),
        reverse("desk:source_history", args=[room.source.pk]),
        reverse("desk:speaker_history", args=[room.spokesman.pk]),
        f"{past}?on={timezone.localdate().isoformat()}",
        reverse("desk:dossier", args=[room.claim.pk]),
        reverse("desk:order", args=[order.pk]),
        reverse("desk:permissions"),
    ):
        page.goto(live_site + path, wait_until="load")
        assert heard == [], path
        found: list[Any] = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        heard.clear()  # axe writes styles into the page, which the policy refuses
    page.goto(live_site + past)
    page.get_by_label("As it stood on").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Show").click()
    page.get_by_text("This is the past, rebuilt from the history.").wait_for()
