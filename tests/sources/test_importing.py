from __future__ import annotations

import datetime as dt
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from sources import batches, importing
from sources.articles import Article, Refused, article_from_text, read_article, text_digest
from sources.importing import (
    Answer,
    finish_run,
    import_all,
    import_article,
    import_batch,
    start_run,
)
from sources.incoming import Incoming
from sources.models import ImportItem, ImportRun, Outlet, Source
from sources.reasons import ARTICLE_REASONS
from sources.reports import printable

pytestmark = pytest.mark.django_db

TEXT = "Il portavoce ha negato lunedì che il ministero abbia chiesto aiuti. «Non è così», ha detto."


def make_article(title: str = "Il titolo", text: str = TEXT, **fields: Any) -> Article:
    return article_from_text(text, title=title, **fields)


def store(*articles: Article) -> list[Answer]:
    return import_batch([(article.title, article) for article in articles], run=start_run())


def outcomes(answers: list[Answer]) -> list[str]:
    return [str(answer.outcome) for answer in answers]


def test_an_article_is_stored_whole_as_a_draft_of_which_readers_may_see_passages() -> None:
    article = make_article(url="https://example.org/a", outlet="Il Giornale", published="2022-03-14")
    answer = import_article(article, run=start_run())
    assert (answer.verdict, answer.outcome, answer.reason) == ("accept", "created", "ok")
    source = Source.objects.get(pk=answer.source)
    assert (source.body, source.text_sha256, source.title_span) == (article.body, article.text_sha256, [0, 9])
    assert (source.publication, source.shown, source.body_kind) == ("draft", "passages", "full")
    assert source.outlet
    assert source.outlet.name == "Il Giornale"
    assert (source.published_earliest, source.published_basis) == (dt.date(2022, 3, 14), "stated")
    assert source.origin == source
    assert source.version_of is None


def test_no_publication_date_is_invented() -> None:
    store(make_article(text=TEXT + " Era il 14 marzo 2022."))
    source = Source.objects.get()
    assert (source.published_earliest, source.published_latest, source.published_basis) == (
        None,
        None,
        "unknown",
    )


def test_importing_again_matches_and_changes_nothing() -> None:
    articles = [make_article(), make_article(url="https://example.org/a"), make_article("Altro titolo")]
    assert outcomes(store(*articles)) == ["created"] * 3
    before = list(Source.objects.order_by("pk").values())
    again = store(*articles)
    assert outcomes(again) == ["matched"] * 3
    assert {(answer.verdict, answer.reason) for answer in again} == {("skip", "duplicate")}
    assert list(Source.objects.order_by("pk").values()) == before


def test_equal_text_under_another_address_is_another_source_of_one_origin() -> None:
    first, second, third = store(
        make_article(), make_article(url="https://example.org/a"), make_article(url="https://example.org/b")
    )
    later = store(make_article(url="https://example.org/c"))[0]
    assert set(Source.objects.values_list("origin_id", flat=True)) == {first.source}
    assert len({first.source, second.source, third.source, later.source}) == 4


def test_new_text_at_the_same_address_is_a_newer_version() -> None:
    first, second = store(
        make_article(url="https://example.org/a"),
        make_article(text=TEXT + " Aggiornato.", url="https://example.org/a"),
    )
    third = store(make_article(text=TEXT + " Di nuovo.", url="https://example.org/a"))[0]
    versions = dict(Source.objects.values_list("pk", "version_of_id"))
    assert versions == {first.source: None, second.source: first.source, third.source: second.source}
    assert Source.objects.get(pk=second.source).origin_id == second.source


def test_two_files_with_one_text_in_one_batch_are_one_source() -> None:
    assert outcomes(store(make_article(), make_article())) == ["created", "matched"]
    assert Source.objects.count() == 1


def test_a_draft_takes_what_a_later_file_states_besides_and_keeps_what_stands() -> None:
    store(make_article(outlet="Il Giornale"))
    source = Source.objects.get()
    more = make_article(outlet="La Voce", published="2022-03-14")
    assert outcomes(store(more)) == ["updated"]
    assert outcomes(store(more)) == ["matched"]
    source.refresh_from_db()
    assert source.outlet
    assert source.outlet.name == "Il Giornale"
    assert (source.published_earliest, source.published_as_written) == (dt.date(2022, 3, 14), "2022-03-14")


def test_a_draft_without_an_author_takes_the_one_a_later_file_states() -> None:
    store(make_article())
    front = f"+++\nbyline = 'A. B.'\n+++\nIl titolo\n\n{TEXT}"
    assert outcomes(store(read_article(front.encode(), "a.txt"))) == ["updated"]
    assert Source.objects.get().byline == "A. B."


