"""Two editors and one claim, from triage to withdrawal, in a browser: every page without a violation, and nothing the policy refuses."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as site_settings
from playwright.sync_api import Browser, Page

from claims import contest
from claims.models import Claim, Correction, Position, Request, Verdict
from tests.claims.desk_data import REASON, Newsroom, make_account, make_newsroom, signed_in

NOTE = "Cite the admission itself, with its words."
SAID = "We wrote “sold” where the minister said “lent”; we have corrected it."
SIZES = {"anna": 1280, "chief": 320}


class Desk:
    """One editor's browser, which looks at each page that it comes to."""

    def __init__(self, browser: Browser, site: str, name: str, *roles: str) -> None:
        session = signed_in(make_account(name, *roles)).cookies[site_settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport={"width": SIZES[name], "height": 900})
        context.add_cookies([{"name": site_settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        self.site, self.page, self.width = site, context.new_page(), SIZES[name]
        self.page.set_default_timeout(15_000)
        self.heard: list[str] = []
        self.page.on("console", lambda said: self.heard.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))

    def to(self, path: str) -> Page:
        self.page.goto(self.site + path, wait_until="load")
        self.look()
        return self.page

    def press(self, name: str) -> None:
        """A button or link that leads on; then a look at where it led."""
        button = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        with self.page.expect_navigation(wait_until="load"):
            button.first.click()
        self.look()

    def look(self) -> None:
        assert self.heard == [], self.page.url
        found: list[Any] = Axe().run(self.page).response["violations"]
        if "/desk/" in self.page.url:
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], self.page.url
            assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url
        critical = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] == "critical"]
        assert critical == [], self.page.url
        self.heard.clear()  # axe writes styles into the page, which the policy refuses


@pytest.fixture
def room(live_site: str, settings: Any) -> Newsroom:
    settings.CLAIMTRACKER_SECOND_READER = True
    made = make_newsroom()
    contest.refresh([made.claim.pk])
    return made


def test_two_editors_bring_a_claim_from_triage_to_withdrawal(
    browser: Browser, live_site: str, room: Newsroom
) -> None:
    anna = Desk(browser, live_site, "anna", "editor")
    chief = Desk(browser, live_site, "chief", "senior editor")
    claim = f"/desk/claims/{room.claim.pk}/"

    # The article and the claim are published, after a look at what that shows.
    chief.to(f"/admin/sources/source/{room.source.pk}/act/publish/")
    chief.press("Publish")
    chief.to(claim)
    chief.press("Publish…")
    assert "2 statements will be shown." in chief.page.content()
    chief.press("Publish")

    # Anna accepts what the machine found, in triage, and proposes with a link added on the spot.
    page = anna.to(f"/desk/triage/{room.source.pk}/")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("a")
    anna.look()
    room.suggestion.refresh_from_db()
    assert room.suggestion.review == "accepted"
    anna.to(claim)
    page.get_by_label("Propose as confirmed").check()
    page.get_by_label("Reason in English").fill(REASON)
    page.get_by_text("Add evidence with it").click()
    page.get_by_label("For", exact=True).check()
    page.get_by_label("Link", exact=True).fill("https://example.org/minister")
    anna.look()
    anna.press("Propose")
    assert Verdict.objects.get().stage == "proposed"
    assert anna.page.get_by_role("link", name="Approve").count() == 0

    # The chief sends it back; Anna answers; the chief approves.
    chief.to("/desk/decisions/")
    chief.press("Send back with a note")
    chief.page.get_by_label("Note to its author").fill(NOTE)
    chief.press("Send back with a note")
    anna.to("/desk/decisions/")
    assert NOTE in anna.page.content()
    anna.press("Propose again")
    anna.page.get_by_label("Answer to the note").fill("It is the link.")
    anna.press("Propose again")
    chief.to(claim)
    chief.press("Approve")
    assert "What will happen" in chief.page.content()
    chief.press("Approve")
    verdict = Verdict.objects.get()
    assert (verdict.stage, verdict.second_reader and verdict.second_reader.username) == ("current", "chief")

    # What Anna accepted is shown by the other one.
    anna.to(f"{claim}act/publish_update/")
    assert "another editor publishes it" in anna.page.content()
    chief.to(f"{claim}act/publish_update/")
    chief.press("Publish update")
    assert Position.objects.get(statement=room.suggestion).published_at is not None

    # A reader complains; the claim is corrected in the open, split and merged back, and in the end withdrawn.
    anna.to(f"/admin/claims/request/add/?claim={room.claim.pk}")
    anna.page.locator("#id_kind").select_option("correction")
    anna.page.locator("#id_sender").fill("A reader")
    anna.page.locator("#id_text").fill("The minister said “lent”.")
    for part, typed in enumerate(("2026-03-31", "10:00")):
        anna.page.locator(f"#id_received_at_{part}").fill(typed)
    anna.press("Save")
    assert Request.objects.get().sender == "A reader"
    chief.to(f"{claim}act/correct/")
    chief.page.get_by_label("The correction in English").fill(SAID)
    chief.page.get_by_label("The claim in English").fill("Testland lent drones to its neighbour")
    chief.press("Publish a correction")
    assert Correction.objects.get(claim=room.claim, after__has_key="text_en").text_en == SAID
    chief.to(f"{claim}split/")
    chief.page.get_by_label("The new claim in English").fill("Testland never sold a drone")
    chief.page.get_by_label("This statement").first.select_option("goes")
    chief.press("Split")
    new = Claim.objects.get(text_en="Testland never sold a drone")
    chief.to(f"/desk/claims/{new.pk}/merge/?into={room.claim.pk}")
    chief.page.get_by_label("Reason").fill("They are one after all.")
    chief.press("Merge")
    chief.press("Withdraw…")
    chief.page.get_by_label("Reason in English").fill("It rests on a mistranslation.")
    chief.press("Withdraw")
    gone = chief.page.request.get(f"{live_site}/en/claims/{room.claim.slug}/")
    assert (gone.status, "It rests on a mistranslation." in gone.text()) == (410, True)


def test_a_stale_page_and_a_merge_of_people_read_well(
    browser: Browser, live_site: str, room: Newsroom
) -> None:
    chief = Desk(browser, live_site, "chief", "senior editor")
    chief.to(f"/desk/claims/{room.claim.pk}/act/publish/")
    Claim.objects.filter(pk=room.claim.pk).update(text_en="Said otherwise meanwhile")
    with chief.page.expect_navigation(wait_until="load"):
        chief.page.get_by_role("button", name="Publish").click()
    chief.heard.clear()  # the browser itself notes the 409
    chief.look()
    assert chief.page.locator(".desk-conflict").inner_text().count("Said otherwise meanwhile") == 1
    chief.to(f"/desk/speakers/{room.spokesman.pk}/merge/?q=Testland")
    chief.press("Merge into this one")
    chief.page.get_by_label("Reason").fill("They are one and the same.")
    chief.press("Merge")
    chief.press("Take the merge back")
    chief.page.get_by_label("Reason").fill("They are two.")
    chief.press("Take the merge back")
    room.spokesman.refresh_from_db()
    assert room.spokesman.merged_into is None
