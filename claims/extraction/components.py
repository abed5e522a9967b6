"""The components of the pipeline, in spaCy's terms. Imported by pipeline.load() alone: nothing else names spaCy."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    for each in ("ct_quotes", "ct_sentences", "ct_attributions", "ct_anaphora"):
        nlp.add_pipe(each)
    return nlp


def run(
    nlp: Language, text: str, names: Sequence[KnownName] | mentions.Known, skip: tuple[Span, ...]
) -> list[Finding]:
    doc = nlp.make_doc(text)
    known = names if isinstance(names, mentions.Known) else mentions.Known(names)
    doc._.ct_text, doc._.ct_names, doc._.ct_skip = text, known, skip
    for _name, component in nlp.pipeline:
        doc = component(doc)
    found: list[Finding] = doc._.ct_findings
    return found


_PIECES = re.compile(r"''|``|[“”„‟«»\"]|(?:(?!''|``)[^“”„‟«»\"])+")


@Language.factory("ct_quotes", assigns=["doc._.ct_words"])
def make_quotes(nlp: Language, name: str) -> object:
    """Words, paragraphs and quotations. Furniture is left out: no paragraph holds it."""

    def quotes(doc: Doc) -> Doc:
        text: str = doc._.ct_text
        skip = sorted(doc._.ct_skip or ())
        w = Words(text, [], [], [], [])
        end = 0
        # Lengths and blanks as one array: a Python object for every token would cost as much as everything else.
        for length, blank in doc.to_array([LENGTH, SPACY]).tolist():
            start = end
            end = start + length + blank
            written = text[start : start + length]
            if written.isspace():
                if "\n" in written or "\r" in written:
                    _end_paragraph(w)
                continue
            if skip and any(a < start + length and start < b for a, b in skip):
                _end_paragraph(w)
                continue
            if length == 1 or written.isalnum():
                w.text.append(written)
                w.low.append(written.lower())
                w.start.append(start)
                w.end.append(start + length)
                continue
            for part, offset in _parts(written):
                w.text.append(part)
                w.low.append(part.lower())
                w.start.append(start + offset)
                w.end.append(start + offset + len(part))
        _end_paragraph(w)
        find_quotations(w)
        doc._.ct_words = w
        return doc

    return quotes


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