def test_what_a_second_file_states_reaches_a_row_of_the_same_batch() -> None:
    assert outcomes(store(make_article(), make_article(published="2022-03-14", outlet="La Voce"))) == [
        "created",
        "updated",
    ]
    source = Source.objects.select_related("outlet").get()
    assert (source.published_basis, str(source.outlet)) == ("stated", "La Voce")


def test_a_published_source_takes_nothing() -> None:
    store(make_article())
    Source.objects.update(publication="published")
    assert outcomes(store(make_article(published="2022-03-14"))) == ["matched"]
    assert Source.objects.get().published_basis == "unknown"


def test_an_outlet_is_found_by_its_name_its_other_names_or_its_address() -> None:
    giornale = Outlet.objects.create(name="Il Giornale", slug="giornale", other_names=["The mirror"])
    store(
        *(
            make_article(str(n), outlet=name)
            for n, name in enumerate(["il giornale", "The mirror", "Giornale", "Il Giornale"])
        )
    )
    assert set(Source.objects.values_list("outlet", flat=True)) == {giornale.pk}
    store(
        make_article("x", outlet="新聞"), make_article("y", outlet="新聞"), make_article("z", outlet="日報")
    )
    assert Outlet.objects.count() == 3


def test_an_original_whose_digest_is_here_is_skipped_and_told_which_command_takes_it() -> None:
    original = make_article("Originale")
    Source.objects.create(
        title="Riassunto", language="it", body="Riassunto\n\nNostro.", body_kind="digest",
        text_sha256=text_digest("Riassunto\n\nNostro."), original_sha256=original.text_sha256,
    )  # fmt: skip
    answer = store(original)[0]
    assert (answer.verdict, answer.outcome, answer.reason) == ("skip", "skipped", "duplicate")
    assert "import_seeds --articles" in answer.message
    assert Source.objects.count() == 1


def test_a_dry_run_says_what_would_happen_and_writes_nothing() -> None:
    store(make_article())
    files = [
        Incoming("there.txt", f"Il titolo\n\n{TEXT}".encode()), Incoming("new.txt", f"Altro\n\n{TEXT}".encode()),
        Incoming("twice.txt", f"Altro\n\n{TEXT}".encode()), Incoming("bad.txt", b"\xff"),
        Incoming("more.json", json.dumps({"title": "Il titolo", "text": TEXT, "source": "Nuova"}).encode()),
    ]  # fmt: skip
    counts = [model.objects.count() for model in (Source, Outlet, ImportRun, ImportItem)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        planned = list(import_all(files, run=None, dry_run=True))
    assert outcomes(planned) == ["matched", "created", "matched", "failed", "updated"]
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]
    assert [model.objects.count() for model in (Source, Outlet, ImportRun, ImportItem)] == counts
    assert outcomes(list(import_all(files, run=start_run()))) == outcomes(planned)


def test_every_file_is_answered_once_and_the_run_keeps_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    files = [Incoming(f"{n}.txt", f"Titolo {n}\n\n{TEXT}".encode()) for n in range(5)]
    files += [
        Incoming("bad\n.txt", b"\xff"),
        Incoming(".hidden", Refused("name", "Hidden.", skip=True)),
        files[0],
    ]
    run = start_run()
    answers = list(import_all(files, run=run))
    assert [answer.file for answer in answers] == [file.name for file in files]
    run.refresh_from_db()
    assert (run.created, run.matched, run.skipped, run.failed) == (5, 1, 1, 1)
    assert run.finished_at is not None
    bad = run.items.get(outcome="failed")
    assert (bad.name, bad.reason, bad.source) == ("bad\\n.txt", "encoding", None)
    assert run.items.filter(outcome="created", source__isnull=False).count() == 5
    finish_run(run)


def test_what_the_database_cannot_hold_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.articles.refuse_unsearchable", lambda text: None)
    words = " ".join(f"parola{n}x" for n in range(120_000))
    run = start_run()
    answers = import_batch(
        [("a", make_article()), ("big", make_article(text=words)), ("b", make_article("Altro"))], run=run
    )
    assert [(answer.verdict, answer.reason) for answer in answers] == [
        ("accept", "ok"),
        ("reject", "too_large"),
        ("accept", "ok"),
    ]
    run.refresh_from_db()
    assert (run.created, run.failed) == (2, 1)


def test_a_batch_costs_the_same_queries_whatever_its_size() -> None:
    store(make_article("Titolo 0", url="https://example.org/0"))
    counts = []
    for size in (3, 60):
        with CaptureQueriesContext(connection) as queries:
            store(
                *(
                    make_article(f"Titolo {size} {n}", url=f"https://example.org/{size}/{n}")
                    for n in range(size)
                )
            )
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_reading_what_is_stored_gives_the_same_article() -> None:
    data = f"\ufeffIl titolo\r\n\r\n{TEXT}\r\n\r\nLeggi anche: altro\r\n".encode()
    import_article(read_article(data, "a.txt"), run=start_run())
    source = Source.objects.get()
    assert bytes(source.raw) == data
    assert [source.body[piece["start"] : piece["end"]] for piece in source.furniture] == [
        "Leggi anche: altro"
    ]


