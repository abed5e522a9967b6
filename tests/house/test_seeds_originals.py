"""The seeds against the five originals and their annotations, which stay outside the repository.

They are looked for in ../shared/seeds. Offsets, counts and names are compared, and our texts are searched for
borrowed words. Without them the tests are skipped and say so.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.seed_files import Row, by_slug, digests, party, records, statements, texts

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="../shared/seeds is not here: the seeds cannot be compared with the originals"
)

# Names that no paraphrase can avoid. Each counts as one word when a digest is compared with its article.
NAMES = (
    "Institute for the Study of War",
    "Consiglio di sicurezza nazionale",
    "Xian Bingo Intelligent Aviation Technologya",
)
# The wordings of claims are the newsroom's own and were given with the claims.
OWN_WORDING = {"text_it", "text_en"}


@cache
def shared(name: str) -> Any:
    return json.loads((SHARED / f"{name}.json").read_text(encoding="utf-8"))


@cache
def original(key: str) -> str:
    return (SHARED / f"{key}.txt").read_bytes().decode()


def credited() -> set[str]:
    """Speakers who are credited with words, or through whom words came."""
    rows = [row for statement in statements().values() for row in statement.get("speakers", [])]
    return {row["speaker"] for row in rows if row.get("speaker")}


def denials() -> list[tuple[Row, Row]]:
    """(position, speaker row) of every denial."""
    return [
        (position, row)
        for position in records("position")
        if position["stance"] == "denies"
        for row in statements()[position["statement"]["key"]]["speakers"]
    ]


def words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    for number, name in enumerate(NAMES):
        folded = folded.replace(name.casefold(), f"name{number}")
    return re.findall(r"\w+", folded)


def runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


# --- Borrowed words


@pytest.mark.parametrize("key", sorted(digests()))
def test_a_digest_stands_for_one_original(key: str) -> None:
    text = unicodedata.normalize("NFC", original(key)).replace("\r\n", "\n")
    assert digests()[key][0]["original_sha256"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("key", sorted(digests()))
def test_no_six_words_in_a_row_of_a_digest_are_the_articles(key: str) -> None:
    assert runs(digests()[key][1]) & runs(original(key)) == set()


def test_no_six_words_in_a_row_of_the_records_are_an_articles() -> None:
    borrowed = set.union(*(runs(original(key)) for key in digests()))
    for kind in ("topic", "outlet", "speaker", "source", "claim", "statement", "evidence", "verdict"):
        for row in records(kind):
            own = [value for name, value in row.items() if not (kind == "claim" and name in OWN_WORDING)]
            for text in texts(own):
                assert runs(text) & borrowed == set(), text


# --- Against the annotations


def test_speakers_claims_and_statements_are_those_that_were_annotated() -> None:
    expected = shared("expected")
    speakers = by_slug("speaker")
    named = {speakers[slug]["name"] for slug in credited() if speakers[slug]["kind"] != "anonymous"}
    assert named == set(expected["speakers_named"]["names"]) and len(named) == 25
    anonymous = [
        [row["only_in"][:3], row["name"]] for row in records("speaker") if row["kind"] == "anonymous"
    ]
    assert sorted(anonymous) == sorted(expected["speakers_anonymous"]["list"]) and len(anonymous) == 16
    published = {row["slug"] for row in records("claim") if row["publication"] == "published"}
    drafts = {row["slug"] for row in records("claim") if row["publication"] == "draft"}
    assert published == set(expected["claims"]["publish_at_once"]["ids"]) and len(published) == 46
    assert drafts == set(expected["claims"]["stay_drafts"]["ids"]) and len(drafts) == 11
    assert all(row.get("draft_reason") for row in records("claim") if row["publication"] == "draft")
    assert len(statements()) == expected["statements"]["total"] == 102
    kinds = Counter(speakers[slug]["kind"] for slug in credited())
    assert (kinds["person"], kinds["organisation"], kinds["government"], kinds["outlet"]) == (14, 5, 5, 1)


def test_seven_statements_deny_and_they_are_five_denials() -> None:
    expected = shared("expected")
    assert (
        len({position["statement"]["key"] for position, _ in denials()}) == expected["denial_statements"] == 7
    )
    distinct = {
        (by_slug("speaker")[who["speaker"]]["name"], position["claim"]) for position, who in denials()
    }
    assert distinct == {(who, claim) for who, claim in expected["distinct_denials"]} and len(distinct) == 5


def test_the_parties_that_deny_are_the_roots_of_their_chains() -> None:
    for claim, parties in shared("expected")["denying_parties"].items():
        found: dict[str, set[str]] = {}
        for position, who in denials():
            if position["claim"] == claim:
                root = party(who.get("on_behalf_of") or who["speaker"])
                found.setdefault(root, set()).add(position["statement"]["key"])
        assert found == {row["party"]: set(row["statements"]) for row in parties}


def test_every_institution_of_the_annotations_stands_between_speaker_and_party() -> None:
    speakers = by_slug("speaker")
    by_name = {
        name: row["slug"]
        for row in records("speaker")
        for name in [row["name"], *(n["name"] for n in row.get("names", []))]
    }
    for row in shared("expected")["speaks_for"]:
        slug = by_name[row["speaker"]]
        chain = [slug]
        while speakers[chain[-1]].get("speaks_for"):
            chain.append(speakers[chain[-1]]["speaks_for"])
        bodies = {item["body"] for item in speakers[slug].get("affiliations", [])}
        assert by_name[row["institution"]] in {*chain, *bodies}, row
        assert party(slug) == row["party"]


def test_the_one_change_of_story_has_a_known_order_and_no_invented_day() -> None:
    assert shared("expected")["claims"]["with_reversal"] == ["iran-sent-drones-to-russia"]
    turn = {
        row["statement"]["key"]: row["stance"]
        for row in records("position")
        if row["claim"] == "iran-sent-drones-to-russia"
    }
    assert turn == {"001-06": "admits", "001-07": "denies"}
    assert statements()["001-06"]["after"] == "001-07"
    assert (
        not {"earliest", "latest"} & set(statements()["001-06"]["said"])
        and "said" not in statements()["001-07"]
    )


def test_the_offsets_in_the_originals_equal_the_annotations() -> None:
    seen = 0
    for key in digests():
        for gold in shared(key)["statements"]:
            own = statements()[gold["id"]]
            speakers = [gold["speaker"], *gold["co_speakers"]] if gold["speaker"] else []
            assert own["original"]["spans"] == gold["content_spans"]
            assert own["original"]["cue_span"] == gold["cue"]
            assert own["original"]["speaker_spans"] == [gold["speaker_surface"]] * len(speakers)
            assert own["original"]["delivery"] == gold["quote_type"]
            assert [by_slug("speaker")[who["speaker"]]["name"] for who in own.get("speakers", [])] == speakers
            assert (own.get("inside"), own.get("in_title", False)) == (gold["nested_in"], gold["in_title"])
            act = {"questions": {"asks", "doubts"}, "declines_to_comment": {"declines"}}.get(
                gold["stance"], {gold["stance"]}
            )
            assert own["act"] in act
            seen += 1
    assert seen == len(statements())


def test_what_is_kept_as_written_is_in_the_original_and_short() -> None:
    for row in statements().values():
        kept = [
            who[name]
            for who in row.get("speakers", [])
            for name in ("as_written", "role_as_written")
            if who.get(name)
        ]
        kept += [carrier["as_written"] for carrier in row.get("carriers", [])]
        kept += [row["said"]["as_written"]] if "said" in row else []
        kept += [row["original"]["cue"]] if "cue" in row["original"] else []
        for text in kept:
            assert text.casefold() in original(row["source"]).casefold(), (row["key"], text)
            assert len(words(text)) <= 5, text


def test_positions_follow_the_annotated_relations() -> None:
    stance = {"adds_context": "context"}
    expected = {
        (gold["id"], link["claim"]): stance.get(link["relation"], link["relation"])
        for key in digests()
        for gold in shared(key)["statements"]
        for link in gold["claims"]
    }
    assert {(row["statement"]["key"], row["claim"]): row["stance"] for row in records("position")} == expected
    implied = {row["statement"]["key"] for row in records("position") if row.get("implied")}
    assert implied == {
        gold["id"] for key in digests() for gold in shared(key)["statements"] if gold["implicit_denial"]
    }


def test_claims_are_worded_and_dated_as_the_newsroom_gave_them() -> None:
    basis = {"given": "stated", "inferred": "inferred"}
    for gold in shared("claims")["claims"]:
        own = by_slug("claim")[gold["id"]]
        assert (own["text_it"], own["text_en"], own["themes"]) == (gold["it"], gold["en"], gold["tags"])
        assert [by_slug("speaker")[slug]["name"] for slug in own["actors"]] == gold["actors"]
        period = gold["period"]
        assert ("period" in own) == bool(period)
        if period:
            assert (own["period"].get("earliest"), own["period"].get("latest")) == (
                period["earliest"],
                period["latest"],
            )
            assert own["period"]["basis"] == basis[period["basis"].split(":")[0]] and own["period"]["note"]


def test_wikidata_ids_are_only_those_of_the_annotations() -> None:
    given = {row["wikidata"] for key in digests() for row in shared(key)["speakers"] if row["wikidata"]}
    assert {
        row["wikidata_id"] for kind in ("speaker", "outlet") for row in records(kind) if "wikidata_id" in row
    } <= given
