"""What the reading machine finds in a text. Plain values, no Django: the newsroom decides who is meant and what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from claims.vocabulary import Act, CarrierKind, Delivery, Hedge

# Half-open characters of the text as it was given.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name the caller already knows: `text` as it may be written, `name` whose it is, in the caller's own words."""

    text: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name who speaks.

    `span` is where they stand, the role and title words included; none where the text leaves the speaker out ("Hanno aggiunto
    che …") and who it is was worked out, which `inferred` says. `text` is what to call them: the words there, or those of the
    earlier mention. `name` is the caller's own name where the words match a KnownName. `role` is the part that says what they
    are ("il portavoce di Putin"), where it can be told from the name. `unnamed`: nobody is named ("two US officials").
    """

    span: Span | None
    text: str
    name: str = ""
    role: str = ""
    unnamed: bool = False
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Via:
    """Through whose hands the words came: "told CBS News", "in a press conference", "according to a report"."""

    kind: CarrierKind
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One act of speech (PolNeAR's source, cue and content).

    `content`: the words of the statement, one span or more where the cue splits them, in order and disjoint.
    `speakers`: none where the text names nobody ("È noto che …"), several for a joint statement.
    `also`: other acts an editor should consider ("La Cina ha negato la richiesta": denied, or refused?).
    `negated`: the cue itself is negated ("did not say").
    `parent`: the place in the list of findings of the statement that this one stands inside, if any.
    `about`: for a denial or an admission of "it", "le accuse", the words it most likely answers; always `inferred`.
    `when`: the words that date the act ("lunedì", "il 24 marzo"), which dates.py resolves.
    `flags`: what an editor should look at ("self_transfer": "Russia providing … to Russia"; "unbalanced_quotes").
    `rule`: which rule found it; `confidence`: 0 to 1, how often that rule is right.
    """

    content: tuple[Span, ...]
    cue: Span | None
    speakers: tuple[Mention, ...]
    act: Act
    rule: str
    confidence: float
    delivery: Delivery = Delivery.INDIRECT
    hedge: Hedge = Hedge.NONE
    also: tuple[Act, ...] = ()
    negated: bool = False
    inferred: bool = False
    parent: int | None = None
    about: tuple[Span, ...] = ()
    carriers: tuple[Via, ...] = ()
    when: Span | None = None
    in_title: bool = False
    flags: tuple[str, ...] = ()
