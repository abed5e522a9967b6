from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest

from sources.articles import (
    MAX_BYTES,
    Article,
    Refused,
    article_from_text,
    read_article,
    read_articles,
    text_digest,
)
from sources.languages import language_of, stated_language

TEXT = "Il portavoce ha negato lunedì che il ministero abbia chiesto aiuti. «Non è così», ha detto."


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(Refused) as refused:
        read_article(data, name)
    return refused.value.reason


def record(**fields: Any) -> bytes:
    return json.dumps({"title": "Prova", "text": TEXT, **fields}, ensure_ascii=False).encode()


def test_a_plain_text_is_its_own_body_with_its_title_in_it() -> None:
    data = f"Il titolo\n\n{TEXT}".encode()
    article = read_article(data, "a.txt")
    assert article.body == data.decode()
    assert (article.title, article.title_span) == ("Il titolo", (0, 9))
    assert article.language == "it"
    assert (article.encoding, article.raw) == ("utf-8", None)
    assert (
        article.text_sha256
        == article.raw_sha256
        == text_digest(article.body)
        == hashlib.sha256(data).hexdigest()
    )
    assert (article.published.earliest, article.published.basis) == (None, "unknown")


def test_what_was_received_is_kept_when_it_differs_from_the_body() -> None:
    data = b"\xef\xbb\xbf" + f"Il titolo\r\n\r\n{TEXT}\r\n".encode()
    article = read_article(data, "A.TXT")
    assert article.raw == data
    assert article.body == f"Il titolo\n\n{TEXT}"


def test_front_matter_states_the_fields_and_offsets_start_after_it() -> None:
    front = '+++\ntitle = "Il titolo"\nsource = "Agenzia"\nurl = "https://example.org/a"\n'
    front += 'published = 2022-03-14\nlanguage = "it"\n'
    front += 'byline = "A. B."\nkind = "agency"\npublication = "published"\nshown = "whole"\n+++\n'
    article = read_article(f"{front}\nIl titolo\n\n{TEXT}\n".encode(), "a.txt")
    assert article.body == f"\nIl titolo\n\n{TEXT}"
    assert (article.title, article.title_span) == ("Il titolo", (1, 10))
    assert (article.outlet, article.url, article.byline, article.kind) == (
        "Agenzia",
        "https://example.org/a",
        "A. B.",
        "agency",
    )
    assert article.published.earliest == dt.date(2022, 3, 14)
    assert not hasattr(article, "publication")


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("+++\ntitle = 'x'\n\nText.", "bad_front_matter"),
        ("+++\ntitle = \n+++\nText.", "bad_front_matter"),
        ("+++\npublished = 07:30:00\n+++\nText.", "bad_date"),
        ("+++\npublished = 7\n+++\nText.", "bad_json"),
        ("+++\nkind = 'rumour'\n+++\nText.", "bad_metadata"),
        (f"+++\nsource = '{'x' * 300}'\n+++\nText.", "bad_metadata"),
        (f"+++\ntitle = '{'x' * 1001}'\n+++\nText.", "too_long_line"),
        ("+++\ntitle = 'x'\n+++\n", "no_text"),
        ("+++\n+++\n", "no_text"),
        ("+++\n" + "a." * 100_000 + "b = 1\n+++\nText.", "bad_front_matter"),
        ("+++\na = " + "[" * 9_000 + "\n+++\nText.", "bad_front_matter"),
        ("+++\na = " + "9" * 9_000 + "\n+++\nText.", "bad_front_matter"),
    ],
)
def test_front_matter_that_makes_no_sense_is_refused(front: str, reason: str) -> None:
    assert refusal(front.encode(), "a.txt") == reason


def test_plus_signs_further_down_are_text() -> None:
    body = f"Il titolo\n\n+++\n{TEXT}\n+++"
    assert read_article(body.encode(), "a.txt").body == body


def test_a_record_becomes_title_blank_line_text() -> None:
    article = read_article(
        record(source="Agenzia", url="https://example.org/a", published="2022-03-14"), "a.json"
    )
    assert article.body == f"Prova\n\n{TEXT}"
    assert article.title_span == (0, 5)
    assert article.raw is not None


def test_a_record_whose_text_begins_with_its_title_is_not_given_it_twice() -> None:
    assert read_article(record(text=f"Prova\n\n{TEXT}"), "a.json").body == f"Prova\n\n{TEXT}"


