"""The components of the pipeline, in spaCy's terms. Imported by pipeline.load() alone: nothing else names spaCy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import spacy
from spacy.attrs import LENGTH, SPACY
from spacy.language import Language
from spacy.tokens import Doc

from claims.extraction import anaphora, attributions, judging, mentions
from claims.extraction.findings import Finding, KnownName, Span
from claims.extraction.lexicon import LANGUAGES, lexicon
from claims.extraction.sentences import Draft, Sentence
from claims.extraction.shapes import other_shapes
from claims.extraction.turns import turns
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
# So many chunks are remembered; then all are forgotten, so that memory stays flat.
MOST_CHUNKS = 50_000

# A word as written, in small letters, and where it stands in its chunk; then where the token stands that it was cut from.
_Part = tuple[str, str, int, int, int, int]


@Language.factory("ct_quotes", assigns=["doc._.ct_words"])
def make_quotes(nlp: Language, name: str) -> object:
    """Words, paragraphs and quotations. Furniture is left out: no paragraph holds it."""
    met: dict[str, list[_Part]] = {}

    def quotes(doc: Doc) -> Doc:
        text: str = doc._.ct_text
        if len(met) > MOST_CHUNKS:
            met.clear()
        if new := set(text.split()).difference(met):
            _cut(nlp, sorted(new), met)
        w = Words(text, [], [], [], [])
        _fill(w, met, sorted(doc._.ct_skip or ()))
        find_quotations(w)
        doc._.ct_words = w
        return doc

    return quotes


def _cut(nlp: Language, chunks: Sequence[str], met: dict[str, list[_Part]]) -> None:
    """Cuts chunks into words. The line end after each keeps them apart."""
    lined = "\n".join(chunks)
    numbers = iter(chunks)
    parts: list[_Part] = []
    end = begin = 0
    # Lengths and blanks as one array: a Python object for every token would cost as much as everything else.
    for length, blank in nlp.make_doc(lined).to_array([LENGTH, SPACY]).tolist():
        start = end
        end = start + length + blank
        written = lined[start : start + length]
        if written.isspace():
            met[next(numbers)] = parts
            parts, begin = [], end
            continue
        here, there = start - begin, start - begin + length
        cut = [(written, 0)] if length == 1 or written.isalnum() else _parts(written)
        parts += [(part, part.lower(), here + at, here + at + len(part), here, there) for part, at in cut]
    met[next(numbers)] = parts


def _fill(w: Words, met: Mapping[str, list[_Part]], skip: Sequence[Span]) -> None:
    text, end = w.source, 0
    for chunk in _CHUNK.finditer(text):
        start = chunk.start()
        if start != end + 1 or text[end] != " ":
            gap = text[end:start]
            if "\n" in gap or "\r" in gap:
                _end_paragraph(w)
        end = chunk.end()
        beside = any(a < end and start < b for a, b in skip) if skip else False
        for written, low, first, last, token_first, token_last in met[chunk[0]]:
            if beside and any(a < start + token_last and start + token_first < b for a, b in skip):
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
            attributions.read(sentence)
            heading = (first, last) == paragraph and w.text[last - 1] not in FINAL
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
