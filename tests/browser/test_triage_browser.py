"""Triage in a browser: whole articles with the keyboard alone and without JavaScript; nothing that axe or the policy objects to."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page

from claims import linking, signatures
from claims.models import Claim, Position, Speaker, SpeakerName, Statement, TriageAct
from claims.vocabulary import Role
from sources.models import Source
from tests.claims.desk_data import make_account, signed_in
from tests.claims.test_triage_acts import suggest
from tests.conftest import originals
from tests.factories import make_published_claim, make_source, make_speaker, make_user

OWN = Path(__file__).parent.parent / "extraction" / "articles"
# A quick editor needs so long for a key, thinking included; the rest of the two minutes is ours.
SECONDS_A_KEY = 2.0
TWO_MINUTES = 120.0
SENTENCE = "Il ministro numero {n} ha detto che il ponte {n} sarà pronto. "


@pytest.fixture
def editor_of_site(live_site: str) -> Callable[[BrowserContext], Page]:
    """A page of this context, with an editor signed in."""
    session = signed_in(make_account("maria", "editor")).cookies[settings.SESSION_COOKIE_NAME].value

    def sign_in(context: BrowserContext) -> Page:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_site}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    return sign_in


class Keys:
    """The keyboard, counting. After a key that leaves the page it waits for the next one."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def here(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def away(self, key: str) -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.here(key)


def article_of_twenty() -> Source:
    """Twenty suggestions: known and unknown people, one denial of a published claim, two that nobody is named for."""
    body = "Venti ponti\n\n" + "".join(SENTENCE.format(n=n) for n in range(1, 21))
    source = make_source(body, language="it")
    make_speaker("Ministro 3")
    claim = make_published_claim("The bridge number 7 will be ready", text_it="Il ponte 7 sarà pronto")
    for n in range(1, 21):
        statement = suggest(
            source,
            f"il ponte {n} sarà",
            "" if n in (5, 12) else f"Ministro {n}",
            "denies" if n == 7 else "asserts",
        )
        if n == 7:
            Position.objects.create(statement=statement, claim=claim, stance="denies")
    return source


def read(folder: Path, pattern: str) -> int:
    """Imports the articles into the empty database and reads them; returns how many suggestions wait."""
    call_command("import_articles", *sorted(str(path) for path in folder.glob(pattern)), verbosity=0)
    call_command("read_sources", "--all", verbosity=0)
    assert not Claim.objects.exists() and not Speaker.objects.exists()
    return Statement.objects.filter(review="suggested").count()


def test_an_article_of_twenty_suggestions_takes_less_than_two_minutes_of_keys(
    live_site: str, context: BrowserContext, editor_of_site: Callable[[BrowserContext], Page]
) -> None:
    source = article_of_twenty()
    page = editor_of_site(context)
    page.goto(f"{live_site}/desk/triage/")
    keys, began = Keys(page), time.monotonic()
    page.locator(".t-entry a").first.focus()
    keys.away("Enter")
    for n in range(1, 15):
        if n == 1:  # a new claim of its words, said by somebody new
            keys.here("p", "+")
            keys.away("a")
        elif n == 2:  # on the claim that was picked for the one before
            keys.here("1")
            keys.away("a")
        elif n % 4 == 0:
            keys.away("r")
        else:
            keys.away("a")
    keys.away("x")
    keys.away("u")
    keys.away("x")
    seconds = time.monotonic() - began + keys.pressed * SECONDS_A_KEY
    assert seconds < TWO_MINUTES, (seconds, keys.pressed)
    assert page.url == f"{live_site}/desk/triage/" and "Nothing waits." in page.locator("main").inner_text()
    reviews = list(Statement.objects.filter(source=source).values_list("review", flat=True))
    assert (reviews.count("accepted"), reviews.count("rejected"), len(reviews)) == (11, 9, 20)
    made = Claim.objects.get(publication="draft")
    assert made.text_it == "Il ponte 1 sarà" and made.positions.count() == 2
    assert Speaker.objects.filter(name="Ministro 1").exists()
    denial = Position.objects.get(claim__publication="published")
    assert denial.statement.review == "accepted" and denial.published_at is None


