"""The desk in a browser: keyboard only, no violation of the content security policy, nothing that axe calls critical."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from claims import contest
from claims.models import Statement, Verdict
from sources.models import DerivationProposal, Source
from tests.claims.desk_data import PASSWORD, REASON, Newsroom, make_account, make_newsroom


@pytest.fixture
def room(live_site: str) -> Newsroom:
    made = make_newsroom()
    contest.refresh([made.claim.pk])
    make_account("chief", "senior editor", "admin")
    return made


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Whatever the browser complains about while a test runs."""
    heard: list[str] = []
    page.on(
        "response",
        lambda answer: heard.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    page.on(
        "console",
        lambda message: heard.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/login/")
    page.locator("#id_username").focus()
    page.keyboard.type("chief")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/admin/")


def pages_of(room: Newsroom) -> dict[str, str]:
    return {
        "sections": "/admin/",
        "claims": "/admin/claims/claim/",
        "marking": f"/admin/claims/claim/mark/disputed/?claims={room.claim.pk}",
        "publishing": f"/admin/claims/claim/act/publish/?claims={room.claim.pk}",
        "claim": f"/admin/claims/claim/{room.claim.pk}/change/",
        "statements": "/admin/claims/statement/",
        "statement": f"/admin/claims/statement/{room.suggestion.pk}/change/",
        "new statement": "/admin/claims/statement/add/",
        "denials": "/admin/claims/denial/",
        "speaker": f"/admin/claims/speaker/{room.spokesman.pk}/change/",
        "article": f"/admin/sources/source/{room.source.pk}/change/",
        "add articles": "/admin/sources/source/add-articles/",
        "imports": "/admin/sources/importrun/",
        "decisions": "/admin/claims/verdict/",
        "new evidence": "/admin/claims/evidence/add/",
        "to do": "/desk/",
        "claim on the desk": f"/desk/claims/{room.claim.pk}/",
        "evidence on the desk": f"/desk/claims/{room.claim.pk}/evidence/",
        "withdrawing": f"/desk/claims/{room.claim.pk}/act/publish/",
        "possible copy": page_of_a_copy(room),
    }


def page_of_a_copy(room: Newsroom) -> str:
    """Of an article with a version, a possible original and a statement whose words the version lacks."""
    body = f"The wrong title\n\n{room.source.body}"
    copy, _made = Source.objects.get_or_create(
        text_sha256="c" * 64,
        defaults={"title": "A copy", "language": "en", "body": body, "url": "https://example.org/c"},
    )
    Source.objects.get_or_create(
        text_sha256="d" * 64,
        defaults={
            "title": "A copy",
            "language": "en",
            "body": body.replace("small number", "few"),
            "url": copy.url,
        },
    )
    DerivationProposal.objects.get_or_create(
        source=copy, from_source=room.source, defaults={"share": 0.9, "share_of_original": 1, "words": 90}
    )
    return f"/desk/sources/{copy.pk}/"


def test_no_desk_page_breaks_the_policy_scrolls_sideways_or_shuts_anybody_out(
    page: Page, live_site: str, room: Newsroom, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, live_site)
    for name, path in pages_of(room).items():
        page.goto(live_site + path, wait_until="networkidle")
        assert not complaints, (name, complaints)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 1280, (name, width)
        critical = [each for each in violations(page) if each["impact"] == "critical"]
        assert critical == [], name
        complaints.clear()  # axe writes styles into the page, which the policy refuses


def test_the_desks_own_pages_have_no_violation_at_all_wide_and_narrow(
    page: Page, live_site: str, room: Newsroom
) -> None:
    sign_in(page, live_site)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        claim = f"/desk/claims/{room.claim.pk}/"
        for path in ("/desk/", claim, page_of_a_copy(room), f"{claim}evidence/"):
            page.goto(live_site + path)
            assert [(each["id"], each["nodes"][0]["html"]) for each in violations(page)] == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_with_the_keyboard_alone_an_editor_finds_opens_marks_and_saves(
    page: Page, live_site: str, room: Newsroom
) -> None:
    sign_in(page, live_site)
    page.goto(f"{live_site}/admin/claims/claim/")
    page.locator("#searchbar").focus()
    page.keyboard.type("tsti")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=tsti*")
    page.locator(".action-select").focus()
    page.keyboard.press("Space")
    page.locator("select[name=action]").focus()
    page.keyboard.type("Mark as dis")
    page.locator("button[name=index]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/mark/disputed/**")
    page.locator("#id_reason_en").focus()
    page.keyboard.type(REASON)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=tsti*")
    assert "1 claim marked: Disputed." in page.locator(".messagelist").inner_text()
    assert Verdict.objects.get().reason_en == REASON


def test_with_the_keyboard_alone_an_editor_marks_on_the_desk(
    page: Page, live_site: str, room: Newsroom
) -> None:
    sign_in(page, live_site)
    page.goto(f"{live_site}/desk/claims/{room.claim.pk}/")
    page.locator("input[name=rating]").first.focus()
    page.keyboard.press("ArrowDown")
    page.locator("#id_reason_it").focus()
    page.keyboard.type("Due enti nominati lo negano e non risulta altro.")
    for _field in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('button:not([type=button])')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".desk-messages")
    assert Verdict.objects.get().rating == "disputed"


def test_a_speaker_is_found_by_an_alias_while_typing(
    page: Page, live_site: str, room: Newsroom, complaints: list[str]
) -> None:
    sign_in(page, live_site)
    page.goto(
        f"{live_site}/admin/claims/statement/add/?source={room.source.pk}&quotation=Officials met&claim={room.claim.pk}"
    )
    page.locator("#speakers-0 .select2-selection").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".select2-container--open .select2-search__field:focus")
    page.keyboard.type("tsti")
    page.wait_for_selector(".select2-results__option:has-text('Karim Testi')")
    page.keyboard.press("Enter")
    page.locator("input[name=_save]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    statement = Statement.objects.latest("pk")
    assert [row.speaker for row in statement.speakers.all()] == [room.spokesman]
    assert [position.claim for position in statement.positions.all()] == [room.claim]
    assert not complaints, complaints


def test_words_selected_in_an_article_are_taken_along(page: Page, live_site: str, room: Newsroom) -> None:
    sign_in(page, live_site)
    page.goto(f"{live_site}/admin/sources/source/{room.source.pk}/change/")
    page.evaluate(
        """() => { const mark = document.querySelector(".desk-text mark"); const range = document.createRange();
        range.selectNodeContents(mark); getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    page.wait_for_function("document.getElementById('desk-add-statement').href.includes('quotation=')")
    page.locator("#desk-add-statement").click()
    page.wait_for_url("**/statement/add/**")
    assert page.locator("#id_quotation").input_value() == "no drones were sent to anybody"


def violations(page: Page) -> list[Any]:
    return list(Axe().run(page).response["violations"])
