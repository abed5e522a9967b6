"""R9: nothing that is not public is told by any public address, whatever it is asked for.

One made-up word stands in every column of every draft, suggestion, refusal, proposal, note and request, and of whatever was withdrawn.
Every address of the site is asked without it, with it as each parameter's value, and must answer as if nothing of it were there: the
same bytes as before it was made, and the same as to another made-up word that stands nowhere.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import translation

from claims import contest
from tests.factories import make_published_claim
from tests.public.hidden import (
    NO_WORDS,
    WORD,
    Hidden,
    columns_of_words,
    holds_the_word,
    make_beside,
    make_hidden,
    make_withdrawn,
)
from tests.public.test_api import every_address as every_api_address
from tests.public.world import World, make_world
from tests.public.world import every_address as every_page

pytestmark = pytest.mark.django_db

# Stands nowhere, and has the length, letters and sound of no word that does.
NOWHERE = "zqmoak"
# What somebody who looks for the hidden thing would try, by the parameter that takes it.
TRIED = {
    "q": (WORD, f'"{WORD} claim"', f"drones {WORD}s", f"{WORD} spelling"),
    "speaker": (WORD, f"{WORD}-person", f"{WORD} spelling"),
    "topic": (WORD, f"{WORD}-topic"),
    "outlet": (f"{WORD}-outlet", f"{WORD}-gone-outlet"),
    "claim": (f"{WORD}-claim", f"{WORD}-gone"),
}
# Parameters that choose a place, an order or one of a few words known beforehand: they cannot name anything hidden.
NAMES_NOTHING = {
    "after", "before", "contest", "cursor", "in", "kind", "language", "limit", "order", "q_language", "rating", "separator", "since",
    "stance", "until",
}  # fmt: skip
# A number: what hidden things have is compared with what nothing has.
NUMBERED = {"source"}
LISTS = ("all", "decisions", "denials", "corrections")


def pages(world: World) -> list[str]:
    return [f"/{language}/{address}" for address in every_page(world) for language in ("it", "en")]


def for_machines(world: World) -> list[str]:
    """Everything that has no language of its own, and the site's door."""
    feeds = [*LISTS, f"claims/{world.claim.slug}", f"claims/{world.changed.slug}"]
    return [
        "/", "/healthz", "/readyz", "/robots.txt", "/.well-known/security.txt", "/sitemap.xml", "/sitemap-pages.xml",
        "/sitemap-claims-1.xml", "/export/", "/history/head.json", "/api/v1/openapi.json", "/api/v1/no-such-list", "/en/en/claims/",
        *(f"/feeds/{language}/{name}.atom" for name in feeds for language in ("it", "en")),
        *(f"/feeds/{language}/claimreviews.json" for language in ("it", "en")),
        *(f"/{language}/claims/{world.claim.slug}/share.png" for language in ("it", "en")),
        *(f"/api/v1/{address}" for address in every_api_address(world)),
    ]  # fmt: skip


