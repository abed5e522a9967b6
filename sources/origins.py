"""Which texts seem to be copies of which: found when they are stored, proposed to editors, never decided here.

`recognise` runs inside the transaction that stores the texts. It compares them with all that others have stored, and then takes its turn:
importers at work side by side store their sketches one after the other (an advisory lock until the commit), each then looks at what was
stored since it looked first, so that of two copies stored at the same moment the second finds the first. Only that waits for others.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F, Func, IntegerField, Max, Q, QuerySet
from django.db.models.functions import Left

from sources.models import DerivationProposal, Sketch, Source
from sources.overlap import COMPARED, VERSION, Overlap, Runs, is_copy, overlap, sketch
from sources.vocabulary import BodyKind, OutletKind, SourceKind

__all__ = ["compare", "compare_missing", "furniture_of", "hold", "missing", "recognise"]

# Texts compared word by word with a new one, and originals proposed for it.
CANDIDATES = 10
PROPOSED = 2
# A number that more texts share is the page of a site, not the words of an article.
CROWD = 200
# Texts worth comparing share so many numbers, and so much of the shorter sketch: an editor's pen spares few runs of five words.
SHARED = 2
SHARED_SHARE = 0.08
# Bytes of candidates' texts held in memory at once.
AT_ONCE = 8 * 2**20
# Words of new texts whose runs are kept while they are compared: some two hundred bytes each.
KEPT_WORDS = 120_000
# Any number: the name of the lock.
ONE_AFTER_THE_OTHER = 0x6F726967696E


class _Near(NamedTuple):
    """Two texts that share numbers: `source` is new, `other` may be too. `fewer`: how many the shorter sketch has."""

    source: int
    other: int
    fewer: int
    shared: int

    @property
    def is_worth_comparing(self) -> bool:
        return self.shared >= max(SHARED, SHARED_SHARE * self.fewer)


@dataclass(frozen=True, slots=True)
class _Text:
    """What is to know of a source before its body is read; `size` in bytes of what is compared."""

    pk: int
    size: int
    url: str
    origin: int
    derived_from: int | None
    is_agency: bool
    earliest: date | None
    latest: date | None


def recognise(sources: Sequence[Source]) -> list[DerivationProposal]:
    """Keeps the sketches of these stored full texts, compares them with all others and stores what should be proposed.

    `sources` carry their body and furniture. Returns the new proposals. Again: adds nothing. At most nine queries, two more
    where others stored something near meanwhile, apart from those for articles of a site whose pages share hundreds of words, and for
    candidates of megabytes. Inside a transaction.
    """
    made = {
        source.pk: hashes
        for source in sources
        if source.body_kind == BodyKind.FULL and (hashes := sketch(source.body, skip=furniture_of(source)))
    }
    if not made:
        return []
    # The long part, before anything is held.
    seen = _last_turn()
    near, telling = _near(made)
    near += _near_each_other(telling)
    comparing = _Comparing({source.pk: source for source in sources})
    proposals = comparing.proposals(near)
    _keep(made)
    if late := _near_later(telling, own=list(made), seen=seen):
        proposals = comparing.proposals([*near, *late])
    return _store(proposals, comparing.texts) if proposals else []


def hold(words: Iterable[str]) -> None:
    """Waits for whoever stores or moves what is called so ("text <sha256>", "url …", "key …"), and holds it until the commit."""
    keys = sorted({int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], signed=True) for word in words})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%s::bigint[]) AS key", [keys])


def furniture_of(source: Source) -> list[tuple[int, int]]:
    """Where the page furniture stands in the body."""
    return [(piece["start"], piece["end"]) for piece in source.furniture]


def compare(source: Source, original: Source) -> Overlap:
    """What the stored texts share; `source` is text a. Takes milliseconds, some tenths of a second for the longest texts."""
    return overlap(source.body, original.body, skip_a=furniture_of(source), skip_b=furniture_of(original))


def missing() -> QuerySet[Source]:
    """Full texts that were never compared, or by an older version of the sketch."""
    older = Q(sketch=None) | ~Q(sketch__made_by=VERSION)
    return Source.objects.filter(older, body_kind=BodyKind.FULL)


def compare_missing(*, at_once: int = 50) -> Iterator[tuple[int, int]]:
    """Compares what is missing, `at_once` texts a transaction; after each, how many were compared and how many proposals made."""
    last = 0
    while batch := list(missing().filter(pk__gt=last).defer("raw", "search").order_by("pk")[:at_once]):
        last = batch[-1].pk
        with transaction.atomic():
            proposals = recognise(batch)
        yield len(batch), len(proposals)


# --- Keeping and looking

_KEEP = """
    INSERT INTO sources_sketch (source_id, hashes, made_by, turn)
    SELECT source, hashes::bigint[], %(version)s, (SELECT coalesce(max(turn), 0) + 1 FROM sources_sketch)
    FROM unnest(%(keys)s::bigint[], %(hashes)s::text[]) AS made (source, hashes)
    ON CONFLICT (source_id) DO UPDATE SET hashes = excluded.hashes, made_by = excluded.made_by, turn = excluded.turn
