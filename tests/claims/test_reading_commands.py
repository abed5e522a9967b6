"""The commands that read: read_sources stores, extract_text and evaluate_reading need no database."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command

from claims.models import Reading, ReadingChange, Statement
from claims.vocabulary import Role
from sources.models import Source
from tests.conftest import originals
from tests.databases import ROOT
from tests.factories import make_source, make_user

NEWS = (
    "Il ministero smentisce\n\n"
    "Il ministro Marco Belli ha negato di aver venduto droni al Paese vicino.\r\n"
    "«I droni sono partiti», ha detto Anna Verdi a Radio Ponte. Però l’età conta: è così 🇮🇹.\n\n"
    "READ  Il ministro ha detto che i dieci migliori cuscini sono belli\n\n"
    "Secondo due funzionari, la fabbrica è chiusa da lunedì.\n"
)


def run(*arguments: Any, code: int = 0) -> tuple[list[Any], str]:
    """The lines of a command's standard output, decoded where they are JSON, and its standard error."""
    out, err = StringIO(), StringIO()
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command(*map(str, arguments), stdout=out, stderr=err)
        assert ended.value.code == code
    else:
        call_command(*map(str, arguments), stdout=out, stderr=err)
    lines = out.getvalue().splitlines()
    return [json.loads(line) if line.startswith("{") else line for line in lines], err.getvalue()


# --- read_sources


def article(number: int = 1, **fields: Any) -> Source:
    return make_source(NEWS.replace("\r\n", "\n") + f"\nArticolo {number}.\n", **fields)


