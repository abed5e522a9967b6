"""Everything that readers must not learn, beside the small published world: each text of it begins with one made-up word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from claims import contest
from claims.models import (
    Affiliation,
    BulkItem,
    BulkJob,
    Carrier,
    Claim,
    ClaimLink,
    Correction,
    Evidence,
    Note,
    OldSlug,
    Reading,
    ReadingChange,
    Request,
    SentNotice,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
    TriageAct,
    Verdict,
    VerdictNote,
    Withdrawal,
)
from claims.vocabulary import Review, Stance
from sources.models import ImportItem, ImportRun, Parcel, Source
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
    span_of,
)
from tests.public.world import World

# No word of either language, no beginning of one, and nobody's name sounds like it.
WORD = "zqleak"


def word(of: str) -> str:
    return f"{WORD} {of}"


@dataclass
class Hidden:
    """Addresses of what is hidden, each without the language's prefix, and of the same kind of thing that never was."""

    never: dict[str, str] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)


def make_hidden(world: World, beside: Source) -> Hidden:
    """Drafts, suggestions, refusals, proposals, notes, requests, names and private columns of published things.

    `beside`: from `make_beside`.
    """
    hidden = Hidden()
    editor = make_user(name=f"{WORD}-user")
    User.objects.update(email=f"{WORD}@desk.example")
    draft = _draft_claim(world, hidden)
    source = _draft_source(world, hidden)
    person = _people(world, source, hidden)
    for claim in (world.claim, draft):
        _beside_a_claim(claim, draft, source, editor)
    _statements(world, beside, source, draft, person)
    _desk(world, source, editor)
    contest.refresh([world.claim.pk, world.changed.pk, draft.pk])
    return hidden


def _draft_claim(world: World, hidden: Hidden) -> Claim:
    topic = make_topic(word("topic"), slug=f"{WORD}-topic", name_it=word("argomento"))
    draft = make_claim(
        word("claim drones sold"),
        text_it=word("affermazione droni venduti"),
        slug=f"{WORD}-claim",
        topic=topic,
        period_note=word("period"),
        desk_note=word("desk note"),
        actors=[f"{WORD}-actor"],
        themes=[word("theme")],
    )
    OldSlug.objects.create(slug=f"{WORD}-old-claim", claim=draft)
    merged = make_claim(word("merged claim"), slug=f"{WORD}-merged-claim")
    Claim.objects.filter(pk=merged.pk).update(merged_into=world.claim)
    Claim.objects.filter(pk=world.claim.pk).update(
        desk_note=word("desk note of a published claim"), themes=[word("theme")]
    )
    for slug in (f"{WORD}-claim", f"{WORD}-old-claim", f"{WORD}-merged-claim"):
        hidden.never |= {f"claims/{slug}/": f"claims/{len(slug) * 'x'}/"}
    for other, state in ((draft, "accepted"), (world.changed, "suggested")):
        ClaimLink.objects.create(
            from_claim=world.claim, to_claim=other, kind="follows", state=state, reason=word("link")
        )
    return draft


def _draft_source(world: World, hidden: Hidden) -> Source:
    """A draft with a word in each of its columns, from an outlet that nobody else published for."""
    outlet = make_outlet(
        word("outlet"),
        slug=f"{WORD}-outlet",
        other_names=[word("other name")],
        homepage=f"https://{WORD}.example/",
        wikidata_id=WORD,
    )
    OldSlug.objects.create(slug=f"{WORD}-old-outlet", outlet=outlet)
    source = make_source(
        f"{word('title')}\n\n{word('words')} were said. {word('others')} were doubted. {word('third')} too.\n",
        outlet=outlet,
        key=word("key"),
        url=f"https://{WORD}.example/article",
        archive_url=f"https://archive.example/{WORD}",
        byline=word("byline"),
        published_as_written=word("day"),
        raw=word("raw").encode(),
        encoding=WORD,
        flags=[WORD],
        language="en",
        version_of=world.article,
        origin=world.article,
        derived_from=world.article,
    )
    hidden.never[f"sources/{source.pk}-{source.slug}/"] = f"sources/{source.pk + 900000}-{source.slug}/"
    return source


def _people(world: World, source: Source, hidden: Hidden) -> Speaker:
    person = make_speaker(
        word("person"),
        slug=f"{WORD}-person",
        description_en=word("description"),
        description_it=word("descrizione"),
        wikidata_id=WORD,
    )
    SpeakerName.objects.create(speaker=person, name=word("alias"), kind="garbled", seen_in=source)
    # Of somebody whom readers know, as only a draft writes it.
    SpeakerName.objects.create(speaker=world.spokesman, name=word("spelling"), kind="garbled", seen_in=source)
    Affiliation.objects.create(
        speaker=person, body=world.party, role_en=word("role"), role_it=word("incarico")
    )
    OldSlug.objects.create(slug=f"{WORD}-old-person", speaker=person)
    merged = make_speaker(word("double"), slug=f"{WORD}-double", merged_into=person)
    make_speaker(
        word("officials"), slug=f"{WORD}-officials", kind="anonymous", only_in=source, speaks_for=world.party
    )
    for slug in (person.slug, merged.slug, f"{WORD}-old-person", f"{WORD}-officials"):
        hidden.never[f"speakers/{slug}/"] = f"speakers/{len(slug) * 'x'}/"
    return person