"""
_NEAR = """
    WITH mine AS MATERIALIZED (
        SELECT source, hashes::bigint[] AS hashes FROM unnest(%(keys)s::bigint[], %(hashes)s::text[]) AS made (source, hashes)
    )
    SELECT mine.source, near.source_id, near.fewer, near.shared FROM mine CROSS JOIN LATERAL (
        SELECT other.source_id, least(cardinality(other.hashes), cardinality(mine.hashes)) AS fewer,
            (SELECT count(*) FROM (SELECT unnest(other.hashes) INTERSECT SELECT unnest(mine.hashes)) AS both_have) AS shared
        FROM sources_sketch other
        WHERE other.hashes && mine.hashes AND other.source_id <> ALL (%(own)s) {which}
        LIMIT %(crowd)s
    ) near
"""
_NEAR_BEFORE = _NEAR.format(which="")
_NEAR_LATER = _NEAR.format(which="AND other.turn > %(seen)s")
_RARE = """
    SELECT array_agg(hash) FROM unnest(%(hashes)s::bigint[]) AS hash
    WHERE (SELECT count(*) FROM (SELECT FROM sources_sketch WHERE hashes @> ARRAY[hash] LIMIT %(crowd)s) few) < %(crowd)s
"""
_NEAR_BY_RARE = """
    SELECT other.source_id, least(cardinality(other.hashes), cardinality(%(hashes)s::bigint[])),
        (SELECT count(*) FROM (SELECT unnest(other.hashes) INTERSECT SELECT unnest(%(hashes)s::bigint[])) AS both_have)
    FROM sources_sketch other
    WHERE other.hashes && %(hashes)s::bigint[] AND other.source_id <> ALL (%(own)s)
    ORDER BY 3 DESC LIMIT %(crowd)s
"""


def _sent(made: Mapping[int, list[int]]) -> dict[str, Any]:
    """By hand: the mapper spends more time on so many numbers than the database."""
    return {"keys": list(made), "hashes": [f"{{{','.join(map(str, hashes))}}}" for hashes in made.values()]}


def _last_turn() -> int:
    return Sketch.objects.aggregate(last=Max("turn"))["last"] or 0


def _keep(made: Mapping[int, list[int]]) -> None:
    """Waits for our turn, and stores the sketches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AFTER_THE_OTHER])
        cursor.execute(_KEEP, {**_sent(made), "version": VERSION})


def _near(made: Mapping[int, list[int]]) -> tuple[list[_Near], dict[int, list[int]]]:
    """For each new text those of others that share enough of its numbers; and of each its numbers that tell something, where any do."""
    telling = dict(made)
    with connection.cursor() as cursor:
        cursor.execute(_NEAR_BEFORE, {**_sent(made), "own": list(made), "crowd": CROWD})
        found = [_Near(*row) for row in cursor.fetchall()]
        crowded = {pk for pk, count in Counter(near.source for near in found).items() if count >= CROWD}
        found = [near for near in found if near.source not in crowded]
        for pk in crowded:
            cursor.execute(_RARE, {"hashes": telling.pop(pk), "crowd": CROWD})
            rare = cursor.fetchone()[0]
            if rare:
                telling[pk] = rare
                cursor.execute(_NEAR_BY_RARE, {"hashes": rare, "own": list(made), "crowd": CROWD})
                found += [_Near(pk, *row) for row in cursor.fetchall()]
    return [near for near in found if near.is_worth_comparing], telling


def _near_later(telling: Mapping[int, list[int]], *, own: list[int], seen: int) -> list[_Near]:
    """Those that others stored after that turn. `own`: the new texts."""
    with connection.cursor() as cursor:
        cursor.execute(_NEAR_LATER, {**_sent(telling), "own": own, "seen": seen, "crowd": CROWD})
        return [near for row in cursor.fetchall() if (near := _Near(*row)).is_worth_comparing]