def test_unknown_keys_of_a_record_set_nothing() -> None:
    plain = read_article(record(), "a.json")
    loaded = read_article(
        record(id=1, publication="published", shown="whole", body="x", __proto__={"admin": True}), "a.json"
    )
    assert {n: getattr(plain, n) for n in Article.__slots__ if n not in ("raw", "raw_sha256")} == {
        n: getattr(loaded, n) for n in Article.__slots__ if n not in ("raw", "raw_sha256")
    }


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[1,2,3]", "bad_json"),
        (b"42", "bad_json"),
        (record()[:-5], "bad_json"),
        (record(title=["a"]), "bad_json"),
        (record(published=20220314), "bad_json"),
        (b'{"title":"a","text":"x","title":"b"}', "json_duplicate_key"),
        (record()[:-1] + b', "n": NaN}', "json_number"),
        (record()[:-1] + b', "n": -Infinity}', "json_number"),
        (record()[:-1] + b', "n": 1e999}', "json_number"),
        (record()[:-1] + b', "n": ' + b"9" * 6000 + b"}", "json_number"),
        (b'{"title":"a","text":"b","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json_depth"),
        (b'{"x":' + b"[" * 70 + b'"' + b'\\"' * 200_000, "json_depth"),
        (record(title="Prova \x00"), "control_chars"),
        (record().replace(b"Prova", b"Prova \\ud800"), "encoding"),
        (record(text=None), "no_text"),
        (record(text=" \u200b"), "no_text"),
        (record(url="javascript:alert(1)"), "bad_url"),
        (record(published="ieri"), "bad_date"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    assert refusal(data, "a.json") == reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (" \n\t\u00a0\u200b\n".encode(), "empty"),
        (b"Solo un titolo\n", "no_text"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (b"Titolo\n\n" + b"a" * 900_000, "too_long_line"),
    ],
)
def test_a_text_with_nothing_to_read_or_too_much_is_refused(data: bytes, reason: str) -> None:
    assert refusal(data, "a.txt") == reason


@pytest.mark.parametrize("name", ["a", "a.exe", "a.txt~", "a.jsonl"])
def test_other_kinds_of_file_are_passed_over(name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_article(b"x", name)
    assert (refused.value.reason, refused.value.skip) == ("name", True)


def test_deep_is_not_the_same_as_many() -> None:
    data = record(extra=[[{"n": n}] for n in range(100)], more={"a": 1.5, "b": 10**300})
    assert read_article(data, "a.json").body == f"Prova\n\n{TEXT}"


def test_each_line_of_a_jsonl_is_a_record_of_its_own() -> None:
    data = record() + b"\n\nnot json\n" + record(title="Altra") + b"\n"
    found = dict(read_articles(data, "many.jsonl"))
    assert list(found) == ["many.jsonl:1", "many.jsonl:3", "many.jsonl:4"]
    assert isinstance(found["many.jsonl:1"], Article)
    assert isinstance(found["many.jsonl:3"], Refused)
    assert [
        reason.reason for _, reason in read_articles(b"\n \n", "e.jsonl") if isinstance(reason, Refused)
    ] == ["empty"]


def test_a_pasted_text_takes_its_fields_from_the_form() -> None:
    article = article_from_text(
        TEXT, title="Il titolo", url="https://example.org/", outlet="Agenzia", published="2022-03-14"
    )
    assert article.body == f"Il titolo\n\n{TEXT}"
    assert (article.outlet, article.url, article.published.basis) == (
        "Agenzia",
        "https://example.org/",
        "stated",
    )
    assert article_from_text(f"Il titolo\r\n\r\n{TEXT}").title == "Il titolo"
    with pytest.raises(Refused, match="larger than 2 MiB"):
        article_from_text("è" * 1_100_000)
    for text in ("", " \n"):
        with pytest.raises(Refused, match="no text"):
            article_from_text(text)


@pytest.mark.parametrize(
    ("stated", "code"),
    [("it-IT", "it"), ("en_US", "en"), ("Italian", "it"), ("fr", None), ("", None), (None, None)],
)
def test_a_stated_language_counts_when_it_is_one_of_ours(stated: str | None, code: str | None) -> None:
    assert stated_language(stated) == code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TEXT * 3, "it"),
        (
            "The spokesman denied on Monday that the ministry had asked for help. “It is not so”, he said. "
            * 2,
            "en",
        ),
        ("Smentita ufficiale", "it"),
        ("Official denial issued", "en"),
    ],
)
def test_the_language_is_found(text: str, language: str) -> None:
    assert language_of(text) == language
