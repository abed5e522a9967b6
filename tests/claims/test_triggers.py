"""The rules that the database keeps whoever asks, for sources; and that every rule has a test. (DESIGN, “The database keeps”.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pgtrigger import registry

from claims.models import (
    Evidence,
    HistorySeal,
    StatementSpeaker,
)
from sources.models import DerivationProposal, Source
from tests.claims.every_model import EXAMPLES
from tests.claims.rules import at_commit, change, refused, sha
from tests.factories import (
    make_claim,
    make_source,
    make_statement,
    span_of,
)

pytestmark = pytest.mark.django_db


# -- sources -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"body": "Other words."},
        {"raw": b"other"},
        {"text_sha256": "0" * 64},
        {"raw_sha256": "0" * 64},
        {"original_sha256": "0" * 64},
        {"body_kind": "digest"},
    ],
)
def test_a_stored_text_never_changes(values: dict[str, Any]) -> None:
    with refused(r"[body]|only_a_digest"):
        change(make_source(), **values)


ORIGINAL = "Colloqui sui droni\n\nIl governo dice di non avere mai venduto droni.\n"


def make_digest() -> Source:
    return make_source(
        "In breve\n\nIl governo nega.\n", body_kind="digest", shown="whole", original_sha256=sha(ORIGINAL)
    )


def replace(source: Source, body: str = ORIGINAL, **values: Any) -> None:
    change(source, **{"body": body, "body_kind": "full", "text_sha256": sha(body), **values})


def test_a_digest_gives_way_to_its_very_original_once() -> None:
    digest = make_digest()
    replace(digest)
    at_commit()
    with refused("[body]"):
        replace(digest, "Yet another.")


def test_a_digest_gives_way_to_nothing_else() -> None:
    with refused("[body]"):
        replace(make_digest(), "Another text.")


def test_the_database_takes_the_sum_of_the_new_text_itself() -> None:
    with refused("[body]"):
        replace(make_digest(), "Another text.", text_sha256=sha(ORIGINAL))


def test_nobody_says_afterwards_that_a_digest_stands_for_another_text() -> None:
    with refused("[body]"):
        change(make_digest(), original_sha256=sha("Another text."))


def test_a_digest_is_not_its_own_original() -> None:
    with refused("sources_source_a_digest_is_not_its_original"):
        make_source("Short.", body_kind="digest", original_sha256=sha("Short."))


def test_only_a_digest_stands_for_another_text() -> None:
    with refused("sources_source_only_a_digest_has_an_original"):
        make_source(original_sha256=sha(ORIGINAL))


def test_what_is_believed_of_a_digest_moves_with_its_text() -> None:
    digest = make_digest()
    kept = make_statement(digest, "Il governo nega")
    with refused("[span]"):
        replace(digest)
    with transaction.atomic():
        replace(digest)
        change(kept, spans=[span_of(ORIGINAL, "Il governo dice di non avere mai venduto droni")])
        at_commit()


def test_a_discarded_statement_of_a_digest_stays_behind() -> None:
    digest = make_digest()
    change(make_statement(digest, "Il governo nega", review="suggested"), review="rejected")
    replace(digest)
    at_commit()


def test_names_and_evidence_move_with_the_text_too() -> None:
    digest = make_digest()
    place = span_of(digest.body, "Il governo")
    discarded = make_statement(digest, "Il governo nega", review="suggested")
    change(discarded, review="rejected")
    Evidence.objects.create(claim=make_claim(), kind="supports", source=digest, span=place)
    with refused("[span] evidence"):
        replace(digest)
    kept = make_statement(digest, "Il governo nega")
    StatementSpeaker.objects.create(
        statement=kept, as_written="Il governo", span=span_of(digest.body, "nega")
    )
    change(Evidence.objects.get(), span=None)
    with refused("[span] statement"):
        replace(digest)
        change(kept, spans=[span_of(ORIGINAL, "Il governo dice")])


def test_equal_text_at_one_address_is_one_source() -> None:
    make_source("One.", url="https://example.org/1")
    make_source("One.", url="https://example.org/2")
    with refused("sources_source_one_per_address_and_text"):
        make_source("One.", url="https://example.org/1")


def test_equal_text_without_an_address_is_one_source() -> None:
    make_source("One.")
    with refused("sources_source_one_per_text_without_address"):
        make_source("One.")


def test_a_key_names_one_source() -> None:
    make_source(key="one")
    with refused("sources_source_one_per_key"):
        make_source(key="one")


def test_a_source_has_text() -> None:
    with refused("sources_source_has_text"):
        Source.objects.create(title="Nothing", language="en", body="", text_sha256=sha(""))


@pytest.mark.parametrize("span", [[0, 999], [5, 5], [9, 3]])
def test_the_title_stands_in_the_text(span: list[int]) -> None:
    with refused("[span]"):
        make_source("A title\n\nText.", title_span=span)


@pytest.mark.parametrize(
    "furniture",
    [
        {},
        [{"start": 0, "end": 999, "kind": "ad"}],
        [{"start": 4, "end": 4, "kind": "ad"}],
        [{"start": -1, "end": 4, "kind": "ad"}],
        [{"start": "a", "end": 4, "kind": "ad"}],
        [{"start": 0, "end": 4}],
        [{"start": 3, "end": 6, "kind": "ad"}, {"start": 0, "end": 4, "kind": "ad"}],
        [{"start": 0, "end": 6, "kind": "ad"}, {"start": 5, "end": 7, "kind": "ad"}],
        [None],
    ],
)
def test_furniture_is_pieces_of_the_text_in_order(furniture: Any) -> None:
    with refused("[span]"):
        make_source("A title\n\nText.", furniture=furniture)


def test_a_source_without_an_origin_is_its_own() -> None:
    source = make_source()
    source.refresh_from_db()
    assert source.origin_id == source.pk
    change(source, origin=None)
    source.refresh_from_db()
    assert source.origin_id == source.pk


def test_an_origin_is_no_copy_itself() -> None:
    root, copy, third = make_source(), make_source(), make_source()
    change(copy, origin=root)
    at_commit()
    with refused("[origin]"):
        change(third, origin=copy)
    with refused("[origin]"):
        change(root, origin=third)


def test_a_family_of_copies_moves_to_another_origin_in_one_transaction() -> None:
    root, copy, older = make_source(), make_source(), make_source()
    change(copy, origin=root)
    at_commit()
    change(root, origin=older)
    change(copy, origin=older)
    at_commit()


def test_two_texts_are_proposed_as_copies_once_and_a_text_is_derived_from_one_other() -> None:
    copy, original, other = make_source(), make_source(), make_source()
    figures = {"share": 0.9, "share_of_original": 0.9, "words": 100}
    first = DerivationProposal.objects.create(source=copy, from_source=original, **figures)
    with refused("sources_derivationproposal_of_two_texts"):
        DerivationProposal.objects.create(source=copy, from_source=copy, **figures)
    with refused("sources_derivationproposal_once_a_pair"):
        DerivationProposal.objects.create(source=original, from_source=copy, **figures)
    second = DerivationProposal.objects.create(source=copy, from_source=other, **figures)
    change(first, state="accepted")
    with refused("sources_derivationproposal_one_accepted"):
        change(second, state="accepted")


# -- nothing without a test ------------------------------------------------------------------------------------------------------


def test_every_named_constraint_has_a_test() -> None:
    tested = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_triggers*.py")
    )
    names = {
        c.name for m in (*EXAMPLES, HistorySeal) for c in m._meta.constraints if m._meta.app_label != "auth"
    }
    # Written out of parts in the tests; and one that says what a trigger says too.
    in_parts = {
        name for name in names if "_once_for_" in name or "_one_open_per_" in name or "_has_a_basis" in name
    }
    assert {
        name for name in names - in_parts - {"claims_speaker_not_for_itself"} if name not in tested
    } == set()


def test_every_kind_of_rule_has_a_test() -> None:
    """A new kind of trigger is missing here until a test of it is written."""
    ours = {
        trigger.name
        for model, trigger in registry.registered()
        if model._meta.app_label in ("sources", "claims", "auth")
    }
    assert ours == {
        "anonymous_stays_with_its_source", "append_only", "author_and_rating_stay", "body_is_immutable", "bump_version",
        "carried_out_by_redacting", "order_stays",
        # Those that count and relist: tests/claims/test_listing.py.
        "count_after_insert", "count_after_update", "count_after_delete", "relist_after_insert", "relist_after_update", "relist_after_delete",
        "correction_stays", "delete_delete", "frozen_in_force", "insert_insert", "inside_the_same_source", "key_stays",
        "label_is_final", "moves_of_publication", "moves_of_review", "moves_of_stage", "moves_of_state", "name_fits_the_body",
        "no_circle_of_after", "no_circle_of_derived_from", "no_circle_of_inside", "no_circle_of_merged_into",
        "no_circle_of_speaks_for", "no_circle_of_version_of", "only_in_its_source", "origin_by_default", "origin_is_a_root",
        "places_fit_the_body", "rating_has_its_grounds", "reason_is_final", "reason_stays", "refuse_delete",
        "refuse_truncate", "shown_when_accepted", "source_stays", "span_fits_its_source", "spans_fit_the_body",
        "unsigned_when_changed", "update_update", "withdrawal_stays", "withdrawn_with_a_reason", "words_move_with_the_body", "words_stay",
    }  # fmt: skip
