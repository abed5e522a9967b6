"""What lists of claims are read from: derived rows, kept by the database whoever writes, and never written by anybody else.

A list of a million claims is only quick where one index has its order and its filters together. These tables put in one row what the
rules of visibility gather from six. The triggers below name the claims that a write may concern; `claims_relist` (in the migration that
made these tables) locks them, works their rows out anew and writes what differs. The application only reads: its own roles cannot say
something else here than the claims do. `manage.py recount` compares all of it and repairs.

Two writers at once. A change of state (a publication, a review, whom somebody speaks for) concerns claims that it reaches through rows
already stored: both lock the claim, and the second sees what the first did. A new link (a statement on a claim, a speaker of a
statement) is not seen by others yet: its writer locks what it leads to against changes of state, speakers first, then articles, then
claims, each in the order of their keys, so that no two wait for each other. Counts are kept as several rows of which the sum counts: a
writer takes one that nobody holds or adds one, and waits for nobody.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from claims.labels import choices
from claims.models.claim import Claim, ClaimFigures, Topic
from claims.models.position import Position
from claims.models.speaker import Speaker
from claims.models.statement import Statement, StatementSpeaker
from claims.vocabulary import Contest, Rating
from sources.models import Outlet, Source


def _after(operation: str, func: str) -> pgtrigger.Trigger:
    """Once a statement, with all the rows that it wrote. `new_rows`, `old_rows`: those there are for the operation."""
    kinds = {
        "insert": (pgtrigger.Insert, {"new": "new_rows"}),
        "update": (pgtrigger.Update, {"old": "old_rows", "new": "new_rows"}),
        "delete": (pgtrigger.Delete, {"old": "old_rows"}),
    }
    kind, rows = kinds[operation]
    return pgtrigger.Trigger(
        name=f"relist_after_{operation}",
        when=pgtrigger.After,
        level=pgtrigger.Statement,
        operation=kind,
        referencing=pgtrigger.Referencing(**rows),
        declare=[("linked", "bigint[]"), ("concerned", "bigint[]")],
        func=func,
    )


def _relist(concerned: str, linked: str = "NULL::bigint WHERE false", then: str = "") -> str:
    """`concerned`: what to SELECT the claims by; `linked`: the statements that the write led somewhere else. `then`: what else to do."""
    # Whoever was waited for may have moved a statement to a claim that it was not on when we looked.
    again = f"""
            SELECT array_agg(DISTINCT id) INTO linked FROM (SELECT {concerned}) AS found (id)
                WHERE id <> ALL (coalesce(concerned, '{{}}'));
            IF linked IS NOT NULL THEN
                PERFORM claims_relist(NULL, linked);
            END IF;"""
    return f"""
        SELECT array_agg(DISTINCT id) INTO linked FROM (SELECT {linked}) AS found (id);
        SELECT array_agg(DISTINCT id) INTO concerned FROM (SELECT {concerned}) AS found (id);
        IF linked IS NOT NULL OR concerned IS NOT NULL THEN
            PERFORM claims_relist(linked, concerned);{again if "claims_position" in concerned else ""}
        END IF;
        {then}
        RETURN NULL;
    """


def _changed(*columns: str) -> str:
    """The FROM and WHERE of rows of which one of the columns changed; `o` as they were, `n` as they are."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("o", "n"))
    return f"old_rows o JOIN new_rows n ON n.id = o.id WHERE ({old}) IS DISTINCT FROM ({new})"


_STATE_OF_POSITION = ("claim_id", "statement_id", "stance", "published_at")
_FIGURES = "f.rating, f.contest, f.sort_at, f.newest_on, f.parties"


class ListingClaim(Claim):
    """Claims as lists follow them. A new claim is a draft and stands in none."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        triggers = [
            _after("update", _relist(f"n.id FROM {_changed('publication', 'merged_into_id', 'topic_id')}"))
        ]


class ListingFigures(ClaimFigures):
    """Figures as lists follow them."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("figures")
        verbose_name_plural = _("figures")
        triggers = [
            _after("insert", _relist("claim_id FROM new_rows")),
            _after(
                "update",
                _relist(
                    "f.claim_id FROM new_rows f JOIN old_rows o ON o.claim_id = f.claim_id"
                    f" WHERE ({_FIGURES}) IS DISTINCT FROM ({_FIGURES.replace('f.', 'o.')})"
                ),
            ),
            _after("delete", _relist("claim_id FROM old_rows")),
        ]