def _near_each_other(telling: Mapping[int, list[int]]) -> Iterator[_Near]:
    """Those among the new texts."""
    having: dict[int, list[int]] = defaultdict(list)
    for pk, hashes in telling.items():
        for number in hashes:
            having[number].append(pk)
    shared = Counter(pair for several in having.values() for pair in combinations(several, 2))
    for (one, other), n in shared.items():
        fewer = min(len(telling[one]), len(telling[other]))
        both = _Near(one, other, fewer, n), _Near(other, one, fewer, n)
        yield from (near for near in both if near.is_worth_comparing)


# --- Comparing and proposing


class _Comparing:
    """Compares new texts with those near them, each pair once however often it is asked for."""

    def __init__(self, new: Mapping[int, Source]) -> None:
        self.texts: dict[int, _Text] = {}
        self._new = new
        self._runs = _RunsAtHand(new)
        self._compared: dict[tuple[int, int], DerivationProposal | None] = {}

    def proposals(self, near: Sequence[_Near]) -> list[DerivationProposal]:
        """What should be proposed of these pairs. Stores nothing."""
        keys = {each.source for each in near} | {each.other for each in near}
        self.texts |= {text.pk: text for text in _texts(keys - self.texts.keys())}
        pairs = list(_pairs(near, self.texts))
        fresh = [pair for pair in pairs if pair not in self._compared]
        for bodies, some in _with_bodies(fresh, self.texts, self._new):
            for copy, original in some:
                self._compared[copy, original] = self._compare(copy, original, bodies)
        found = [proposal for pair in pairs if (proposal := self._compared[pair])]
        return list(_best(found, self.texts))

    def _compare(self, copy: int, original: int, bodies: Mapping[int, _Body]) -> DerivationProposal | None:
        if not self._runs.of(copy, bodies[copy]).may_be_copy(self._runs.of(original, bodies[original])):
            return None
        (a, skip_a), (b, skip_b) = bodies[copy], bodies[original]
        found = overlap(a, b, skip_a=skip_a, skip_b=skip_b)
        if not is_copy(found.share_of_a, found.share_of_b, words=found.words, quoted=found.quoted):
            return None
        return DerivationProposal(
            source_id=copy,
            from_source_id=original,
            share=found.share_of_a,
            share_of_original=found.share_of_b,
            words=found.words,
            quoted=found.quoted,
        )


def _store(proposals: Sequence[DerivationProposal], texts: Mapping[int, _Text]) -> list[DerivationProposal]:
    """Stores those of pairs that were never proposed, either way round, and returns them. A copy is proposed once with each family
    and page: a newer version of its original adds nothing.
    """
    keys = {pk for each in proposals for pk in (each.source_id, each.from_source_id)}
    copies = {each.source_id for each in proposals}
    known = DerivationProposal.objects.filter(Q(source__in=copies) | Q(source__in=keys, from_source__in=keys))
    before: set[frozenset[int] | tuple[int, int | str]] = set()
    rows = known.values_list("source_id", "from_source_id", "from_source__origin_id", "from_source__url")
    for copy, original, origin, url in rows:
        before |= {frozenset((copy, original)), *_names(copy, origin or original, url)}
    fresh = [
        each
        for each in proposals
        if frozenset((each.source_id, each.from_source_id)) not in before
        and not before & _names_of(each, texts)
    ]
    DerivationProposal.objects.bulk_create(fresh, ignore_conflicts=True)
    return fresh


def _names(copy: int, origin: int, url: str) -> set[tuple[int, int | str]]:
    """What stands for the family and the page of an original, for this copy."""
    return {(copy, origin), (copy, url or origin)}


def _names_of(proposal: DerivationProposal, texts: Mapping[int, _Text]) -> set[tuple[int, int | str]]:
    original = texts[proposal.from_source_id]
    return _names(proposal.source_id, original.origin, original.url)


def _texts(keys: Iterable[int]) -> Iterator[_Text]:
    fields = ("pk", "url", "origin_id", "derived_from_id", "kind", "outlet__kind")
    size = Func(F("body"), function="octet_length", output_field=IntegerField())
    rows = Source.objects.filter(pk__in=list(keys)).values_list(
        *fields, "published_earliest", "published_latest", size
    )
    for pk, url, origin, derived_from, kind, outlet, earliest, latest, size in rows:
        is_agency = outlet == OutletKind.AGENCY or kind in (SourceKind.AGENCY, SourceKind.PRESS_RELEASE)
        yield _Text(pk, min(size, 4 * COMPARED), url, origin, derived_from, is_agency, earliest, latest)


