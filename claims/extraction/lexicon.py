"""The words of a language, read from data/<language>.toml: verbs of speech in every form, and closed classes of words."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claims.vocabulary import Act

DATA = Path(__file__).parent / "data"
LANGUAGES = ("it", "en")
# The acts that turn a claim over.
TURNS = (Act.DENIES, Act.ADMITS, Act.RETRACTS)
# Verbs that are recognised with a letter wrong.
TURNING = frozenset({"negare", "smentire", "ammettere", "ritrattare", "deny", "admit", "retract", "recant"})


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of speech: its act, and what may carry the content (the letters are explained in data/en.toml)."""

    lemma: str
    act: Act
    frames: str


@dataclass(frozen=True, slots=True)
class Form:
    """One inflected form. `tense`: finite, base (English plain form), participle, gerund or infinitive."""

    verb: Verb
    tense: str


def word_set(words: str) -> frozenset[str]:
    """A closed class written as one line: words parted by blanks."""
    return frozenset(words.split())


class Lexicon:
    """`forms`: lower-case form → what it may be. Every list under [words] is an attribute, a frozenset."""

    def __init__(self, language: str) -> None:
        with (DATA / f"{language}.toml").open("rb") as file:
            data = tomllib.load(file)
        self.language = language
        self.version: str = data["version"]
        self.verbs = {
            lemma: Verb(lemma, Act(act), frames)
            for lemma, (act, frames) in ((lemma, entry.split()) for lemma, entry in data["verbs"].items())
        }
        self.__dict__.update({name: frozenset(words.split()) for name, words in data["words"].items()})
        self.according = [tuple(each.split()) for each in data["words"]["according"].split("|")]
        self.nouns = {noun: Verb(noun, Act(act), "n") for noun, act in data["nouns"].items()}
        self.patterns = {name: re.compile("|".join(lines)) for name, lines in data["patterns"].items()}
        self.ambiguous = frozenset(data["ambiguous"]["forms"].split())
        self.reflexive: dict[str, str] = data.get("reflexive", {})
        self.according_starts = frozenset(phrase[0] for phrase in self.according)
        self.forms: dict[str, list[Form]] = {}
        # Words met so far, with what they may be: see word_forms.py.
        self.met: dict[str, list[Form]] = {}
        inflect = _italian if language == "it" else _english
        irregular: dict[str, str] = data.get("irregular") or data.get("forms") or {}
        for lemma, verb in self.verbs.items():
            if "_" not in lemma and not (
                language == "it" and lemma.endswith("rsi") and lemma not in irregular
            ):
                for form, tense in inflect(lemma, irregular.get(lemma, "")):
                    self.forms.setdefault(form, []).append(Form(verb, tense))
        for form, meant in data.get("misspelt", {}).items():
            self.forms[form] = self.forms[meant]
        # (word after the verb's own form, …) → verb, by the first verb's forms.
        self.phrases: dict[str, list[tuple[tuple[str, ...], Verb, str]]] = {}
        for phrase, lemma in data["phrases"].items():
            head, *rest = phrase.split()
            for form, tense in inflect(head, irregular.get(head, "")):
                self.phrases.setdefault(form, []).append((tuple(rest), self.verbs[lemma], tense))

        # Forms of the verbs that turn a claim over, by their first letters, for misspellings.
        self.turning: dict[str, list[str]] = {}
        for form, entries in self.forms.items():
            if len(form) > 4 and any(each.verb.lemma in TURNING for each in entries):
                self.turning.setdefault(form[:3], []).append(form)

        # Every form of the acts that turn a claim over.
        self.turns = frozenset(
            form for form, entries in self.forms.items() if any(each.verb.act in TURNS for each in entries)
        )

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> frozenset[str]: ...


@functools.cache
def lexicon(language: str) -> Lexicon:
    return Lexicon(language)


def _english(lemma: str, irregular: str) -> list[tuple[str, str]]:
    if irregular:
        third, past, participle, gerund = irregular.split()
    else:
        stem = lemma.removesuffix("e")
        if lemma.endswith("y") and lemma[-2] not in "aeiou":
            third, past = lemma[:-1] + "ies", lemma[:-1] + "ied"
        else:
            third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
            past = stem + "ed"
        participle, gerund = past, stem + "ing"
    return [
        (lemma, "base"),
        (third, "finite"),
        (past, "past"),
        *([(participle, "participle")] if participle != past else []),
        (gerund, "gerund"),
    ]


# Endings by conjugation: present, imperfect, past, future, conditional, subjunctive; third persons.
_ARE = ["a", "ano", "ava", "avano", "ò", "arono", "erà", "eranno", "erebbe", "erebbero", "i", "ino"]


def _italian(lemma: str, irregular: str) -> list[tuple[str, str]]:
    forms: list[tuple[str, str]] = [(lemma, "infinitive")]
    if irregular:
        for form in irregular.split():
            if form.endswith("ndo"):
                forms.append((form, "gerund"))
            elif _is_participle(form):
                forms += _agreeing(form)
            else:
                forms.append((form, "finite"))
        if lemma.endswith("e"):
            forms.append((lemma[:-1], "infinitive"))
        return forms
    stem = lemma[:-3]
    for ending in _ARE:
        root = stem
        if ending[0] in "ei" and stem[-1] in "cg":
            root = stem + "h"
        elif (ending[0] == "e" and stem.endswith(("ci", "gi"))) or (ending[0] == "i" and stem.endswith("i")):
            root = stem[:-1]
        forms.append((root + ending, "finite"))
    forms.append((stem + "ando", "gerund"))
    forms.append((lemma[:-1], "infinitive"))
    return forms + _agreeing(stem + "ato")


def _is_participle(form: str) -> bool:
    return form.endswith(("to", "so", "sto")) and not form.endswith(("esto ",))


def _agreeing(participle: str) -> list[tuple[str, str]]:
    return [(participle[:-1] + ending, "participle") for ending in "oaie"]
