"""What lists are read from is always what the claims say, whoever writes what in which order; and nobody else can write it."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Sum
from django.utils import timezone

from claims import contest
from claims.models import (
    Claim,
    ClaimCount,
    ClaimFigures,
    ClaimSpeaker,
    ListedClaim,
    OutletCount,
    Position,
    Speaker,
    SpeakerCount,
    Statement,
    StatementSpeaker,
    Withdrawal,
)
from claims.vocabulary import Rating, Stance
from sources.models import Source
from tests.claims.test_triggers_races import Meanwhile
from tests.databases import Clone
from tests.factories import (
    make_claim,
    make_outlet,
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_source,
    make_speaker,
    make_topic,
    make_user,
    make_verdict,
)

WORDS = "They said so"
# Where a claim stands when somebody no longer says what they said; and where one party to it does.
TURNED_CLAIM = ("denied_then_admitted", "retracted")
TURNED_PARTY = ("denied_then_admitted", "asserted_then_denied")


# -- what the tables should say, asked of the rows that people fill ------------------------------------------------------------


def rows_of_lists() -> set[tuple[Any, ...]]:
    return set(
        ListedClaim.objects.values_list(
            "claim_id", "sort_at", "newest_on", "rating", "contest", "topic_id", "is_turned", "in_it", "in_en"
        )
    )


def claims_that_readers_see() -> set[tuple[Any, ...]]:
    spoken = set(Position.objects.published().values_list("claim_id", "statement__source__language"))
    return {
        (
            *row, stands in TURNED_CLAIM or any(party["state"] in TURNED_PARTY for party in parties),
            (row[0], "it") in spoken, (row[0], "en") in spoken,
        )
        for *row, stands, parties in Claim.objects.published()
        .filter(figures__sort_at__isnull=False)
        .values_list(
            "pk", "figures__sort_at", "figures__newest_on", "figures__rating", "figures__contest", "topic_id",
            "figures__contest", "figures__parties",
        )
    }  # fmt: skip


def everybody_heard() -> dict[tuple[int, int], tuple[bool, bool]]:
    """(claim, speaker) → (they themselves, somebody of theirs denies it)."""
    found: dict[tuple[int, int], tuple[bool, bool]] = {}
    bodies = dict(Speaker.objects.values_list("pk", "speaks_for"))
    for claim, stance, speaker in Position.objects.published().values_list(
        "claim_id", "stance", "statement__speakers__speaker"
    ):
        steps = 0
        while speaker is not None and steps < 4:
            own, denies = found.get((claim, speaker), (False, False))
            found[claim, speaker] = (own or steps == 0, denies or stance == Stance.DENIES)
            speaker, steps = bodies[speaker], steps + 1
    return found


def assert_lists_are_right() -> None:
    assert rows_of_lists() == claims_that_readers_see()
    heard = {
        (row.claim_id, row.speaker_id): (row.is_own, row.denies)
        for row in ClaimSpeaker.objects.select_related(None)
    }
    assert heard == everybody_heard()
    listed = {row.claim_id: row for row in ListedClaim.objects.all()}
    for row in ClaimSpeaker.objects.filter(claim__in=listed):
        assert all(
            getattr(row, name) == getattr(listed[row.claim_id], name)
            for name in ("sort_at", "newest_on", "rating", "contest", "topic_id", "in_it", "in_en")
        )
    assert_counts_are_right()


def assert_counts_are_right() -> None:
    cell = ("topic_id", "rating", "contest", "in_it", "in_en")
    stored = ClaimCount.objects.values("every_topic", *cell).annotate(sum=Sum("n")).exclude(sum=0)
    counted = Counter((False, *row) for row in ListedClaim.objects.values_list(*cell))
    counted += Counter((True, None, *row) for row in ListedClaim.objects.values_list(*cell[1:]))
    assert {(row["every_topic"], *(row[name] for name in cell)): row["sum"] for row in stored} == counted
    by_speaker = SpeakerCount.objects.values_list("speaker").annotate(sum=Sum("n")).exclude(sum=0)
    assert dict(by_speaker) == Counter(ClaimSpeaker.objects.values_list("speaker_id", flat=True))
    by_outlet = OutletCount.objects.values_list("outlet").annotate(sum=Sum("n")).exclude(sum=0)
    published = Source.objects.published().exclude(outlet=None).values_list("outlet_id", flat=True)
    assert dict(by_outlet) == Counter(published)


# -- random writes -----------------------------------------------------------------------------------------------------------------


def _any(chance: random.Random, model: Any, some: int = 1) -> Any:
    return model.objects.filter(
        pk__in=chance.sample(sorted(model.objects.values_list("pk", flat=True)), some)
    )


def _published(chance: random.Random, model: Any, states: tuple[str, ...]) -> None:
    _any(chance, model, 2).update(publication=chance.choice(states), published_at=timezone.now())


def _withdrawn(chance: random.Random, model: Any, field: str) -> None:
    row = _any(chance, model).get()
    Withdrawal.objects.create(**{field: row}, reason_en="It was wrong from the start.", by=make_user())
    model.objects.filter(pk=row.pk).update(publication="withdrawn")


def _merged(chance: random.Random) -> None:
    claim, other = _any(chance, Claim, 2)
    Position.objects.filter(claim=claim).exclude(statement__positions__claim=other).update(claim=other)
    Claim.objects.filter(pk=claim.pk).update(merged_into=other)


def _named_again(chance: random.Random) -> None:
    loser, into = _any(chance, Speaker, 2)
    both = StatementSpeaker.objects.filter(speaker=into).values("statement")
    StatementSpeaker.objects.filter(speaker=loser).exclude(statement__in=both).update(speaker=into)


WRITES: list[Callable[[random.Random], object]] = [
    lambda chance: _published(chance, Claim, ("published", "under_review")),
    lambda chance: _published(chance, Source, ("published",)),
    lambda chance: _withdrawn(chance, Claim, "claim"),
    lambda chance: _withdrawn(chance, Source, "source"),
    _merged,
    _named_again,
    lambda chance: _any(chance, Statement, 3).update(review=chance.choice(("accepted", "rejected", "suggested"))),
    lambda chance: _any(chance, Position, 3).update(published_at=chance.choice((None, timezone.now()))),
    lambda chance: _any(chance, Position).update(stance=chance.choice(("asserts", "denies", "admits"))),
    lambda chance: _any(chance, Position, 2).update(claim=_any(chance, Claim).get()),
    lambda chance: _any(chance, Position).delete(),
    lambda chance: make_shown(_any(chance, Statement).get(), _any(chance, Claim).get(), Stance.DENIES),
    lambda chance: StatementSpeaker.objects.create(
        statement=_any(chance, Statement).get(), speaker=_any(chance, Speaker).get(), order=chance.randrange(2, 90)
    ),
    lambda chance: _any(chance, StatementSpeaker, 2).update(speaker=_any(chance, Speaker).get()),
    lambda chance: _any(chance, StatementSpeaker).update(statement=_any(chance, Statement).get()),
    lambda chance: _any(chance, StatementSpeaker).delete(),
    lambda chance: _any(chance, Speaker, 2).update(speaks_for=chance.choice((None, _any(chance, Speaker).get()))),
    lambda chance: _any(chance, Claim, 2).update(topic=chance.choice((None, make_topic("Another")))),
    lambda chance: _any(chance, Source, 2).update(language=chance.choice(("it", "en"))),
    lambda chance: _any(chance, Source, 2).update(outlet=chance.choice((None, make_outlet()))),
    lambda chance: contest.refresh(_any(chance, Claim, 4).values_list("pk", flat=True)),
    lambda chance: _any(chance, ClaimFigures, 2).update(
        rating=chance.choice(list(Rating)), sort_at=timezone.now() - timedelta(hours=chance.randrange(90))
    ),
    lambda chance: _any(chance, ClaimFigures).update(newest_on=timezone.now().date(), contest="denied"),
    lambda chance: _any(chance, ClaimFigures, 2).update(parties=[{"state": chance.choice((*TURNED_PARTY, "denies"))}]),
    lambda chance: _any(chance, ClaimFigures).delete(),
]  # fmt: skip


def make_little_world(chance: random.Random) -> None:
    topics = [make_topic("Drones"), make_topic("Ships"), None]
    speakers = [make_speaker() for _ in range(6)]
    for n in range(5):
        Speaker.objects.filter(pk=speakers[n].pk).update(speaks_for=chance.choice([None, speakers[n + 1]]))
    claims = [make_published_claim("", topic=chance.choice(topics)) for _ in range(5)] + [make_claim()]
    for n in range(8):
        text = f"{WORDS}, in text {n}."
        source = (make_source if n == 7 else make_published_source)(
            text, outlet=make_outlet(), language=chance.choice(("it", "en"))
        )
        said = make_said(source, WORDS, *chance.sample(speakers, chance.randrange(3)))
        for claim in chance.sample(claims, 2):
            make_shown(said, claim, chance.choice([Stance.ASSERTS, Stance.DENIES]))
    contest.refresh(claim.pk for claim in claims)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_after_any_writes_lists_and_counts_are_what_the_claims_say(seed: int) -> None:
    chance = random.Random(seed)
    make_little_world(chance)
    assert_lists_are_right()
    done = Counter[int]()
    for _step in range(70):
        number = chance.randrange(len(WRITES))
        try:
            with transaction.atomic():
                WRITES[number](chance)
                if chance.random() < 0.1:
                    raise DatabaseError("taken back")
            done[number] += 1
        except (DatabaseError, ValueError):
            pass  # a move that the rules refuse
        if _step % 10 == 9:
            assert_lists_are_right()
    assert len(done) > 15, "most kinds of writes were tried"


@pytest.mark.django_db
def test_whoever_stands_for_a_body_is_heard_three_steps_up_and_no_further() -> None:
    chain = [make_speaker() for _ in range(5)]
    for below, above in itertools.pairwise(chain):
        Speaker.objects.filter(pk=below.pk).update(speaks_for=above)
    claim = make_published_claim("A claim")
    make_shown(make_said(make_published_source(f"{WORDS}."), WORDS, chain[0]), claim)
    assert set(ClaimSpeaker.objects.values_list("speaker", "is_own")) == {
        (speaker.pk, place == 0) for place, speaker in enumerate(chain[:4])
    }
    assert SpeakerCount.objects.get(speaker=chain[3].pk).n == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table",
    [
        "claims_listedclaim",
        "claims_claimspeaker",
        "claims_claimcount",
        "claims_speakercount",
        "claims_outletcount",
    ],
)
def test_the_application_cannot_write_what_lists_are_read_from(table: str) -> None:
    for write in (f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(write)


@pytest.mark.django_db
def test_the_application_counts_an_outlets_articles_only_by_publishing_them() -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT claims_count_sources(1, 1000000)")


def test_recount_says_what_was_wrong_and_puts_it_right(clone_db: Clone) -> None:
    make_little_world(random.Random(5))
    out = StringIO()
    call_command("recount", stdout=out)
    assert out.getvalue() == "Looked at 6 claims: 0 rows of lists and 0 counts wrong, everything is right.\n"
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE claims_outletcount SET n = n + 3 WHERE id = (SELECT min(id) FROM claims_outletcount)"
        )
        cursor.execute("UPDATE claims_claimcount SET n = 0")
        cursor.execute(
            "DELETE FROM claims_listedclaim WHERE claim_id = (SELECT min(claim_id) FROM claims_listedclaim)"
        )
        cursor.execute(
            "INSERT INTO claims_claimspeaker (claim_id, speaker_id, is_own, denies, rating, contest, in_it, in_en)"
            " SELECT 12345, min(id), true, true, '', 'denied', true, true FROM claims_speaker"
        )
    out = StringIO()
    call_command("recount", stdout=out)
    said = out.getvalue()
    assert "wrong and are right" in said
    assert "articles of an outlet" in said
    assert ": 4 instead of 1" in said
    assert_lists_are_right()
    call_command("recount", stdout=(out := StringIO()))
    assert "0 rows of lists and 0 counts wrong" in out.getvalue()


# -- two at once ----------------------------------------------------------------------------------------------------------------


def test_two_who_publish_different_claims_of_one_kind_do_not_wait_for_each_other(clone_db: Clone) -> None:
    topic = make_topic("Drones")
    claims = [make_claim(topic=topic) for _ in range(2)]
    contest.refresh(claim.pk for claim in claims)
    sql = "UPDATE claims_claim SET publication = 'published' WHERE id = %s"
    with psycopg.connect(clone_db.url) as one, psycopg.connect(clone_db.url) as two:
        two.execute("SET lock_timeout = '2s'")
        one.execute(sql, [claims[0].pk])
        two.execute(sql, [claims[1].pk])
    assert ListedClaim.objects.count() == 2
    assert_lists_are_right()


POSITION = (
    "INSERT INTO claims_position (statement_id, claim_id, stance, partial, implied, inferred, published_at, created_at, version)"
    " VALUES ({%s}, {%s}, 'denies', false, false, false, now(), now(), 1)"
)
CREDIT = (
    'INSERT INTO claims_statementspeaker (statement_id, speaker_id, as_written, role_as_written, "order")'
    " VALUES ({statement}, {body}, '', '', 7)"
)
RACES: dict[str, tuple[str, str]] = {
    "two statements of one claim are shown": (
        "UPDATE claims_position SET published_at = now() WHERE id = {first}",
        "UPDATE claims_position SET published_at = now() WHERE id = {second}",
    ),
    "a statement is shown while its claim is published": (
        "UPDATE claims_claim SET publication = 'published' WHERE id = {draft}",
        POSITION % ("statement", "draft"),
    ),
    "a statement is put on a claim while its article is published": (
        "UPDATE sources_source SET publication = 'published' WHERE id = {hidden}",
        POSITION % ("unseen", "claim"),
    ),
    "a statement is put on a claim while another body is found to be behind the speaker": (
        "UPDATE claims_speaker SET speaks_for_id = {body} WHERE id = {mouth}",
        POSITION % ("other", "claim"),
    ),
    "a statement is shown while it gets another speaker": (
        CREDIT,
        "UPDATE claims_position SET published_at = now() WHERE id = {first}",
    ),
    "a statement gets another speaker while it moves to another claim": (
        "UPDATE claims_position SET claim_id = {shown} WHERE id = {third}",
        CREDIT.replace("{statement}", "{third_statement}"),
    ),
    "a statement is discarded while it moves to another claim": (
        "UPDATE claims_position SET claim_id = {shown} WHERE id = {third}",
        "UPDATE claims_statement SET review = 'rejected' WHERE id = {third_statement}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("turned_round", [False, True])
@pytest.mark.parametrize("race", RACES)
def test_of_two_at_once_the_second_sees_what_the_first_did(
    clone_db: Clone, race: str, turned_round: bool
) -> None:
    claim, draft = make_published_claim("A claim"), make_claim()
    mouth, body = make_speaker(), make_speaker()
    seen, hidden = make_published_source(f"{WORDS}. {WORDS}, again."), make_source(f"{WORDS}. Not yet.")
    statement, other = make_said(seen, WORDS, mouth), make_said(seen, f"{WORDS}, again", mouth)
    unseen = make_said(hidden, WORDS, body)
    first, second = (
        make_shown(each, claim, published_at=None) for each in (statement, make_said(seen, "again", body))
    )
    third = make_shown(make_said(seen, "They said", mouth), claim)
    shown = make_published_claim("Another one")
    contest.refresh([claim.pk, draft.pk, shown.pk])
    make_verdict(claim)
    keys = {
        "third": third, "third_statement": third.statement, "shown": shown,
        "claim": claim, "draft": draft, "mouth": mouth, "body": body, "hidden": hidden, "statement": statement, "other": other,
        "unseen": unseen, "first": first, "second": second,
    }  # fmt: skip
    one_writes, two_writes = (
        sql.format(**{name: row.pk for name, row in keys.items()}) for sql in RACES[race]
    )
    if turned_round:
        one_writes, two_writes = two_writes, one_writes
    with psycopg.connect(clone_db.url) as one, psycopg.connect(clone_db.url) as two:
        one.execute(one_writes)
        waiting = Meanwhile(lambda: two.execute(two_writes))
        waiting.join(0.3)
        one.commit()
        assert waiting.outcome() is None
        two.commit()
    assert_lists_are_right()
    if race.startswith(("two", "a statement is put")):
        assert ClaimSpeaker.objects.filter(claim=claim).exists()