def triage_to_the_end(page: Page, site: str, waiting: int, *, of_each: int = 99) -> Keys:
    """Denials and admissions get a new claim, of the rest every third is discarded; after `of_each` the article is closed, as it is
    when only what nobody is named for is left."""
    keys = Keys(page)
    page.goto(f"{site}/desk/triage/")
    page.locator(".t-entry a").first.focus()
    keys.away("Enter")
    for turn in range(waiting + 20):
        if page.url == f"{site}/desk/triage/":
            return keys
        if turn % of_each == of_each - 1 or not page.locator("#decide").count():
            keys.away("x" if page.locator("[data-key=x]").count() else "n")
        elif page.locator(".t-top .stance.denies, .t-top .stance.admits").count():
            keys.here("+")
            keys.away("a")
        else:
            keys.away("r" if turn % 3 == 2 else "a")
        assert not page.locator("[role=alert]").count(), page.locator("[role=alert]").inner_text()
    raise AssertionError("triage never came to its end")


def assert_everything_was_decided(waiting: int) -> None:
    assert not Statement.objects.filter(review="suggested").exists()
    accepted = Statement.objects.filter(review="accepted")
    assert waiting / 4 < accepted.count() < waiting
    turning = accepted.filter(act__in=("denies", "admits"))
    assert turning.exists() and not turning.filter(positions=None).exists()
    assert not Position.objects.exclude(published_at=None).exists()
    assert set(Claim.objects.values_list("publication", flat=True)) == {"draft"}
    assert all(
        statement.source.body[span["start"] : span["end"]] == span["exact"]
        for statement in accepted.select_related("source")
        for span in statement.spans
    )


def test_the_five_originals_are_read_into_a_fresh_database_and_triaged_to_the_end(
    live_site: str, context: BrowserContext, editor_of_site: Callable[[BrowserContext], Page]
) -> None:
    folder = originals()
    if folder is None:
        pytest.skip("the five original articles are not beside the checkout (../shared/seeds)")
    waiting = read(folder, "*.txt")
    assert Source.objects.count() == 5 and waiting > 50
    keys = triage_to_the_end(editor_of_site(context), live_site, waiting, of_each=9)
    assert keys.pressed < 2 * waiting
    assert_everything_was_decided(waiting)


def test_our_own_articles_are_read_into_a_fresh_database_and_triaged_to_the_end(
    live_site: str, context: BrowserContext, editor_of_site: Callable[[BrowserContext], Page]
) -> None:
    waiting = read(OWN, "??-01.txt")
    triage_to_the_end(editor_of_site(context), live_site, waiting, of_each=8)
    assert_everything_was_decided(waiting)


