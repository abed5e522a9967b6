"""A newsroom that never was, for measuring: rows of every table, the same ones for the same seed. Pure.

Numbers of statements per claim, of statements per speaker and of words follow Zipf's law, as in real archives: few are common, most
are rare. Half of the articles are Italian, half English. A block is made from its number alone, so that a world of any size has the
same beginning and needs no more memory than one block.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

__all__ = ["CLAIMS", "World"]

# Claims of one block. An article reports so many statements, of which the first are each on a claim of their own: 3.1 statements a
# claim. A speaker for twenty claims.
CLAIMS = 5_000
PER_ARTICLE = 31
NEW_CLAIMS = 10
BODIES = 80
OUTLETS = 200
# Suggestions of the machine that wait for triage: articles of their own, so many suggestions each.
SUGGESTIONS = 20

FIRST_DAY = date(2016, 1, 1)
DAYS = 3_900
Row = dict[str, Any]

_SYLLABLES = [a + b for a in "bdfklmnprstvz" for b in "aeiou"]
# In Italian and English, here and below.
_DEEDS = [
    ("venduto", "sold"), ("consegnato", "delivered"), ("chiesto", "requested"), ("comprato", "bought"),
    ("prodotto", "produced"), ("nascosto", "hidden"), ("provato", "tested"), ("finanziato", "financed"),
]  # fmt: skip
_THINGS = [
    ("droni", "drones"), ("missili", "missiles"), ("munizioni", "ammunition"), ("carri armati", "tanks"),
    ("blindati", "armoured vehicles"), ("fucili", "rifles"), ("radar", "radars"), ("caccia", "fighter jets"),
    ("razioni", "rations"), ("motori", "engines"), ("satelliti", "satellites"), ("elicotteri", "helicopters"),
]  # fmt: skip
# Act, stance, what introduces it, how often.
_TURNS = [
    ("asserts", "asserts", "ha detto che", "said that", 60), ("denies", "denies", "ha negato che", "denied that", 25),
    ("admits", "admits", "ha ammesso che", "admitted that", 5), ("retracts", "retracts", "ha ritrattato che", "retracted that", 2),
    ("doubts", "context", "ha dubitato che", "doubted that", 8),
]  # fmt: skip
_TURN_WEIGHTS = list(accumulate(turn[4] for turn in _TURNS))


@cache
def _zipf(size: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, size + 1)))


def _pick(chance: random.Random, size: int) -> int:
    """0 to size - 1; small numbers far more often."""
    return chance.choices(range(size), cum_weights=_zipf(size))[0]


def _word(number: int) -> str:
    """A word for every number; no two alike."""
    word = ""
    number += len(_SYLLABLES) ** 2
    while number:
        number, syllable = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word


def _name(number: int) -> str:
    return _word(number).capitalize()


@dataclass(frozen=True)
class _Claim:
    it: str
    en: str
    published: bool


class World:
    """`claims`: how many, rounded up to whole blocks of `size` (a multiple of twenty); `waiting`: how many suggestions wait for triage;
    `speakers`: how many people, one for twenty claims by default."""

    def __init__(
        self, claims: int, waiting: int = 0, *, size: int = CLAIMS, seed: int = 1, speakers: int = 0
    ) -> None:
        self.size = size
        self.blocks = -(-claims // size)
        self.speakers = BODIES + max(speakers, self.blocks * size // 20)
        self.waiting = -(-waiting // SUGGESTIONS)
        self._seed = seed

    def beginning(self) -> dict[str, list[Row]]:
        """What all blocks share: outlets, topics, speakers. Table name → rows; ids begin at 1."""
        chance = self._chance("beginning")
        bodies = [
            {
                "id": n + 1,
                "kind": "government",
                "name": _name(n * 37),
                "slug": f"body-{n}",
                "speaks_for_id": None,
            }
            for n in range(BODIES)
        ]
        people = [
            {
                "id": BODIES + n + 1,
                "kind": "person",
                "name": f"{_name(n * 7 % 4_000)} {_name(4_000 + n)}",
                "slug": f"speaker-{n}",
                "speaks_for_id": _pick(chance, BODIES) + 1 if chance.random() < 0.7 else None,
            }
            for n in range(self.speakers - BODIES)
        ]
        return {
            "outlet": [
                {"id": n + 1, "name": f"{_name(n * 11)} News", "slug": f"outlet-{n}"} for n in range(OUTLETS)
            ],
            "topic": [
                {"id": n + 1, "slug": f"topic-{n}", "name_it": it.capitalize(), "name_en": en.capitalize()}
                for n, (it, en) in enumerate(_THINGS)
            ],
            "speaker": bodies + people,
        }

    def block(self, number: int) -> dict[str, list[Row]]:
        """The rows of a block, by table, in the order in which they must be stored. Ids follow those of the block before."""
        chance = self._chance(str(number))
        claims = [self._claim(chance) for _ in range(self.size)]
        rows: dict[str, list[Row]] = {
            name: []
            for name in (
                "source", "claim", "statement", "statementspeaker", "carrier", "position", "evidence", "verdict",
            )
        }  # fmt: skip
        rows["claim"] = [
            self._claim_row(number * self.size + n + 1, claim, chance) for n, claim in enumerate(claims)
        ]
        stances: list[set[str]] = [set() for _ in claims]
        articles = self.size // NEW_CLAIMS
        for place in range(articles):
            said = [
                place * NEW_CLAIMS + n if n < NEW_CLAIMS else _pick(chance, self.size)
                for n in range(PER_ARTICLE)
            ]
            self._source(rows, number * articles + place + 1, said, claims, stances, number, chance)
        for n, claim in enumerate(claims):
            if claim.published and chance.random() < 0.25:
                self._decide(rows, number * self.size + n + 1, stances[n], chance)
        return rows

    def suggestions(self, first_source: int, first_statement: int) -> Iterator[dict[str, list[Row]]]:
        """Articles with nothing but suggestions, a batch at a time."""
        for batch in range(0, self.waiting, 500):
            chance = self._chance(f"waiting {batch}")
            rows: dict[str, list[Row]] = {"source": [], "statement": [], "statementspeaker": []}
            for place in range(batch, min(batch + 500, self.waiting)):
                claims = [self._claim(chance) for _ in range(SUGGESTIONS)]
                first = first_statement + place * SUGGESTIONS
                self._article(rows, first_source + place, first, claims, chance, published=False)
                for row in rows["statement"][-SUGGESTIONS:]:
                    row |= {
                        "review": "suggested",
                        "origin": "extraction",
                        "rule": "that",
                        "confidence": round(chance.uniform(0.4, 0.95), 2),
                        "extractor_version": "benchmark",
                        "fingerprint": hashlib.sha256(str(row["id"]).encode()).hexdigest(),
                    }
                for row in rows["statementspeaker"][-SUGGESTIONS:]:
                    row["speaker_id"] = None
            yield rows

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{self._seed} {what}")  # noqa: S311 -- no secret is made of it

    def _claim(self, chance: random.Random) -> _Claim:
        who, whom = chance.sample(range(BODIES), 2)
        it_done, en_done = chance.choice(_DEEDS)
        it_what, en_what = chance.choice(_THINGS)
        number, place = chance.randint(2, 900), _name(100 + _pick(chance, 20_000))
        return _Claim(
            f"{_name(who * 37)} ha {it_done} {number} {it_what} a {_name(whom * 37)} attraverso {place}",
            f"{_name(who * 37)} {en_done} {number} {en_what} to {_name(whom * 37)} through {place}",
            chance.random() < 0.85,
        )

    def _claim_row(self, pk: int, claim: _Claim, chance: random.Random) -> Row:
        return {
            "id": pk,
            "text_it": claim.it if pk % 7 else "",
            "text_en": claim.en if pk % 5 or not pk % 7 else "",
            "slug": f"claim-{pk}",
            "topic_id": _pick(chance, len(_THINGS)) + 1,
            "published": claim.published,
        }

    def _source(
        self, rows: dict[str, list[Row]], pk: int, said: list[int], claims: list[_Claim], stances: list[set[str]],
        block: int, chance: random.Random,
    ) -> None:  # fmt: skip
        published = chance.random() < 0.95
        first = (pk - 1) * len(said) + 1
        turns = self._article(rows, pk, first, [claims[n] for n in said], chance, published=published)
        seen_at = rows["source"][-1]["created_at"]
        for n, row, stance in zip(said, rows["statement"][-len(said) :], turns, strict=True):
            row["review"] = "accepted"
            shown = published and claims[n].published
            rows["position"].append(
                {
                    "statement_id": row["id"],
                    "claim_id": block * self.size + n + 1,
                    "stance": stance,
                    "published_at": seen_at if shown else None,
                }
            )
            if shown:
                stances[n].add(stance)
            if chance.random() < 0.1:
                rows["carrier"].append(
                    {"statement_id": row["id"], "kind": "outlet", "outlet_id": _pick(chance, OUTLETS) + 1}
                )

    def _article(
        self, rows: dict[str, list[Row]], pk: int, first: int, claims: list[_Claim], chance: random.Random, *,
        published: bool,
    ) -> list[str]:  # fmt: skip
        """Adds a source, its statements (ids from `first`) and their speakers; returns the stances."""
        language = chance.choice(("it", "en"))
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        title = f"{_name(_pick(chance, 20_000))} {_word(pk)} {_word(_pick(chance, 20_000))}"
        body, stances = title + "\n\n", []
        for number, claim in enumerate(claims, first):
            act, stance, it_cue, en_cue, _weight = chance.choices(_TURNS, cum_weights=_TURN_WEIGHTS)[0]
            speaker = _pick(chance, self.speakers) + 1
            cue, content = (it_cue, claim.it) if language == "it" else (en_cue, claim.en)
            name = f"{_name(speaker)} {_name(speaker * 3)}"
            start = len(body)
            body += f"{name} {cue} {content}.\n"
            cue_start = start + len(name) + 1
            content_start = cue_start + len(cue) + 1
            dated = chance.random()
            said = day - timedelta(days=chance.randrange(4))
            rows["statement"].append(
                {
                    "id": number,
                    "source_id": pk,
                    "act": act,
                    "cue": cue,
                    "cue_span": _span(cue_start, cue),
                    "spans": [_span(content_start, content)],
                    "said_earliest": said if dated < 0.9 else None,
                    "said_latest": said if dated < 0.9 else None,
                    "said_basis": "stated" if dated < 0.6 else "inferred" if dated < 0.9 else "unknown",
                }
            )
            rows["statementspeaker"].append(
                {
                    "statement_id": number,
                    "speaker_id": speaker,
                    "as_written": name,
                    "span": _span(start, name),
                }
            )
            stances.append(stance)
        rows["source"].append(
            {
                "id": pk,
                "outlet_id": _pick(chance, OUTLETS) + 1,
                "title": title,
                "url": f"https://news.example/{pk}",
                "language": language,
                "published_earliest": day,
                "published_latest": day,
                "published_basis": "stated",
                "body": body,
                "text_sha256": hashlib.sha256(body.encode()).hexdigest(),
                "created_at": datetime(day.year, day.month, day.day, tzinfo=UTC)
                + timedelta(seconds=pk % 86_400),
                "published": published,
            }
        )
        return stances

    def _decide(
        self, rows: dict[str, list[Row]], claim: int, stances: set[str], chance: random.Random
    ) -> None:
        rating = "disputed" if "denies" in stances else chance.choice(("unproven", "confirmed"))
        if rating == "confirmed":
            rows["evidence"].append(
                {"claim_id": claim, "kind": "supports", "url": f"https://evidence.example/{claim}", "note_en": "A document."}
            )  # fmt: skip
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        rows["verdict"].append(
            {
                "claim_id": claim,
                "stage": "current",
                "rating": rating,
                "reason_en": "A reason long enough to be read by readers.",
                "reason_it": "Una ragione abbastanza lunga per chi legge.",
                "as_known_on": day,
                "decided_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            }
        )


def _span(start: int, exact: str) -> Row:
    return {"start": start, "end": start + len(exact), "exact": exact}
