"""Records: what goes in, what is refused and with which sentence, and what hangs on it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from claims.importing import Report, import_records, read_records, start_run
from claims.importing.shapes import SHAPES, TYPES, checked
from claims.models import Claim, Denial, Evidence, Position, Speaker, Statement, Verdict
from claims.vocabulary import Role
from sources.models import ImportItem, Outlet, Source
from sources.reasons import REASONS

pytestmark = pytest.mark.django_db

BODY = "Il ministero ha negato la vendita.\n\nIl ministro nega la vendita. Il ministero ha parlato. Fine."
SOURCE = {"type": "source", "key": "a", "body": BODY, "language": "it"}
MINISTRY = {"type": "speaker", "slug": "ministry", "kind": "organisation", "name": "Ministry"}
CLAIM = {"type": "claim", "slug": "sale", "text_en": "The ministry sold drones.", "actors": ["ministry"]}
STATEMENT = {
    "type": "statement", "source": "a", "key": "a-1", "act": "denies", "quotes": ["Il ministro nega la vendita."],
    "speakers": [{"speaker": "ministry", "as_written": "Il ministro"}],
}  # fmt: skip
POSITION = {"type": "position", "statement": {"source": "a", "key": "a-1"}, "claim": "sale"}
VERDICT = {
    "type": "verdict", "key": "v", "claim": "sale", "rating": "disputed", "reason_en": "The ministry denies it plainly.",
}  # fmt: skip
ALL = [SOURCE, MINISTRY, CLAIM, STATEMENT, POSITION]


def store(*records: dict[str, Any], **options: Any) -> Report:
    read = [(f"test:{number}", dict(record)) for number, record in enumerate(records, start=1)]
    options.setdefault("run", start_run())
    return import_records(read, **options)


def outcomes(report: Report) -> list[str]:
    return [answer.outcome for answer in report.answers]


def refusal(*records: dict[str, Any]) -> tuple[str, str]:
    """(reason, sentence) of the only record that was refused."""
    (answer,) = [answer for answer in store(*records).answers if answer.outcome == "failed"]
    assert answer.reason in REASONS
    return answer.reason, answer.message


def command(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("import_records", *args, stdout=out, stderr=err)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, out.getvalue(), err.getvalue()


def write(folder: Path, *records: dict[str, Any], name: str = "records.jsonl") -> str:
    path = folder / name
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return str(path)


@pytest.fixture
def anna(db: None) -> User:
    user = User.objects.create(username="anna")
    user.groups.add(Group.objects.get(name=Role.SENIOR_EDITOR.value))
    return user


class TestStoring:
    def test_records_in_any_order_become_drafts(self) -> None:
        report = store(*reversed(ALL))
        assert outcomes(report) == ["created"] * 5
        statement = Statement.objects.get()
        assert (statement.quote, statement.review, statement.origin) == (
            "Il ministro nega la vendita.",
            "suggested",
            "import",
        )
        assert statement.speakers.get().speaker == Speaker.objects.get(slug="ministry")
        position = Denial.objects.get()
        assert (position.claim.publication, position.published_at) == ("draft", None)
        assert statement.source.publication == "draft"

    def test_repeating_changes_nothing(self) -> None:
        store(*ALL)
        assert outcomes(store(*ALL)) == ["matched"] * 5
        assert set(Statement.objects.values_list("version", flat=True)) == {1}

    def test_a_changed_field_of_a_draft_is_updated_and_empty_ones_erase_nothing(self) -> None:
        store(*ALL)
        report = store(
            CLAIM | {"text_en": "The ministry sold ten drones.", "themes": []},
            STATEMENT | {"hedge": "reported", "speakers": [{"speaker": "ministry", "as_written": "Lui"}]},
            MINISTRY | {"names": [{"name": "MoD", "kind": "abbreviation"}]},
        )
        assert outcomes(report) == ["updated"] * 3
        assert Claim.objects.get().text_en == "The ministry sold ten drones."
        assert Claim.objects.get().actors == ["ministry"]
        assert Statement.objects.get().speakers.get().as_written == "Lui"
        assert Speaker.objects.get().names.get().name == "MoD"

    def test_what_readers_see_is_refused_to_change(self, anna: User, tmp_path: Path) -> None:
        path = write(tmp_path, SOURCE | {"publication": "published"}, MINISTRY, CLAIM | {"publication": "published"},
                     STATEMENT, POSITION)  # fmt: skip
        assert command(path, "--publish", "--by", "anna")[0] == 0
        assert Denial.objects.published().count() == 1
        report = store(
            CLAIM | {"text_en": "Another."}, STATEMENT | {"quotes": ["Il ministero ha parlato."]}, POSITION | {"stance": "asserts"},
            STATEMENT | {"key": "a-1", "note": "for the desk"},
        )  # fmt: skip
        assert [answer.reason for answer in report.answers[:2]] == ["published", "published"]
        assert report.answers[2].reason == "depends"
        assert "in the open" in report.answers[0].message
        assert Claim.objects.get().text_en == CLAIM["text_en"]

    def test_a_statement_may_stand_at_characters(self) -> None:
        start = BODY.index("Il ministro nega")
        store(SOURCE, STATEMENT | {"quotes": [], "spans": [[start, start + 11]], "speakers": []})
        assert Statement.objects.get().quote == "Il ministro"

    def test_prefix_and_suffix_tell_the_place(self) -> None:
        quote = {"exact": "la vendita", "prefix": "nega "}
        store(SOURCE, STATEMENT | {"quotes": [quote], "speakers": []})
        assert Statement.objects.get().start == BODY.index("nega la vendita") + 5

    def test_an_outlet_made_by_an_article_is_the_records_outlet(self) -> None:
        Outlet.objects.create(name="Ore 12", slug="ore-12-2")
        assert outcomes(store({"type": "outlet", "slug": "ore-12", "name": "Ore 12", "country": "IT"})) == [
            "updated"
        ]
        assert (Outlet.objects.get().slug, Outlet.objects.get().country) == ("ore-12", "IT")

    def test_a_merged_speaker_leads_to_the_other(self) -> None:
        store(*ALL[:3])
        winner = Speaker.objects.create(kind="organisation", name="The Ministry", slug="the-ministry")
        Speaker.objects.filter(slug="ministry").update(merged_into=winner)
        store(MINISTRY | {"name": "Other"}, STATEMENT)
        assert Statement.objects.get().speakers.get().speaker == winner
        assert not Speaker.objects.filter(name="Other").exists()

    def test_a_dry_run_answers_the_same_and_writes_nothing(self) -> None:
        report = store(*ALL, run=None, dry_run=True)
        assert outcomes(report) == ["created"] * 5
        assert not any(answer.object for answer in report.answers)
        assert not (Claim.objects.exists() or Source.objects.exists())

    def test_answers_are_kept_with_the_run(self) -> None:
        run = start_run()
        store(*ALL, {"type": "nothing"}, run=run)
        run.refresh_from_db()
        assert (run.kind, run.created, run.failed) == ("records", 5, 1)
        assert ImportItem.objects.get(run=run, outcome="failed").reason == "unknown_type"
        assert run.finished_at

    def test_few_queries_whatever_the_number(self, django_assert_max_num_queries: Any) -> None:
        many = [STATEMENT | {"key": f"a-{number}"} for number in range(300)]
        with django_assert_max_num_queries(80):
            store(*ALL, *many)


class TestRefusing:
    @pytest.mark.parametrize(
        ("record", "reason", "words"),
        [
            ({"type": "speker"}, "unknown_type", "'speker'"),
            ({"slug": "a"}, "unknown_type", "no type"),
            (MINISTRY | {"colour": "red"}, "unknown_field", "colour"),
            (MINISTRY | {"kind": "robot"}, "bad_value", "kind"),
            (MINISTRY | {"country": "Italy"}, "bad_value", "country"),
            (MINISTRY | {"wikidata_id": "38"}, "bad_value", "wikidata_id"),
            (MINISTRY | {"slug": "a b"}, "bad_value", "slug"),
            (MINISTRY | {"name": "x" * 201}, "bad_value", "200"),
            (MINISTRY | {"name": "a\0b"}, "control_chars", "name"),
            (MINISTRY | {"speaks_for": "nobody"}, "missing_reference", "nobody"),
            (MINISTRY | {"speaks_for": "ministry"}, "bad_value", "speaks_for"),
            (MINISTRY | {"kind": "anonymous"}, "bad_value", "only_in"),
            ({"type": "speaker", "slug": "b"}, "missing_field", "kind and a name"),
            ({"type": "speaker", "name": "b"}, "missing_field", "slug"),
            ({"type": "topic", "slug": "t"}, "missing_field", "name_it"),
            ({"type": "claim", "slug": "c"}, "missing_field", "text_it"),
            ({"type": "claim", "slug": "c", "text_en": "x", "topic": "t"}, "missing_reference", "t"),
            ({"type": "claim", "slug": "c", "text_en": "x", "period": {"earliest": "2022-02-31"}}, "bad_date", "earliest"),
            ({"type": "claim", "slug": "c", "text_en": "x", "period": {"earliest": "2022-02-03"}}, "bad_date", "basis"),
            (
                {"type": "claim", "slug": "c", "text_en": "x",
                 "period": {"earliest": "2022-02-03", "latest": "2022-02-01", "basis": "stated"}},
                "bad_date", "before it begins",
            ),
            ({"type": "claim", "slug": "c", "text_en": "x", "publication": "withdrawn"}, "bad_value", "publication"),
            ({"type": "source", "key": "s"}, "missing_reference", "'s'"),
            ({"type": "outlet", "slug": "o", "name": "O", "homepage": "ftp://x"}, "bad_url", "link"),
            (VERDICT | {"claim": "nothing"}, "missing_reference", "nothing"),
        ],
    )  # fmt: skip
    def test_one_record_with_a_sentence(self, record: dict[str, Any], reason: str, words: str) -> None:
        found, sentence = refusal(record)
        assert found == reason
        assert words in sentence

    @pytest.mark.parametrize(
        ("change", "reason", "words"),
        [
            ({"quotes": ["Il re nega."]}, "quote_not_found", "“Il re nega.” are not in the source a"),
            ({"quotes": ["la vendita"]}, "quote_ambiguous", "prefix"),
            ({"quotes": [], "spans": [[0, 9999]]}, "bad_span", "outside the source a"),
            ({"quotes": [], "spans": [[5, 9], [7, 12]]}, "bad_span", "overlap"),
            ({"quotes": [], "spans": [[9, 5]]}, "bad_span", "smaller"),
            ({"quotes": []}, "missing_field", "place"),
            ({"spans": [[0, 5]]}, "bad_value", "not both"),
            ({"source": "zz"}, "missing_reference", "zz"),
            ({"after": "a-1"}, "bad_value", "itself"),
            ({"inside": "a-9"}, "missing_reference", "a-9"),
            ({"cue": {"exact": "dice"}}, "quote_not_found", "dice"),
            ({"speakers": [{"speaker": "ministry"}, {"speaker": "ministry"}]}, "bad_value", "twice"),
            ({"carriers": [{"kind": "outlet", "outlet": "o", "speaker": "s"}]}, "bad_value", "one thing"),
        ],
    )
    def test_a_statement_that_does_not_fit(self, change: dict[str, Any], reason: str, words: str) -> None:
        found, sentence = refusal(SOURCE, MINISTRY, STATEMENT | change)
        assert found == reason
        assert words in sentence
        assert not Statement.objects.exists()

    def test_whatever_depends_on_it_is_refused_too_and_the_rest_goes_in(self) -> None:
        report = store(
            SOURCE, MINISTRY, CLAIM, STATEMENT | {"quotes": ["not there"]}, POSITION,
            STATEMENT | {"key": "a-2", "inside": "a-1"}, STATEMENT | {"key": "a-3"},
        )  # fmt: skip
        assert [answer.reason for answer in report.answers] == [
            *("ok", "ok", "ok", "quote_not_found", "depends", "depends", "ok"),
        ]
        assert "statement a / a-1 (test:4)" in report.answers[4].message

    def test_a_record_that_is_malformed_takes_its_dependents_with_it(self) -> None:
        report = store(MINISTRY | {"kind": "robot"}, CLAIM)
        assert [answer.reason for answer in report.answers] == ["bad_value", "depends"]

    def test_circles_are_refused(self) -> None:
        report = store(
            MINISTRY | {"speaks_for": "state"},
            {"type": "speaker", "slug": "state", "kind": "government", "name": "S", "speaks_for": "ministry"},
        )
        assert not Speaker.objects.exists()
        assert {answer.outcome for answer in report.answers} == {"failed"}

    def test_two_that_differ_cannot_both_be_right(self) -> None:
        report = store(MINISTRY, MINISTRY, MINISTRY | {"name": "Other"})
        assert [(answer.outcome, answer.reason) for answer in report.answers] == [
            ("created", "ok"),
            ("matched", "duplicate"),
            ("failed", "conflict"),
        ]

    def test_a_wikidata_item_names_one_thing(self) -> None:
        reason, _sentence = refusal(
            MINISTRY | {"wikidata_id": "Q1"}, MINISTRY | {"slug": "other", "wikidata_id": "Q1"}
        )
        assert reason == "conflict"

    def test_unnamed_speakers_stay_with_their_article(self) -> None:
        unnamed = {"type": "speaker", "slug": "who", "kind": "anonymous", "name": "Officials", "only_in": "a"}
        other = {"type": "source", "key": "b", "body": "Un altro testo con parole sue.", "language": "it"}
        reason, sentence = refusal(
            SOURCE, other, unnamed,
            STATEMENT | {"source": "b", "quotes": ["altro testo"], "speakers": [{"speaker": "who"}]},
        )  # fmt: skip
        assert (reason, "who" in sentence) == ("bad_value", True)

    def test_what_only_the_database_knows_is_answered_for_its_record_alone(self, monkeypatch: Any) -> None:
        """Should a rule of the database be missing among our checks, one record is refused, not the run."""
        monkeypatch.setattr("claims.importing.people.Speakers._refuse_circles", lambda *_args: None)
        monkeypatch.setattr("claims.importing.people._refuse_unless_anonymous_stays", lambda *_args: None)
        report = store(MINISTRY, MINISTRY | {"slug": "x", "kind": "anonymous"})
        assert [(answer.outcome, answer.reason) for answer in report.answers] == [
            ("created", "ok"),
            ("failed", "not_allowed"),
        ]


class TestFiles:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b'{"type": "topic", "type": "claim"}', "json_duplicate_key"),
            (b'{"type": "topic", "slug": NaN}', "json_number"),
            (b"[1]", "bad_json"),
            (b"{nothing", "bad_json"),
            (b'{"type": "\xff"}', "encoding"),
            (b"[" * 70, "json_depth"),
        ],
    )
    def test_a_line_that_is_no_record_is_refused_alone(self, line: bytes, reason: str) -> None:
        report = import_records(
            read_records(line + b"\n" + json.dumps(MINISTRY).encode(), "x.jsonl"), run=start_run()
        )
        assert [(answer.file, answer.reason) for answer in report.answers] == [
            ("x.jsonl:1", reason),
            ("x.jsonl:2", "ok"),
        ]

    def test_a_list_is_read_like_lines(self) -> None:
        records = read_records(json.dumps([MINISTRY, 3]).encode(), "x.json")
        assert outcomes(import_records(records, run=start_run())) == ["created", "failed"]

    def test_a_list_with_something_after_it_is_refused(self) -> None:
        ((_name, refused),) = read_records(b'[], "a": []', "x.json")
        assert refused.reason == "bad_json"  # type: ignore[union-attr]

    @pytest.mark.parametrize("separator", [",", ";"])
    def test_a_table_has_one_type_and_dotted_columns(self, separator: str) -> None:
        store(SOURCE, MINISTRY)
        head = ["key", "source", "act", "quotes", "said.earliest", "said.basis", "in_title", "speakers"]
        row = ["a-7", "a", "denies", '"[""Il ministro nega la vendita.""]"', "2022-03-14", "stated", "yes",
               '"[{""speaker"": ""ministry""}]"']  # fmt: skip
        data = f"{separator.join(head)}\n{separator.join(row)}\n".encode()
        report = import_records(read_records(data, "statements.csv"), run=start_run())
        assert outcomes(report) == ["created"]
        statement = Statement.objects.get()
        assert (str(statement.said_earliest), statement.in_title) == ("2022-03-14", True)

    def test_lists_of_words_in_a_cell_are_parted_by_semicolons(self) -> None:
        data = b"type,slug,text_it,themes\nclaim,c,Una cosa,droni; vendita\n"
        import_records(read_records(data, "x.csv"), run=start_run())
        assert Claim.objects.get().themes == ["droni", "vendita"]

    @pytest.mark.parametrize(
        ("data", "reason"),
        [(b"slug,slug\na,b\n", "json_duplicate_key"), (b"slug\na,b\n", "bad_json"), (b"", "empty")],
    )
    def test_a_table_that_makes_no_sense(self, data: bytes, reason: str) -> None:
        answers = import_records(read_records(data, "topics.csv"), run=start_run()).answers
        assert [answer.reason for answer in answers] == [reason]


class TestCommand:
    def test_exit_codes_and_summary(self, tmp_path: Path) -> None:
        code, out, err = command(write(tmp_path, *ALL))
        assert (code, err) == (0, "")
        assert "5 records: 5 created, 0 already here, 0 updated, 0 skipped, 0 refused." in out
        code, out, _err = command(write(tmp_path, *ALL, {"type": "no"}))
        assert code == 1
        assert "Refused" in out

    def test_json_lines_have_the_fields_of_articles(self, tmp_path: Path) -> None:
        _code, out, err = command(write(tmp_path, *ALL), "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        assert [set(line) for line in lines] == [
            {"file", "verdict", "outcome", "reason", "message", "flags", "source", "object"}
        ] * 5
        assert lines[0]["source"] == Source.objects.get().pk
        assert "5 records" in err

    @pytest.mark.parametrize(
        "arguments",
        [
            ["nothing.jsonl"],
            ["FILE", "--publish"],
            ["FILE", "--publish", "--by", "nobody"],
            ["FILE", "--by", "nobody"],
        ],
    )
    def test_what_cannot_run_says_one_sentence(self, tmp_path: Path, arguments: list[str]) -> None:
        path = write(tmp_path, *ALL)
        code, out, err = command(*[path if each == "FILE" else each for each in arguments])
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert not Claim.objects.exists()

    def test_without_publish_decisions_wait(self, tmp_path: Path) -> None:
        code, out, _err = command(write(tmp_path, *ALL[:2], CLAIM | {"publication": "published"}, VERDICT))
        assert code == 0
        assert "--publish" in out
        assert Claim.objects.get().publication == "draft"
        assert not Verdict.objects.exists()

    def test_publish_carries_out_what_the_records_ask(self, anna: User, tmp_path: Path) -> None:
        evidence = {
            "type": "evidence",
            "key": "e",
            "claim": "sale",
            "kind": "context",
            "url": "https://example.org/",
        }
        records = [SOURCE | {"publication": "published", "shown": "whole"}, MINISTRY, CLAIM | {"publication": "published"},
                   STATEMENT, POSITION, evidence, VERDICT | {"evidence": ["e"]}]  # fmt: skip
        path = write(tmp_path, *records)
        code, out, err = command(path, "--publish", "--by", "anna")
        assert (code, err) == (0, ""), out
        assert Source.objects.published().get().shown == "whole"
        assert Verdict.objects.published().get().author == anna
        assert Position.objects.published().count() == Evidence.objects.published().count() == 1
        code, out, _err = command(path, "--publish", "--by", "anna")
        assert "0 created, 7 already here, 0 updated" in out
        more = [
            evidence | {"key": "e2"},
            STATEMENT | {"key": "a-2"},
            POSITION | {"statement": {"source": "a", "key": "a-2"}},
        ]
        path = write(tmp_path, *more, name="more.jsonl")
        _code, out, _err = command(path)
        assert "already" not in out.split(":")[0]
        assert Evidence.objects.count() == 1
        command(path, "--publish", "--by", "anna")
        assert Evidence.objects.count() == 2
        assert Position.objects.published().count() == 2

    def test_a_decision_without_grounds_is_refused_and_the_rest_is_published(
        self, anna: User, tmp_path: Path
    ) -> None:
        path = write(tmp_path, MINISTRY, CLAIM | {"publication": "published"}, VERDICT)
        code, out, _err = command(path, "--publish", "--by", "anna")
        assert code == 1
        assert "accepted denial" in out
        assert Claim.objects.get().publication == "published"

    def test_an_editor_may_not_publish(self, tmp_path: Path) -> None:
        User.objects.create(username="carla").groups.add(Group.objects.get(name=Role.EDITOR.value))
        code, _out, err = command(write(tmp_path, *ALL), "--publish", "--by", "carla")
        assert (code, "senior editor" in err) == (2, True)


def test_every_example_of_the_documentation_is_a_record_that_is_taken() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
    blocks = [block.strip() for block in text.split("```")[1::2]]
    types = [checked(json.loads(block))[0] for block in blocks if block.startswith("{")]
    assert types == list(TYPES)
    for kind, shape in SHAPES.items():
        section = text.split(f"\n## {kind}\n")[1].split("\n## ")[0] + text.split("## topic")[0]
        assert [name for name in shape.fields if f"`{name}`" not in section] == []
