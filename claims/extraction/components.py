"""The components of the pipeline, in spaCy's terms. Imported by pipeline.load() alone: nothing else names spaCy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, repeat
from operator import add
from typing import cast

import spacy
from spacy.attrs import LENGTH, SPACY
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from claims.extraction import anaphora, attributions, judging, mentions
from claims.extraction.findings import Finding, KnownName, Span
from claims.extraction.lexicon import LANGUAGES, Lexicon, lexicon
from claims.extraction.sentences import Draft, Sentence
from claims.extraction.shapes import other_shapes
from claims.extraction.silence import is_silent
from claims.extraction.turns import turns
from claims.extraction.word_forms import forms_of
from claims.extraction.words import FINAL, Words, find_quotations, find_sentences

for name in ("ct_words", "ct_drafts", "ct_text", "ct_names", "ct_skip", "ct_findings"):
    if not Doc.has_extension(name):
        Doc.set_extension(name, default=None)


def build(language: str) -> Language:
    """A blank pipeline with our components. Raises ValueError for a language without a lexicon."""
    if language not in LANGUAGES:
        raise ValueError(f"No lexicon for the language “{language}”: use one of {', '.join(LANGUAGES)}.")
    nlp = spacy.blank(language)
    nlp.max_length = 100_000_000
    # Of a word only its letters are asked for: shapes and the like of every new one would cost as much as cutting it.
    nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]
    for each in ("ct_quotes", "ct_sentences", "ct_attributions", "ct_anaphora"):
        nlp.add_pipe(each)
    return nlp


def run(
    nlp: Language, text: str, names: Sequence[KnownName] | mentions.Known, skip: tuple[Span, ...]
) -> list[Finding]:
    doc = Doc(nlp.vocab)
    known = names if isinstance(names, mentions.Known) else mentions.Known(names)
    doc._.ct_text, doc._.ct_names, doc._.ct_skip = text, known, skip
    for _name, component in nlp.pipeline:
        doc = component(doc)
    found: list[Finding] = doc._.ct_findings
    return found


_PIECES = re.compile(r"''|``|[“”„‟«»\"]|(?:(?!''|``)[^“”„‟«»\"])+")
# What stands between blanks. spaCy cuts each for itself, so that one cut before need not be cut again.
_CHUNK = re.compile(r"\S+")
# Letters alone, with a mark at their end or without: nothing that spaCy's patterns would look for, and every other new word is one.
_PLAIN = re.compile(r"([A-Za-zÀ-ÖØ-öø-ÿ]*[a-zà-öø-ÿ]{2})([,.;:!?]?)")
# A paragraph: what stands between line ends.
_LINE = re.compile(r"[^\n\r]+")
_WITH_BLANK = (1).__add__
# So many chunks are remembered; then all are forgotten, so that memory stays flat.
MOST_CHUNKS = 50_000

_Places = tuple[int, ...]
# The words of a chunk as written and in small letters, where each begins and ends in it, and where the token does that it was cut from.
_Cut = tuple[tuple[str, ...], tuple[str, ...], _Places, _Places, _Places, _Places]


class _Met:
    """The chunks met so far and how they were cut, and those of their words that may be verbs of speech."""

    def __init__(self, lex: Lexicon) -> None:
        self.lex = lex
        self.cuts: dict[str, _Cut] = {}
        self.speech: set[str] = set()

    def cut(self, nlp: Language, text: str) -> None:
        """Cuts what was not met before."""
        if len(self.cuts) > MOST_CHUNKS:
            self.cuts.clear()
            self.speech.clear()
        new = set(text.split()).difference(self.cuts)
        if not new:
            return
        hard = []
        for chunk in new:
            if (parts := plain(nlp, chunk)) is not None:
                self._keep(chunk, parts)
            else:
                hard.append(chunk)
        if hard:
            for chunk, parts in zip(hard, cut(nlp, hard), strict=True):
                self._keep(chunk, parts)

    def _keep(self, chunk: str, parts: _Cut) -> None:
        self.cuts[chunk] = parts
        self.speech.update(low for low in parts[1] if low in self.lex.phrases or forms_of(self.lex, low))


@Language.factory("ct_quotes", assigns=["doc._.ct_words"])
def make_quotes(nlp: Language, name: str) -> object:
    """Words, paragraphs and quotations. Furniture is left out: no paragraph holds it."""
    met = _Met(lexicon(nlp.lang))

    def quotes(doc: Doc) -> Doc:
        text: str = doc._.ct_text
        met.cut(nlp, text)
        w = Words(text, [], [], [], [])
        _fill(w, met.cuts, sorted(doc._.ct_skip or ()))
        w.voiced = [i for i, token in enumerate(w.low) if token in met.speech]
        find_quotations(w)
        doc._.ct_words = w
        return doc

    return quotes


def plain(nlp: Language, chunk: str) -> _Cut | None:
    """How `cut` would cut letters alone, in a tenth of the time; None for other chunks and for those that spaCy has a rule for."""
    found = _PLAIN.fullmatch(chunk)
    rules = cast(Tokenizer, nlp.tokenizer).rules or ()
    if found is None or chunk in rules or found[1] in rules:
        return None
    word, mark = found.groups()
    size = len(word)
    if not mark:
        return (word,), (word.lower(),), (0,), (size,), (0,), (size,)
    return (word, mark), (word.lower(), mark), (0, size), (size, size + 1), (0, size), (size, size + 1)


def cut(nlp: Language, chunks: Collection[str]) -> Iterator[_Cut]:
    """Each chunk, cut into words. The line end after each keeps them apart."""
    lined = "\n".join(chunks) + "\n"
    parts: list[tuple[str, str, int, int, int, int]] = []
    end = begin = 0
    # Lengths and blanks as one array: a Python object for every token would cost as much as everything else.
    for length, blank in nlp.make_doc(lined).to_array([LENGTH, SPACY]).tolist():
        start = end
        end = start + length + blank
        written = lined[start : start + length]
        if written.isspace():
            yield cast(_Cut, tuple(zip(*parts, strict=True)))
            parts, begin = [], end
            continue
        here, there = start - begin, start - begin + length
        pieces = [(written, 0)] if length == 1 or written.isalnum() else _parts(written)
        parts += [(part, part.lower(), here + at, here + at + len(part), here, there) for part, at in pieces]


def _fill(w: Words, cuts: Mapping[str, _Cut], skip: Sequence[Span]) -> None:
    for line in _LINE.finditer(w.source):
        begin, end = line.span()
        if skip and any(a < end and begin < b for a, b in skip):
            _fill_beside(w, cuts, skip, begin, end)
            continue
        chunks = line[0].split()
        if not chunks:
            continue
        if line[0] == " ".join(chunks):
            starts: Iterable[int] = accumulate(map(_WITH_BLANK, map(len, chunks)), initial=begin)
        else:
            starts = [chunk.start() for chunk in _CHUNK.finditer(w.source, begin, end)]
        written, low, firsts, lasts, _from, _to = zip(*map(cuts.__getitem__, chunks), strict=True)
        # Without a loop of our own: a text has hundreds of words, and nothing else is done for each of them.
        of_chunk = list(chain.from_iterable(map(repeat, starts, map(len, written))))
        w.text += chain.from_iterable(written)
        w.low += chain.from_iterable(low)
        w.start += map(add, of_chunk, chain.from_iterable(firsts))
        w.end += map(add, of_chunk, chain.from_iterable(lasts))
        _end_paragraph(w)


def _fill_beside(w: Words, cuts: Mapping[str, _Cut], skip: Sequence[Span], begin: int, end: int) -> None:
    """A line with furniture in it, which ends the paragraph."""
    for chunk in _CHUNK.finditer(w.source, begin, end):
        start = chunk.start()
        for written, low, first, last, token_first, token_last in zip(*cuts[chunk[0]], strict=True):
            if any(a < start + token_last and start + token_first < b for a, b in skip):
                _end_paragraph(w)
                continue
            w.text.append(written)
            w.low.append(low)
            w.start.append(start + first)
            w.end.append(start + last)
    _end_paragraph(w)


def _parts(written: str) -> list[tuple[str, int]]:
    """A token as spaCy cut it, cut again where a mark was left glued to a word ("russi”", "èun" stays)."""
    pieces = [(m[0], m.start()) for m in _PIECES.finditer(written)]
    out: list[tuple[str, int]] = []
    for piece, offset in pieces:
        if len(piece) > 2 and piece[-1] in ",;:!?" and piece[-2].isalnum():
            out += [(piece[:-1], offset), (piece[-1], offset + len(piece) - 1)]
        elif (
            len(piece) > 3
            and piece[-1] == "."
            and piece[-2].isalpha()
            and "." not in piece[:-1]
            and len(piece) > 5
        ):
            out += [(piece[:-1], offset), (".", offset + len(piece) - 1)]
        else:
            out.append((piece, offset))
    return out


def _end_paragraph(w: Words) -> None:
    begin = w.paragraphs[-1][1] if w.paragraphs else 0
    if len(w.text) > begin:
        w.paragraphs.append((begin, len(w.text)))


@Language.factory("ct_sentences", requires=["doc._.ct_words"])
def make_sentences(nlp: Language, name: str) -> object:
    lex = lexicon(nlp.lang)
    forms = frozenset(lex.forms)

    def sentences(doc: Doc) -> Doc:
        find_sentences(doc._.ct_words, lex.abbreviations, forms)
        return doc

    return sentences


@Language.factory("ct_attributions", requires=["doc._.ct_words"], assigns=["doc._.ct_drafts"])
def make_attributions(nlp: Language, name: str) -> object:
    lex = lexicon(nlp.lang)

    def attribute(doc: Doc) -> Doc:
        w: Words = doc._.ct_words
        drafts: list[Draft] = []
        paragraphs = iter([*w.paragraphs, (len(w), len(w))])
        paragraph, previous = (0, 0), None
        for first, last in w.sentences:
            while first >= paragraph[1] and paragraph[0] < len(w):
                paragraph, previous = next(paragraphs), None
            sentence = Sentence(w, lex, first, last)
            heading = (first, last) == paragraph and w.text[last - 1] not in FINAL
            if not is_silent(sentence, heading=heading):
                attributions.read(sentence)
                others = other_shapes(sentence, previous, heading=heading)
                drafts += sentence.found + others + turns(sentence)
            previous = (first, last)
        doc._.ct_drafts = drafts
        return doc

    return attribute


@Language.factory(
    "ct_anaphora", requires=["doc._.ct_words", "doc._.ct_drafts"], assigns=["doc._.ct_findings"]
)
def make_anaphora(nlp: Language, name: str) -> object:
    lex = lexicon(nlp.lang)

    def resolve(doc: Doc) -> Doc:
        w: Words = doc._.ct_words
        drafts = anaphora.complete(w, lex, doc._.ct_drafts)
        drafts = judging.judge(w, lex, drafts)
        anaphora.bind_answers(w, lex, drafts)
        doc._.ct_findings = mentions.findings(w, lex, drafts, doc._.ct_names)
        return doc

    return resolve