class ListingPosition(Position):
    """Positions as lists follow them: only published ones are seen."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("statement on a claim")
        verbose_name_plural = _("statements on claims")
        triggers = [
            _after(
                "insert",
                _relist(
                    "claim_id FROM new_rows WHERE published_at IS NOT NULL",
                    "statement_id FROM new_rows WHERE published_at IS NOT NULL",
                ),
            ),
            _after(
                "update",
                _relist(
                    f"n.claim_id FROM {_changed(*_STATE_OF_POSITION)} UNION ALL"
                    f" SELECT o.claim_id FROM {_changed(*_STATE_OF_POSITION)}",
                    f"n.statement_id FROM {_changed(*_STATE_OF_POSITION)} AND n.published_at IS NOT NULL",
                ),
            ),
            _after("delete", _relist("claim_id FROM old_rows WHERE published_at IS NOT NULL")),
        ]


class ListingStatement(Statement):
    """Statements as lists follow them."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        triggers = [
            _after(
                "update",
                _relist(
                    "p.claim_id FROM claims_position p WHERE p.published_at IS NOT NULL"
                    f" AND p.statement_id IN (SELECT n.id FROM {_changed('review')})"
                ),
            )
        ]


_CREDITED = _changed("statement_id", "speaker_id")
# By operation: the statements that gain or lose a speaker.
_CREDITS = {
    "insert": "SELECT statement_id FROM new_rows",
    "update": f"SELECT o.statement_id FROM {_CREDITED} UNION ALL SELECT n.statement_id FROM {_CREDITED}",
    "delete": "SELECT statement_id FROM old_rows",
}


class ListingSpeakerOfStatement(StatementSpeaker):
    """Who says it, as lists follow them.

    Somebody may be publishing the very statement: it is locked, unless nobody else can see it yet.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("speaker of a statement")
        verbose_name_plural = _("speakers of a statement")
        triggers = [
            _after(
                operation,
                f"""
                PERFORM 1 FROM claims_statement t WHERE t.id IN ({statements})
                    AND t.xmin <> pg_current_xact_id()::xid ORDER BY t.id FOR NO KEY UPDATE;
                """
                + _relist(
                    f"p.claim_id FROM claims_position p WHERE p.published_at IS NOT NULL AND p.statement_id IN ({statements})",
                    f"p.statement_id FROM claims_position p WHERE p.published_at IS NOT NULL AND p.statement_id IN ({statements})",
                ),
            )
            for operation, statements in _CREDITS.items()
        ]


class ListingSpeaker(Speaker):
    """People and bodies as lists follow them: what they say is found under those for whom they speak, up to three steps."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("person or body")
        verbose_name_plural = _("people and bodies")
        triggers = [
            _after(
                "update",
                _relist(f"""
                    p.claim_id FROM claims_position p WHERE p.published_at IS NOT NULL AND p.statement_id IN (
                        WITH RECURSIVE mouth AS (
                            SELECT n.id, 0 AS steps FROM {_changed("speaks_for_id")}
                            UNION SELECT s.id, mouth.steps + 1 FROM mouth
                            JOIN claims_speaker s ON s.speaks_for_id = mouth.id WHERE mouth.steps < 2
                        )
                        SELECT w.statement_id FROM mouth JOIN claims_statementspeaker w ON w.speaker_id = mouth.id)
                """),
            )
        ]


_PUBLISHED = _changed("publication", "outlet_id")