def test_a_large_batch_is_cut_by_its_size_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH_BYTES", 10)
    files = [Incoming(f"{n}.txt", f"Titolo {n}\n\n{TEXT}".encode()) for n in range(3)]
    assert outcomes(list(import_all(files, run=start_run()))) == ["created"] * 3


def test_without_a_run_nothing_is_logged_and_the_importer_is_named_in_the_history() -> None:
    editor = User.objects.create(username="editor")
    import_article(make_article(), run=None, by=editor)
    assert not ImportItem.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT metadata FROM pghistory_context")
        assert [json.loads(row[0]) for row in cursor] == [{"user": editor.pk, "verb": "import"}]


class TestSomebodyElseIsFaster:
    """`meanwhile` runs between the importer's look at what is there and its writing."""

    def meanwhile(self, monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
        real, calls = batches._next_ids, itertools.count(1)

        def next_ids(count: int) -> list[int]:
            act(next(calls))
            return real(count)

        monkeypatch.setattr(batches, "_next_ids", next_ids)

    def run_sql(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def twin(self, article: Article) -> None:
        digest = article.text_sha256
        Source.objects.create(
            title="Twin", language="it", body=article.body, text_sha256=digest, url=article.url
        )

    def test_a_text_stored_in_between_sends_the_batch_to_look_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        article = make_article()
        self.meanwhile(monkeypatch, lambda call: self.twin(article) if call == 1 else None)
        assert outcomes(store(article)) == ["created"]
        assert Source.objects.get().title == "Il titolo"

    def test_a_deadlock_sends_the_batch_to_look_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        deadlock = "DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$"
        self.meanwhile(monkeypatch, lambda call: self.run_sql(deadlock if call < 5 else "SELECT 1"))
        assert outcomes(store(make_article())) == ["created"]

    def test_after_five_looks_the_database_is_at_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        article = make_article()
        self.meanwhile(monkeypatch, lambda call: self.twin(article))
        with pytest.raises(OperationalError, match="same texts"):
            store(article)
        assert not Source.objects.exists()

    def test_an_article_edited_in_between_is_looked_at_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store(make_article())
        edit = "UPDATE sources_source SET byline = byline || 'A. B.'"
        self.meanwhile(monkeypatch, lambda call: self.run_sql(edit))
        with pytest.raises(OperationalError, match="same articles"):
            store(make_article(published="2022-03-14"))

    def test_other_faults_of_the_database_are_not_hidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        full = "DO $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$"
        self.meanwhile(monkeypatch, lambda call: self.run_sql(full))
        with pytest.raises(OperationalError, match="disk full"):
            store(make_article())
        assert not ImportItem.objects.exists()


def test_names_are_shown_on_one_line() -> None:
    assert printable("è\n\x1b[31m\udce8.txt") == "è\\n\\x1b[31m\\udce8.txt"


def test_every_reason_has_words() -> None:
    documented = (
        (Refused.__doc__ or "")
        .split("Reasons:")[1]
        .split("`skip`")[0]
        .replace("\n", " ")
        .strip(" .")
        .split(", ")
    )
    assert {reason.strip() for reason in documented} == set(ARTICLE_REASONS)


class TestCommand:
    """`manage.py import_articles`."""

    def run(self, *args: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        code = 0
        try:
            call_command("import_articles", *args, stdout=out, stderr=err)
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, out.getvalue(), err.getvalue()

    def test_accepted_files_end_in_0_and_a_summary(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(f"Il titolo\n\n{TEXT}")
        assert self.run(str(tmp_path)) == (
            0,
            "1 file: 1 created, 0 already here, 0 updated, 0 skipped, 0 refused.\n",
            "",
        )
        assert (
            self.run(str(tmp_path))[1]
            == "1 file: 0 created, 1 already here, 0 updated, 0 skipped, 0 refused.\n"
        )

    def test_a_refused_file_ends_in_1_and_never_stops_the_others(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(b"\xff\x00bad")
        (tmp_path / "b.txt").write_text(f"Il titolo\n\n{TEXT}")
        code, out, err = self.run(str(tmp_path))
        assert (code, err) == (1, "")
        assert out.startswith("Refused a.txt: ")
        assert "1 created" in out
        assert "1 refused" in out

    def test_json_is_one_line_a_file_and_nothing_else_on_standard_output(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(f"Il titolo\n\nPes\u200bkov: {TEXT}")
        (tmp_path / "b.exe").write_text("x")
        code, out, err = self.run("--json", str(tmp_path))
        first, second = map(json.loads, out.splitlines())
        assert first == {
            "file": "a.txt", "verdict": "accept", "outcome": "created", "reason": "ok", "message": "", "flags": ["invisible"],
            "source": Source.objects.get().pk,
        }  # fmt: skip
        assert (second["file"], second["verdict"], second["reason"], second["source"]) == (
            "b.exe",
            "skip",
            "name",
            None,
        )
        assert (code, err.count("\n")) == (0, 1)

    def test_a_path_that_is_not_there_ends_in_2_with_one_sentence_and_no_run(self) -> None:
        assert self.run("/no/such\nfolder") == (2, "", "There is no /no/such\\nfolder.\n")
        assert not ImportRun.objects.exists()

    def test_a_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(f"Il titolo\n\n{TEXT}")
        code, out, _ = self.run("--dry-run", str(tmp_path))
        assert (code, out) == (
            0,
            "Dry run, nothing is written. 1 file: 1 created, 0 already here, 0 updated, 0 skipped, 0 refused.\n",
        )
        assert not ImportRun.objects.exists()

    def test_a_database_that_fails_ends_in_2_with_one_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a.txt").write_text(f"Il titolo\n\n{TEXT}")

        def gone(count: int) -> list[int]:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = '57P01'; END $$")
            return []

        monkeypatch.setattr(batches, "_next_ids", gone)
        code, out, err = self.run(str(tmp_path))
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("The database cannot be used (gone")

    def test_another_encoding_is_stated(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(f"Il titolo\n\n{TEXT}".encode("cp1252"))
        assert self.run(str(tmp_path))[0] == 1
        assert self.run("--encoding", "cp1252", str(tmp_path))[0] == 0
        assert Source.objects.get().encoding == "cp1252"

    def test_an_interruption_says_one_sentence_and_leaves_nothing_half(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "BATCH", 1)
        for n in range(3):
            (tmp_path / f"{n}.txt").write_text(f"Titolo {n}\n\n{TEXT}")
        real = importing.read_articles

        def interrupted(data: bytes, name: str, **options: Any) -> Any:
            if name == "2.txt":
                raise KeyboardInterrupt
            return real(data, name, **options)

        monkeypatch.setattr(importing, "read_articles", interrupted)
        code, out, err = self.run(str(tmp_path))
        assert (code, out, err.count("\n")) == (130, "", 1)
        assert err.startswith("Interrupted. 2 files: 2 created")
        assert (Source.objects.count(), ImportRun.objects.get().finished_at) == (2, None)


class TestKeysAndSummaries:
    """Front matter that records rely on: `key`, and of which original a summary of ours is."""

    def digest(
        self, original: str, key: str = "d", text: str = "In parole nostre, e con un punto."
    ) -> Article:
        front = (
            f'+++\nkey = "{key}"\nbody_kind = "digest"\noriginal_sha256 = "{text_digest(original)}"\n+++\n'
        )
        return read_article(f"{front}Sintesi\n\n{text}".encode(), "d.txt")

    def test_a_summary_keeps_its_key_and_names_its_original(self) -> None:
        assert outcomes(store(self.digest("L'originale."))) == ["created"]
        source = Source.objects.get()
        assert (source.key, source.body_kind) == ("d", "digest")
        assert source.original_sha256 == text_digest("L'originale.")
        assert outcomes(store(self.digest("L'originale."))) == ["matched"]

    def test_a_key_names_one_text(self) -> None:
        answers = store(self.digest("Uno."), self.digest("Due.", text="Altre parole, anche queste nostre."))
        assert [(answer.outcome, answer.reason) for answer in answers] == [
            ("created", "ok"),
            ("failed", "bad_metadata"),
        ]
        planned = import_batch(
            [
                (key, self.digest("Uno.", key, text=f"Testo {text} nostro."))
                for key, text in (("e", 1), ("e", 2))
            ],
            run=None,
            dry_run=True,
        )
        assert outcomes(planned) == ["created", "failed"]

    def test_an_original_that_came_first_takes_the_summarys_key(self) -> None:
        article = make_article()
        store(article)
        assert outcomes(store(self.digest(article.body))) == ["updated"]
        assert outcomes(store(self.digest(article.body))) == ["matched"]
        assert Source.objects.get().key == "d"

    @pytest.mark.parametrize(
        "line",
        ['body_kind = "poem"', 'translation = "odd"', f'original_sha256 = "{"0" * 64}"',
         'body_kind = "digest"\noriginal_sha256 = "abc"'],
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused(self, line: str) -> None:
        with pytest.raises(Refused, match=r"must be|only where"):
            read_article(f"+++\n{line}\n+++\nTitolo\n\n{TEXT}".encode(), "x.txt")