def _pairs(near: Iterable[_Near], texts: Mapping[int, _Text]) -> Iterator[tuple[int, int]]:
    """(copy, original) of the texts to compare, each pair once: for each new text agencies' first, then those that share most.

    Left out: versions of one page, texts of one family, and copies whose original is known.
    """
    seen: set[frozenset[int]] = set()
    taken = Counter[int]()
    for each in sorted(near, key=lambda each: (not texts[each.other].is_agency, -each.shared, each.other)):
        one, other = texts[each.source], texts[each.other]
        pair = frozenset((one.pk, other.pk))
        if taken[one.pk] >= CANDIDATES or pair in seen:
            continue
        if one.origin == other.origin or (one.url and one.url == other.url):
            continue
        copy, original = (other, one) if _came_first(one, other) else (one, other)
        if copy.derived_from is None and copy.origin == copy.pk:
            seen.add(pair)
            taken[one.pk] += 1
            yield copy.pk, original.pk


def _came_first(one: _Text, other: _Text) -> bool:
    """Whether `one` is the likelier original: what an agency or press office wrote, then what was published first, then stored."""
    if one.is_agency != other.is_agency:
        return one.is_agency
    if one.latest and other.earliest and one.latest < other.earliest:
        return True
    if other.latest and one.earliest and other.latest < one.earliest:
        return False
    return one.pk < other.pk


_Body = tuple[str, list[tuple[int, int]]]


class _RunsAtHand:
    """The runs of the new texts, which are compared again and again, as many as KEPT_WORDS allows, and of the last old one: pairs come
    in the order of the old ones.
    """

    def __init__(self, new: Iterable[int]) -> None:
        self._new, self._kept, self._words = set(new), dict[int, Runs](), 0
        self._last: dict[int, Runs] = {}

    def of(self, pk: int, body: _Body) -> Runs:
        found = self._kept.get(pk) or self._last.get(pk)
        if found is None:
            found = Runs(body[0], skip=body[1])
            if pk in self._new and self._words + found.words <= KEPT_WORDS:
                self._kept[pk] = found
                self._words += found.words
            else:
                self._last = {pk: found}
        return found


def _with_bodies(
    pairs: Iterable[tuple[int, int]], texts: Mapping[int, _Text], new: Mapping[int, Source]
) -> Iterator[tuple[dict[int, _Body], list[tuple[int, int]]]]:
    """The pairs with text and furniture of their sources, as many at once as AT_ONCE allows; the new ones are in hand already."""
    here: dict[int, _Body] = {pk: (source.body, furniture_of(source)) for pk, source in new.items()}
    some: list[tuple[int, int]] = []
    wanted: set[int] = set()
    size = 0
    for pair in sorted(pairs, key=lambda pair: [pk for pk in pair if pk not in here]):
        fresh = [pk for pk in pair if pk not in here and pk not in wanted]
        if some and size + sum(texts[pk].size for pk in fresh) > AT_ONCE:
            yield here | _bodies(wanted), some
            some, wanted, size = [], set(), 0
            fresh = [pk for pk in pair if pk not in here]
        some.append(pair)
        wanted.update(fresh)
        size += sum(texts[pk].size for pk in fresh)
    if some:
        yield here | _bodies(wanted), some


def _bodies(keys: set[int]) -> dict[int, _Body]:
    """Text, as far as it is compared, and furniture of each."""
    rows = Source.objects.filter(pk__in=keys).values_list("pk", Left("body", COMPARED), "furniture")
    return {
        pk: (text, [(piece["start"], piece["end"]) for piece in furniture]) for pk, text, furniture in rows
    }


def _best(
    proposals: Iterable[DerivationProposal], texts: Mapping[int, _Text]
) -> Iterator[DerivationProposal]:
    """For each copy the likeliest originals: an agency's text, then what holds most of it, then the older; one of each family
    and page.
    """
    ordered = sorted(
        proposals,
        key=lambda each: (
            not texts[each.from_source_id].is_agency,
            -round(each.share * 20),
            each.from_source_id,
        ),
    )
    made = Counter[int]()
    taken: set[tuple[int, int | str]] = set()
    for each in ordered:
        names = _names_of(each, texts)
        if made[each.source_id] < PROPOSED and not names & taken:
            made[each.source_id] += 1
            taken |= names
            yield each
