"""Sentences that the reading machine passes over: there is nothing in them for any rule, and most of a text is such sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.extraction import attributions, pipeline
from claims.extraction.lexicon import LANGUAGES, lexicon
from claims.extraction.mentions import Known
from claims.extraction.sentences import Sentence
from claims.extraction.shapes import other_shapes
from claims.extraction.silence import is_silent
from claims.extraction.turns import turns
from claims.extraction.words import Words
from tests.benchmarks.articles import texts
from tests.extraction import marked

TABLES = ["denials_it", "denials_en", "sayings_it", "sayings_en"]


def cut(text: str, language: str) -> Words:
    nlp = pipeline.load(language)
    doc = nlp.make_doc("")
    doc._.ct_text, doc._.ct_names, doc._.ct_skip = text, Known(()), ()
    for name in ("ct_quotes", "ct_sentences"):
        doc = nlp.get_pipe(name)(doc)
    words: Words = doc._.ct_words
    return words


def passed_over(text: str, language: str) -> tuple[int, list[str]]:
    """How many sentences of a text are, and those in which a rule finds something all the same."""
    w, lex = cut(text, language), lexicon(language)
    silent, wrong = 0, []
    previous = None
    for first, last in w.sentences:
        sentence = Sentence(w, lex, first, last)
        if is_silent(sentence, heading=True):
            silent += 1
            found = [*attributions.read(sentence), *other_shapes(sentence, previous, heading=True)]
            if found or turns(sentence):
                wrong.append(w.words(first, last))
        previous = (first, last)
    return silent, wrong


def ours(language: str) -> list[str]:
    """The sentences of our tables, in either language whatever they were written for, and our articles."""
    tables = [item.text for table in TABLES for item in marked.read(table)]
    folder = Path(__file__).parent / "articles"
    articles = [path.read_text(encoding="utf-8") for path in sorted(folder.glob(f"{language}-*.txt"))]
    return ["\n".join(tables), *articles]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_finds_anything_in_a_sentence_that_is_passed_over(language: str) -> None:
    counts = [passed_over(text, language) for text in ours(language)]
    assert [sentence for _silent, wrong in counts for sentence in wrong] == []
    assert sum(silent for silent, _wrong in counts) > 50


def test_two_fifths_of_an_article_are_passed_over() -> None:
    made = list(texts(20))
    silent = sum(passed_over(text, language)[0] for language, text in made)
    assert silent > 0.4 * sum(len(cut(text, language).sentences) for language, text in made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_alone_are_cut_as_spacy_would_cut_them(language: str) -> None:
    from claims.extraction import components

    nlp = pipeline.load(language)
    chunks = sorted({chunk for text in ours(language) for chunk in text.split()})
    plain = [chunk for chunk in chunks if components.plain(nlp, chunk) is not None]
    assert len(plain) > 1_000
    assert [components.plain(nlp, chunk) for chunk in plain] == list(components.cut(nlp, plain))
