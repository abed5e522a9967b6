"""A small newsroom to test the desk with: one article, a government that denies, an official who admits. Made up, all of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.test import Client

from claims.models import Claim, Position, Speaker, SpeakerName, Statement, StatementSpeaker, Topic
from claims.vocabulary import Review, StatementOrigin
from sources.models import Outlet, Source

PASSWORD = "a-long-made-up-password"
BODY = (
    "Talks resume\n\nOfficials met on Monday in the capital. The ministry said that no drones were sent to anybody. "
    "“We never sold a single drone,” said Karim Testi, its spokesman, on Tuesday. Two officials had claimed the opposite.\n\n"
    "READ Ten best pillows\n\nA week later the minister admitted that a small number had been sold before the war. "
    "The talks go on, the talks go on.\n"
)
REASON = "Two named bodies deny it, and nothing else is on record."


def make_account(name: str, *roles: str) -> User:
    account = User.objects.create_user(name, password=PASSWORD)
    account.groups.set(Group.objects.filter(name__in=roles))
    return account


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make_article(title: str = "Talks resume", body: str = BODY) -> Source:
    start = body.find("READ")
    furniture = (
        [{"start": start, "end": start + len("READ Ten best pillows"), "kind": "link"}] if start >= 0 else []
    )
    return Source.objects.create(
        title=title,
        language="en",
        body=body,
        text_sha256=hashlib.sha256(body.encode()).hexdigest(),
        furniture=furniture,
    )


def make_words(source: Source, words: str, **fields: object) -> Statement:
    start = source.body.index(words)
    end = start + len(words)
    span = {
        "start": start,
        "end": end,
        "exact": words,
        "prefix": source.body[max(0, start - 32) : start],
        "suffix": source.body[end : end + 32],
    }
    return Statement.objects.create(source=source, spans=[span], **fields)


@dataclass
class Newsroom:
    claim: Claim
    source: Source
    outlet: Outlet
    topic: Topic
    party: Speaker
    spokesman: Speaker
    denial: Statement
    second_denial: Statement
    suggestion: Statement


def make_newsroom() -> Newsroom:
    """A draft claim with two accepted denials by one party, and an admission that the machine suggests."""
    outlet = Outlet.objects.create(name="The Daily Testimony", slug="daily-testimony")
    source = make_article()
    Source.objects.filter(pk=source.pk).update(outlet=outlet)
    source.refresh_from_db()
    party = Speaker.objects.create(name="Testland", slug="testland", kind="government")
    spokesman = Speaker.objects.create(
        name="Karim Testi", slug="karim-testi", kind="person", speaks_for=party
    )
    SpeakerName.objects.create(speaker=spokesman, name="Tsti", kind="garbled")
    topic = Topic.objects.create(slug="drones", name_en="Drones", name_it="Droni")
    claim = Claim.objects.create(
        text_en="Testland sold drones to its neighbour",
        text_it="La Testlandia ha venduto droni al vicino",
        slug="drones-sold",
        topic=topic,
    )
    accepted = {"review": Review.ACCEPTED.value, "origin": StatementOrigin.EDITOR.value}
    denial = make_words(source, "no drones were sent to anybody", act="denies", **accepted)
    second = make_words(source, "We never sold a single drone", act="denies", delivery="direct", **accepted)
    suggestion = make_words(
        source,
        "a small number had been sold before the war",
        act="admits",
        origin=StatementOrigin.EXTRACTION.value,
        extractor_version="1.2",
        rule="cue-verb",
        confidence=0.83,
        fingerprint="f" * 64,
    )
    for statement, speaker, stance in (
        (denial, party, "denies"),
        (second, spokesman, "denies"),
        (suggestion, party, "admits"),
    ):
        StatementSpeaker.objects.create(statement=statement, speaker=speaker)
        Position.objects.create(statement=statement, claim=claim, stance=stance)
    return Newsroom(claim, source, outlet, topic, party, spokesman, denial, second, suggestion)
