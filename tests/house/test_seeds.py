"""What stands in seeds/: five digests in our own words and the curated records. No Django, no database.

The originals stay outside the repository. Where `../shared/seeds` is there, offsets and counts are compared
with it, and the digests are searched for borrowed words; where it is not, those tests say so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from claims.vocabulary import (
    Act,
    CarrierKind,
    Delivery,
    EvidenceKind,
    Hedge,
    NameKind,
    Rating,
    SpeakerKind,
    Stance,
)
from sources.articles import read_article
from sources.vocabulary import DateBasis, OutletKind

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds"
SHARED = ROOT.parent / "shared" / "seeds"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="../shared/seeds is not here: the seeds cannot be compared with the originals"
)

Row = dict[str, Any]

# Names that no paraphrase can avoid. Each counts as one word when a digest is compared with its article.
NAMES = (
    "Institute for the Study of War",
    "Consiglio di sicurezza nazionale",
    "Xian Bingo Intelligent Aviation Technologya",
)
# The wordings of claims are the newsroom's own and were given with the claims.
OWN_WORDING = {"text_it", "text_en"}


@cache
def records(kind: str) -> list[Row]:
    """Every record of one type, in the order of the files."""
    rows = [
        json.loads(line)
        for path in sorted((SEEDS / "records").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [row for row in rows if row["type"] == kind]


@cache
def digests() -> dict[str, tuple[dict[str, Any], str]]:
    """Front matter and body of each digest, by its key. The body is what the archive would store."""
    found = {}
    for path in sorted((SEEDS / "digests").glob("*.txt")):
        _, front, _ = path.read_text(encoding="utf-8").split("+++\n", 2)
        fields = tomllib.loads(front)
        assert fields["key"] == path.stem
        found[fields["key"]] = (fields, read_article(path.read_bytes(), path.name).body)
    return found


@cache
def shared(name: str) -> Any:
    return json.loads((SHARED / f"{name}.json").read_text(encoding="utf-8"))


@cache
def original(key: str) -> str:
    return (SHARED / f"{key}.txt").read_bytes().decode()


@cache
def by_slug(kind: str) -> dict[str, Row]:
    return {row["slug"]: row for row in records(kind)}


@cache
def statements() -> dict[str, Row]:
    return {row["key"]: row for row in records("statement")}


def place(body: str, quote: str | Row) -> tuple[int, int]:
    """Where a quote stands in the body; it must be found exactly once, with its prefix and suffix."""
    quote = {"exact": quote} if isinstance(quote, str) else quote
    prefix, exact, suffix = quote.get("prefix", ""), quote["exact"], quote.get("suffix", "")
    assert body.count(prefix + exact + suffix) == 1, quote
    start = body.index(prefix + exact + suffix) + len(prefix)
    return start, start + len(exact)


def places(row: Row) -> list[tuple[int, int]]:
    return [place(digests()[row["source"]][1], quote) for quote in row["quotes"]]


def party(speaker: str) -> str:
    """The name of the root of the chain of speaks_for."""
    row = by_slug("speaker")[speaker]
    seen = {speaker}
    while row.get("speaks_for"):
        assert row["speaks_for"] not in seen, f"{speaker} speaks for itself"
        seen.add(row["speaks_for"])
        row = by_slug("speaker")[row["speaks_for"]]
    return str(row["name"])


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


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)


# --- The digests


def test_there_are_five_digests_each_in_its_language_and_none_with_a_date_of_publication() -> None:
    languages = Counter(fields["language"] for fields, _ in digests().values())
    assert languages == {"it": 4, "en": 1}
    for fields, _ in digests().values():
        assert fields["body_kind"] == "digest"
        assert re.fullmatch(r"[0-9a-f]{64}", fields["original_sha256"])
        assert not {"published", "publication", "shown"} & set(fields)


@pytest.mark.parametrize("key", sorted(digests()))
def test_a_digest_reads_as_prose_with_a_title_and_says_what_it_is(key: str) -> None:
    fields, body = digests()[key]
    title, blank, *_ = body.split("\n")
    assert (title, blank) == (fields["title"], "")
    assert 150 <= len(body.split()) <= 420
    closing = {
        "it": "Sintesi redazionale: le parole originali",
        "en": "This is an editorial summary: the original words",
    }
    assert body.rsplit("\n\n", 1)[1].startswith(closing[fields["language"]])


@pytest.mark.parametrize("key", sorted(digests()))
def test_a_digest_quotes_nobody_and_holds_nothing_that_is_not_part_of_it(key: str) -> None:
    assert not set('"“”„«»') & set(digests()[key][1])
    article = read_article((SEEDS / "digests" / f"{key}.txt").read_bytes(), f"{key}.txt")
    assert article.furniture == () and article.flags == ()


@needs_shared
@pytest.mark.parametrize("key", sorted(digests()))
def test_a_digest_stands_for_one_original(key: str) -> None:
    text = unicodedata.normalize("NFC", original(key)).replace("\r\n", "\n")
    assert digests()[key][0]["original_sha256"] == hashlib.sha256(text.encode()).hexdigest()


@needs_shared
@pytest.mark.parametrize("key", sorted(digests()))
def test_no_six_words_in_a_row_of_a_digest_are_the_articles(key: str) -> None:
    assert runs(digests()[key][1]) & runs(original(key)) == set()


@needs_shared
def test_no_six_words_in_a_row_of_the_records_are_an_articles() -> None:
    borrowed = set.union(*(runs(original(key)) for key in digests()))
    for kind in ("topic", "outlet", "speaker", "source", "claim", "statement", "evidence", "verdict"):
        for row in records(kind):
            own = [value for name, value in row.items() if not (kind == "claim" and name in OWN_WORDING)]
            for text in texts(own):
                assert runs(text) & borrowed == set(), text


# --- The statements in the digests


def test_every_statement_is_found_exactly_once_in_its_digest_and_in_order() -> None:
    for row in statements().values():
        spans = places(row)
        assert spans == sorted(spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans)), row["key"]


def test_two_statements_never_share_their_words_unless_one_is_inside_the_other() -> None:
    taken: dict[str, list[tuple[int, int, str]]] = {}
    for row in statements().values():
        taken.setdefault(row["source"], []).extend((start, end, row["key"]) for start, end in places(row))
    for spans in taken.values():
        spans.sort()
        for index, (start, end, key) in enumerate(spans):
            for other_start, other_end, other in spans[index + 1 :]:
                if other_start < end and key != other:
                    inner, outer = (key, other) if statements()[key].get("inside") else (other, key)
                    assert statements()[inner].get("inside") == outer, (key, other)


def test_a_nested_statement_stands_inside_its_parent() -> None:
    for row in statements().values():
        if row.get("inside"):
            parent, own = places(statements()[row["inside"]]), places(row)
            assert parent[0][0] <= own[0][0] and own[-1][1] <= parent[-1][1], row["key"]


def test_the_words_that_introduce_a_statement_stand_in_the_digest() -> None:
    for row in statements().values():
        if row.get("cue"):
            assert row["cue"]["text"] in digests()[row["source"]][1], row["key"]


def test_a_digest_only_paraphrases() -> None:
    assert {row["delivery"] for row in statements().values()} == {Delivery.PARAPHRASE.value}


# --- The records


def test_every_record_uses_the_words_of_the_vocabulary() -> None:
    for row in statements().values():
        assert (
            row["act"] in set(Act)
            and row["hedge"] in set(Hedge)
            and row["original"]["delivery"] in set(Delivery)
        )
        assert row.get("said", {"basis": "unknown"})["basis"] in set(DateBasis)
        assert all(carrier["kind"] in set(CarrierKind) for carrier in row.get("carriers", []))
    assert {row["stance"] for row in records("position")} <= set(Stance)
    assert {row["kind"] for row in records("evidence")} <= set(EvidenceKind)
    assert {row["rating"] for row in records("verdict")} <= set(Rating)
    assert {row["kind"] for row in records("outlet")} <= set(OutletKind)
    assert {row["kind"] for row in records("speaker")} <= set(SpeakerKind)
    assert {name["kind"] for row in records("speaker") for name in row.get("names", [])} <= set(NameKind)


def test_every_reference_resolves() -> None:
    sources, speakers, outlets = set(digests()), by_slug("speaker"), by_slug("outlet")
    assert {row["key"] for row in records("source")} == sources
    for fields, _ in digests().values():
        assert fields.get("outlet") in {None, *(row["name"] for row in records("outlet"))}
    for row in records("speaker"):
        assert row.get("only_in") in {None, *sources} and (row["kind"] == "anonymous") == ("only_in" in row)
        assert row.get("outlet") in {None, *outlets} and row.get("speaks_for") in {None, *speakers}
        assert all(item["body"] in speakers for item in row.get("affiliations", []))
        assert all(name.get("seen_in") in {None, *sources} for name in row.get("names", []))
        party(row["slug"])
    for row in records("claim"):
        assert row["topic"] in by_slug("topic") and set(row["actors"]) <= set(speakers)
    for row in statements().values():
        assert row["source"] in sources
        for other in (row.get("inside"), row.get("after")):
            assert other is None or statements()[other]["source"] == row["source"]
        for who in row.get("speakers", []):
            assert who["speaker"] in speakers and who.get("on_behalf_of") in {None, *speakers}
        for carrier in row.get("carriers", []):
            assert carrier.get("speaker") in {None, *speakers} and carrier.get("outlet") in {None, *outlets}
    evidence = {row["key"]: row for row in records("evidence")}
    for row in [*records("position"), *evidence.values()]:
        assert row["claim"] in by_slug("claim")
        assert statements()[row["statement"]["key"]]["source"] == row["statement"]["source"]
    for row in records("verdict"):
        assert all(evidence[key]["claim"] == row["claim"] for key in row["evidence"])


def test_nothing_is_recorded_twice() -> None:
    for kind, identity in {
        "topic": "slug",
        "outlet": "slug",
        "speaker": "slug",
        "claim": "slug",
        "source": "key",
    }.items():
        assert len({row[identity] for row in records(kind)}) == len(records(kind)), kind
    assert len(statements()) == len(records("statement"))
    pairs = Counter((row["statement"]["key"], row["claim"]) for row in records("position"))
    assert set(pairs.values()) == {1}
    for row in records("speaker"):
        names = [name["name"] for name in row.get("names", [])]
        assert len(names) == len(set(names)) and row["name"] not in names, row["slug"]
    for kind in ("speaker", "outlet"):
        ids = [row["wikidata_id"] for row in records(kind) if "wikidata_id" in row]
        assert len(ids) == len(set(ids))


def test_readers_of_both_languages_get_every_text() -> None:
    for kind, fields in {
        "topic": ["name"],
        "claim": ["text"],
        "speaker": ["description"],
        "evidence": ["note"],
        "verdict": ["reason"],
    }.items():
        for row in records(kind):
            for field in fields:
                italian, english = row[f"{field}_it"].strip(), row[f"{field}_en"].strip()
                assert italian and english and italian != english, row
    for row in records("speaker"):
        assert all(item["role_it"] and item["role_en"] for item in row.get("affiliations", []))
    assert all(len(row[f"text_{code}"]) <= 500 for row in records("claim") for code in ("it", "en"))
    assert all(len(row[f"description_{code}"]) <= 300 for row in records("speaker") for code in ("it", "en"))


def test_a_date_says_how_it_is_known_and_no_day_is_called_stated_without_its_year_in_the_text() -> None:
    dated = [*(row["said"] for row in statements().values() if "said" in row)]
    dated += [row["period"] for row in records("claim") if "period" in row]
    for when in dated:
        known = [dt.date.fromisoformat(when[end]) for end in ("earliest", "latest") if end in when]
        assert known == sorted(known) and bool(known) == (when["basis"] != "unknown")
    for row in statements().values():
        if "said" in row:
            assert row["said"]["basis"] != "stated" and 1 <= len(row["said"]["as_written"].split()) <= 4


def test_who_is_anonymous_stays_with_the_source_and_is_nobody_in_wikidata() -> None:
    for row in records("speaker"):
        if row["kind"] == "anonymous":
            assert "wikidata_id" not in row and "speaks_for" not in row
    for row in statements().values():
        for who in row.get("speakers", []) + row.get("carriers", []):
            home = by_slug("speaker").get(who.get("speaker") or "", {}).get("only_in")
            assert home in {None, row["source"]}, row["key"]


def test_john_kirby_is_one_person_with_two_roles() -> None:
    rows = [row for row in records("speaker") if "Kirby" in row["name"]]
    assert len(rows) == 1 and len(rows[0]["affiliations"]) == 2
    spoken = [
        (row["source"][:3], who["on_behalf_of"])
        for row in statements().values()
        for who in row.get("speakers", [])
        if who["speaker"] == "john-kirby"
    ]
    assert set(spoken) == {("001", "us-national-security-council"), ("003", "us-department-of-defense")}


def test_garbled_names_lead_to_the_right_speaker_and_shoaib_to_none() -> None:
    garbled = {
        name["name"]: row["slug"]
        for row in records("speaker")
        for name in row.get("names", [])
        if name["kind"] == "garbled"
    }
    expected = {
        "Pesco": "dmitry-peskov",
        "Psi": "jen-psaki",
        "Blink": "antony-blinken",
        "The mirror": "der-spiegel",
    }
    expected |= {
        "Shoyku": "sergei-shoigu",
        "Shoiku": "sergei-shoigu",
        "Mille": "mark-milley",
        "Millie": "mark-milley",
    }
    assert expected.items() <= garbled.items()
    assert not any("Shoaib" in text for row in records("speaker") for text in texts(row))
    assert "Shoaib" in statements()["003-04"]["corrected_reading"]


def test_a_denial_that_may_be_a_refusal_is_left_to_an_editor() -> None:
    note = statements()["000-15"]["note"]
    assert "smentisce" in note and "respinge" in note


def test_the_published_verdicts_have_grounds_a_reason_in_sentences_and_never_speak_of_truth() -> None:
    positions = {(row["claim"], row["stance"]) for row in records("position")}
    evidence = {row["key"]: row for row in records("evidence")}
    ratings = Counter(row["rating"] for row in records("verdict"))
    assert (
        ratings["confirmed"] == 1
        and ratings["disputed"] == 2
        and ratings["unproven"] >= 2
        and not ratings["refuted"]
    )
    for row in records("verdict"):
        assert by_slug("claim")[row["claim"]]["publication"] == "published"
        kinds = {evidence[key]["kind"] for key in row["evidence"]}
        if row["rating"] == "disputed":
            assert (row["claim"], "denies") in positions
        if row["rating"] == "confirmed":
            assert "supports" in kinds and (row["claim"], "admits") in positions
        for reason in (row["reason_it"], row["reason_en"]):
            assert len(re.findall(r"[.](?:\s|$)", reason)) >= 2
            assert not re.search(r"\b(true|false|fake|ver[oaie]|fals[oaie])\b", reason, re.IGNORECASE)
        assert dt.date.fromisoformat(row["as_known_on"]) <= dt.date.today()


# --- Against the annotations


@needs_shared
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


@needs_shared
def test_seven_statements_deny_and_they_are_five_denials() -> None:
    expected = shared("expected")
    assert (
        len({position["statement"]["key"] for position, _ in denials()}) == expected["denial_statements"] == 7
    )
    distinct = {
        (by_slug("speaker")[who["speaker"]]["name"], position["claim"]) for position, who in denials()
    }
    assert distinct == {(who, claim) for who, claim in expected["distinct_denials"]} and len(distinct) == 5


@needs_shared
def test_the_parties_that_deny_are_the_roots_of_their_chains() -> None:
    for claim, parties in shared("expected")["denying_parties"].items():
        found: dict[str, set[str]] = {}
        for position, who in denials():
            if position["claim"] == claim:
                root = party(who.get("on_behalf_of") or who["speaker"])
                found.setdefault(root, set()).add(position["statement"]["key"])
        assert found == {row["party"]: set(row["statements"]) for row in parties}


@needs_shared
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


@needs_shared
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


@needs_shared
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


@needs_shared
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


@needs_shared
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


@needs_shared
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


@needs_shared
def test_wikidata_ids_are_only_those_of_the_annotations() -> None:
    given = {row["wikidata"] for key in digests() for row in shared(key)["speakers"] if row["wikidata"]}
    assert {
        row["wikidata_id"] for kind in ("speaker", "outlet") for row in records(kind) if "wikidata_id" in row
    } <= given
