"""The seeds from an empty installation to published claims, and from our summaries to the original words."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from claims.models import (
    Affiliation,
    Carrier,
    Claim,
    ClaimFigures,
    Correction,
    Denial,
    Evidence,
    Position,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
    Topic,
    Verdict,
)
from claims.vocabulary import Role
from sources.models import ImportItem, ImportRun, Outlet, Source
from tests.conftest import originals

pytestmark = pytest.mark.django_db

TABLES = (
    *(Affiliation, Carrier, Claim, Correction, Evidence, Outlet, Position, Source, Speaker, SpeakerName),
    *(Statement, StatementSpeaker, Topic, Verdict),
)
DRONES = "iran-sent-drones-to-russia"


def make_senior_editor(name: str = "anna") -> User:
    user = User.objects.create(username=name, is_staff=True)
    user.groups.add(Group.objects.get(name=Role.SENIOR_EDITOR.value))
    return user


@pytest.fixture
def anna(db: None) -> User:
    return make_senior_editor()


def import_seeds(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("import_seeds", *args, stdout=out, stderr=err)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, out.getvalue(), err.getvalue()


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def denials() -> set[tuple[str, str]]:
    """(who, claim) of every denial, once each."""
    rows = Denial.objects.published().values_list("statement__speakers__speaker__name", "claim__slug")
    return set(rows)


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every stored row of the tables, to see that nothing changed."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


def assert_the_seeds_are_in() -> None:
    assert Source.objects.published().count() == Source.objects.count() == 5
    assert Claim.objects.count() == 57
    assert Counter(Claim.objects.values_list("publication", flat=True)) == {"published": 46, "draft": 11}
    assert Statement.objects.count() == 102
    assert set(Statement.objects.values_list("review", flat=True)) == {"accepted"}
    assert Denial.objects.published().count() == 7
    assert len(denials()) == 5
    assert ClaimFigures.objects.get(claim__slug=DRONES).contest == "denied_then_admitted"
    assert [
        (party["name"], party["state"]) for party in ClaimFigures.objects.get(claim__slug=DRONES).parties
    ] == [("Iran", "denied_then_admitted")]
    kirby = Speaker.objects.get(name="John Kirby")
    assert kirby.affiliations.count() == 2
    assert Counter(Verdict.objects.current().values_list("rating", flat=True)) == {
        "disputed": 2,
        "confirmed": 1,
        "unproven": 3,
    }


class TestSummaries:
    def test_the_seeds_go_in_and_are_published_as_they_say(self, anna: User) -> None:
        code, out, err = import_seeds()
        assert (code, err) == (0, ""), out + err
        assert_the_seeds_are_in()
        assert set(Source.objects.values_list("body_kind", "shown")) == {("digest", "whole")}
        assert set(Statement.objects.values_list("delivery", flat=True)) == {"paraphrase"}
        assert not Correction.objects.exists()

    def test_doing_it_again_changes_nothing(self, anna: User) -> None:
        import_seeds()
        before = rows()
        code, out, err = import_seeds()
        assert (code, err) == (0, ""), out + err
        assert " 0 created" in out
        assert " 0 updated" in out
        assert rows() == before

    def test_no_outlet_is_there_twice(self, anna: User) -> None:
        import_seeds()
        slugs = set(Outlet.objects.values_list("slug", flat=True))
        assert slugs >= {"ore-12", "24-channel", "altcoinews", "time-news", "cbs-news"}
        assert Outlet.objects.get(slug="24-channel").country == "UA"
        assert Source.objects.get(key="001_5ef315fc38934314").outlet == Outlet.objects.get(slug="ore-12")

    def test_every_run_is_logged_with_its_items(self, anna: User) -> None:
        import_seeds()
        run = ImportRun.objects.get(kind="records")
        assert (run.by, run.failed) == (anna, 0)
        assert run.finished_at is not None
        assert ImportItem.objects.filter(run=run).count() == run.created + run.matched + run.updated
        item = ImportItem.objects.get(run=run, object_ref=f"claims.claim:{Claim.objects.get(slug=DRONES).pk}")
        assert item.outcome == "created"

    def test_what_an_editor_has_changed_since_stays(self, anna: User) -> None:
        import_seeds()
        draft = Claim.objects.filter(publication="draft").earliest("pk")
        Claim.objects.filter(pk=draft.pk).update(text_it="Con le parole della redazione.")
        code, _out, _err = import_seeds()
        draft.refresh_from_db()
        assert (code, draft.text_it) == (0, "Con le parole della redazione.")

    def test_a_dry_run_writes_nothing(self, anna: User) -> None:
        code, out, _err = import_seeds("--dry-run")
        assert out.splitlines()[-1].startswith("Dry run, nothing is written.")
        assert not any(counts().values())
        assert not ImportRun.objects.exists()
        assert code in (0, 1)

    def test_json_answers_one_line_an_item(self, anna: User) -> None:
        code, out, err = import_seeds("--json")
        lines = [json.loads(line) for line in out.splitlines()]
        assert code == 0
        assert {"file", "verdict", "outcome", "reason", "message", "flags", "source"} <= set(lines[-1])
        assert err.count("\n") == 1
        assert len(lines) == 5 + 378


class TestInWhoseName:
    def test_without_any_senior_editor_it_says_so(self, db: None) -> None:
        code, out, err = import_seeds()
        assert (code, out) == (2, "")
        assert "--by USER" in err

    def test_with_several_one_must_be_named(self, anna: User) -> None:
        make_senior_editor("bruno")
        assert import_seeds()[0] == 2
        assert import_seeds("--by", "bruno")[0] == 0
        assert Verdict.objects.values_list("author__username", flat=True).distinct().get() == "bruno"

    def test_who_may_not_publish_is_refused(self, anna: User) -> None:
        editor = User.objects.create(username="carla")
        editor.groups.add(Group.objects.get(name=Role.EDITOR.value))
        code, _out, err = import_seeds("--by", "carla")
        assert (code, Claim.objects.count()) == (2, 0)
        assert "senior editor" in err


@pytest.fixture
def folder() -> Path:
    """The five original articles."""
    found = originals()
    if found is None:
        pytest.skip("../shared/seeds is not here: the originals cannot take their summaries' place")
    return found


class TestOriginals:
    def test_they_take_the_place_of_their_summaries(self, anna: User, folder: Path) -> None:
        import_seeds()
        before = counts()
        statements = set(Statement.objects.values_list("pk", flat=True))
        code, out, err = import_seeds("--articles", str(folder))
        assert (code, err) == (0, ""), out + err
        assert_the_seeds_are_in()
        assert set(Statement.objects.values_list("pk", flat=True)) == statements
        assert set(Source.objects.values_list("body_kind", "shown")) == {("full", "passages")}
        assert counts() == before | {"Correction": 5}

    def test_every_statement_stands_at_the_annotated_place(self, anna: User, folder: Path) -> None:
        import_seeds("--articles", str(folder))
        seen = 0
        for path in sorted(folder.glob("0*.json")):
            for gold in json.loads(path.read_text(encoding="utf-8"))["statements"]:
                own = Statement.objects.get(source__key=path.stem, key=gold["id"])
                assert [[each["start"], each["end"]] for each in own.spans] == gold["content_spans"]
                assert own.delivery == gold["quote_type"]
                seen += 1
        assert seen == 102

    def test_doing_it_again_changes_nothing(self, anna: User, folder: Path) -> None:
        import_seeds("--articles", str(folder))
        before = rows()
        for arguments in ([], ["--articles", str(folder)], []):
            code, out, err = import_seeds(*arguments)
            assert (code, err) == (0, ""), out + err
            assert " 0 created" in out
            assert " 0 updated" in out
            assert rows() == before

    def test_originals_that_came_first_are_the_same_sources(self, anna: User, folder: Path) -> None:
        call_command("import_articles", *map(str, folder.glob("0*.txt")), stdout=io.StringIO())
        code, out, err = import_seeds("--articles", str(folder))
        assert (code, err) == (0, ""), out + err
        assert_the_seeds_are_in()

    def test_records_alone_match_after_the_originals_came(self, anna: User, folder: Path) -> None:
        import_seeds("--articles", str(folder))
        before = rows()
        records = sorted(str(path) for path in Path("seeds/records").glob("*.jsonl"))
        out = io.StringIO()
        call_command("import_records", *records, "--publish", "--by", "anna", stdout=out)
        assert "0 created, 378 already here, 0 updated, 0 skipped, 0 refused" in out.getvalue()
        assert rows() == before

    def test_a_folder_without_them_says_which_are_missing(self, anna: User, tmp_path: Path) -> None:
        code, out, _err = import_seeds("--articles", str(tmp_path))
        assert code == 0
        assert "000_4ed17c4e5f1afa99" in out
        assert Source.objects.filter(body_kind="digest").count() == 5

    def test_an_article_of_a_summary_imported_by_itself_waits_for_the_command(
        self, anna: User, folder: Path
    ) -> None:
        import_seeds()
        out = io.StringIO()
        call_command("import_articles", *map(str, folder.glob("0*.txt")), stdout=out)
        assert "import_seeds --articles DIR" in out.getvalue()
        assert Source.objects.count() == 5

    def test_denials_parties_and_speakers_are_those_expected(self, anna: User, folder: Path) -> None:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        import_seeds("--articles", str(folder))
        assert denials() == {(who, claim) for who, claim in expected["distinct_denials"]}
        published = set(Claim.objects.published().values_list("slug", flat=True))
        assert published == set(expected["claims"]["publish_at_once"]["ids"])
        spoken = Speaker.objects.filter(spoken__isnull=False).exclude(kind="anonymous").distinct()
        assert {speaker.name for speaker in spoken} == set(expected["speakers_named"]["names"])
        assert Speaker.objects.filter(kind="anonymous").count() == expected["speakers_anonymous"]["count"]
        reversed_claims = ClaimFigures.objects.filter(contest="denied_then_admitted")
        assert [each.claim.slug for each in reversed_claims] == expected["claims"]["with_reversal"]