def test_keys_leave_fields_alone_can_be_switched_off_and_are_explained(
    live_site: str, context: BrowserContext, editor_of_site: Callable[[BrowserContext], Page]
) -> None:
    source = article_of_twenty()
    page = editor_of_site(context)
    page.goto(f"{live_site}/desk/triage/{source.pk}/")
    page.keyboard.press("/")
    page.keyboard.type("arxju ponte 7")
    assert page.locator("#find-claim").input_value() == "arxju ponte 7"
    page.locator("#find-claim").fill("ponte 7")
    page.keyboard.press("End")
    page.keyboard.type(" ")
    page.wait_for_selector(".t-claims b:has-text('7')")  # found while typing
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#t-keys").is_visible()
    page.keyboard.press("a")
    page.locator("#t-keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("a")
    assert not TriageAct.objects.exists()


def test_words_selected_in_the_article_become_the_statement(
    live_site: str, context: BrowserContext, editor_of_site: Callable[[BrowserContext], Page]
) -> None:
    source = make_source(
        "Detto due volte\n\nHa detto che piove. Poi ha detto che piove, e molto.\n", language="it"
    )
    statement = suggest(source, "che piove", "Lui")
    page = editor_of_site(context)
    page.goto(f"{live_site}/desk/triage/{source.pk}/")
    page.evaluate(
        """() => { const texts = document.createTreeWalker(document.querySelector(".t-body"), NodeFilter.SHOW_TEXT); let node;
        while ((node = texts.nextNode())) { const at = node.data.lastIndexOf("che piove"); if (at >= 0 && node.data.includes("molto")) {
        const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + 9);
        getSelection().removeAllRanges(); getSelection().addRange(range); } } }"""
    )
    page.wait_for_function("document.querySelector('[data-key=e]').href.includes('words=')")
    with page.expect_navigation():
        page.keyboard.press("e")
    assert page.locator("[data-words]").input_value() == "che piove"
    with page.expect_navigation():
        page.locator(".t-acts button").click()
    statement.refresh_from_db()
    assert statement.start == source.body.rindex("che piove")


def test_everything_works_without_javascript(
    live_site: str,
    new_context: Callable[..., BrowserContext],
    editor_of_site: Callable[[BrowserContext], Page],
) -> None:
    source = article_of_twenty()
    statements = list(source.statements.order_by("pk"))
    page = editor_of_site(new_context(java_script_enabled=False))
    page.goto(f"{live_site}/desk/triage/")
    page.get_by_role("link", name="Venti ponti").click()
    # Found by words, with a new speaker whose spelling is kept; Enter in a field never decides anything.
    page.locator("#find-claim").fill("ponte 7")
    page.locator("#find-claim").press("Enter")
    assert not TriageAct.objects.exists()
    page.locator(".t-claims button:has-text('Find')").click()
    page.locator("[name=who-0][value=new]").check()
    page.locator("#name-0").fill("Anna Prova")
    page.locator("[name=who-0-variant]").check()
    page.locator("[name=stance][value=context]").check()
    page.get_by_role("button", name="Accept").click()
    position = Position.objects.select_related("claim").get(statement=statements[0])
    assert (position.claim.text_it, position.stance) == ("Il ponte 7 sarà pronto", "context")
    assert SpeakerName.objects.get(speaker__name="Anna Prova").name == "Ministro 1"
    # Edit, merge, split, discard, undo.
    page.get_by_role("link", name="Edit", exact=True).click()
    page.locator("[data-words]").fill("che il ponte 2 sarà pronto")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Merge…").click()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("link", name="Split…").click()
    page.locator("#split-words").fill("il ponte 2 sarà")
    page.get_by_role("button", name="Split").click()
    page.get_by_role("button", name="Discard", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    assert "Undone." in page.locator(".desk-messages").inner_text()
    statements[1].refresh_from_db()
    assert statements[1].review == "suggested" and statements[1].quote.startswith("che […] pronto")
    page.get_by_role("button", name="Close, discard the rest").click()
    assert "Nothing waits." in page.locator("main").inner_text()


def test_no_page_of_triage_has_a_violation_breaks_the_policy_or_scrolls_sideways(
    live_site: str, context: BrowserContext, editor_of_site: Callable[[BrowserContext], Page]
) -> None:
    source = article_of_twenty()
    first, second, *_others = source.statements.order_by("pk")
    claim = Claim.objects.get()
    signatures.sign([claim.pk])
    linking.weigh(limit=50)
    linking.settle(first, by=make_user(Role.EDITOR))
    linking.settle(second, by=the_account("maria"))
    page, heard = editor_of_site(context), list[str]()
    page.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    item = f"/desk/triage/{source.pk}/?s={second.pk + 1}"
    paths = ["/desk/triage/", item, f"{item}&do=edit"]
    others = ["/desk/", f"/desk/triage/{source.pk}/?s={first.pk}", "/desk/triage/sure/?at_least=50"]
    others += [f"{item}&do=merge", f"{item}&do=split"]
    for width, scheme, shown in ((1280, "light", paths + others), (390, "dark", paths)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in shown:
            page.goto(live_site + path)
            assert not heard, (path, heard)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            found = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], (path, width)
            heard.clear()  # axe writes styles into the page, which the policy refuses
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(live_site + item)
    page.keyboard.press("?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def the_account(name: str) -> User:
    return User.objects.get(username=name)
