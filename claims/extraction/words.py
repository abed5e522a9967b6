"""A text cut into words, quotations and sentences. Everything else looks at these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from claims.extraction.findings import Span

MARKS = frozenset('“”„‟«»"＂') | {"''", "``"}
# With the bar that some texts have for a dash.
_MARKS_AND_BARS = MARKS | {"―"}
_OPENING, _CLOSING = frozenset("“„‟«") | {"``"}, frozenset("”»") | {"''"}
FINAL = frozenset({".", "!", "?", "…", "...", ".."})
CLOSERS = frozenset({")", "]"})
_FINAL_OR_CLOSER, _MAY_END = FINAL | CLOSERS, FINAL | MARKS
DASHES = frozenset({"–", "—"})
BULLETS = frozenset({"•", "-", "–", "—", "*"})


@dataclass(slots=True)
class Quotation:
    """Token numbers: the marks, and what stands between them (`first` to `last`, half-open)."""

    opened: int
    closed: int | None
    first: int
    last: int
    balanced: bool = True


@dataclass(slots=True)
class Words:
    """Parallel lists over the tokens of one text; every number elsewhere is a place in them."""

    source: str
    text: list[str]
    low: list[str]
    start: list[int]
    end: list[int]
    paragraphs: list[tuple[int, int]] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    quoted: list[int] = field(default_factory=list)  # number of the quotation + 1, 0 outside
    sentences: list[tuple[int, int]] = field(default_factory=list)
    voiced: list[int] = field(default_factory=list)  # the tokens that may be verbs of speech, in order

    def __len__(self) -> int:
        return len(self.text)

    def span(self, first: int, last: int) -> Span:
        return self.start[first], self.end[last - 1]

    def words(self, first: int, last: int) -> str:
        return self.source[self.start[first] : self.end[last - 1]] if first < last else ""

    def is_word(self, i: int) -> bool:
        return self.text[i][0].isalnum()

    def is_capital(self, i: int) -> bool:
        return self.text[i][:1].isupper()

    def is_mark(self, i: int) -> bool:
        return self.text[i] in MARKS


def spaced(words: Words, i: int) -> tuple[bool, bool]:
    """Whether there is no word right before the token, and none right after it."""
    text = words.source
    before, after = words.start[i] - 1, words.end[i]
    free_before = before < 0 or text[before].isspace() or text[before] in "([—–-/'’‘"
    free_after = after >= len(text) or text[after].isspace() or text[after] in ".,;:!?)]—–/"
    return free_before, free_after


_SINGLE_OPENING, _SINGLE_CLOSING = frozenset({"‘", "'", "`"}), frozenset({"’", "'", "´"})
# A quotation in single marks is closed within so many words.
_SINGLE_REACH = 90


def _pair_single_marks(words: Words) -> None:
    """Quotations in single marks ('Nothing was sent,' he said) outside of others: their marks become double ones; apostrophes stay."""
    for first, last in words.paragraphs:
        text = words.text[first:last]
        if _SINGLE_OPENING.isdisjoint(text):
            continue
        i = first
        while i < last:
            opens = words.text[i] in _SINGLE_OPENING and not words.quoted[i]
            closing = _closing_single(words, i, last) if opens else None
            if closing is not None:
                words.text[i], words.text[closing] = "“", "”"
                _add(words, i, closing)
                i = closing
            i += 1


def _closing_single(words: Words, i: int, last: int) -> int | None:
    """Where the single mark at token `i` is closed: before or after punctuation, or at the end; None where it opens nothing."""
    free_before, free_after = spaced(words, i)
    if not free_before or free_after or i + 1 >= last or not words.text[i + 1][0].isalpha():
        return None
    doubtful: int | None = None
    for k in range(i + 2, min(last, i + _SINGLE_REACH)):
        if words.text[k] in MARKS:
            return None
        if words.text[k] not in _SINGLE_CLOSING or not spaced(words, k)[1]:
            continue
        if words.text[k - 1] in _PUNCTUATION or k + 1 >= last or words.text[k + 1] in _PUNCTUATION:
            return k
        if doubtful is None and not words.low[k - 1].endswith("s"):
            doubtful = k  # "called the story ‘nonsense’ and left"; "the ministers’ meeting" closes nothing
    return doubtful


_PUNCTUATION = FINAL | CLOSERS | {",", ";", ":", "–", "—", "-"}


def find_quotations(words: Words) -> None:
    """Quotations of each paragraph: marks decide by the blanks around them, then by their shape, then by what is open.

    A mark that closes nothing is passed over. A quotation left open ends with its paragraph where it began it (as quotations of
    several paragraphs do), else with its sentence, and is not balanced.
    """
    words.quoted = [0] * len(words)
    for first, last in words.paragraphs:
        opened: int | None = None
        for i in [i for i, token in enumerate(words.text[first:last], first) if token in _MARKS_AND_BARS]:
            if words.text[i] not in MARKS:
                words.text[i] = "—"
                continue
            free_before, free_after = spaced(words, i)
            opens = free_before and not free_after
            closes = free_after and not free_before
            if not opens and not closes:
                later = opened is None and any(words.text[k] in MARKS for k in range(i + 1, last))
                # ” We have not sold them “: the marks are the wrong way round
                opens = opened is None and (words.text[i] in _OPENING or (later and i == first))
                closes = not opens
                if words.text[i] not in _OPENING and words.text[i] not in _CLOSING:
                    opens, closes = opened is None, opened is not None
            if opened is None:
                if opens:
                    opened = i
                elif free_after and not free_before:
                    _add_unopened(words, i, first, last)
            elif closes:
                _add(words, opened, i)
                opened = None
            else:
                _add_unclosed(words, opened, i)
                opened = i
        if opened is not None:
            _add_unclosed(words, opened, last, whole=opened == first)
    _pair_single_marks(words)


def _add(words: Words, opened: int, closed: int) -> None:
    if closed > opened + 1:
        words.quotations.append(Quotation(opened, closed, opened + 1, closed))
        number = len(words.quotations)
        words.quoted[opened : closed + 1] = [number] * (closed + 1 - opened)


def _add_unopened(words: Words, closed: int, first: int, last: int) -> None:
    """A mark that closes what nobody opened ("False,” said the minister"): the quotation begins with its sentence or after a colon."""
    following = words.text[closed + 1] if closed + 1 < last else "."
    ended = closed > first and words.text[closed - 1] in {",", "?", "!"} and following not in FINAL
    if not ended and following not in {",", "–", "—"}:
        return
    begin = closed - 1
    while begin > first and closed - begin <= _LONGEST_UNOPENED:
        before = words.text[begin - 1]
        if words.quoted[begin - 1] or before in {":", ";"} or (before in FINAL and begin < closed - 1):
            break
        begin -= 1
    if closed - begin > _LONGEST_UNOPENED or not any(words.is_word(k) for k in range(begin, closed)):
        return
    words.quotations.append(Quotation(begin, closed, begin, closed, balanced=False))
    words.quoted[begin : closed + 1] = [len(words.quotations)] * (closed + 1 - begin)


# In words: longer than a sentence is no quotation that somebody forgot to open.
_LONGEST_UNOPENED = 60


def _add_unclosed(words: Words, opened: int, limit: int, *, whole: bool = False) -> None:
    last = limit
    if not whole:
        last = next((i + 1 for i in range(opened + 1, limit) if words.text[i] in FINAL), limit)
    if last > opened + 1:
        words.quotations.append(Quotation(opened, None, opened + 1, last, balanced=whole))
        words.quoted[opened:last] = [len(words.quotations)] * (last - opened)


def find_sentences(
    words: Words, abbreviations: frozenset[str], cues: Sequence[bool] | frozenset[str]
) -> None:
    """Sentences of each paragraph. None ends inside a quotation; one that a quotation ends may go on with who says it."""
    forms = cues if isinstance(cues, frozenset) else frozenset()
    for first, last in words.paragraphs:
        begin = first
        passed = first - 1
        for i in [i for i, token in enumerate(words.text[first:last], first) if token in _MAY_END]:
            if i <= passed:
                continue
            token = words.text[i]
            if token in FINAL and not words.quoted[i]:
                if words.low[i - 1] + "." not in abbreviations or i + 1 >= last:
                    passed = i
                    while passed + 1 < last and words.text[passed + 1] in _FINAL_OR_CLOSER:
                        passed += 1
                    if passed + 1 >= last or not words.text[passed + 1][:1].islower():
                        words.sentences.append((begin, passed + 1))
                        begin = passed + 1
            elif (
                words.quoted[i]
                and token in MARKS
                and i == words.quotations[words.quoted[i] - 1].closed
                and words.text[i - 1] in FINAL
                and i + 1 < last
                and not words.text[i + 1][:1].islower()
                and words.text[i + 1] not in {",", "–", "—", ")", ";", ":"}
                and words.text[i + 1] not in FINAL
            ) and not (
                words.text[i - 1] in "?!…"
                and any(words.low[j] in forms for j in range(i + 1, min(i + 5, last)))
            ):
                words.sentences.append((begin, i + 1))
                begin = i + 1
        if begin < last:
            words.sentences.append((begin, last))
