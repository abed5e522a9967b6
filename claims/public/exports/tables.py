"""The tables of an export: their columns with what each means, and their rows, batch by batch in the order of the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.contest import Parties
from claims.models import Carrier, Claim, Correction, Position, Request, Statement, StatementSpeaker, Verdict
from claims.public import data
from claims.public.data import Known
from claims.vocabulary import Stance
from sources.models import Source, long_columns

BATCH = 500
# Between several names in one cell; a comma may stand inside a name.
BETWEEN = "; "

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """`name`: of its CSV. `columns`: each with what it means. `rows`: batches of {column: value}."""

    name: str
    columns: Mapping[str, Promise | str]
    rows: Callable[[Known, str], Iterator[list[Row]]]


def batches(queryset: QuerySet[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """All rows by key, so many at a time: no OFFSET, no cursor that stays open, the same memory whatever their number."""
    last = 0
    while rows := list(queryset.filter(pk__gt=last).order_by("pk")[:size]):
        yield rows
        last = rows[-1].pk


# -- claims.csv --------------------------------------------------------------------------------------------------------------

CLAIM_COLUMNS: dict[str, Promise | str] = {
    "id": _("The claim's number."),
    "slug": _("Its name in addresses."),
    "text_it": _("Its wording in Italian; empty where there is none."),
    "text_en": _("Its wording in English; empty where there is none."),
    "topic": _("The topic's name in addresses."),
    "period_earliest": _("First day that the claim is about."),
    "period_latest": _("Last day that the claim is about."),
    "period_basis": _("How these days are known: stated, inferred or unknown."),
    "publication": _("published; under_review while editors look at it again."),
    "rating": _("Our assessment: confirmed, disputed, unproven or refuted; empty where nobody has decided."),
    "rated_at": _("When it was decided."),
    "reason_it": _("Why, in Italian."),
    "reason_en": _("Why, in English."),
    "contest": _("What the parties did to the claim, computed from the statements."),
    "parties": _("Each party and what it has done to the claim."),
    "statements": _("How many statements; headlines and copies inside others are not counted."),
    "denials": _("How many of them deny it."),
    "admissions": _("How many of them admit it."),
    "sources": _("In how many articles."),
    "origins": _("Of how many original texts."),
    "newest_on": _("Day of the newest dated statement."),
    "published_at": _("When the claim was first published."),
    "page": _("Address of its public page."),
}


def claim_rows(known: Known, language: str) -> Iterator[list[Row]]:
    current = Prefetch("verdicts", Verdict.objects.current(), to_attr="in_force")
    rows = Claim.objects.published().without_vectors().select_related("figures", "topic")
    for batch in batches(rows.prefetch_related(current)):
        yield [_claim_row(row, known, language) for row in batch]


def _claim_row(row: Claim, known: Known, language: str) -> Row:
    figures = data.figures(row)
    verdict = next(iter(row.in_force), None)  # type: ignore[attr-defined]
    return {
        "id": row.pk,
        "slug": row.slug,
        **_both(row, "text"),
        "topic": row.topic.slug if row.topic else None,
        **{f"period_{part}": value for part, value in data.dates(row, "period").items()},
        "publication": row.publication,
        "rating": verdict.rating if verdict else None,
        "rated_at": verdict.decided_at if verdict else None,
        **(_both(verdict, "reason") if verdict else {}),
        "contest": figures.contest,
        "parties": BETWEEN.join(f"{party['name']}: {party['state']}" for party in figures.parties),
        "statements": figures.statements,
        "denials": figures.denials,
        "admissions": figures.admissions,
        "sources": figures.sources,
        "origins": figures.origins,
        "newest_on": figures.newest_on,
        "published_at": row.published_at,
        "page": known.pages(f"claims/{row.slug}/")[language],
    }


def _both(row: Any, name: str) -> dict[str, Any]:
    return {f"{name}_{language}": text for language, text in data.words(row, name).items()}


# -- statements.csv, denials.csv ---------------------------------------------------------------------------------------------

STATEMENT_COLUMNS: dict[str, Promise | str] = {
    "statement_id": _("The statement's number; a statement about several claims has a row for each."),
    "claim_id": _("The claim's number."),
    "claim": _("The claim's name in addresses."),
    "claim_it": _("The claim's wording in Italian."),
    "claim_en": _("The claim's wording in English."),
    "stance": _("What the statement does to the claim: asserts, denies, admits, retracts or context."),
    "partial": _("true: to a part of the claim only."),
    "implied": _("true: it follows from the words, which do not say it."),
    "inferred": _("true: what the words refer to was worked out, not said."),
    "act": _("What kind of speech act it is: asserts, denies, doubts, warns …"),
    "delivery": _("direct (quoted), indirect, mixed or paraphrase."),
    "hedge": _("How cautiously it is told: none, reported, conditional or uncertain."),
    "speaker": _("Who says it; several are joined by a semicolon, empty where the article itself does."),
    "speaker_slug": _("Their names in addresses, in the same order."),
    "party": _("For whom they speak in the end."),
    "role": _("Their roles as the article writes them."),
    "said_earliest": _("First day on which it can have been said."),
    "said_latest": _("Last day on which it can have been said."),
    "said_basis": _("How these days are known: stated, inferred or unknown."),
    "in_title": _("true: a headline, which is never counted."),
    "inside": _("The statement inside which it stands and beside which it is not counted."),
    "is_quotation": _("false: the words are those of our summary, not the article's own."),
    "quotation": _("The words, in the article's language; […] where the text between them is left out."),
    "language": _("The article's language."),
    "places": _(
        "Where the words stand in the article's text: first and last character, counted from 0, half-open."
    ),
    "carriers": _("Through whose hands it came, nearest to the reader first."),
    "source_id": _("The article's number."),
    "source_title": _("The article's title."),
    "outlet": _("Who published the article."),
    "source_published_earliest": _("First day on which the article can have been published."),
    "source_published_latest": _("Last day on which the article can have been published."),
    "source_url": _("Where the article was published."),
    "rating": _("Our assessment of the claim; empty where nobody has decided."),
    "rated_at": _("When it was decided."),
    "page": _("Address of the passage on our pages."),
}


def statement_rows(known: Known, language: str) -> Iterator[list[Row]]:
    return _positions(Position.objects.published(), known, language)


def denial_rows(known: Known, language: str) -> Iterator[list[Row]]:
    return _positions(Position.objects.published().counted().filter(stance=Stance.DENIES), known, language)


def _positions(rows: QuerySet[Position], known: Known, language: str) -> Iterator[list[Row]]:
    rows = (
        rows.select_related("claim__figures", "statement__source__outlet")
        .defer(
            "claim__search_it",
            "claim__search_en",
            "claim__signature",
            *long_columns("statement__source"),
        )
        .prefetch_related(
            Prefetch(
                "statement__speakers",
                StatementSpeaker.objects.select_related("speaker__speaks_for", "on_behalf_of"),
            ),
            Prefetch("statement__carriers", Carrier.objects.select_related("speaker", "outlet")),
        )
    )
    for batch in batches(rows):
        said = [row.statement for row in batch]
        told = Known.of(known.origin, data.speaker_keys(said), shown=said)
        parties = Parties(
            body for row in batch for each in row.statement.speakers.all() if (body := _body(each))
        )
        yield [_position_row(row, told, parties, language) for row in batch]


def _body(row: StatementSpeaker) -> int | None:
    return row.on_behalf_of_id or row.speaker_id


def _position_row(row: Position, known: Known, parties: Parties, language: str) -> Row:
    statement, claim = row.statement, row.claim
    source = statement.source
    figures = data.figures(claim)
    voices = list(statement.speakers.all())
    return {
        "statement_id": statement.pk,
        "claim_id": claim.pk,
        "claim": claim.slug,
        **{f"claim_{code}": text for code, text in data.words(claim, "text").items()},
        **{name: getattr(row, name) for name in ("stance", "partial", "implied", "inferred")},
        **{name: getattr(statement, name) for name in ("act", "delivery", "hedge")},
        "speaker": _joined(_name(each, known, language) for each in voices),
        "speaker_slug": _joined(
            each.speaker.slug if each.speaker_id in known.linked and each.speaker else "" for each in voices
        ),
        "party": _joined(dict.fromkeys(parties.of(body).name for each in voices if (body := _body(each)))),
        "role": _joined(each.role_as_written for each in voices),
        **{f"said_{part}": value for part, value in data.dates(statement, "said").items()},
        "in_title": statement.in_title,
        "inside": statement.inside_id if statement.inside_id in known.statements else None,
        "is_quotation": not source.is_digest,
        "quotation": statement.quote,
        "language": source.language,
        "places": _joined(f"{span['start']}-{span['end']}" for span in statement.spans),
        "carriers": _joined(
            str(each.speaker or each.outlet or each.as_written) for each in statement.carriers.all()
        ),
        "source_id": source.pk,
        "source_title": source.title,
        "outlet": source.outlet.name if source.outlet else None,
        "source_published_earliest": source.published_earliest,
        "source_published_latest": source.published_latest,
        "source_url": source.url or None,
        "rating": figures.rating or None,
        "rated_at": figures.rated_at,
        "page": f"{known.pages(data.source_path(source))[language]}#p{statement.pk}",
    }


def _name(row: StatementSpeaker, known: Known, language: str) -> str:
    if row.speaker is None:
        return row.as_written
    return known.names.get(row.speaker.pk, {}).get(language, row.speaker.name)


def _joined(words: Any) -> str:
    """Places are kept, so that names and addresses stand in the same order; nothing at all is an empty cell."""
    found = list(words)
    return BETWEEN.join(found) if any(found) else ""


TABLES = (
    Table("claims", CLAIM_COLUMNS, claim_rows),
    Table("statements", STATEMENT_COLUMNS, statement_rows),
    Table("denials", STATEMENT_COLUMNS, denial_rows),
)


# -- JSONL: the shapes of the API --------------------------------------------------------------------------------------------


def claim_objects(known: Known) -> Iterator[list[dict[str, Any]]]:
    rows = Claim.objects.published().without_vectors().select_related("figures", "topic")
    for batch in batches(rows):
        parties = [party.get("party") for row in batch for party in data.figures(row).parties]
        told = Known.of(known.origin, parties)
        yield [data.claim(row, told) for row in batch]


def statement_objects(known: Known) -> Iterator[list[dict[str, Any]]]:
    last = 0
    while keys := list(data.statement_keys(Position.objects.published(), above=last)[:BATCH]):
        batch = list(data.with_everything(Statement.objects.filter(pk__in=keys)).order_by("pk"))
        told = Known.of(known.origin, data.speaker_keys(batch), shown=batch)
        yield [data.statement(row, told) for row in batch]
        last = keys[-1]


def source_objects(known: Known) -> Iterator[list[dict[str, Any]]]:
    for batch in batches(data.with_origin(Source.objects.published().without_text())):
        yield [data.source(row, known) for row in batch]


def decision_objects(known: Known) -> Iterator[list[dict[str, Any]]]:
    rows = Verdict.objects.published().select_related("claim", "author", "second_reader")
    for batch in batches(rows.defer("claim__search_it", "claim__search_en", "claim__signature")):
        yield [data.decision(row) for row in batch]


def correction_objects(known: Known) -> Iterator[list[dict[str, Any]]]:
    for batch in batches(data.with_references(Correction.objects.published())):
        told = Known.of(known.origin, statements=[row.statement_id for row in batch])
        yield [data.correction(row, told) for row in batch]


def reply_objects(known: Known) -> Iterator[list[dict[str, Any]]]:
    rows = Request.objects.published().select_related("claim", "speaker")
    for batch in batches(rows.defer("claim__search_it", "claim__search_en", "claim__signature")):
        told = Known.of(known.origin, [row.speaker_id for row in batch])
        yield [data.reply(row, told) for row in batch]


OBJECTS: dict[str, Callable[[Known], Iterator[list[dict[str, Any]]]]] = {
    "claims": claim_objects,
    "statements": statement_objects,
    "sources": source_objects,
    "decisions": decision_objects,
    "corrections": correction_objects,
    "replies": reply_objects,
}
