"""The public pages in a browser: no violation that axe knows, nothing wider than the screen, no word to another site, and the list
works with and without JavaScript."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import get_template
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect

from claims import contest
from claims.models import Claim, Withdrawal
from claims.public.claim_page import MOST_STATEMENTS, claim_page
from claims.public.found import claim_at
from claims.vocabulary import Stance
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_speaker,
    make_user,
)
from tests.public.world import World, every_address, make_world

AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture
def world(live_site: str) -> World:
    return make_world()


def visit(page: Page, site: str, address: str, status: int = 200) -> list[str]:
    """Opens a page; what it asked of other sites, and what the browser complained about."""
    heard: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(site):
            heard.append(request.url)

    def complained(message: ConsoleMessage) -> None:
        # The page itself may be one that answers 404 or 410.
        if message.type in ("error", "warning") and f"status of {status}" not in message.text:
            heard.append(message.text)

    def failed(error: Error) -> None:
        heard.append(str(error))

    page.on("request", asked)
    page.on("console", complained)
    page.on("pageerror", failed)
    response = page.goto(f"{site}{address}", wait_until="networkidle")
    page.remove_listener("request", asked)
    page.remove_listener("console", complained)
    page.remove_listener("pageerror", failed)
    assert response is not None
    assert response.status == status, address
    return heard


def check(page: Page, where: str) -> None:
    """Nothing that axe knows (where scripts may run), nothing wider than the screen, no cookie."""
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, where
    found = Axe().run(page, options=AXE).response["violations"]
    assert not found, (where, [(item["id"], item["nodes"][0]["html"]) for item in found])
    assert page.context.cookies() == [], where


def places(world: World) -> list[tuple[str, int]]:
    """(address without language, status) of every public template, a long claim's second page, what is not there and what was withdrawn."""
    gone = make_published_claim("Withdrawn by its editors", slug="withdrawn-one")
    Withdrawal.objects.create(claim=gone, reason_en="It rested on a forged letter.", by=make_user())
    Claim.objects.filter(pk=gone.pk).update(publication="withdrawn")
    every = [(address, 200) for address in every_address(world)]
    long = (f"claims/{_much_was_said()}", 200)
    return [*every, long, ("claims/never-was/", 404), ("claims/withdrawn-one/", 410), ("search/", 200)]


def _much_was_said() -> str:
    """A claim with one statement more than fits on a page: the address of its second page."""
    claim = make_published_claim("Much was said", slug="much")
    words = [f"Sentence number {n} was said." for n in range(MOST_STATEMENTS + 1)]
    source = make_published_source("A title\n\n" + "\n".join(words))
    speaker = make_speaker("Somebody who says much")
    for sentence in words:
        make_shown(make_said(source, sentence, speaker), claim, Stance.ASSERTS)
    contest.refresh([claim.pk])
    found = claim_at("much")
    assert found
    return f"much/?after={claim_page(found).older}"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")], ids=["desktop", "phone-dark"])
