"""One transaction of articles: what is here already, what each of them becomes, and the writing of it.

The texts, addresses and keys of a batch are locked by name first (advisory locks, taken in one order), so that importers running
side by side on the same files see each other's rows before deciding, and the unique constraints of the table stand behind that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import IntegrityError, OperationalError, connection
from django.db.models import Q
from django.utils.text import slugify

from sources.articles import Article, Refused
from sources.inserting import insert
from sources.models import DerivationProposal, Outlet, Source
from sources.names import fold
from sources.origins import hold, recognise
from sources.vocabulary import BodyKind, DateBasis, Outcome, SourcePublication

__all__ = ["Again", "Answer", "Batch", "Named", "Planned", "refusal"]

# A unique constraint holds.
_DOUBLE = "23505"

IS_HERE = "The article is here already."
IS_FILLED = "The article was here; what this file states besides is added."
ORIGINAL_IS_HERE = "The original of this summary is here already."
KEY_IS_TAKEN = "Another article has the key {key!r}."
SEEMS_A_COPY = "{percent} % of its text stands in article {original} too: an editor confirms or refuses that it is a copy."
DIGEST_IS_HERE = (
    "A summary of this article is here already; "
    "`manage.py import_seeds --articles DIR` puts the original in its place."
)
Named = tuple[str, Article | Refused]


class Answer(NamedTuple):
    """What became of one file: one line of `import_articles --json`.

    `verdict` is accept, reject or skip; `outcome` a word of vocabulary.Outcome; `reason` "ok" or a reason
    class (see characters.Refused); `source` the stored row's id, None when there is none (or in a dry run).
    """

    file: str
    verdict: str
    outcome: str
    reason: str
    message: str = ""
    flags: tuple[str, ...] = ()
    source: int | None = None


@dataclass
class Planned:
    """What a dry run would have stored so far, so that its answers are those of the real run."""

    articles: set[tuple[str, str]] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


class Again(OperationalError):
    """Somebody else stored or changed one of our rows between our look and our writing."""


class Batch:
    """The articles of one transaction: what is there already, what they become, and the writing of it."""

    def __init__(self, batch: Sequence[Named], planned: Planned | None = None) -> None:
        self.batch = batch
        self.articles = [article for _name, article in batch if isinstance(article, Article)]
        self.planned = planned
        self.new: list[Source] = []
        self.filled: dict[int, dict[str, Any]] = {}
        self.versions: dict[int, int] = {}
        self.outlets: dict[str, Outlet] = {}

    def store(self) -> list[Answer]:
        """Writes the batch and answers. Raises DataError, OperationalError; the caller's transaction
        goes back.
        """
        if self.articles:
            self._lock()
        answers = self.answers()
        if self.new:
            _insert(self.new)
        for pk, changes in self.filled.items():
            untouched = Source.objects.filter(
                pk=pk, version=self.versions[pk], publication=SourcePublication.DRAFT
            )
            if not untouched.update(**changes):
                raise Again("somebody else goes on changing the same articles")
        # Last: when it has taken its turn, no other importer comes between us and the commit.
        return _say_copies(answers, recognise(self.new))

    def answers(self) -> list[Answer]:
        """What each becomes, in order; new rows stand ready in `new`. Reads only, apart from drawing ids."""
        self._look_up()
        if self.planned is None:
            self.ids = iter(_next_ids(len(self.articles)))
        return [
            self._answer(name, article) if isinstance(article, Article) else refusal(name, article)
            for name, article in self.batch
        ]

    def _lock(self) -> None:
        """Waits for other importers that hold one of our texts or addresses, and holds them until the commit."""
        words = {f"text {article.text_sha256}" for article in self.articles}
        words |= {f"url {article.url}" for article in self.articles if article.url}
        words |= {f"key {article.key}" for article in self.articles if article.key}
        with connection.cursor() as cursor:
            # Another importer's batch may take longer than what a page may wait for.
            cursor.execute("SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '120s'")
        hold(words)

    def _look_up(self) -> None:
        """The stored sources that share a text or an address with ours, and the digests that stand for one of
        them.
        """
        texts = [article.text_sha256 for article in self.articles]
        originals = [article.original_sha256 for article in self.articles if article.original_sha256]
        urls = [article.url for article in self.articles if article.url]
        keys = [article.key for article in self.articles if article.key]
        light = Source.objects.order_by("pk").only(
            "pk",
            "key",
            "url",
            "text_sha256",
            "origin_id",
            "outlet_id",
            "byline",
            "published_basis",
            "publication",
            "version",
        )
        self.by_text: dict[str, list[Source]] = {}
        self.by_url: dict[str, list[Source]] = {}
        for source in light.filter(text_sha256__in=texts + originals) if texts else ():
            self.by_text.setdefault(source.text_sha256, []).append(source)
        for source in light.filter(url__in=urls).filter(~Q(url="")) if urls else ():
            self.by_url.setdefault(source.url, []).append(source)
        self.by_key: dict[str, Source] = {}
        for source in light.filter(key__in=keys) if keys else ():
            self.by_key[source.key or ""] = source
        digests = Source.objects.filter(
            ~Q(original_sha256=""), original_sha256__in=texts, body_kind=BodyKind.DIGEST
        )
        self.digests: dict[str, int] = dict(digests.values_list("original_sha256", "pk")) if texts else {}

    def _answer(self, name: str, article: Article) -> Answer:
        if article.text_sha256 in self.digests:
            digest = self.digests[article.text_sha256]
            return _duplicate(name, article, digest, DIGEST_IS_HERE, Outcome.SKIPPED)
        keyed = self.by_key.get(article.key) if article.key else None
        if keyed is not None and keyed.text_sha256 != article.text_sha256:
            if keyed.text_sha256 == article.original_sha256:
                return _duplicate(name, article, keyed.pk, ORIGINAL_IS_HERE)
            return refusal(name, Refused("bad_metadata", KEY_IS_TAKEN.format(key=article.key)))
        if article.original_sha256 in self.by_text:
            return self._known_original(name, article)
        copies = self.by_text.get(article.text_sha256, [])
        same = next((source for source in copies if source.url == article.url), None)
        if same is not None:
            if self._fill(same, article):
                return Answer(name, "accept", Outcome.UPDATED, "ok", IS_FILLED, article.flags, same.pk)
            return _duplicate(name, article, same.pk, IS_HERE)
        if keyed is not None:
            # The same text at another address cannot have the same name.
            return refusal(name, Refused("bad_metadata", KEY_IS_TAKEN.format(key=article.key)))
        if self.planned is not None:
            return _plan(name, article, self.planned)
        source = self._new_source(article, copies)
        return Answer(name, "accept", Outcome.CREATED, "ok", "", article.flags, source.pk)

    def _known_original(self, name: str, article: Article) -> Answer:
        """A summary whose original came first: the original takes the summary's key, and no summary is stored."""
        source = self.by_text[article.original_sha256][0]
        filled = self._fill(source, article)
        if source.key != article.key:
            sentence = "The original of this summary is here under another key, or published without one."
            return refusal(name, Refused("bad_metadata", sentence))
        if filled:
            return Answer(name, "accept", Outcome.UPDATED, "ok", ORIGINAL_IS_HERE, article.flags, source.pk)
        return _duplicate(name, article, source.pk, ORIGINAL_IS_HERE)

    def _new_source(self, article: Article, copies: list[Source]) -> Source:
        """A row to insert. Equal text elsewhere has one origin with it; other text at the same address is an
        older version.
        """
        pk = next(self.ids)
        older = self.by_url.get(article.url, []) if article.url else []
        source = Source(
            pk=pk,
            key=article.key or None,
            outlet=self._outlet(article.outlet),
            title=article.title,
            title_span=list(article.title_span) if article.title_span else None,
            url=article.url,
            kind=article.kind,
            language=article.language,
            translation=article.translation,
            byline=article.byline,
            published_earliest=article.published.earliest,
            published_latest=article.published.latest,
            published_basis=article.published.basis,
            published_as_written=article.published.as_written,
            body=article.body,
            body_kind=article.body_kind,
            original_sha256=article.original_sha256,
            raw=article.raw,
            encoding=article.encoding,
            text_sha256=article.text_sha256,
            raw_sha256=article.raw_sha256,
            furniture=[piece.as_json() for piece in article.furniture],
            flags=list(article.flags),
            origin_id=copies[0].origin_id if copies else pk,
            version_of_id=older[-1].pk if older else None,
        )
        self.new.append(source)
        self.by_text.setdefault(article.text_sha256, []).append(source)
        if article.url:
            self.by_url.setdefault(article.url, []).append(source)
        if article.key:
            self.by_key[article.key] = source
        return source

    def _outlet(self, name: str) -> Outlet | None:
        """The outlet of that name, other name or address; made when there is none."""
        if name and name not in self.outlets:
            slug = _slug(name)
            known = Outlet.objects.filter(
                Q(sort_key=fold(name)) | Q(other_names__contains=[name]) | Q(slug=slug)
            ).order_by("pk")
            if not known:
                Outlet.objects.bulk_create([Outlet(name=name, slug=slug)], ignore_conflicts=True)
                known = Outlet.objects.filter(slug=slug)
            candidates = list(known)
            self.outlets[name] = next((outlet for outlet in candidates if outlet.name == name), candidates[0])
        return self.outlets.get(name)

    def _fill(self, source: Source, article: Article) -> bool:
        """Adds what a draft does not have yet and this file states; nothing that stands is changed."""
        if source.publication != SourcePublication.DRAFT:
            return False
        changes: dict[str, Any] = {}
        if article.key and source.key is None and article.key not in self.by_key:
            changes["key"] = article.key
            self.by_key[article.key] = source
        if article.outlet and source.outlet_id is None:
            outlet = None if self.planned is not None else self._outlet(article.outlet)
            changes["outlet_id"] = outlet.pk if outlet else None
        if article.byline and not source.byline:
            changes["byline"] = article.byline
        if article.published.basis != DateBasis.UNKNOWN and source.published_basis == DateBasis.UNKNOWN:
            changes |= {
                "published_earliest": article.published.earliest,
                "published_latest": article.published.latest,
                "published_basis": article.published.basis,
                "published_as_written": article.published.as_written,
            }
        for name, value in changes.items():
            setattr(source, name, value)
        # A row that is still to be inserted takes the changes with it.
        if changes and all(source is not new for new in self.new):
            self.filled.setdefault(source.pk, {}).update(changes)
            self.versions[source.pk] = source.version
        return bool(changes)