def _beside_a_claim(claim: Claim, draft: Claim, source: Source, editor: User) -> None:
    """What editors prepare beside a claim, published or not."""
    usual = {"label_en": word("label"), "label_it": word("etichetta"), "early_reason": word("early")}
    for stage in ("returned", "dropped", "proposed"):
        verdict = make_verdict(
            claim,
            reason=word(f"{stage} reason"),
            reason_it=word("motivazione"),
            stage="proposed",
            decided_at=None,
            key=f"{WORD}-{claim.pk}-{stage}",
            evidence=[{"id": 0, "note_en": word("frozen")}],
            **usual,
        )
        Verdict.objects.filter(pk=verdict.pk).update(stage=stage)
        VerdictNote.objects.create(verdict=verdict, text=word("note on a verdict"), author=editor)
    added = Evidence.objects.create(
        claim=claim,
        kind="supports",
        url=f"https://{WORD}.example/proof",
        note_en=word("evidence"),
        note_it=word("riscontro"),
        key=f"{WORD}-{claim.pk}-link",
    )
    Verdict.objects.filter(claim=claim, stage="proposed").update(evidence=[{"id": added.pk}])
    passage = span_of(source.body, word("words"))
    Evidence.objects.create(claim=claim, kind="context", source=source, span=passage, note_en=word("passage"))
    hidden_file = {"file": f"evidence/{WORD}.pdf", "file_sha256": "5" * 64}
    Evidence.objects.create(claim=draft, kind="refutes", note_en=word("file"), **hidden_file)
    for kind in ("correction", "reply", "court_order"):
        Request.objects.create(
            kind=kind,
            claim=claim,
            sender=word("sender"),
            contact=f"{WORD}@reader.example",
            text=word("request"),
            answer=word("answer"),
            outcome_note=word("outcome"),
            received_at=timezone.now(),
        )
    Note.objects.create(claim=claim, author=editor, text=word("note"))


def make_beside() -> Source:
    """A published article; what it says beyond its title, nobody has shown to readers."""
    parts = ("suggested", "rejected", "unlinked", "unshown", "drafted")
    return make_published_source("A fourth text\n\n" + " ".join(f"{word(part)}." for part in parts))


def _statements(world: World, beside: Source, source: Source, draft: Claim, person: Speaker) -> None:
    """Suggested, rejected, not yet shown, of a draft article, on a draft claim."""
    columns: dict[str, Any] = {
        "cue": word("cue"),
        "said_as_written": word("date"),
        "corrected_reading": word("reading"),
        "desk_note": word("note"),
        "extractor_version": WORD,
        "rule": word("rule"),
        "reading": {"flags": [word("flag")]},
        "review_reason": word("review"),
    }
    of_a_draft = make_said(
        source, word("words"), person, act="denies", on=date(2030, 1, 1), key=WORD, **columns
    )
    make_shown(of_a_draft, world.claim, Stance.DENIES)
    suggested = make_said(beside, word("suggested"), person, review=Review.SUGGESTED.value, **columns)
    Statement.objects.filter(pk=suggested.pk).update(fingerprint=WORD)
    rejected = make_said(beside, word("rejected"), person, **columns)
    make_shown(rejected, world.claim)
    Statement.objects.filter(pk=rejected.pk).update(review=Review.REJECTED.value)
    make_said(beside, word("unlinked"), person, **columns)
    make_shown(make_said(beside, word("unshown"), person), world.claim, published_at=None)
    make_shown(make_said(beside, word("drafted"), person), draft)
    StatementSpeaker.objects.create(
        statement=suggested, as_written=word("written"), role_as_written=word("role"), order=7
    )
    Carrier.objects.create(statement=of_a_draft, kind="outlet", as_written=word("carrier"))


