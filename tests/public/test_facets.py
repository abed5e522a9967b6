"""The number beside each choice of a filter is what choosing it would give: recounted here from the rows that people fill."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from claims import contest
from claims.models import Claim, ClaimFigures, Position, Speaker, Topic
from claims.public.facets import Facets, facets, read
from claims.public.filters import UNREVIEWED, Narrowed
from claims.vocabulary import Contest, Rating
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_speaker,
    make_topic,
)
from tests.public.world import make_world

pytestmark = pytest.mark.django_db

RATINGS = ("", *(rating.value for rating in Rating))
CONTESTS = tuple(each.value for each in Contest)
BEGINNING = date(2024, 1, 1)


def make_many() -> tuple[list[Topic], list[Speaker]]:
    """Thirty claims of every kind, and two that readers do not see."""
    chance = random.Random(7)
    topics = [make_topic(f"Topic {n}") for n in range(3)]
    body = make_speaker("Testland", kind="government")
    speakers = [body, make_speaker("Karim Testi", speaks_for=body), make_speaker("Nobody's voice")]
    words = [f"Sentence number {n} was said." for n in range(80)]
    sources = {
        code: make_published_source(f"{code}\n\n" + "\n".join(words), language=code) for code in ("it", "en")
    }
    for n in range(32):
        claim = make_published_claim(
            chance.choice(["Drones were sold", "A radar was built"]), topic=chance.choice([None, *topics])
        )
        for code in chance.choice([["it"], ["en"], ["it", "en"]]):
            make_shown(make_said(sources[code], words[n], chance.choice(speakers)), claim)
        contest.refresh([claim.pk])
        ClaimFigures.objects.filter(claim=claim).update(
            rating=chance.choice(RATINGS),
            contest=chance.choice(CONTESTS),
            newest_on=BEGINNING + timedelta(days=chance.randrange(60)),
        )
    for claim in Claim.objects.order_by("-pk")[:2]:
        Claim.objects.filter(pk=claim.pk).update(merged_into=Claim.objects.earliest("pk"))
    return topics, speakers


def what_readers_see() -> list[dict[str, Any]]:
    """A row for each claim: its values, the languages it was told in, and everybody heard on it."""
    told: dict[int, set[str]] = {}
    heard: dict[int, set[int]] = {}
    bodies = dict(Speaker.objects.values_list("pk", "speaks_for"))
    for claim, language, speaker in Position.objects.published().values_list(
        "claim", "statement__source__language", "statement__speakers__speaker"
    ):
        told.setdefault(claim, set()).add(language)
        heard.setdefault(claim, set()).update({speaker, bodies[speaker]} - {None})
    return [
        {
            "rating": claim.figures.rating or UNREVIEWED,
            "contest": claim.figures.contest,
            "topic": str(claim.topic_id) if claim.topic_id else None,
            "language": told[claim.pk],
            "heard": heard[claim.pk],
            "on": claim.figures.newest_on,
            "text": claim.text_en,
        }
        for claim in Claim.objects.published().select_related("figures")
    ]


def recounted(asked: Narrowed) -> tuple[int, dict[str, Counter[str]]]:
    """(of the whole list, filter → value → how many)"""

    def passes(row: dict[str, Any], but: str) -> bool:
        ratings = [value or UNREVIEWED for value in asked.ratings]
        return (
            (but == "rating" or not ratings or row["rating"] in ratings)
            and (but == "contest" or not asked.contest or row["contest"] == asked.contest)
            and (but == "topic" or not asked.topic or row["topic"] == str(asked.topic))
            and (but == "language" or not asked.language or asked.language in row["language"])
            and (asked.speakers is None or bool(row["heard"] & set(asked.speakers)))
            and (not asked.since or row["on"] >= asked.since)
            and (not asked.until or row["on"] <= asked.until)
            and (not asked.words or asked.words in row["text"].lower())
        )

    rows = what_readers_see()
    numbers = {
        name: Counter(row[name] for row in rows if passes(row, name) and row[name])
        for name in ("rating", "contest", "topic")
    }
    numbers["language"] = Counter(code for row in rows if passes(row, "language") for code in row["language"])
    return sum(passes(row, "") for row in rows), numbers


def told(found: Facets) -> dict[str, Counter[str]]:
    names = ("rating", "contest", "topic", "language")
    return {
        name: Counter({value: count.n for value, count in found.numbers.get(name, {}).items()})
        for name in names
    }


def test_the_numbers_are_those_of_a_recount_whatever_is_asked_for() -> None:
    topics, speakers = make_many()
    chance = random.Random(3)
    anything: dict[str, list[Any]] = {
        "words": ["drone", "radar", "nothingofthekind"],
        "speakers": [[each.pk] for each in speakers] + [[each.pk for each in speakers], []],
        "ratings": [[rating] for rating in RATINGS] + [["", "disputed"], ["refuted", "confirmed"]],
        "contest": list(CONTESTS),
        "topic": [topic.pk for topic in topics],
        "language": ["it", "en"],
        "since": [BEGINNING + timedelta(days=20)],
        "until": [BEGINNING + timedelta(days=40)],
    }
    for _try in range(60):
        names = chance.sample(sorted(anything), chance.choice([0, 1, 1, 2, 3, 4]))
        asked = Narrowed(**{name: chance.choice(anything[name]) for name in names})
        found = facets(asked)
        total, numbers = recounted(asked)
        assert found.is_whole
        assert found.total
        assert (found.total.n, told(found)) == (total, numbers), asked


def test_a_number_is_known_of_fewer_claims_only_where_it_is_beyond_counting() -> None:
    rows = [("looked_at", "", 2001), ("all", "", 1200), ("rating", "disputed", 1100), ("rating", "", 900)]
    found = read(rows)
    disputed = found.of("rating", "disputed")
    assert disputed
    assert disputed.is_capped
    assert found.of("rating", UNREVIEWED) is found.of("rating", "confirmed") is found.of("topic", "1") is None
    assert read([("looked_at", "", 2001), ("all", "", 900)]).total is None
    whole = read([("looked_at", "", 2000), ("rating", "", 900)])
    nobody_decided, confirmed = whole.of("rating", UNREVIEWED), whole.of("rating", "confirmed")
    assert nobody_decided
    assert confirmed
    assert (nobody_decided.n, confirmed.n) == (900, 0)


def numbers_on(text: str) -> dict[str, int]:
    """ "rating=disputed" → the number beside that choice."""
    found = {
        f"{name}={value}": int(n)
        for name, value, n in re.findall(r'id="n-(\w+)-(\w+)"[^>]*><span aria-hidden="true"> (\d+)<', text)
    }
    for name, options in re.findall(r'<select[^>]* id="id_(\w+)"[^>]*>(.*?)</select>', text):
        for value, n in re.findall(r'<option value="([\w-]+)"[^>]*>[^<]*\((\d+)\)</option>', options):
            found[f"{name}={value}"] = int(n)
    return found


@pytest.mark.parametrize("beside", ["", "topic=drones", "speaker=testland", "q=testland"])
def test_each_choice_leads_to_as_many_claims_as_stand_beside_it(client: Client, beside: str) -> None:
    make_world()
    numbers = numbers_on(client.get(f"/en/claims/?{beside}").content.decode())
    assert numbers.keys() >= {f"rating={value or UNREVIEWED}" for value in RATINGS} | {
        "language=it",
        "topic=drones",
    }
    for choice, n in numbers.items():
        if choice.partition("=")[0] in beside:
            continue
        text = client.get(f"/en/claims/?{beside}&{choice}").content.decode()
        said = re.search(r'role="status">(\d+) claim', text)
        assert said, choice
        assert int(said[1]) == n, choice


def test_a_live_change_of_the_filters_renews_the_numbers(client: Client) -> None:
    make_world()
    whole = client.get("/en/claims/?contest=denied_then_admitted").content.decode()
    part = client.get(
        "/en/claims/?contest=denied_then_admitted", headers={"hx-request": "true"}
    ).content.decode()
    assert "hx-swap-oob" not in whole
    assert part.count('hx-swap-oob="innerHTML"') == 3
    assert part.count('hx-swap-oob="true"') == len(RATINGS)
    assert re.findall(r'<option value="(\w*)" selected', part) == ["denied_then_admitted", "", ""]
    assert numbers_on(part.replace(' hx-swap-oob="innerHTML"', "")) == numbers_on(whole)


def test_numbers_are_heard_as_words(client: Client) -> None:
    make_world()
    text = client.get("/en/claims/").content.decode()
    assert '<span aria-hidden="true"> 1</span><span class="vh">, 1 claim</span>' in text
    assert '<span aria-hidden="true"> 0</span><span class="vh">, 0 claims</span>' in text
    text = client.get("/it/claims/").content.decode()
    assert '<span class="vh">, 1 affermazione</span>' in text


def test_names_of_topics_are_words_and_what_was_chosen_is_repeated_safely(client: Client) -> None:
    topic = make_topic("<b>A & B</b>", slug="markup")
    claim = make_published_claim("<i>Sold</i> & done", topic=topic)
    contest.refresh([claim.pk])
    ClaimFigures.objects.filter(claim=claim).update(sort_at=claim.published_at)
    text = client.get('/en/claims/?topic="><script>&rating="><script>').content.decode()
    assert "<script>&" not in text
    assert '"><script>' not in text
    assert "&lt;b&gt;A &amp; B&lt;/b&gt; (1)</option>" in text
    assert "&lt;i&gt;Sold&lt;/i&gt; &amp; done" in text