def test_every_page_is_accessible_fits_the_screen_and_keeps_to_itself(
    browser: Browser, live_site: str, world: World, width: int, scheme: Literal["light", "dark"]
) -> None:
    """Each page once in each language: what is Italian on the desktop is English on the phone."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    for number, (address, status) in enumerate(places(world)):
        path = f"/{'it' if (number + (width < 400)) % 2 else 'en'}/{address}"
        assert visit(page, live_site, path, status) == [], path
        check(page, path)
    context.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_full_grid(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_site: str,
    world: World,
    width: int,
    scheme: Literal["light", "dark"],
    language: str,
    javascript: bool,
) -> None:
    if not request.config.getoption("--full", default=False):
        pytest.skip("only with --full")
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=javascript
    )
    page = context.new_page()
    for address, status in places(world):
        assert visit(page, live_site, f"/{language}/{address}", status) == [], address
        if javascript:
            check(page, address)
        else:
            box = page.locator("html").bounding_box()
            assert box
            assert box["width"] <= width, address
            assert context.cookies() == [], address
    context.close()


@pytest.mark.parametrize("name", ["400", "403", "500", "503"])
def test_the_static_pages_of_errors_are_accessible_without_the_site(
    page: Page, live_site: str, name: str
) -> None:
    page.route(
        "**/error",
        lambda route: route.fulfill(content_type="text/html", body=get_template(f"{name}.html").render()),
    )
    page.set_viewport_size({"width": 320, "height": 800})
    assert visit(page, live_site, "/error") == []
    check(page, name)


def test_on_a_phone_the_first_screen_tells_claim_assessment_and_parties(
    browser: Browser, live_site: str, world: World
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    visit(page, live_site, f"/en/claims/{world.claim.slug}/")
    for words in ("Testland sold drones", "Two officials say so", "Disputed"):
        box = page.get_by_text(re.compile(words)).first.bounding_box()
        assert box
        assert box["y"] + box["height"] < 844, words


def test_every_statement_leads_to_its_passage_and_back(page: Page, live_site: str, world: World) -> None:
    visit(page, live_site, f"/en/claims/{world.changed.slug}/")
    page.locator(".st-denies .card").get_by_role("link", name=re.compile("Read the passage")).first.click()
    expect(page.locator("mark:target")).to_have_text("that any drone was ever sold to anybody")
    page.locator(".note").get_by_role("link", name=world.changed.text).first.click()
    expect(page.locator("li:target .card")).to_be_in_viewport()


def test_filters_change_the_list_at_once_and_back_restores_the_whole_page(
    page: Page, live_site: str, world: World
) -> None:
    heard = visit(page, live_site, "/en/claims/")
    results = page.locator("#results")
    expect(results.get_by_role("heading")).to_have_count(2)
    turned = page.locator("#id_contest option[value=denied_then_admitted]")
    expect(turned).to_have_text("Denied, then admitted (1)")
    page.get_by_role("checkbox", name=re.compile(r"^Disputed ?, 1 claim$")).check()
    expect(results.get_by_role("heading")).to_have_count(1)
    assert "rating=disputed" in page.url
    # The numbers beside the other choices follow; what is chosen and where the reader is stay.
    expect(turned).to_have_text("Denied, then admitted (0)")
    expect(page.get_by_role("checkbox", name=re.compile(r"^Disputed ?, 1 claim$"))).to_be_checked()
    expect(page.locator("#id_rating_1")).to_be_focused()
    page.get_by_label("Who denies, who admits").select_option("denied_then_admitted")
    expect(page.get_by_role("checkbox", name=re.compile(r"^Disputed ?, 0 claims$"))).to_be_checked()
    expect(results.get_by_role("heading", name="No claim matches these filters")).to_be_visible()
    page.get_by_label("Who denies, who admits").select_option("")
    expect(results.get_by_role("link", name=world.claim.text)).to_be_visible()
    results.get_by_role("link", name=world.claim.text).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(world.claim.text)
    page.go_back()
    expect(page.locator("header.site")).to_have_count(1)
    expect(results.get_by_role("heading")).to_have_count(1)
    page.go_back()
    expect(results.get_by_role("heading", name="No claim matches these filters")).to_be_visible()
    page.go_back()
    expect(results.get_by_role("link", name=world.claim.text)).to_be_visible()
    page.go_back()
    expect(page.locator("header.site")).to_have_count(1)
    expect(results.get_by_role("heading")).to_have_count(2)
    expect(turned).to_have_text("Denied, then admitted (1)")
    assert heard == []


def test_search_and_the_lists_of_denials_answer_while_one_types_and_back_leads_back(
    page: Page, live_site: str, world: World
) -> None:
    heard = visit(page, live_site, "/en/search/")
    page.get_by_label("Words or names").press_sequentially("karim")
    results = page.locator("#results")
    expect(results.get_by_role("link", name="Karim Testi")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=karim"))
    results.get_by_role("link", name="Karim Testi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Karim Testi")
    page.go_back()
    expect(page.get_by_label("Words or names")).to_have_value("karim")
    expect(page.locator("#results").get_by_role("link", name="Karim Testi")).to_be_visible()

    heard += visit(page, live_site, "/en/denials/matrix/")
    page.get_by_label("Topic").select_option("drones")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.locator("header.site")).to_have_count(1)
    page.go_back()
    expect(page.get_by_role("rowheader")).to_have_count(2)

    heard += visit(page, live_site, "/en/sources/")
    page.get_by_label("Words in the title").press_sequentially("talk")
    expect(page.locator("#results").get_by_role("heading")).to_have_count(1)
    heard += visit(page, live_site, "/en/decisions/")
    page.get_by_label("Our assessment").select_option("unproven")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    assert heard == []


def test_the_two_sides_differ_in_shape_word_and_place_not_only_in_colour(
    page: Page, live_site: str, world: World
) -> None:
    visit(page, live_site, f"/en/claims/{world.claim.slug}/")
    said, denied = page.locator(".tl .st-asserts").first, page.locator(".tl .st-denies").first
    expect(said.locator(".chip")).to_have_text("Says so")
    expect(denied.locator(".chip")).to_have_text("Denies it")
    left, right = said.locator(".card").bounding_box(), denied.locator(".card").bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    page.emulate_media(media="print")
    lines = [
        each.locator(".card").evaluate("e => getComputedStyle(e).borderInlineStartStyle")
        for each in (said, denied)
    ]
    assert lines == ["solid", "dashed"]


def test_filters_work_without_javascript(browser: Browser, live_site: str, world: World) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_site}/en/claims/")
    page.get_by_label("Disputed").check()
    page.get_by_role("button", name="Show claims").click()
    expect(page.locator("#results").get_by_role("heading")).to_have_count(1)
    assert "rating=disputed" in page.url


def test_the_keyboard_reaches_the_content_first(page: Page, live_site: str, world: World) -> None:
    visit(page, live_site, "/en/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_on_paper_navigation_is_gone_and_articles_carry_their_whole_address(
    page: Page, live_site: str, world: World
) -> None:
    visit(page, live_site, f"/en/claims/{world.claim.slug}/")
    page.emulate_media(media="print")
    expect(page.locator("header.site nav").first).to_be_hidden()
    address = f"{live_site}/en/sources/{world.article.pk}-{world.article.slug}/"
    expect(page.get_by_text(address)).to_be_visible()
