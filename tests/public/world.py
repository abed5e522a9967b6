"""A small published world with every kind of secret beside it. Made up, all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims import contest
from claims.models import Claim, Evidence, Speaker, SpeakerName, Topic
from claims.vocabulary import EvidenceKind, Rating, Review, Stance
from sources.models import Outlet, Source
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

FILLER = "Nobody could tell what the harbour was for. " * 12
ARTICLE = (
    "Talks resume in Testland\n\n"
    "Two officials claimed that drones were sold. The ministry denied that any drone was ever sold to anybody.\n\n"
    "READ Ten best pillows\n\n"
    f"{FILLER}UNSHOWN-MIDDLE {FILLER}\n\n"
    "A week later the minister admitted that a small number had been sold.\n\n"
    f"{FILLER}UNSHOWN-END\n"
)
DIGEST = (
    "Che cosa scrive il giornale\n\nIl ministero ha smentito ogni vendita di droni. Il resto è contesto.\n"
)
SECRETS = (
    "UNSHOWN",
    "SECRET-DRAFT-CLAIM",
    "SECRET-DRAFT-SOURCE",
    "SECRET-REJECTED",
    "SECRET-PENDING",
    "SECRET-PERSON",
    "SECRET-NOTE",
    "SECRET-TOPIC",
    "SECRET-PROPOSAL",
)


@dataclass
class World:
    claim: Claim
    changed: Claim
    draft: Claim
    article: Source
    digest: Source
    outlet: Outlet
    topic: Topic
    party: Speaker
    spokesman: Speaker
    officials: Speaker


def make_world() -> World:
    """One disputed claim with both sides, one change of story, one digest; drafts, refusals and notes that nobody may read."""
    outlet = make_outlet(slug="daily-testimony")
    start = ARTICLE.index("READ")
    article = make_published_source(
        ARTICLE,
        outlet=outlet,
        url="https://news.example/talks",
        furniture=[{"start": start, "end": start + len("READ Ten best pillows"), "kind": "link"}],
    )
    digest = make_published_source(
        DIGEST, language="it", body_kind="digest", shown="whole", original_sha256="0" * 64
    )
    topic = make_topic("Drones", slug="drones", name_it="Droni")
    party = make_speaker("Testland", kind="government", slug="testland")
    SpeakerName.objects.create(speaker=party, name="Testlandia", kind="official", language="it")
    spokesman = make_speaker("Karim Testi", slug="karim-testi", speaks_for=party)
    SpeakerName.objects.create(speaker=spokesman, name="Tsti", kind="garbled")
    officials = make_speaker("Two officials", kind="anonymous", only_in=article, slug="two-officials")
    claim = make_published_claim(
        "Testland sold drones", text_it="La Testlandia ha venduto droni", slug="drones-sold", topic=topic
    )
    changed = make_published_claim("Testland sold a small number", slug="small-number")

    said = make_said(article, "drones were sold", officials)
    denied = make_said(
        article, "that any drone was ever sold to anybody", spokesman, on=date(2024, 3, 9), act="denies"
    )
    admitted = make_said(
        article, "that a small number had been sold", spokesman, on=date(2024, 3, 16), act="admits"
    )
    told = make_said(digest, "Il ministero ha smentito ogni vendita di droni", party, act="denies")
    make_shown(said, claim)
    make_shown(denied, claim, Stance.DENIES)
    make_shown(told, claim, Stance.DENIES)
    make_shown(denied, changed, Stance.DENIES)
    make_shown(admitted, changed, Stance.ADMITS)
    make_verdict(
        claim,
        Rating.DISPUTED,
        reason="Both sides stand alone.",
        author=make_user(name="Marta"),
    )
    Evidence.objects.create(
        claim=claim, kind=EvidenceKind.REFUTES, url="https://archive.example/ledger", note_en="A ledger"
    )
    draft = _make_secrets(claim)
    contest.refresh([claim.pk, changed.pk, draft.pk])
    return World(claim, changed, draft, article, digest, outlet, topic, party, spokesman, officials)


def _make_secrets(claim: Claim) -> Claim:
    draft = make_claim("SECRET-DRAFT-CLAIM", slug="not-yet", topic=make_topic("SECRET-TOPIC"))
    hidden = make_source("SECRET-DRAFT-SOURCE\n\nSECRET-PERSON spoke here.")
    somebody = make_speaker("SECRET-PERSON", slug="secret-person")
    make_shown(make_said(hidden, "SECRET-PERSON spoke here", somebody), claim)
    beside = make_published_source("A third text\n\nSomething SECRET-REJECTED and then SECRET-PENDING words.")
    rejected = make_said(beside, "SECRET-REJECTED", somebody)
    make_shown(rejected, claim)
    type(rejected).objects.filter(pk=rejected.pk).update(review=Review.REJECTED.value)
    make_shown(make_said(beside, "SECRET-PENDING", somebody), claim, published_at=None)
    Claim.objects.filter(pk=claim.pk).update(desk_note="SECRET-NOTE")
    make_verdict(
        claim, Rating.CONFIRMED, reason="SECRET-PROPOSAL, not decided.", stage="proposed", decided_at=None
    )
    return draft


def every_address(world: World) -> list[str]:
    """Without the language's prefix."""
    return [
        "",
        "claims/",
        f"claims/{world.claim.slug}/",
        f"claims/{world.changed.slug}/",
        f"claims/{world.claim.slug}/history/",
        "denials/",
        "denials/matrix/",
        "reversals/",
        "speakers/",
        f"speakers/{world.spokesman.slug}/",
        f"speakers/{world.officials.slug}/",
        "sources/",
        f"sources/{world.article.pk}-{world.article.slug}/",
        f"sources/{world.digest.pk}-{world.digest.slug}/",
        "topics/",
        "outlets/",
        "decisions/",
        "corrections/",
        "search/?q=drones",
        "search/?q=zeppelins+drone",
        "method/",
        "about/",
    ]