def _duplicate(
    name: str, article: Article, source: int | None, message: str, outcome: Outcome = Outcome.MATCHED
) -> Answer:
    return Answer(name, "skip", outcome, "duplicate", message, article.flags, source)


def _plan(name: str, article: Article, planned: Planned) -> Answer:
    """The answer of a dry run for a text that is not stored."""
    if (article.url, article.text_sha256) in planned.articles:
        return _duplicate(name, article, None, IS_HERE)
    if article.key in planned.keys:
        return refusal(name, Refused("bad_metadata", KEY_IS_TAKEN.format(key=article.key)))
    planned.keys |= {article.key} - {""}
    planned.articles.add((article.url, article.text_sha256))
    return Answer(name, "accept", Outcome.CREATED, "ok", "", article.flags)


def _say_copies(answers: list[Answer], proposals: Iterable[DerivationProposal]) -> list[Answer]:
    """The answers, with a sentence for each text that seems to be a copy. `proposals`: of each text the likeliest first."""
    said: dict[int | None, str] = {}
    for found in proposals:
        message = SEEMS_A_COPY.format(percent=found.percent, original=found.from_source_id)
        said.setdefault(found.source_id, message)
    if not said:
        return answers
    return [
        answer._replace(message=said[answer.source])
        if answer.outcome == Outcome.CREATED and answer.source in said
        else answer
        for answer in answers
    ]


def _next_ids(count: int) -> list[int]:
    """Ids for rows to come, so that rows of one batch can point at each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Source._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _insert(new: Sequence[Source]) -> None:
    """Stores them. Raises Again where somebody who does not wait for importers was faster: the transaction is over then."""
    try:
        insert(new)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") != _DOUBLE:
            raise
        raise Again("somebody else goes on storing the same texts") from error


def _slug(name: str) -> str:
    """An outlet's address; a name without Latin letters gets one from its characters."""
    return slugify(name)[:110].strip("-") or f"outlet-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def refusal(name: str, refused: Refused) -> Answer:
    """The answer for a file that cannot be read, or must not be stored."""
    if refused.skip:
        return Answer(name, "skip", Outcome.SKIPPED, refused.reason, refused.sentence)
    return Answer(name, "reject", Outcome.FAILED, refused.reason, refused.sentence)