def answer(client: Client, address: str) -> tuple[object, ...]:
    """All that a reader learns: status, where they are sent, how it is labelled, and what it says."""
    found = client.get(address)
    body = b"".join(found.streaming_content) if found.streaming else found.content  # type: ignore[arg-type]
    told = tuple(found.get(name) for name in ("Location", "Content-Type", "Link", "X-Robots-Tag", "Allow"))
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [f"{name}\n{archive.read(name).decode()}" for name in archive.namelist()]
        # The moment at which it was made.
        return (found.status_code, *told, re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d \(UTC\)", "", "\f".join(parts)))
    return (found.status_code, *told, body.decode(errors="surrogateescape"))


def _as_if_asked_for_the_word(told: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(each.replace(NOWHERE, WORD) if isinstance(each, str) else each for each in told)


class _Fields(HTMLParser):
    """The parameters that a page's forms and links give to which address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.target = page, page
        self.names: dict[str, set[str]] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        if tag == "form":
            self.target = told.get("action") or self.page
        elif tag in ("input", "select", "textarea", "button") and told.get("name"):
            self.names.setdefault(self.target, set()).add(str(told["name"]))
        elif tag == "a" and (link := urlsplit(told.get("href") or "")).query and not link.scheme:
            asked = {name for name, _ in parse_qsl(link.query, keep_blank_values=True)}
            self.names.setdefault(link.path or self.page, set()).update(asked)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.target = self.page


def parameters(client: Client, world: World) -> dict[str, set[str]]:
    """Every list and the parameters it takes: those that forms and links give it, or that the API's document names."""
    found: dict[str, set[str]] = {"/export/": {"separator", "language"}}
    for address in pages(world):
        parser = _Fields(address.partition("?")[0])
        parser.feed(client.get(address).content.decode())
        for target, names in parser.names.items():
            found.setdefault(target, set()).update(names)
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        names = {each["name"] for each in methods["get"].get("parameters", []) if each["in"] == "query"}
        if names:
            found[path] = names
    return found


def _routes() -> set[str]:
    """Every address of the site outside the desk, as the resolver calls it."""

    def walk(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for each in patterns:
            # As ResolverMatch.route joins them.
            own = str(each.pattern)
            route = before + (own.removeprefix("^") if before else own)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, route)
            else:
                yield route

    return {
        route for route in walk(get_resolver().url_patterns, "") if not route.startswith(("admin/", "desk/"))
    }


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture(autouse=True)
def everything_is_there() -> Iterator[None]:
    with override_settings(CLAIMTRACKER_SECURITY_CONTACT=["mailto:security@example.org"]):
        yield


def test_every_address_of_the_site_is_asked(world: World) -> None:
    with translation.override("en"):  # pages are found under the prefix of the active language alone
        asked = {
            resolve(address.partition("?")[0]).route
            for address in (*pages(world), *for_machines(world))
            if not address.startswith("/it/")
        }
        assert asked == _routes()


def test_every_column_of_words_has_a_hidden_row(world: World) -> None:
    """A new column fails here until `hidden.py` puts the word into it, or says why it holds none."""
    make_hidden(world, make_beside())
    make_withdrawn(world)
    columns = {
        f"{model.__name__}.{column.name}": holds_the_word(model, column)
        for model, column in columns_of_words()
    }
    assert sorted(name for name, holds in columns.items() if not holds and name not in NO_WORDS) == []
    assert sorted(NO_WORDS - columns.keys()) == []


def test_pages_feeds_api_and_exports_are_the_same_whether_hidden_things_exist_or_not(
    client: Client, world: World
) -> None:
    beside = make_beside()
    addresses = [*pages(world), *for_machines(world)]
    before = {address: answer(client, address) for address in addresses}
    make_hidden(world, beside)
    changed = [address for address in addresses if answer(client, address) != before[address]]
    assert changed == []
    assert not [address for address, told in before.items() if "UNSHOWN" in str(told)]


def test_no_search_and_no_filter_tells_the_hidden_word_from_one_that_stands_nowhere(
    client: Client, world: World
) -> None:
    make_hidden(world, make_beside())
    make_withdrawn(world)
    told_apart, tried = [], 0
    for address, names in parameters(client, world).items():
        unknown = names - TRIED.keys() - NAMES_NOTHING - NUMBERED
        assert not unknown, f"{address} takes {unknown}: say in TRIED what to ask it for"
        for name in sorted(names & TRIED.keys()):
            for value in TRIED[name]:
                asked = f"{address}?{name}={quote(value)}"
                nowhere = answer(client, asked.replace(WORD, NOWHERE))
                tried += 1
                if answer(client, asked) != _as_if_asked_for_the_word(nowhere):
                    told_apart.append(asked)
    assert told_apart == []
    assert tried > 50


def test_the_address_of_what_is_hidden_answers_as_one_that_never_was(client: Client, world: World) -> None:
    hidden = make_hidden(world, make_beside())
    told_apart = []
    for address, never in hidden.never.items():
        for kind in (f"/en/{address}", *_machine_forms(address)):
            mine, its = (each.strip("/").partition("/")[2] for each in (address, never))
            if "api/v1/" in kind and address.startswith("sources/"):
                mine, its = mine.split("-")[0], its.split("-")[0]
            # The last time it stands there: a key is a number, and v1 has one too.
            other = its.join(kind.rsplit(mine, 1))
            assert other != kind
            ours, theirs = answer(client, kind), answer(client, other)
            if (ours[0], ours[1:-1]) != (theirs[0], theirs[1:-1]) or _without(ours, address) != _without(
                theirs, never
            ):
                told_apart.append((kind, ours[:2]))
    assert told_apart == []


def _machine_forms(address: str) -> list[str]:
    kind, _, rest = address.strip("/").partition("/")
    if kind == "claims":
        return [
            f"/en/claims/{rest}/history/", f"/en/claims/{rest}/share.png", f"/feeds/en/claims/{rest}.atom",
            f"/api/v1/claims/{rest}", f"/api/v1/statements?claim={rest}", f"/api/v1/decisions?claim={rest}",
        ]  # fmt: skip
    if kind == "sources":
        key = rest.split("-")[0]
        return [f"/api/v1/sources/{key}", f"/api/v1/statements?source={key}"]
    return [f"/api/v1/speakers/{rest}", f"/api/v1/statements?speaker={rest}"]


def _without(told: tuple[object, ...], address: str) -> str:
    """The answer without the address that was asked for (pages name it in their links)."""
    text = str(told[-1]).replace(address, "").replace(address.strip("/").partition("/")[2], "")
    return re.sub(r"sources/\d+|source=\d+", "", text)


def test_what_was_withdrawn_says_why_and_nothing_more(client: Client, world: World) -> None:
    hidden = make_withdrawn(world)
    for address in hidden.withdrawn:
        for kind in (f"/it/{address}", f"/en/{address}", *_machine_forms(address.replace("/history/", "/"))):
            told = answer(client, kind)
            assert told[0] in (200, 410), kind  # a list of what stood on it is empty
            assert WORD not in _without(told, address).replace(f"{WORD}-gone", ""), kind
            assert told[0] == 200 or "forg" in str(told[-1]) or "un falso" in str(told[-1]), kind
    told = [
        address for address in (*pages(world), *for_machines(world)) if WORD in str(answer(client, address))
    ]
    assert told == []


def test_the_test_itself_sees_a_leak(client: Client, world: World) -> None:
    """A draft that becomes public is told at once by lists, searches, feeds and exports."""
    beside = make_beside()
    before = {
        address: answer(client, address) for address in ("/en/", "/en/claims/", "/api/v1/claims", "/export/")
    }
    hidden: Hidden = make_hidden(world, beside)
    assert hidden.never
    contest.refresh([make_published_claim(f"{WORD} is out", slug="it-is-out").pk])
    assert all(answer(client, address) != told for address, told in before.items())
