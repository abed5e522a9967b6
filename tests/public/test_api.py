"""The read API: what its document promises, what pages show and nothing besides, and how it answers nonsense."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from claims import contest
from claims.models import (
    Claim,
    ClaimLink,
    Correction,
    Evidence,
    OldSlug,
    Position,
    Request,
    Withdrawal,
)
from claims.vocabulary import Stance
from claimtracker.wsgi import application
from sources.models import Source
from tests.factories import (
    make_published_claim,
    make_published_source,
    make_said,
    make_shown,
    make_source,
    make_speaker,
    make_statement,
    make_user,
)
from tests.public.world import SECRETS, World, make_world

pytestmark = pytest.mark.django_db

API = "/api/v1/"


@pytest.fixture
def world() -> World:
    """With what only machines are likely to meet: a correction, a private file, links, a statement said after another."""
    world = make_world()
    marta = make_user(name="Petra")
    Correction.objects.create(claim=world.claim, text_en="The day was wrong.", by=marta)
    Correction.objects.create(source=world.article, text_en="The outlet was wrong.", by=marta)
    Evidence.objects.create(
        claim=world.claim,
        kind="supports",
        file="evidence/SECRET-FILE.pdf",
        file_sha256="5ec2e7" + "0" * 58,
        note_en="A contract",
    )
    hidden = make_statement(make_source("Draft\n\nSECRET-EVIDENCE here."), "SECRET-EVIDENCE")
    Evidence.objects.create(claim=world.claim, kind="refutes", statement=hidden, note_en="SECRET-EVIDENCE")
    for kind, published_at in (("reply", timezone.now()), ("reply", None), ("removal", None)):
        Request.objects.create(
            kind=kind,
            claim=world.claim,
            speaker=world.party,
            sender="SECRET-SENDER",
            text="We never sold any." if published_at else "SECRET-REQUEST",
            received_at=timezone.now(),
            published_at=published_at,
        )
    for other, state in ((world.changed, "accepted"), (world.draft, "accepted")):
        ClaimLink.objects.create(
            from_claim=world.claim, to_claim=other, kind="contradicts", state=state, reason="SECRET-REASON"
        )
    return world


def get(client: Client, address: str, **query: Any) -> Any:
    response = client.get(address if address.startswith("/") else f"{API}{address}", query)
    assert response.status_code == 200, (address, response.content)
    return response.json()


def every_address(world: World) -> list[str]:
    statement = world.claim.positions.filter(statement__review="accepted").order_by("pk").first()
    assert statement
    return [
        "",
        "claims",
        f"claims/{world.claim.slug}",
        f"claims/{world.changed.slug}",
        "statements",
        f"statements/{statement.statement_id}",
        "denials",
        "decisions",
        "speakers",
        "speakers?kind=anonymous",
        f"speakers/{world.spokesman.slug}",
        f"speakers/{world.officials.slug}",
        "sources",
        f"sources/{world.article.pk}",
        f"sources/{world.digest.pk}",
        "outlets",
        "corrections",
        "replies",
    ]


# -- the document ------------------------------------------------------------------------------------------------------------


def test_the_document_is_valid_openapi_3_1_and_every_list_is_in_it(client: Client, world: World) -> None:
    found = get(client, "openapi.json")
    assert found["openapi"].startswith("3.1")
    validate(found)
    listed = {address.removeprefix("http://testserver") for address in get(client, "")["lists"].values()}
    assert listed < set(found["paths"])
    assert all(set(methods) == {"get"} for methods in found["paths"].values())


def _validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {**schema, "components": document["components"]},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


def test_every_example_in_the_document_is_valid(client: Client) -> None:
    document = get(client, "openapi.json")
    shapes = document["components"]["schemas"]
    assert sum(len(shape.get("examples", [])) for shape in shapes.values()) > 20
    for name, shape in shapes.items():
        for example in shape.get("examples", []):
            errors = list(_validator(document, shape).iter_errors(example))
            assert not errors, (name, [error.message for error in errors])


def test_every_answer_is_as_the_document_says(client: Client, world: World) -> None:
    document = get(client, "openapi.json")
    patterns = {
        re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z"): methods["get"]
        for path, methods in document["paths"].items()
    }
    for address in every_address(world):
        path = f"{API}{address}".split("?")[0]
        operation = next(each for pattern, each in patterns.items() if pattern.match(path))
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        errors = list(_validator(document, schema).iter_errors(get(client, f"{API}{address}")))
        assert not errors, (address, [error.message for error in errors])


def test_arbitrary_requests_are_answered_as_the_document_says_and_never_with_a_failure(
    world: World, one_connection: None
) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{API}openapi.json", application)
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    tried = 0
    for operation in schema.get_all_operations():
        modes = [schemathesis.GenerationMode.POSITIVE]
        if list(operation.ok().iter_parameters()):
            modes.append(schemathesis.GenerationMode.NEGATIVE)
        for mode in modes:

            @settings(
                max_examples=8,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.ok().as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case) -> None:
                nonlocal tried
                tried += 1
                case.call_and_validate(checks=checks)

            ask()
    assert tried > 100


# -- what readers may see ----------------------------------------------------------------------------------------------------


def test_what_is_not_published_is_nowhere(client: Client, world: World) -> None:
    addresses = every_address(world)
    addresses += [
        "claims?q=secret",
        "claims?speaker=secret-person",
        "statements?speaker=secret-person",
        "statements?claim=not-yet",
        "denials?speaker=secret-person",
        "speakers?q=secret",
        f"statements?source={world.article.pk}",
    ]
    for address in addresses:
        text = json.dumps(get(client, f"{API}{address}"))
        found = [secret for secret in (*SECRETS, "SECRET", "5ec2e7", "not-yet") if secret in text]
        assert not found, (address, found)


@pytest.mark.parametrize(
    "address",
    ["claims/not-yet", "claims/no-such-claim", "speakers/secret-person", "statements/999999", "sources/999999", "nothing/here", "statements/x",
     "sources/99999999999999999999999"],
)  # fmt: skip
def test_a_draft_and_what_never_was_are_both_simply_not_there(
    client: Client, world: World, address: str
) -> None:
    response = client.get(f"{API}{address}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["status"] == 404


def test_hidden_statements_and_articles_are_not_there_by_their_number_either(
    client: Client, world: World
) -> None:
    for position in Position.objects.exclude(pk__in=Position.objects.published().values("pk")):
        assert client.get(f"{API}statements/{position.statement_id}").status_code == 404
    for source in Source.objects.filter(publication="draft"):
        assert client.get(f"{API}sources/{source.pk}").status_code == 404


def test_of_a_text_only_the_passages_of_its_page_are_given(client: Client, world: World) -> None:
    found = get(client, f"sources/{world.article.pk}")
    assert found["is_cut"]
    assert len(found["passages"]) == 2
    spans = [
        span
        for position in Position.objects.published().filter(statement__source=world.article)
        for span in position.statement.spans
    ]
    given_away = 0
    for passage in found["passages"]:
        assert passage["text"] == world.article.body[passage["start"] : passage["end"]]
        assert passage["start"] >= min(s["start"] for s in spans if s["start"] >= passage["start"]) - 200
        assert passage["end"] <= max(s["end"] for s in spans if s["end"] <= passage["end"]) + 200
        given_away += len(passage["text"])
    assert given_away < len(world.article.body)
    assert "Ten best pillows" in found["passages"][0]["text"]
    foreign = found["passages"][0]["furniture"][0]
    assert world.article.body[foreign["start"] : foreign["end"]] == "READ Ten best pillows"


def test_a_text_of_ours_is_given_whole(client: Client, world: World) -> None:
    found = get(client, f"sources/{world.digest.pk}")
    assert (found["shown"], found["body_kind"], found["is_cut"]) == ("whole", "digest", False)
    assert found["passages"][0]["text"] == world.digest.body


def test_quotations_are_web_annotation_targets_that_fit_the_text(client: Client, world: World) -> None:
    for statement in get(client, "statements")["items"]:
        body = Source.objects.get(pk=statement["source"]["id"]).body
        for target in statement["target"]:
            quote, place = target["selector"]
            assert (quote["type"], place["type"]) == ("TextQuoteSelector", "TextPositionSelector")
            assert body[place["start"] : place["end"]] == quote["exact"]
            assert body[: place["start"]].endswith(quote["prefix"])
            assert body[place["end"] :].startswith(quote["suffix"])
            assert max(len(quote["prefix"]), len(quote["suffix"])) <= 32
            assert client.get(target["source"].removeprefix("http://testserver")).status_code == 200


def test_a_withdrawn_claim_and_article_say_why_and_nothing_else(client: Client, world: World) -> None:
    Withdrawal.objects.create(claim=world.claim, reason_en="It named the wrong country.", by=make_user())
    Withdrawal.objects.create(source=world.digest, reason_it="L'editore lo ha chiesto.", by=make_user())
    Claim.objects.filter(pk=world.claim.pk).update(publication="withdrawn")
    Source.objects.filter(pk=world.digest.pk).update(publication="withdrawn")
    claim = client.get(f"{API}claims/{world.claim.slug}")
    assert (claim.status_code, claim["Content-Type"]) == (410, "application/problem+json")
    assert claim.json()["reason"] == {"it": None, "en": "It named the wrong country."}
    assert "drones" not in claim.content.decode()
    source = client.get(f"{API}sources/{world.digest.pk}")
    assert (source.status_code, source.json()["reason"]["it"]) == (410, "L'editore lo ha chiesto.")
    assert "Che cosa" not in source.content.decode()
    everything = json.dumps(
        [get(client, f"{API}{name}") for name in ("claims", "statements", "denials", "decisions")]
    )
    assert "drones-sold" not in everything
    assert "Che cosa scrive" not in everything


def test_what_was_merged_or_renamed_leads_to_where_it_is_now(client: Client, world: World) -> None:
    merged = make_published_claim("The same", slug="the-same")
    Claim.objects.filter(pk=merged.pk).update(merged_into=world.claim)
    OldSlug.objects.create(slug="old-name", claim=world.claim)
    OldSlug.objects.create(slug="old-draft", claim=world.draft)
    OldSlug.objects.create(slug="old-karim", speaker=world.spokesman)
    for address, now in (
        ("claims/the-same", "claims/drones-sold"),
        ("claims/old-name", "claims/drones-sold"),
        ("speakers/old-karim", "speakers/karim-testi"),
    ):
        response = client.get(f"{API}{address}")
        assert (response.status_code, response["Location"]) == (301, f"{API}{now}")
    assert client.get(f"{API}claims/old-draft").status_code == 404


# -- what is in it -----------------------------------------------------------------------------------------------------------


def test_a_claim_comes_with_all_that_its_page_shows(client: Client, world: World) -> None:
    found = get(client, "claims/drones-sold")
    assert found["text"] == {"it": "La Testlandia ha venduto droni", "en": "Testland sold drones"}
    assert found["rating"] == "disputed"
    assert [(party["name"], party["state"]) for party in found["parties"]] == [
        ("Testland", "denies"),
        ("Two officials", "asserts"),
    ]
    assert found["decisions"][0] | {"decided_at": ""} == {
        "claim": "drones-sold",
        "rating": "disputed",
        "label": {"it": None, "en": None},
        "reason": {"it": None, "en": "Both sides stand alone."},
        "by": "Marta",
        "second_reader": None,
        "decided_at": "",
        "as_known_on": "2024-03-31",
        "is_current": True,
    }
    assert len(found["statements"]) == found["counts"]["statements"] == 3
    denial = found["statements"][1]
    assert denial["claims"] == [
        {"claim": slug, "stance": "denies", "partial": False, "implied": False, "inferred": False}
        for slug in ("drones-sold", "small-number")
    ]
    assert denial["voices"][0]["speaker"]["slug"] == "karim-testi"
    assert denial["voices"][0]["on_behalf_of"]["names"]["it"] == "Testlandia"
    assert denial["said"] == {"earliest": "2024-03-09", "latest": "2024-03-09", "basis": "stated"}
    assert [(row["url"], row["is_document"], row["note"]["en"]) for row in found["evidence"]] == [
        ("https://archive.example/ledger", False, "A ledger"),
        (None, True, "A contract"),
    ]
    assert [row["text"]["en"] for row in found["corrections"]] == ["The day was wrong."]
    (reply,) = get(client, found["replies"].removeprefix("http://testserver"))["items"]
    assert (reply["text"], reply["speaker"]["slug"], reply["sender"]) == (
        "We never sold any.",
        "testland",
        None,
    )
    assert found["related"] == [{"kind": "contradicts", "claim": "small-number"}]
    assert get(client, "claims/small-number")["changes_of_story"] == [
        {"name": "Testland", "earlier": "denies", "later": "admits"}
    ]


def test_who_answered_is_never_an_address_of_theirs(client: Client, world: World) -> None:
    for sender in ("SECRET@testland.example", "The ministry's lawyers"):
        Request.objects.create(
            kind="reply",
            claim=world.changed,
            sender=sender,
            text="No.",
            received_at=timezone.now(),
            published_at=timezone.now(),
        )
    found = get(client, "replies", claim="small-number")["items"]
    assert [reply["sender"] for reply in found] == ["The ministry's lawyers", None]


def test_a_body_known_only_as_somebody_for_whom_others_speak_has_no_address(client: Client) -> None:
    behind = make_speaker("The Palace", kind="organisation", slug="the-palace")
    mouth = make_speaker("A spokeswoman", slug="a-spokeswoman", speaks_for=behind)
    claim = make_published_claim("Something", slug="something")
    make_shown(
        make_said(make_published_source("T\n\nNothing happened."), "Nothing happened", mouth),
        claim,
        Stance.DENIES,
    )
    contest.refresh([claim.pk])
    found = get(client, "claims/something")
    assert [(party["name"], party["slug"]) for party in found["parties"]] == [("The Palace", None)]
    assert found["statements"][0]["voices"][0]["on_behalf_of"] == {
        "name": "The Palace",
        "names": {"it": None, "en": None},
        "slug": None,
    }
    assert client.get(f"{API}speakers/the-palace").status_code == 404
    assert get(client, "speakers/a-spokeswoman")["speaks_for"]["slug"] is None


def test_an_order_without_dates_names_only_statements_that_are_published(
    client: Client, world: World
) -> None:
    source = make_published_source("T\n\nIt denied first and admitted later, in secret.")
    first = make_said(source, "denied first", world.party, act="denies")
    hidden = make_said(source, "in secret", world.party)
    later = make_said(source, "admitted later", world.party, act="admits", after=first)
    make_shown(first, world.changed, Stance.DENIES)
    make_shown(later, world.changed, Stance.ADMITS)
    assert get(client, f"statements/{later.pk}")["after"] == first.pk
    type(later).objects.filter(pk=later.pk).update(after=hidden)
    assert get(client, f"statements/{later.pk}")["after"] is None


@pytest.mark.parametrize(
    "query",
    ["", "q=drone", "q=selling", "rating=disputed", "rating=unreviewed&rating=disputed", "contest=denied_then_admitted", "speaker=karim+testi",
     "speaker=Tsti", "speaker=testland", "speaker=nobody", "topic=drones", "language=it", "since=2024-03-10", "until=2024-03-10"],
)  # fmt: skip
def test_pages_and_api_agree_on_every_filter(client: Client, world: World, query: str) -> None:
    text = client.get(f"/en/claims/?{query}").content.decode()
    shown = list(dict.fromkeys(re.findall(r'href="/en/claims/([a-z0-9-]+)/"', text)))
    assert [item["slug"] for item in get(client, f"{API}claims?{query}")["items"]] == shown


def test_words_are_looked_for_in_the_language_that_is_named(client: Client, world: World) -> None:
    assert [c["slug"] for c in get(client, "claims?q=venduti&q_language=it".join([API, ""]))["items"]] == [
        "drones-sold"
    ]
    assert get(client, f"{API}claims?q=venduti")["items"] == []


def test_statements_and_denials_are_found_by_claim_speaker_source_and_stance(
    client: Client, world: World
) -> None:
    def count(address: str) -> int:
        return len(get(client, f"{API}{address}")["items"])

    assert count("statements") == 4
    assert count("statements?claim=drones-sold") == 3
    assert count("statements?claim=drones-sold&stance=denies") == 2
    assert count("statements?claim=small-number&stance=asserts") == 0
    assert count("statements?speaker=karim-testi") == 2
    assert count(f"statements?source={world.digest.pk}&language=it") == 1
    assert count("denials") == 3
    assert count("denials?claim=drones-sold") == 2
    assert count("denials?speaker=karim-testi") == 2
    assert count("denials?language=it") == 1
    assert count("decisions?rating=disputed") == 1
    assert count("decisions?rating=refuted") == 0
    assert count("sources?outlet=daily-testimony") == 1
    assert count("speakers?q=tst") == 1
    assert count("speakers") == 2


# -- how it answers ----------------------------------------------------------------------------------------------------------


def test_any_site_may_read_it_and_nothing_is_remembered_of_who_does(client: Client, world: World) -> None:
    for address in every_address(world):
        response = client.get(
            f"{API}{address}", headers={"origin": "https://elsewhere.example", "accept-language": "it"}
        )
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Vary" not in response, address
        assert not response.cookies
        again = client.get(f"{API}{address}", headers={"if-none-match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Access-Control-Allow-Origin"] == "*"


def test_head_is_get_without_its_body_and_options_says_what_is_allowed(client: Client, world: World) -> None:
    head = client.head(f"{API}claims")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == client.get(f"{API}claims")["ETag"]
    options = client.options(f"{API}claims", headers={"origin": "https://elsewhere.example"})
    assert options.status_code == 204
    assert options["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_sent_to_it(world: World, method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    for address in [*every_address(world), "openapi.json", "nowhere"]:
        response = getattr(client, method)(f"{API}{address}")
        assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
        assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("claims?raiting=disputed", "raiting"), ("claims?rating=true", "rating"), ("claims?rating=disputed&rating=x", "rating"),
     ("claims?since=yesterday", "since"), ("claims?topic=none", "topic"), ("claims?q=%00", "q"), ("claims?limit=0", "limit"),
     ("claims?limit=101", "limit"), ("claims?cursor=abc", "cursor"), ("claims?cursor=WzEsMl0", "cursor"), ("claims?contest=x", "contest"),
     ("statements?source=-1", "source"), ("statements?source=99999999999999999999", "source"), ("statements?claim=a/b", "claim"),
     ("speakers?kind=ghost", "kind"), ("sources?page=2", "page"), ("outlets?q=x", "q")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(
    client: Client, world: World, query: str, parameter: str
) -> None:
    response = client.get(f"{API}{query}")
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def follow(client: Client, address: str) -> Iterator[dict[str, Any]]:
    following: str | None = f"{API}{address}"
    while following:
        response = client.get(following.removeprefix("http://testserver"))
        found = response.json()
        yield from found["items"]
        following = found["next"]
        assert ("Link" in response) == bool(following)


def test_every_row_of_a_list_is_met_once_page_by_page(client: Client, world: World) -> None:
    for n in range(5):
        claim = make_published_claim(f"Claim {n}")
        contest.refresh([claim.pk])
    Claim.objects.filter(slug__startswith="claim-").update(topic=world.topic)
    slugs = [claim["slug"] for claim in follow(client, "claims?limit=2&topic=drones")]
    assert len(slugs) == len(set(slugs)) == 6
    for name, key, n in (
        ("statements", "id", 4),
        ("denials", "id", 3),
        ("speakers", "slug", 2),
        ("sources", "id", 3),
        ("corrections", "id", 2),
    ):
        keys = [row[key] for row in follow(client, f"{name}?limit=1")]
        assert len(keys) == len(set(keys)) == n, name


@pytest.mark.parametrize(
    "address",
    [
        "claims",
        "claims/drones-sold",
        "statements",
        "denials",
        "decisions",
        "speakers",
        "sources",
        "corrections",
    ],
)
def test_an_answer_takes_the_same_few_queries_whatever_it_holds(
    client: Client, world: World, django_assert_max_num_queries: Callable[..., Any], address: str
) -> None:
    said = make_said(world.digest, "Il resto", world.party)
    make_shown(said, world.changed)
    Correction.objects.create(statement=said, text_en="Another word.", by=make_user())
    with django_assert_max_num_queries(10) as before:
        get(client, address)
    for n in range(6):
        person = make_speaker(f"Person {n}", speaks_for=make_speaker(f"Body {n}"))
        source = make_published_source(f"T{n}\n\nIt was never so, {n} said.")
        said = make_said(source, "It was never so", person, act="denies")
        make_shown(said, world.claim, Stance.DENIES)
        make_shown(said, make_published_claim(f"Another {n}"), Stance.DENIES)
        Correction.objects.create(statement=said, source=source, text_en="A word.", by=make_user())
    contest.refresh(list(Claim.objects.values_list("pk", flat=True)))
    with django_assert_max_num_queries(len(before)):
        get(client, address)


def test_a_database_that_does_not_answer_is_said_in_kind(client: Client) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    with connection.execute_wrapper(away):
        response = client.get(f"{API}claims")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert response["Retry-After"] == "120"