def _desk(world: World, source: Source, editor: User) -> None:
    """What editors and the machine write down for themselves."""
    of_published = world.claim.positions.filter(statement__source=world.article).order_by("pk")[0].statement
    Statement.objects.filter(pk=of_published.pk).update(
        desk_note=word("note"), review_reason=word("why"), rule=word("rule")
    )
    Note.objects.create(statement=of_published, source=world.article, author=editor, text=word("note"))
    SentNotice.objects.create(user=editor, kind="assigned", about=word("notice"))
    reading = Reading.objects.create(source=world.article, extractor_version=WORD)
    ReadingChange.objects.create(reading=reading, kind="added", finding={"quote": word("finding")})
    TriageAct.objects.create(by=editor, source=world.article, verb=WORD, record={"text": word("record")})
    job = BulkJob.objects.create(
        by=editor, kind=WORD, act=WORD, language="en", asked={"because": word("asked")}, total=1,
        chosen_from=word("list"), why_stopped=word("stopped"),
    )  # fmt: skip
    BulkItem.objects.create(job=job, thing=1, version=1, said=word("refused"))
    run = ImportRun.objects.create(kind="articles")
    ImportItem.objects.create(
        run=run, name=word("file"), outcome="failed", reason=WORD, message=word("message"), object_ref=WORD
    )
    Parcel.objects.create(run=run, count=1, files=word("files").encode(), encoding=WORD, error=word("error"))


# -- what was public once --------------------------------------------------------------------------------------------------------


def make_withdrawn(world: World) -> Hidden:
    """A claim and an article that readers had seen, with all that stood on them; the reasons are for readers."""
    hidden = Hidden()
    source = make_published_source(
        f"{word('withdrawn title')}\n\n{word('said')} was said.\n",
        byline=word("byline"),
        outlet=make_outlet(word("outlet"), slug=f"{WORD}-gone-outlet"),
    )
    claim = make_published_claim(
        word("withdrawn claim"),
        slug=f"{WORD}-gone",
        topic=make_topic(word("topic"), slug=f"{WORD}-gone-topic"),
    )
    person = make_speaker(word("witness"), slug=f"{WORD}-gone-person")
    said = make_said(source, word("said"), person, act="denies")
    for on in (claim, world.claim):
        make_shown(said, on, Stance.DENIES)
    make_verdict(claim, reason=word("withdrawn reason"))
    Evidence.objects.create(
        claim=claim, kind="refutes", url=f"https://{WORD}.example", note_en=word("evidence")
    )
    Evidence.objects.create(claim=world.claim, kind="context", statement=said, note_en=word("evidence"))
    ClaimLink.objects.create(
        from_claim=world.claim, to_claim=claim, kind="follows", state="accepted", reason=word("link")
    )
    Request.objects.create(
        kind="reply",
        claim=claim,
        sender=word("sender"),
        text=word("reply"),
        received_at=timezone.now(),
        published_at=timezone.now(),
    )
    Correction.objects.create(
        claim=claim, text_en="A day was wrong.", before={"text": word("old")}, by=make_user()
    )
    for what in ({"claim": claim}, {"source": source}):
        Withdrawal.objects.create(
            **what, reason_en="It was a forgery.", reason_it="Era un falso.", by=make_user()
        )
    Claim.objects.filter(pk=claim.pk).update(publication="withdrawn")
    Source.objects.filter(pk=source.pk).update(publication="withdrawn")
    contest.refresh([world.claim.pk, claim.pk])
    hidden.withdrawn = [f"claims/{claim.slug}/", f"claims/{claim.slug}/history/", f"sources/{source.pk}-x/"]
    return hidden


# -- is every column of words in it? ---------------------------------------------------------------------------------------------

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.FileField,
    models.BinaryField,
    ArrayField,
)
# Columns that hold no words of anybody's, or none that a row which readers do not see could hold alone.
NO_WORDS = {
    "Source.text_sha256", "Source.raw_sha256", "Source.original_sha256", "Evidence.file_sha256",  # digests
    "Source.title_span", "Source.furniture", "Statement.cue_span", "StatementSpeaker.span", "Carrier.span",  # places
    "Sketch.hashes", "DerivationProposal.moved", "Parcel.keys", "Claim.signature",  # numbers, and words made of words that are here
    "Outlet.country", "Speaker.country", "Request.language", "BulkJob.language",  # two letters
    "ClaimFigures.parties", "ClaimCount.rating", "ClaimCount.contest",  # worked out of what is published
    "Correction.text_en", "Correction.text_it", "Correction.after", "Withdrawal.reason_en", "Withdrawal.reason_it",  # for readers
    "HistorySeal.first", "HistorySeal.last", "HistorySeal.leaves", "HistorySeal.layout", "HistorySeal.era",
    "HistorySeal.digest", "HistorySeal.head", "Redaction.table", "Redaction.was", "Redaction.left",  # digests and places
}  # fmt: skip


def columns_of_words() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every stored column of the archive and the newsroom that could hold words of somebody's."""
    for app in ("sources", "claims"):
        for model in apps.get_app_config(app).get_models():
            if model._meta.proxy or model._meta.app_label != app or hasattr(model, "pgh_tracked_model"):
                continue
            for column in model._meta.local_concrete_fields:
                if isinstance(column, TEXTS) and not column.choices and not column.generated:
                    yield model, column


def holds_the_word(model: type[models.Model], column: models.Field[Any, Any]) -> bool:
    rows = model._base_manager.values_list(column.attname, flat=True)
    return any(
        WORD
        in (bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value))
        for value in rows
    )
