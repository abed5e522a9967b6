"""The public pages in a browser: no violation that axe knows, nothing wider than the screen, no word to another site, and the list
works with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

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


def visit(page: Page, site: str, address: str) -> list[str]:
    """Opens a page; what it asked of other sites, and what the browser complained about."""
    heard: list[str] = []
    page.on("request", lambda r: heard.append(r.url) if not r.url.startswith(site) else None)
    page.on("console", lambda m: heard.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(f"{site}{address}", wait_until="networkidle")
    return heard


@pytest.fixture(params=[(1280, "light"), (320, "dark")], ids=["desktop", "phone-dark"])
def reader(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def test_every_page_is_accessible_fits_the_screen_and_keeps_to_itself(
    reader: Page, live_site: str, world: World
) -> None:
    for number, address in enumerate(every_address(world)):
        path = f"/{'it' if number % 2 else 'en'}/{address}"
        assert visit(reader, live_site, path) == [], path
        assert reader.evaluate("document.documentElement.scrollWidth") <= reader.viewport_size["width"], path  # type: ignore[index]
        found = Axe().run(reader, options=AXE).response["violations"]
        assert not found, (path, [(item["id"], item["nodes"][0]["html"]) for item in found])
        assert reader.context.cookies() == [], path


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
    page.get_by_label("Disputed").check()
    expect(results.get_by_role("heading")).to_have_count(1)
    assert "rating=disputed" in page.url
    results.get_by_role("link", name=world.claim.text).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(world.claim.text)
    page.go_back()
    expect(page.locator("header.site")).to_have_count(1)
    expect(results.get_by_role("heading")).to_have_count(1)
    page.go_back()
    expect(page.locator("header.site")).to_have_count(1)
    expect(results.get_by_role("heading")).to_have_count(2)
    assert heard == []


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
