"""What stands in seeds/: five digests in our own words and the curated records. No Django, no database.

What needs the originals or their annotations is in test_seeds_originals.py.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from itertools import pairwise

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
from tests.house.seed_files import SEEDS, by_slug, digests, party, places, records, statements, texts

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
        for index, (_, end, key) in enumerate(spans):
            for other_start, _, other in spans[index + 1 :]:
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
