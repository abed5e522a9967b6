"""The zip that data people take away: every row, every column explained, nothing that pages do not show, no formula."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone

from claims.models import Claim, Correction, Evidence, Request, Withdrawal
from claims.public.exports.cells import Lines, cell
from claims.public.exports.tables import TABLES, batches
from claims.public.exports.zips import pieces, publicly
from claims.vocabulary import Stance
from sources.models import Source
from tests.databases import ROOT, Clone
from tests.factories import make_published_source, make_said, make_shown, make_speaker, make_user
from tests.public.world import SECRETS, World, make_world

FILES = [
    "README.txt",
    "LICENCE.txt",
    "claims.csv",
    "statements.csv",
    "denials.csv",
    "claims.jsonl",
    "statements.jsonl",
    "sources.jsonl",
    "decisions.jsonl",
    "corrections.jsonl",
    "replies.jsonl",
]


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def exported(**options: Any) -> dict[str, bytes]:
    return opened(b"".join(pieces(origin="https://claims.example", **options)))


def table(content: bytes, separator: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


@pytest.fixture
def world(db: None) -> World:
    return make_world()


# -- what is in it -----------------------------------------------------------------------------------------------------------


def test_every_claim_has_a_row_with_its_words_decision_and_parties(world: World) -> None:
    found = exported()
    assert list(found) == FILES
    rows = {row["slug"]: row for row in table(found["claims.csv"])}
    assert set(rows) == {"drones-sold", "small-number"}
    disputed = rows["drones-sold"]
    assert disputed["text_it"] == "La Testlandia ha venduto droni"
    assert (disputed["rating"], disputed["reason_en"]) == ("disputed", "Both sides stand alone.")
    assert disputed["parties"] == "Testland: denies; Two officials: asserts"
    assert (disputed["statements"], disputed["denials"], disputed["origins"]) == ("3", "2", "2")
    assert disputed["page"] == "https://claims.example/en/claims/drones-sold/"
    assert (rows["small-number"]["rating"], rows["small-number"]["text_it"]) == ("", "")


def test_a_statement_has_a_row_for_each_claim_with_who_where_and_when(world: World) -> None:
    rows = table(exported()["statements.csv"])
    assert sorted((row["claim"], row["stance"]) for row in rows) == [
        ("drones-sold", "asserts"),
        ("drones-sold", "denies"),
        ("drones-sold", "denies"),
        ("small-number", "admits"),
        ("small-number", "denies"),
    ]
    admission = next(row for row in rows if row["stance"] == "admits")
    assert admission["quotation"] == "that a small number had been sold"
    assert (admission["speaker"], admission["speaker_slug"], admission["party"]) == (
        "Karim Testi",
        "karim-testi",
        "Testland",
    )
    assert (admission["said_earliest"], admission["said_basis"]) == ("2024-03-16", "stated")
    assert (admission["outlet"], admission["source_url"]) == (
        "The Daily Testimony",
        "https://news.example/talks",
    )
    start, end = map(int, admission["places"].split("-"))
    assert world.article.body[start:end] == admission["quotation"]
    address, _, passage = admission["page"].removeprefix("https://claims.example").partition("#")
    assert f'id="{passage}"' in Client().get(address).content.decode()


def test_denials_are_the_rows_that_deny_and_count(world: World) -> None:
    headline = make_said(world.article, "Talks resume", world.party, in_title=True, act="denies")
    make_shown(headline, world.claim, Stance.DENIES)
    found = exported()
    assert len(table(found["denials.csv"])) == 3
    assert {row["stance"] for row in table(found["denials.csv"])} == {"denies"}
    assert len([row for row in table(found["statements.csv"]) if row["stance"] == "denies"]) == 4


def test_several_speakers_share_a_cell_in_one_order(world: World) -> None:
    joint = make_said(
        make_published_source("T\n\nWe never met."),
        "We never met",
        make_speaker("A; or B", slug="a"),
        world.spokesman,
    )
    make_shown(joint, world.claim, Stance.DENIES)
    row = next(row for row in table(exported()["statements.csv"]) if row["statement_id"] == str(joint.pk))
    assert row["speaker"] == "A; or B; Karim Testi"
    assert row["speaker_slug"] == "a; karim-testi"
    assert row["party"] == "A; or B; Testland"


def test_json_lines_are_the_objects_of_the_api(world: World, client: Client) -> None:
    Correction.objects.create(claim=world.claim, text_en="The day was wrong.", by=make_user())
    Request.objects.create(
        kind="reply", claim=world.claim, text="No.", received_at=timezone.now(), published_at=timezone.now()
    )
    found = opened(b"".join(pieces(origin="http://testserver")))
    for name in ("claims", "statements", "sources", "decisions", "corrections", "replies"):
        assert found[f"{name}.jsonl"], name
        told = {json.dumps(row, sort_keys=True) for row in client.get(f"/api/v1/{name}").json()["items"]}
        assert {
            json.dumps(json.loads(line), sort_keys=True) for line in found[f"{name}.jsonl"].splitlines()
        } == told


def test_names_and_addresses_are_in_the_language_that_is_asked_for(world: World) -> None:
    rows = table(exported(language="it")["statements.csv"])
    digest = next(row for row in rows if row["source_id"] == str(world.digest.pk))
    assert digest["speaker"] == "Testlandia"
    assert digest["page"].startswith("https://claims.example/it/sources/")
    assert (digest["is_quotation"], digest["language"]) == ("false", "it")


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_readme_says_what_every_column_means(world: World, language: str) -> None:
    text = exported(language=language)["README.txt"].decode()
    for each in TABLES:
        assert f"\n{each.name}.csv\n" in text
        for name in each.columns:
            assert f"\n  {name}: " in text, name
    assert "CC BY 4.0" in text
    assert "https://creativecommons.org/licenses/by/4.0/" in exported()["LICENCE.txt"].decode()


def test_the_documentation_says_it_too() -> None:
    text = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    for each in TABLES:
        for name, meaning in each.columns.items():
            assert f"| `{name}` | {meaning} |" in text, name


# -- what is not in it -------------------------------------------------------------------------------------------------------


def test_what_pages_do_not_show_is_in_no_file(world: World) -> None:
    Evidence.objects.create(
        claim=world.claim, kind="supports", file="evidence/SECRET-FILE.pdf", file_sha256="5ec2e7" + "0" * 58
    )
    for name, content in exported().items():
        found = [
            secret
            for secret in (*SECRETS, "SECRET", "5ec2e7", "not-yet")
            if secret in content.decode("utf-8-sig")
        ]
        assert not found, (name, found)


def test_what_was_withdrawn_is_gone(world: World) -> None:
    Withdrawal.objects.create(claim=world.claim, reason_en="It was wrong.", by=make_user())
    Withdrawal.objects.create(source=world.digest, reason_en="It was asked for.", by=make_user())
    Claim.objects.filter(pk=world.claim.pk).update(publication="withdrawn")
    Source.objects.filter(pk=world.digest.pk).update(publication="withdrawn")
    for name, content in exported().items():
        text = content.decode("utf-8-sig")
        assert "drones-sold" not in text, name
        assert "Il ministero ha smentito" not in text, name


# -- how it is written -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"),
    [("=1+1", "'=1+1"), ("+39 06", "'+39 06"), ("-2", "'-2"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("  =1", "'  =1"),
     ("\n-1", "'\n-1"), ("＝1", "'＝1"), (-2, "-2"), (1.5, "1.5"), (None, ""), (True, "true"), ("a=b", "a=b"), ("'=1", "'=1"), ("", "")],
)  # fmt: skip
def test_no_cell_is_a_formula(value: object, written: str) -> None:
    assert cell(value) == written


def test_a_quotation_that_looks_like_a_formula_is_text_in_tables_and_itself_in_json(world: World) -> None:
    source = make_published_source('T\n\n=HYPERLINK("http://evil.example") he said.')
    said = make_said(source, '=HYPERLINK("http://evil.example")', world.spokesman)
    make_shown(said, world.claim)
    found = exported()
    row = next(row for row in table(found["statements.csv"]) if row["statement_id"] == str(said.pk))
    assert row["quotation"] == '\'=HYPERLINK("http://evil.example")'
    line = next(line for line in found["statements.jsonl"].splitlines() if json.loads(line)["id"] == said.pk)
    assert json.loads(line)["quotation"] == '=HYPERLINK("http://evil.example")'


def test_cells_keep_separators_quotes_accents_and_line_breaks() -> None:
    row = ['a"b', "c,d;e\tf|g", "perché è così", "two\nlines", " [..] "]
    for separator in ",;\t|":
        lines = Lines(separator)
        text = (lines.line(row) + lines.line(row)).decode()
        assert list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)) == [row, row]


def test_tables_say_their_encoding_and_use_the_separator_that_is_asked_for(world: World) -> None:
    content = exported(separator=";")["claims.csv"]
    assert content.startswith("\ufeffid;slug;text_it".encode())
    assert b"\r\n" in content
    assert len(table(content, ";")) == 2


@pytest.mark.django_db
def test_batches_meet_every_row_once_and_skip_none() -> None:
    keys = [make_speaker().pk for _ in range(7)]
    found = list(batches(type(make_speaker()).objects.filter(pk__in=keys), size=3))
    assert [len(batch) for batch in found] == [3, 3, 1]
    assert [row.pk for batch in found for row in batch] == keys


def test_the_zip_is_handed_on_while_it_is_made(world: World) -> None:
    made = pieces(origin="")
    first = next(made)
    assert first.startswith(b"PK")
    assert len(list(made)) > len(FILES)


# -- at an address -----------------------------------------------------------------------------------------------------------


def test_anybody_can_take_it_away(world: World, client: Client) -> None:
    response = client.get("/export/?separator=semicolon&language=it")
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert response["Content-Disposition"].startswith('attachment; filename="claimtracker-')
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.cookies
    found = opened(b"".join(response.streaming_content))
    assert "http://testserver/it/claims/drones-sold/" in found["claims.csv"].decode()


def test_nonsense_is_refused_and_nothing_can_be_sent(world: World, client: Client) -> None:
    response = client.get("/export/?separator=xx&language=fr&langage=it")
    assert [error["parameter"] for error in response.json()["errors"]] == ["separator", "language", "langage"]
    assert response.status_code == 422
    assert Client(enforce_csrf_checks=True).post("/export/").status_code == 405


def test_one_export_at_a_time_whether_it_is_read_to_its_end_or_not(clone_db: Clone) -> None:
    make_world()
    client = Client()
    assert b"".join(client.head("/export/").streaming_content) == b""
    first = client.get("/export/")
    second = client.get("/export/")
    assert (second.status_code, second["Retry-After"]) == (503, "60")
    first.close()
    third = client.get("/export/")
    assert opened(b"".join(third.streaming_content))
    fourth = client.get("/export/")
    assert fourth.status_code == 200
    fourth.close()


def test_machines_read_through_the_connection_that_cannot_write(clone_db: Clone) -> None:
    """Even while a stream goes on after its request."""

    def refuse(*args: Any) -> None:
        raise AssertionError("the connection of the desk was used")

    world = make_world()
    client = Client()
    with connections["default"].execute_wrapper(refuse):
        response = client.get("/export/")
        assert len(opened(b"".join(response.streaming_content))) == len(FILES)
        for address in (
            "claims",
            f"claims/{world.claim.slug}",
            "statements",
            "denials",
            f"sources/{world.article.pk}",
        ):
            assert client.get(f"/api/v1/{address}").status_code == 200


def test_between_two_batches_nothing_else_reads_publicly() -> None:
    from claims.public.routing import reading_publicly

    def seen() -> Iterator[bool]:
        yield reading_publicly.get()
        yield reading_publicly.get()

    found = publicly(seen())
    assert next(found) is True
    assert reading_publicly.get() is False
    assert next(found) is True


# -- the command -------------------------------------------------------------------------------------------------------------


def test_the_command_writes_the_same_zip_into_a_file(world: World, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "out.zip"
    with override_settings(CLAIMTRACKER_SITE_URL="https://claims.example/"):
        call_command("export_claims", str(file), "--separator", "tab", "--language", "it")
    found = opened(file.read_bytes())
    assert "https://claims.example/it/claims/drones-sold/" in found["claims.csv"].decode()
    assert found["claims.csv"].startswith("\ufeffid\tslug".encode())
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]
    assert "Wrote" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["there.zip"], "is there already"), (["no/such/folder.zip"], "cannot be written"), (["x.zip", "--separator", "x"], "The separator is one of")],
)  # fmt: skip
def test_the_command_says_what_it_will_not_do_and_loses_nothing(
    world: World, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "there.zip").write_bytes(b"mine")
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command(
            "export_claims", str(tmp_path / arguments[0]), *(f"--separator={a}" for a in arguments[2:])
        )
    assert refused.value.returncode == 2
    assert (tmp_path / "there.zip").read_bytes() == b"mine"
    assert len(list(tmp_path.iterdir())) == 1