class ListingSource(Source):
    """Articles as lists follow them; how many of an outlet's are published."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("article or document")
        verbose_name_plural = _("articles")
        triggers = [
            _after(
                "update",
                _relist(
                    f"""
                    p.claim_id FROM claims_position p WHERE p.published_at IS NOT NULL AND p.statement_id IN (
                        SELECT t.id FROM claims_statement t
                        WHERE t.source_id IN (SELECT n.id FROM {_changed("publication", "language")}))
                    """,
                    then=f"""
                    PERFORM claims_count_sources(d.outlet_id, d.n) FROM (
                        SELECT each.outlet_id, sum(each.n)::bigint FROM (
                            SELECT n.outlet_id, 1 FROM {_PUBLISHED} AND n.publication = 'published'
                            UNION ALL
                            SELECT o.outlet_id, -1 FROM {_PUBLISHED} AND o.publication = 'published'
                        ) AS each (outlet_id, n)
                        WHERE each.outlet_id IS NOT NULL GROUP BY each.outlet_id HAVING sum(each.n) <> 0
                    ) AS d (outlet_id, n);
                    """,
                ),
            )
        ]


class Listed(models.Model):
    """What lists filter and sort claims by.

    `in_it`, `in_en`: whether an article in that language has a statement on it that readers see.
    """

    newest_on = models.DateField(null=True)
    rating = models.CharField(max_length=10, choices=choices(Rating), blank=True)
    contest = models.CharField(max_length=25, choices=choices(Contest))
    in_it = models.BooleanField()
    in_en = models.BooleanField()

    class Meta:
        abstract = True


# Changes of a list's row, and what they change in the counts.
def _count(operation: str, cells: str) -> pgtrigger.Trigger:
    """`cells`: a statement for each group that gained or lost rows, over `d`: the rows gained (n = 1) and lost (n = -1)."""
    rows = {
        "insert": "SELECT *, 1 AS n FROM new_rows",
        "update": "SELECT *, 1 AS n FROM new_rows UNION ALL SELECT *, -1 FROM old_rows",
        "delete": "SELECT *, -1 AS n FROM old_rows",
    }
    # Most writes of `claims_relist` find nothing to write.
    some = "old_rows" if operation == "delete" else "new_rows"
    trigger = _after(
        operation,
        f"IF NOT EXISTS (SELECT FROM {some}) THEN RETURN NULL; END IF; {cells.format(rows=rows[operation])} RETURN NULL;",
    )
    trigger.name = f"count_after_{operation}"
    trigger.declare = [("cell", "record")]
    return trigger


# One row that nobody else holds is taken; where there is none, a new one begins.
_TAKE = """
    UPDATE {table} SET n = n + cell.n WHERE id = (
        SELECT id FROM {table} c WHERE {same} LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO {table} ({columns}, n) VALUES ({values}, cell.n);
    END IF;
"""


def _take(table: str, *columns: str) -> str:
    return _TAKE.format(
        table=table,
        # No topic is a topic too; IS NOT DISTINCT FROM would use no index.
        same=" AND ".join(
            f"coalesce(c.{column}, 0) = coalesce(cell.{column}, 0)"
            if column == "topic_id"
            else f"c.{column} = cell.{column}"
            for column in columns
        ),
        columns=", ".join(columns),
        values=", ".join(f"cell.{column}" for column in columns),
    )


# What readers filter by.
FILTERED = ("topic", "rating", "contest", "newest_on", "in_it", "in_en")
_CELL = ("every_topic", "topic_id", "rating", "contest", "in_it", "in_en")
COUNT_CLAIMS = f"""
    FOR cell IN
        SELECT grouping(topic_id) = 1 AS every_topic, topic_id, rating, contest, in_it, in_en, sum(n) AS n FROM ({{rows}}) AS d
        GROUP BY GROUPING SETS ((topic_id, rating, contest, in_it, in_en), (rating, contest, in_it, in_en))
        HAVING sum(n) <> 0
    LOOP {_take("claims_claimcount", *_CELL)} END LOOP;
"""
COUNT_SPEAKERS = f"""
    FOR cell IN SELECT speaker_id, sum(n) AS n FROM ({{rows}}) AS d GROUP BY speaker_id HAVING sum(n) <> 0
    LOOP {_take("claims_speakercount", "speaker_id")} END LOOP;
"""


class ListedClaim(Listed):
    """A claim that readers see, as it stands in lists: its row is there exactly as long as they do."""

    claim = models.OneToOneField(
        Claim, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="listing"
    )
    sort_at = models.DateTimeField()
    topic = models.ForeignKey(
        Topic, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    is_turned = models.BooleanField()

    class Meta:
        verbose_name = _("claim in lists")
        verbose_name_plural = _("claims in lists")
        indexes = [
            # Newest first, for every filter of few values and every combination of them: a filter that had to be looked at row by row
            # would walk through everything where few claims pass it. The other filters are looked at in the index itself.
            *(
                models.Index(
                    *(F(column) for column in columns), F("sort_at").desc(), F("claim").desc(),
                    include=[column for column in FILTERED if column not in columns],
                    name=f"claims_listed_{name}",
                )
                for name, columns in {
                    "newest": (), "rating": ("rating",), "contest": ("contest",), "topic": ("topic",),
                    "rating_contest": ("rating", "contest"), "topic_rating": ("topic", "rating"),
                    "topic_contest": ("topic", "contest"), "together": ("topic", "rating", "contest"),
                }.items()
            ),
            # Mostly one language is rare.
            *(
                models.Index(
                    F("sort_at").desc(), F("claim").desc(), condition=Q(**{f"in_{code}": True}), name=f"claims_listed_{code}"
                )
                for code in ("it", "en")
            ),
            # Who denies whom; changes of story.
            models.Index(
                F("sort_at").desc(), F("claim").desc(), condition=~Q(contest=Contest.UNCONTESTED.value), name="claims_listed_contested"
            ),
            models.Index(
                F("sort_at").desc(), F("claim").desc(), condition=Q(is_turned=True), name="claims_listed_turned"
            ),
            # Of a week or a month.
            models.Index(
                fields=["newest_on", "claim"], include=[column for column in FILTERED if column != "newest_on"], name="claims_listed_by_day"
            ),
        ]  # fmt: skip
        triggers = [_count(operation, COUNT_CLAIMS) for operation in ("insert", "update", "delete")]

    def __str__(self) -> str:
        return str(self.claim_id)


class ClaimSpeaker(Listed):
    """Somebody is heard on a claim that readers see: they themselves (`is_own`), or somebody who speaks for them.

    `denies`: one of those statements denies it. `sort_at`, `topic` and the other columns are the claim's, so that one index answers.
    """

    pk = models.CompositePrimaryKey("claim", "speaker")
    claim = models.ForeignKey(
        Claim, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="heard"
    )
    speaker = models.ForeignKey(
        Speaker, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="heard"
    )
    sort_at = models.DateTimeField(null=True)
    topic = models.ForeignKey(
        Topic, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    is_own = models.BooleanField()
    denies = models.BooleanField()

    class Meta:
        verbose_name = _("claim of a speaker")
        verbose_name_plural = _("claims of a speaker")
        indexes = [
            # Claims of one speaker, newest first; the other filters are looked at in the index itself.
            models.Index(
                F("speaker"), F("sort_at").desc(), F("claim").desc(),
                include=["rating", "contest", "topic", "newest_on", "in_it", "in_en", "is_own", "denies"],
                name="claims_heard_newest",
            ),
        ]  # fmt: skip
        triggers = [_count(operation, COUNT_SPEAKERS) for operation in ("insert", "update", "delete")]

    def __str__(self) -> str:
        return f"{self.speaker_id}: {self.claim_id}"


class ClaimCount(models.Model):
    """How many listed claims have these values: a part of the number, see the head of this file. `every_topic`: whatever their topic."""

    every_topic = models.BooleanField()
    topic = models.ForeignKey(
        Topic, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    rating = models.CharField(max_length=10, blank=True)
    contest = models.CharField(max_length=25)
    in_it = models.BooleanField()
    in_en = models.BooleanField()
    n = models.BigIntegerField()

    class Meta:
        verbose_name = _("number of claims")
        verbose_name_plural = _("numbers of claims")
        indexes = [
            # Those of every topic together, or of one; 0 is no topic.
            models.Index(
                F("every_topic"), Coalesce("topic", 0), F("rating"), F("contest"), name="claims_claimcount_of"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.rating} {self.contest}: {self.n}"


class SpeakerCount(models.Model):
    """On how many claims somebody is heard: a part of the number."""

    speaker = models.ForeignKey(
        Speaker, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    n = models.BigIntegerField()

    class Meta:
        verbose_name = _("number of claims of a speaker")
        verbose_name_plural = _("numbers of claims of speakers")
        indexes = [
            models.Index(fields=["speaker"], name="claims_speakercount_of"),
            # Those heard most.
            models.Index(fields=["-n"], name="claims_speakercount_most"),
        ]

    def __str__(self) -> str:
        return f"{self.speaker_id}: {self.n}"


class OutletCount(models.Model):
    """How many published articles an outlet has: a part of the number."""

    outlet = models.ForeignKey(
        Outlet, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    n = models.BigIntegerField()

    class Meta:
        verbose_name = _("number of articles")
        verbose_name_plural = _("numbers of articles")
        indexes = [models.Index(fields=["outlet"], name="claims_outletcount_of")]

    def __str__(self) -> str:
        return f"{self.outlet_id}: {self.n}"
