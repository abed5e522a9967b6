"""Sealed history: whatever the owner of the database changes in it is found; what anybody adds is sealed next. (R3 in small.)

`CLAIMTRACKER_TAMPERS=1000` tries so many random changes of sealed events instead of a few dozen.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connections, transaction
from django.test import Client

from claims import history, linking, reviewing
from claims.history import Misfit, Sealed, verify
from claims.history.sealing import chained
from claims.models import Claim, HistorySeal, Topic
from tests.claims.desk_data import REASON, make_account, make_newsroom
from tests.databases import Clone

TAMPERS = int(os.environ.get("CLAIMTRACKER_TAMPERS", "40"))
# A change of a value of each type that is always one.
CHANGED = {
    "text": "coalesce({c}, '') || 'x'",
    "character varying": "left(coalesce({c}, ''), 1) || chr(97 + length(coalesce({c}, '')) %% 20)",
    "bigint": "coalesce({c}, 0) + 1",
    "integer": "coalesce({c}, 0) + 1",
    "smallint": "coalesce({c}, 0) + 1",
    "boolean": "NOT coalesce({c}, false)",
    "double precision": "coalesce({c}, 0) + 0.125",
    "date": "coalesce({c}, '2024-01-01') + 1",
    "timestamp with time zone": "coalesce({c}, now()) + interval '1 microsecond'",
    "jsonb": "jsonb_build_array({c}, 1)",
    "uuid": "gen_random_uuid()",
    "bytea": "coalesce({c}, ''::bytea) || '\\x00'::bytea",
    "ARRAY": "NULL",
}


def settle() -> None:
    """Waits for other databases of the same server: their open transactions hold the horizon back too."""
    ((mine,),) = owner("SELECT pg_current_xact_id()::text::bigint")
    until = time.monotonic() + 120
    while owner("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint <= %s", [mine])[0][0]:
        assert time.monotonic() < until, "somebody else's transaction on the test server does not end"
        time.sleep(0.02)


def seal() -> Sealed:
    settle()
    return history.seal()


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def owner(sql: str, params: Any = None) -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def by_the_owner() -> Iterator[None]:
    """What only the owner of the database can do, taken back afterwards."""
    with transaction.atomic(using="owner"):
        for table in tables():
            owner(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        transaction.set_rollback(True, using="owner")


@contextmanager
def without_rules() -> Iterator[None]:
    """What the owner does here stays."""
    for table in tables():
        owner(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables():
        owner(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def as_if_from_another_server() -> None:
    with without_rules():
        for table in tables()[:-1]:
            owner(f"UPDATE {table} SET pgh_xid = pgh_xid + 1000000000")


def tables() -> list[str]:
    events = [event._meta.db_table for event in history.event_models().values()]
    return [*sorted(events), "claims_historyseal"]


def a_past() -> None:
    """Some acts of two editors, and what an import leaves."""
    room = make_newsroom()
    editor, senior = make_account("ada", "editor"), make_account("grace", "senior editor", "editor")
    linking.accept(room.suggestion, by=editor)
    claim = Claim.objects.get(pk=room.claim.pk)
    reviewing.edit_claim(claim, {"text_en": "Testland sold some drones"}, by=editor, base=claim.version)
    reviewing.dispute(claim, by=senior, because={"en": REASON})
    reviewing.publish_source(room.source, by=senior)
    Topic.objects.bulk_create(Topic(slug=f"topic-{n}", name_en=f"Topic {n}") for n in range(50))
    Topic.objects.filter(slug="topic-7").delete()


def refused(**options: Any) -> str:
    with pytest.raises(Misfit) as misfit:
        verify(using="owner", **options)
    return str(misfit.value)


# -- sealing -----------------------------------------------------------------------------------------------------------------------


def test_every_event_is_sealed_once_and_the_chain_goes_on(clone_db: Clone, client: Client) -> None:
    assert client.get("/history/head.json").json() == {
        "head": None,
        "sealed_at": None,
        "events": 0,
        "seals": 0,
    }
    a_past()
    settle()
    told = json.loads(run("seal_history", "--json"))
    in_all = sum(owner(f"SELECT count(*) FROM {table}")[0][0] for table in tables()[:-1])
    assert (told["events"], told["seals"]) == (in_all, 1)
    assert run("seal_history") == f"Sealed 0 events. Head: {told['head']}\n"
    Topic.objects.create(slug="later", name_en="Later")
    assert "1 newer ones are not sealed yet" in run("verify_history")
    assert seal().events == 1
    first, second = HistorySeal.objects.order_by("pk")
    assert (second.previous_id, second.events, second.layout, second.era) == (first.pk, 1, None, None)
    assert second.head == chained(first.head, second.digest)
    assert (
        run("verify_history") == f"The history fits its seals: {in_all + 1:,} events. Head: {second.head}\n"
    )
    # The head is public: no cookie, one copy for everybody, and it can be asked for again without being sent.
    answer = client.get("/history/head.json")
    assert answer.json() == {
        "head": second.head,
        "sealed_at": second.sealed_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "events": in_all + 1,
        "seals": 2,
    }
    assert not answer.cookies
    assert "Vary" not in answer
    assert "public" in answer["Cache-Control"]
    assert client.get("/history/head.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.post("/history/head.json").status_code == 405


def test_what_is_not_over_yet_is_sealed_later(clone_db: Clone) -> None:
    Topic.objects.create(slug="before", name_en="Before")
    with transaction.atomic():
        Topic.objects.create(slug="during", name_en="During")
        owner("INSERT INTO claims_topic (slug, name_it, name_en, version) VALUES ('beside', '', 'Beside', 1)")
        history.seal()
        sealed, newer = verify(using="owner").events, verify(using="owner").newer
        assert newer >= 1  # the one beside: begun later, over earlier
    assert seal().events == newer + 1
    assert verify().events == sealed + newer + 1
    assert verify().newer == 0


def test_only_the_owner_seals_and_the_application_cannot_touch_a_seal(clone_db: Clone) -> None:
    a_past()
    seal()
    for sql in (
        "INSERT INTO claims_historyseal SELECT * FROM claims_historyseal",
        "UPDATE claims_historyseal SET head = ''",
        "DELETE FROM claims_historyseal",
        "TRUNCATE claims_historyseal CASCADE",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(sql)
        if not sql.startswith("INSERT"):
            with pytest.raises(DatabaseError, match=r"Cannot|truncate"):
                owner(sql)


# -- tampering -------------------------------------------------------------------------------------------------------------------


def columns_of(table: str) -> list[tuple[str, str]]:
    return owner(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s ORDER BY 1",
        [table],
    )


def change(table: str, pk: int, chance: random.Random) -> str:
    column, kind = chance.choice([each for each in columns_of(table) if each[1] != "ARRAY"])
    if column == "pgh_id":
        owner(f"UPDATE {table} SET pgh_id = pgh_id + 1000000 WHERE pgh_id = %s", [pk])
    else:
        expression = CHANGED[kind].format(c=f'"{column}"').replace("%%", "%")
        owner(f'UPDATE {table} SET "{column}" = {expression} WHERE pgh_id = {pk}')
    return f"{column} of {table} {pk}"


def remove(table: str, pk: int, chance: random.Random) -> str:
    owner(f"DELETE FROM {table} WHERE pgh_id = %s", [pk])
    return f"removed {table} {pk}"


def put_in(table: str, pk: int, chance: random.Random) -> str:
    names = [f'"{name}"' for name, _kind in columns_of(table) if name != "pgh_id"]
    owner(
        f"INSERT INTO {table} (pgh_id, {', '.join(names)}) SELECT 9000000, {', '.join(names)} FROM {table} WHERE pgh_id = %s",
        [pk],
    )
    return f"put in beside {table} {pk}"


def swap(table: str, pk: int, chance: random.Random) -> str:
    """Another author: the context of an act, or which context the event belongs to."""
    acts = owner("SELECT DISTINCT pgh_context_id FROM claims_claimevent WHERE pgh_context_id IS NOT NULL")
    (context,) = chance.choice(acts)
    owner("UPDATE pghistory_context SET metadata = metadata || '{\"user\": 4711}' WHERE id = %s", [context])
    return f"author of {context}"


def test_whatever_is_done_to_sealed_events_is_found(clone_db: Clone) -> None:
    a_past()
    seal()
    chance = random.Random(20)
    events = [
        (table, pk) for table in tables()[:-1] for (pk,) in owner(f"SELECT pgh_id FROM {table} ORDER BY 1")
    ]
    ways: list[Callable[[str, int, random.Random], str]] = [change, change, remove, put_in, swap]
    missed = []
    for _ in range(TAMPERS):
        table, pk = chance.choice(events)
        with by_the_owner():
            what = chance.choice(ways)(table, pk, chance)
            try:
                verify(using="owner")
            except Misfit:
                continue
            missed.append(what)
    assert missed == []
    assert verify().events == len(events)


def test_the_first_event_that_does_not_fit_is_named(clone_db: Clone) -> None:
    a_past()
    seal()
    claim = Claim.objects.get()
    (pk,) = owner("SELECT min(pgh_id) FROM claims_claimevent")[0]
    with by_the_owner():
        owner("UPDATE claims_claimevent SET text_en = 'Another.' WHERE pgh_id = %s", [pk])
        sentence = refused()
        assert sentence.startswith(f"Event {pk} of claims_claimevent (insert of claim {claim.pk}, ")
        assert "was changed after the history was sealed (seal 1, " in sentence
    with by_the_owner():
        owner("DELETE FROM claims_claimevent WHERE pgh_id = %s", [pk])
        assert refused().startswith(f"Event {pk} of claims_claimevent was removed")
    with by_the_owner():
        put_in("claims_claimevent", pk, random.Random(1))
        assert refused().startswith("Event 9000000 of claims_claimevent (insert of claim")
    with by_the_owner():
        _xid, table, last = HistorySeal.objects.get().last
        put_in(table, last, random.Random(1))
        assert refused().endswith("was put in: it says to be of a transaction that is sealed.")
    assert verify().seals == 1
    # The command says the same sentence and exits with 1.
    with without_rules():
        owner("UPDATE claims_topicevent SET name_en = 'Mine' WHERE slug = 'topic-3'")
    with pytest.raises(CommandError, match="was changed after the history was sealed") as error:
        run("verify_history")
    assert error.value.returncode == 1


def test_a_chain_that_was_changed_or_written_anew_is_found(clone_db: Clone) -> None:
    a_past()
    published = seal().head
    Topic.objects.create(slug="later", name_en="Later")
    newest = seal().head
    assert verify(published=published).head == verify(published=newest).head == newest
    first, second = HistorySeal.objects.order_by("pk").values_list("pk", flat=True)
    for sql, said in (
        (f"UPDATE claims_historyseal SET digest = md5('x') WHERE id = {first}", "Seal 1 was changed"),
        (f"UPDATE claims_historyseal SET head = md5('x') WHERE id = {second}", "Seal 2 was changed"),
        (
            f"UPDATE claims_historyseal SET leaves = leaves || leaves WHERE id = {second}",
            "Seal 2 was changed",
        ),
        (f"UPDATE claims_historyseal SET events = 3 WHERE id = {second}", "Seal 2 was changed"),
        (f"UPDATE claims_historyseal SET previous_id = NULL WHERE id = {second}", "Seal 2 is not tied"),
        (
            f"UPDATE claims_historyseal SET last = '[1, \"claims_claimevent\", 1]' WHERE id = {first}",
            "was removed",
        ),
    ):
        with by_the_owner():
            owner(sql)
            assert said in refused(), sql
    # Who can write everything can also write a chain that fits. Only a head that others have seen shows it.
    with without_rules():
        owner("DELETE FROM claims_historyseal WHERE id = %s", [second])
        owner("DELETE FROM claims_historyseal")
        owner("UPDATE claims_claimevent SET text_en = 'Another past.'")
    anew = seal().head
    assert verify().head == anew
    assert "is not in the chain" in refused(published=newest)
    assert "is not in the chain" in refused(published=published)


# -- a backup restored on another server, which counts transactions from elsewhere ---------------------------------------------------


def test_history_that_was_brought_from_another_server_is_sealed_and_goes_on(clone_db: Clone) -> None:
    a_past()
    as_if_from_another_server()
    brought = seal()
    assert (brought.seals, verify().events) == (2, brought.events)
    Topic.objects.create(slug="here", name_en="Here")
    assert seal().events == 1
    assert (verify().events, verify().newer) == (brought.events + 1, 0)
    with by_the_owner():
        put_in("claims_topicevent", 1, random.Random(1))
        assert "was put in: it says" in refused()


def test_acts_between_the_restore_and_the_first_seal_there_are_not_lost(clone_db: Clone) -> None:
    a_past()
    as_if_from_another_server()
    seal()
    with without_rules():
        owner("DELETE FROM claims_historyseal WHERE events = 0")  # as the other server had left it
    before = HistorySeal.objects.get().events
    Topic.objects.create(slug="here", name_en="Here")
    assert seal().events == 1
    Topic.objects.create(slug="there", name_en="There")
    assert seal().events == 1
    assert (verify().events, verify().newer) == (before + 2, 0)
