"""What the application's role cannot get round, and what /readyz notices. (R3; test_hardening.py has the plain ways.)"""

from __future__ import annotations

import subprocess
import sys
import uuid
from typing import Any

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, NotSupportedError, ProgrammingError, connections, transaction

from claims.models import HistorySeal, Statement
from claims.public.prepared import Prepared
from claimtracker.checks import owner_is_another_role
from claimtracker.hardening import harden, is_hardened, triggers_expected
from claimtracker.localdb import OWNER
from tests import databases
from tests.databases import Clone
from tests.factories import DENIAL, make_claim, make_source, span_of

EVENTS = "sources_outletevent"


def ask(sql: str, params: Any = None, alias: str = "default") -> list[tuple[Any, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def history_function() -> str:
    """The function that writes the history of new outlets."""
    return str(
        ask(
            "SELECT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = 'sources_outlet'::regclass AND t.tgname LIKE 'pgtrigger_insert_insert%%'"
        )[0][0]
    )


# -- ways round --------------------------------------------------------------------------------------------------------------------


def test_the_trigger_that_writes_history_cannot_be_hung_on_a_table_of_ones_own(clone_db: Clone) -> None:
    ask("CREATE TEMPORARY TABLE forged (LIKE public.sources_outlet)")
    with pytest.raises(ProgrammingError, match="permission denied for function"):
        ask(
            "CREATE TRIGGER forge AFTER INSERT ON forged REFERENCING NEW TABLE AS new_values"
            f" FOR EACH STATEMENT EXECUTE FUNCTION public.{history_function()}()"
        )


def test_a_temporary_table_does_not_stand_in_for_what_a_rule_looks_into(clone_db: Clone) -> None:
    source = make_source()
    span = {**span_of(source.body, DENIAL), "exact": "x" * len(DENIAL), "prefix": "", "suffix": ""}
    ask("CREATE TEMPORARY TABLE sources_source (id bigint, body text)")
    ask(
        "INSERT INTO pg_temp.sources_source (id, body) VALUES (%s, %s)",
        [source.pk, source.body.replace(DENIAL, "x" * len(DENIAL))],
    )
    with pytest.raises(DatabaseError, match=r"\[span\]"):
        Statement.objects.create(source_id=source.pk, spans=[span])


@pytest.mark.parametrize(
    "sql",
    [
        "SET session_replication_role = replica",
        "SET ROLE claimtracker_owner",
        "SET SESSION AUTHORIZATION claimtracker_owner",
        "ALTER TABLE claims_verdict DISABLE TRIGGER ALL",
        "ALTER TABLE claims_verdict DROP CONSTRAINT claims_verdict_second_reader_is_another",
        "DROP TRIGGER pgtrigger_x ON claims_verdict",
        "CREATE RULE silent AS ON DELETE TO claims_verdict DO INSTEAD NOTHING",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT public._pgh_attach_context()",
        "INSERT INTO pghistory_context VALUES (gen_random_uuid(), now(), now(), '{}')",
        "DELETE FROM pghistory_context",
        "SELECT setval(pg_get_serial_sequence('claims_claimevent', 'pgh_id'), 1)",
        "INSERT INTO claims_historyseal DEFAULT VALUES",
    ],
)
def test_the_application_has_no_other_way(clone_db: Clone, sql: str) -> None:
    name = ask(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'claims_verdict'::regclass AND NOT tgisinternal LIMIT 1"
    )[0][0]
    with pytest.raises(
        ProgrammingError, match=r"permission denied|must be owner|must be able to SET ROLE|superuser"
    ):
        ask(sql.replace("pgtrigger_x", str(name)))


def test_who_did_it_is_not_rewritten_by_a_later_transaction(clone_db: Clone) -> None:
    act = str(uuid.uuid4())

    def by(user: int, sql: str) -> None:
        """As django-pghistory speaks to the database, or anybody who has learnt the name of an act."""
        with psycopg.connect(clone_db.url) as client:
            client.execute("SELECT set_config('pghistory.context_id', %s, true)", [act])
            client.execute(
                "SELECT set_config('pghistory.context_metadata', %s, true)", [f'{{"user": {user}}}']
            )
            client.execute(sql)

    by(1, _new_outlet("one"))
    by(2, _new_outlet("two"))
    by(1, _new_outlet("three"))
    said = ask(
        f"SELECT e.slug, c.metadata->>'user' FROM {EVENTS} e JOIN pghistory_context c ON c.id = e.pgh_context_id"
        " ORDER BY e.pgh_id"
    )
    assert said == [("one", "1"), ("two", "2"), ("three", "1")]
    assert len(ask("SELECT * FROM pghistory_context")) == 2


def _new_outlet(slug: str) -> str:
    return (
        "INSERT INTO sources_outlet (version, name, slug, other_names, homepage, country, wikidata_id, kind, created_at)"
        f" VALUES (1, '{slug}', '{slug}', '{{}}', '', '', '', 'unknown', now())"
    )


def test_an_act_may_be_told_more_of_while_it_lasts(clone_db: Clone) -> None:
    act = str(uuid.uuid4())
    with psycopg.connect(clone_db.url) as client:
        client.execute("SELECT set_config('pghistory.context_id', %s, true)", [act])
        for number, said in enumerate(['{"user": 1}', '{"user": 1, "reason": "So."}']):
            client.execute("SAVEPOINT step")
            client.execute("SELECT set_config('pghistory.context_metadata', %s, true)", [said])
            client.execute(_new_outlet(f"o{number}"))
            client.execute("RELEASE SAVEPOINT step")
    assert ask("SELECT id::text, metadata->>'reason' FROM pghistory_context") == [(act, "So.")]


def test_the_owner_only_adds_to_the_chain_of_seals(clone_db: Clone) -> None:
    seals = HistorySeal.objects.using("owner")
    seals.create(first=[], last=[], events=0, digest="", head="a")
    for act in (lambda: seals.update(head="b"), lambda: seals.all().delete()):
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"):
            act()


# -- readiness ---------------------------------------------------------------------------------------------------------------------

UNDOINGS = [
    "ALTER TABLE claims_verdict DISABLE TRIGGER ALL",
    "DROP TRIGGER {trigger} ON sources_outlet",
    "GRANT INSERT ON sources_outletevent TO claimtracker_app",
    "GRANT UPDATE ON pghistory_context TO claimtracker_app",
    "GRANT INSERT ON claims_historyseal TO claimtracker_app",
    "ALTER FUNCTION {function}() RESET ALL",
    "ALTER FUNCTION {function}() SECURITY INVOKER",
    "GRANT EXECUTE ON FUNCTION {function}() TO PUBLIC",
    (
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN"
        " LANGUAGE sql AS 'SELECT true'"
    ),
]


@pytest.mark.parametrize("sql", UNDOINGS)
def test_what_is_undone_is_noticed(clone_db: Clone, sql: str) -> None:
    assert is_hardened()
    trigger = ask(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'sources_outlet'::regclass AND NOT tgisinternal LIMIT 1"
    )[0][0]
    if "DISABLE TRIGGER ALL" in sql:  # the owner may not touch the foreign keys' own triggers
        sql = sql.replace("ALL", "USER")
    ask(sql.format(trigger=trigger, function=history_function()), alias="owner")
    assert not is_hardened()


def test_hardening_again_repairs_rights_and_functions_and_changes_nothing_else(clone_db: Clone) -> None:
    for sql in UNDOINGS[2:]:
        ask(sql.format(trigger="", function=history_function()), alias="owner")
    harden()
    assert is_hardened()
    harden()
    assert is_hardened()


def test_every_rule_of_the_models_is_expected_in_the_database() -> None:
    tables = {table for table, _ in triggers_expected()}
    assert {"claims_verdict", "claims_verdictevent", "sources_source", "auth_user"} <= tables


def test_where_one_role_does_everything_nobody_can_ignore_a_trigger(clone_db: Clone) -> None:
    """DATABASE_OWNER_URL unset: the rules still hold, the check claimtracker.W003 warns."""
    environment = clone_db.environment | {"DATABASE_URL": clone_db.owner_url, "DATABASE_OWNER_URL": ""}
    subprocess.run(
        [sys.executable, "manage.py", "harden_database"], cwd=databases.ROOT, env=environment, check=True,
        capture_output=True,
    )  # fmt: skip
    names = ask("SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal")[0][0]
    with psycopg.connect(clone_db.owner_url, autocommit=True) as client:
        client.execute("SELECT set_config('pgtrigger.ignore', %s, false)", [names])
        client.execute(_new_outlet("one"))
        assert client.execute(f"SELECT pgh_label FROM {EVENTS}").fetchall() == [("insert",)]
        with pytest.raises(psycopg.Error, match="Cannot update"):
            client.execute(f"UPDATE {EVENTS} SET name = 'forged'")
    with connections["owner"].cursor():
        assert is_hardened("owner")


def test_whose_the_tables_are_is_asked_where_no_owners_address_is_known(
    clone_db: Clone, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["owner"], "USER", settings.DATABASES["default"]["USER"])
    assert owner_is_another_role() == []
    for alias in ("default", "owner"):
        monkeypatch.setitem(connections.databases[alias], "USER", OWNER)
    connections["default"].close()
    assert [each.id for each in owner_is_another_role()] == ["claimtracker.W003"]
    connections["default"].close()


# -- an external server ------------------------------------------------------------------------------------------------------------


def test_hardening_gives_the_application_its_rights_where_nobody_did(clone_db: Clone) -> None:
    ask("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM claimtracker_app", alias="owner")
    ask("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM claimtracker_app", alias="owner")
    with pytest.raises(ProgrammingError, match="permission denied"):
        make_claim()
    harden()
    make_claim()
    assert is_hardened()


# -- search ------------------------------------------------------------------------------------------------------------------------


def plan_of(sql: str, params: Any) -> str:
    return "\n".join(str(row[0]) for row in ask(f"EXPLAIN {sql}", params))


def test_search_uses_its_index_in_both_languages_and_takes_any_input(clone_db: Clone) -> None:
    ask(
        "INSERT INTO claims_claim (version, text_it, text_en, slug, period_basis, period_note, publication, desk_note, actors,"
        " themes, created_at, updated_at)"
        " SELECT 1, 'Il ministero ' || n || ' ha venduto droni ' || md5(n::text), 'The ministry sold ' || md5(n::text),"
        " 's' || n, 'unknown', '', 'draft', '', '{}', '{}', now(), now() FROM generate_series(1, 5000) n"
    )
    ask("VACUUM ANALYZE claims_claim", alias="owner")
    word = ask("SELECT md5('17')")[0][0]
    for language, config in (("it", "italian"), ("en", "english")):
        sql = f"SELECT id FROM claims_claim WHERE search_{language} @@ websearch_to_tsquery('{config}', %s)"
        assert f"claims_claim_search_{language}" in plan_of(sql, [word])
        assert len(ask(sql, [word])) == 1
        for odd in ("", '"', "a & | !", "-", "((", "'", "🙂", "or or", "x" * 5000):
            ask(sql, [odd])
    assert (
        len(
            ask(
                "SELECT 1 FROM claims_claim WHERE search_it @@ websearch_to_tsquery('italian', 'vendere drone')"
            )
        )
        == 5000
    )


def test_a_source_is_searched_in_its_own_language_and_the_title_weighs_more(clone_db: Clone) -> None:
    make_source("I ministri\n\nparlarono.", language="it", title="I ministri")
    make_source("The ministers\n\nwere talking of ministers.", language="en", title="The ministers")
    found = "SELECT language, ts_rank(search, q) > 0.5 FROM sources_source, websearch_to_tsquery(%s::regconfig, %s) q WHERE search @@ q"
    assert ask(found, ["italian", "parlare"]) == [("it", False)]
    assert ask(found, ["english", "talks"]) == [("en", False)]
    assert ask(found, ["english", "minister"]) == [("en", True)]


def test_pages_are_read_on_when_a_migration_changes_a_column_meanwhile(clone_db: Clone) -> None:
    known = Prepared(lambda model: ContentType.objects.filter(model=model), str)
    before = known("claim")
    assert before
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE django_content_type ALTER COLUMN app_label TYPE text")
    assert known("claim") == known("claim") == before
    again = "SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%django_content_type%'"
    assert ask(again) == [(2,)], "prepared anew, not refused again at every question"
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE django_content_type ALTER COLUMN app_label TYPE varchar(100)")
    with pytest.raises(NotSupportedError, match="cached plan"), transaction.atomic():
        known("claim")
    assert known("claim") == before