@pytest.mark.django_db
def test_unread_articles_are_read_and_the_next_run_finds_nothing_to_do() -> None:
    one, other = article(1), article(2)
    (first, second), summary = run("read_sources", "--json")
    assert (first["source"], first["outcome"], second["source"]) == (one.pk, "read", other.pk)
    assert first["suggested"] == Statement.objects.filter(source=one).count() >= 3
    assert summary.startswith("2 of 2 articles: 2 read for the first time, 0 compared; ")
    assert run("read_sources", "--json")[0] == []
    before = list(Statement.objects.order_by("pk").values())
    (again, _), _ = run("read_sources", "--all", "--json")
    assert (again["outcome"], again["suggested"], again["add"]) == ("compared", 0, 0)
    assert list(Statement.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_only_the_language_asked_for_is_read() -> None:
    article(1)
    english = article(2, language="en")
    assert [line["source"] for line in run("read_sources", "--json", "--language", "en")[0]] == [english.pk]
    assert [line["source"] for line in run("read_sources", "--all", "--json", "--language", "en")[0]] == [
        english.pk
    ]


@pytest.mark.django_db
def test_our_own_summaries_are_read_only_when_they_are_named() -> None:
    digest = article(1, body_kind="digest")
    assert run("read_sources", "--json")[0] == run("read_sources", "--all", "--json")[0] == []
    assert [line["outcome"] for line in run("read_sources", "--source", digest.pk, "--json")[0]] == ["read"]


@pytest.mark.django_db
def test_a_source_that_is_not_there_is_named_and_the_others_are_read() -> None:
    one = article(1)
    lines, _ = run("read_sources", "--source", one.pk, one.pk + 1000, code=1)
    assert lines[0] == f"There is no article {one.pk + 1000}."
    assert lines[1].startswith("1 of 1 article: 1 read")


@pytest.mark.django_db
def test_a_dry_run_writes_nothing() -> None:
    article(1)
    lines, _ = run("read_sources", "--dry-run")
    assert lines[-1].startswith("Dry run, nothing is written. 1 of 1 article: 1 read")
    assert not Statement.objects.exists() and not Reading.objects.exists()


@pytest.mark.django_db
def test_an_odd_number_of_processes_is_refused() -> None:
    assert run("read_sources", "--workers", "0", code=2)[1].strip() == "--workers is a number from 1 to 64."


@pytest.mark.django_db
def test_nothing_is_suggested_inside_furniture() -> None:
    source = article(1)
    start = source.body.index("READ")
    end = source.body.index("\n", start)
    Source.objects.filter(pk=source.pk).update(furniture=[{"start": start, "end": end, "kind": "ad"}])
    run("read_sources")
    rows = list(Statement.objects.filter(source=source))
    assert rows and not [row for row in rows if row.start < end and row.end > start]


# What counts, whoever read: ids are those of this run.
ROWS = """
    SELECT t.source_id, t.fingerprint, t.act, t.spans::text, t.rule, w.as_written, w."order"
    FROM claims_statement t LEFT JOIN claims_statementspeaker w ON w.statement_id = t.id
    ORDER BY t.source_id, t.fingerprint, w."order"
"""
ARTICLES = 120


def fill(url: str) -> None:
    """Articles of several lengths, as the archive stores them."""
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(ARTICLES):
            body = (NEWS.replace("\r\n", "\n") + "\n") * (1 + number % 4) + f"Articolo {number}.\n"
            connection.execute(
                "INSERT INTO sources_source (title, body, text_sha256, language, url, archive_url, kind, translation, byline,"
                " published_basis, published_as_written, body_kind, encoding, raw_sha256, original_sha256, furniture, flags,"
                " publication, shown, created_at, version) VALUES ('t', %s, encode(sha256(convert_to(%s, 'UTF8')), 'hex'), 'it', '',"
                " '', 'article', 'unknown', '', 'unknown', '', 'full', '', '', '', '[]', '{}', 'draft', 'passages', now(), 1)",
                [body, body],
            )


def start(url: str, *arguments: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        # As on a terminal: whoever runs the tests in the background has Ctrl-C ignored, and children inherit that.
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"  # noqa: ISC004
        "from django.core.management import execute_from_command_line as go; go(sys.argv)",
    ]
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "DJANGO_SETTINGS_MODULE": "claimtracker.settings",
    }
    return subprocess.Popen(
        [*command, "read_sources", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def rows(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(ROWS).fetchall()


def test_several_processes_store_what_one_stores_and_an_interrupt_leaves_no_half_source(
    fresh_database: Callable[[], str],
) -> None:
    alone, together = fresh_database(), fresh_database()
    for url in (alone, together):
        fill(url)
    plain = start(alone)
    assert plain.communicate(timeout=120)[0].startswith(f"{ARTICLES} of {ARTICLES} articles: {ARTICLES} read")
    assert plain.returncode == 0
    interrupted = 0
    chance = random.Random(5)
    for _attempt in range(3):
        running = start(together, "--workers", "2", "--json")
        assert running.stdout is not None
        for _line in range(chance.randrange(1, 12)):
            running.stdout.readline()
        # Ctrl-C reaches the whole process group, the forks as well.
        os.killpg(running.pid, signal.SIGINT)
        _out, said = running.communicate(timeout=60)
        if running.returncode == 130:
            interrupted += 1
            assert "Interrupted. " in said and "Nothing is half done." in said and "Traceback" not in said
        time.sleep(0.2)
        with pytest.raises(ProcessLookupError):
            os.killpg(running.pid, 0)
        with psycopg.connect(together) as connection:
            half = connection.execute(
                "SELECT count(*) FROM claims_reading r WHERE r.stored <>"
                " (SELECT count(*) FROM claims_statement t WHERE t.source_id = r.source_id)"
            ).fetchone()
            without = connection.execute(
                "SELECT count(*) FROM claims_statement t WHERE NOT EXISTS"
                " (SELECT 1 FROM claims_reading r WHERE r.source_id = t.source_id)"
            ).fetchone()
        assert half == without == (0,)
    assert interrupted >= 2
    finishing = start(together, "--workers", "2")
    finishing.communicate(timeout=120)
    assert finishing.returncode == 0
    assert rows(together) == rows(alone) and len(rows(alone)) > 3 * ARTICLES


def test_two_readers_at_once_store_each_article_once(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    fill(url)
    both = [start(url), start(url)]
    for each in both:
        _out, said = each.communicate(timeout=120)
        assert each.returncode == 0, said
    with psycopg.connect(url) as connection:
        counts = connection.execute(
            "SELECT count(*), count(DISTINCT source_id), (SELECT count(*) FROM claims_readingchange) FROM claims_reading"
        ).fetchone()
        assert counts == (ARTICLES, ARTICLES, 0)
        twice = "SELECT count(*) - count(DISTINCT (source_id, fingerprint)) FROM claims_statement"
        assert connection.execute(twice).fetchone() == (0,)


# --- extract_text


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects or starts a server fails here."""

    def refuse(*_args: Any, **_more: Any) -> None:
        raise AssertionError("a database was asked for")

    monkeypatch.setattr("claimtracker.postgres.base.DatabaseWrapper.connect", refuse)
    monkeypatch.setattr("claimtracker.localdb.Server.start", refuse)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.2024.txt"
    path.write_bytes(NEWS.encode())
    return path


def test_one_line_a_file_with_places_in_the_file_as_it_is(news: Path, no_database: None) -> None:
    (line,), _ = run("extract_text", news)
    assert line["doc"] == "news.2024" and set(line) == {"doc", "statements"}
    text = news.read_bytes().decode("utf-8")
    keys = {
        "speaker",
        "speaker_span",
        "cue_span",
        "content_spans",
        "act",
        "delivery",
        "hedge",
        "carriers",
        "rule",
        "confidence",
    }
    by_speaker = {each["speaker"]: each for each in line["statements"]}
    assert all(set(each) == keys for each in line["statements"])
    denial = by_speaker["Il ministro Marco Belli"]
    assert denial["act"] == "denies" and text[slice(*denial["cue_span"])] == "ha negato"
    # After the carriage return: no newline was translated.
    said = by_speaker["Anna Verdi"]
    assert text[slice(*said["content_spans"][0])] == "I droni sono partiti"
    assert text[slice(*said["speaker_span"])] == "Anna Verdi" and said["delivery"] == "direct"
    assert "cuscini" not in "".join(
        text[slice(*span)] for each in line["statements"] for span in each["content_spans"]
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("names.json", '[{"text": "Anna Verdi", "name": "verdi-anna", "kind": "person"}]'),
        (
            "names.jsonl",
            '{"text": "Marco Belli", "name": "b"}\n\n{"text": "Anna Verdi", "name": "verdi-anna"}\n',
        ),
        ("names.tsv", "Anna Verdi\tverdi-anna\tperson\n"),
        ("names.tsv", "text\tname\nMarco Belli\tb\nAnna Verdi\tverdi-anna\n"),
    ],
)
def test_a_known_speaker_has_the_name_that_was_given(
    name: str, content: str, news: Path, tmp_path: Path, no_database: None
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    (line,), _ = run("extract_text", news, "--names", tmp_path / name, "--language", "it")
    assert "verdi-anna" in {each["speaker"] for each in line["statements"]}


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(
    news: Path, tmp_path: Path, no_database: None
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"perch\xe9")
    (line,), said = run("extract_text", bad, tmp_path / "none.txt", news, code=1)
    assert line["doc"] == "news.2024"
    assert said.splitlines() == [
        f"Refused {bad}: It is not UTF-8.",
        f"{tmp_path / 'none.txt'} cannot be opened: No such file or directory.",
    ]


@pytest.mark.parametrize("content", ["[", '[{"name": "x"}]', '[{"text": ""}]', '"x"'])
def test_names_that_cannot_be_read_end_the_command_with_one_sentence(
    content: str, news: Path, tmp_path: Path, no_database: None
) -> None:
    (tmp_path / "names.json").write_text(content, encoding="utf-8")
    lines, said = run("extract_text", news, "--names", tmp_path / "names.json", code=2)
    assert lines == [] and said.count("\n") == 1 and said.startswith("Refused ")


def test_no_server_is_started_for_it_in_a_fresh_checkout(news: Path, tmp_path: Path) -> None:
    """The whole command in a process of its own: the data directory gets no database."""
    data = tmp_path / "data"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "DJANGO_"))
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "extract_text", str(news)],
        cwd=ROOT, env=environment | {"CLAIMTRACKER_DATA": str(data)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0 and json.loads(done.stdout)["statements"], done.stderr
    assert not (data / "pg").exists()


# --- evaluate_reading


@pytest.fixture
def annotated(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    text = NEWS.replace("\r", "")
    (folder / "one.txt").write_bytes(text.encode())

    def at(words: str) -> list[int]:
        return [text.index(words), text.index(words) + len(words)]

    def statement(name: str, speaker: str, cue: str, content: str, stance: str) -> dict[str, Any]:
        return {
            "id": name, "speaker": speaker, "cue": at(cue), "content_spans": [at(content)], "stance": stance, "scoring": "required",
        }  # fmt: skip

    said = [
        statement("s1", "Marco Belli", "ha negato", "di aver venduto droni al Paese vicino", "denies"),
        statement("s2", "Anna Verdi", "ha detto", "I droni sono partiti", "asserts"),
        statement("s3", "Nobody", "conta", "l’età conta", "asserts"),
    ]
    who = [
        {"name": name, "kind": "person", "surface_forms": [name], "garbled_forms": []}
        for name in ("Marco Belli", "Anna Verdi")
    ]
    annotation = {"doc": "one", "file": "one.txt", "language": "it", "speakers": who, "statements": said}
    (folder / "one.json").write_text(json.dumps(annotation), encoding="utf-8")
    (folder / "claims.json").write_text("[]", encoding="utf-8")
    return folder


def test_the_machine_is_measured_and_a_saved_run_holds_no_word(
    annotated: Path, tmp_path: Path, no_database: None
) -> None:
    kept = tmp_path / "found.json"
    (figures,), _ = run("evaluate_reading", "--gold", annotated, "--save", kept, "--json")
    gold = figures["gold"]["all"]
    assert (gold["wanted"], gold["denials"]["recall"], gold["speakers"]) == (3, 1.0, 1.0)
    assert gold["statements"]["recall"] == pytest.approx(2 / 3)
    assert figures["words_per_cpu_second"] > 0
    run_kept = json.loads(kept.read_text(encoding="utf-8"))["texts"]["one"]
    assert run_kept["found"] == {"s1": "speaker act", "s2": "speaker act"}
    assert "Belli" not in kept.read_text(encoding="utf-8") and "droni" not in kept.read_text(encoding="utf-8")


def test_what_was_gained_and_lost_since_a_saved_run_is_said(
    annotated: Path, tmp_path: Path, no_database: None
) -> None:
    kept = tmp_path / "found.json"
    before = {"one": {"found": {"s2": "act", "s3": "speaker"}, "false": []}}
    kept.write_text(json.dumps({"texts": before}), encoding="utf-8")
    lines, _ = run("evaluate_reading", "--gold", annotated, "--against", kept, "--missed")
    for line in (
        "Gained: 4.",
        "  + one s1 act",
        "  + one s2 speaker",
        "  - one s3 statement",
        "missed one s3",
    ):
        assert line in lines
    assert any(line.startswith("all") for line in lines) and any(
        "words per CPU second" in line for line in lines
    )


@pytest.mark.parametrize("arguments", [[], ["--gold", "nowhere"], ["--polnear", "nowhere"]])
def test_nothing_to_measure_with_is_one_sentence(arguments: list[str], no_database: None) -> None:
    assert run("evaluate_reading", *arguments, code=2)[1].count("\n") == 1


# --- On other people's texts, where they are here


def test_the_committed_run_is_of_the_five_articles_and_of_no_word_of_theirs() -> None:
    kept = json.loads((ROOT / "tests" / "extraction" / "found.json").read_text(encoding="utf-8"))
    assert len(kept["texts"]) == 5
    for text in kept["texts"].values():
        assert all(set(right.split()) <= {"speaker", "act"} for right in text["found"].values())
        assert all(place.split()[-1].isalpha() and place[0].isdigit() for place in text["false"])


@pytest.mark.django_db
def test_the_five_articles_are_read_and_nothing_is_suggested_inside_furniture(tmp_path: Path) -> None:
    folder = originals()
    if folder is None:
        pytest.skip("../shared/seeds is not here")
    call_command(
        "import_articles", *map(str, sorted(folder.glob("0*.txt"))), stdout=StringIO(), stderr=StringIO()
    )
    run("read_sources")
    for source in Source.objects.all():
        assert source.published_earliest is None
        rows = list(Statement.objects.filter(source=source))
        assert len(rows) >= 5
        for piece in source.furniture:
            assert not [row for row in rows if row.start < piece["end"] and row.end > piece["start"]]
        # No article prints its date: a weekday alone gives no day.
        assert not [row for row in rows if row.said_basis == "inferred"]
    assert ReadingChange.objects.count() == 0


@pytest.mark.django_db
def test_articles_with_annotated_records_get_no_suggestion_that_a_record_is(tmp_path: Path) -> None:
    """All that the machine finds in the five articles are statements that the records brought, the denials among them."""
    folder = originals()
    if folder is None:
        pytest.skip("../shared/seeds is not here")
    make_user(Role.SENIOR_EDITOR)
    call_command("import_seeds", "--articles", str(folder), stdout=StringIO())
    before = list(Statement.objects.order_by("pk").values())
    lines, _ = run("read_sources", "--all", "--json")
    assert len(lines) == 5 and all(line["found"] >= 5 for line in lines)
    assert [line["suggested"] for line in lines] == [0] * 5
    assert list(Statement.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_whatever_the_archive_accepts_can_be_read(tmp_path: Path) -> None:
    tool = ROOT.parent / "shared" / "tools" / "make_bad_inputs.py"
    if not tool.is_file():
        pytest.skip("../shared/tools is not here: no hard inputs to read")
    subprocess.run(
        [sys.executable, str(tool), str(tmp_path), "--small", "--many", "20"], check=True, capture_output=True
    )
    with pytest.raises(SystemExit):
        call_command("import_articles", str(tmp_path / "files"), stdout=StringIO(), stderr=StringIO())
    stored = Source.objects.count()
    assert stored > 60
    began = time.process_time()
    lines, _ = run("read_sources", "--json")
    assert [line["outcome"] for line in lines] == ["read"] * stored
    assert time.process_time() - began < 30
    for source in Source.objects.exclude(furniture=[]):
        for row in Statement.objects.filter(source=source):
            assert not [
                piece for piece in source.furniture if row.start < piece["end"] and row.end > piece["start"]
            ]


@pytest.mark.django_db
def test_a_text_with_more_than_is_kept_says_so() -> None:
    sentences = [f"Il ministro Marco Belli ha negato di aver venduto {n} droni." for n in range(2100)]
    source = make_source("Droni\n\n" + "\n".join(sentences))
    lines, _ = run("read_sources")
    assert lines[0] == f"Article {source.pk} has 100 more than an article may have; they are left out."
    assert lines[1].startswith("1 of 1 article: 1 read for the first time, 0 compared; 2,000 suggestions")
    reading = Reading.objects.get()
    assert (reading.found, reading.stored, Statement.objects.count()) == (2100, 2000, 2000)
