from __future__ import annotations

import itertools

import pytest

from sources.furniture import Furniture, byline_in, find_furniture
from sources.titles import default_title, find_title

ITALIAN = """Il ministro smentisce le accuse sui fondi

di Anna Bianchi

Foto: archivio comunale

Il ministro ha smentito ieri le accuse. «Non ho ricevuto nulla», ha detto ai cronisti.

Leggi anche: Il comune rinvia la gara per i bus

L'opposizione chiede una commissione. Il ministro dice: «Non la temo».

READ\u00a0 Dieci scrivanie da comprare prima di settembre

Iscriviti alla nostra newsletter

Luca Verdi ha contribuito a questo articolo.

Articoli correlati

Bilancio, slitta il voto

Redazione Cronaca

Lascia un commento

Il tuo indirizzo email non sarà pubblicato. I campi obbligatori sono contrassegnati *

Nome *

Giornale di Prova"""

ENGLISH = """Minister denies the funding claims

By Jane Doe

Last updated 14:25

The minister denied the claims on Monday. "I received nothing," she told reporters.

Advertisement

The opposition wants an inquiry. More: it wants it now.

You may also like

Budget vote slips to autumn

Leave a Comment"""


def pieces(text: str) -> list[tuple[str, str]]:
    span = find_title(text)
    return [(piece.kind, text[piece.start : piece.end]) for piece in find_furniture(text, title_span=span)]


def test_italian_furniture_is_marked_and_the_article_is_not() -> None:
    assert [(kind, words[:22]) for kind, words in pieces(ITALIAN)] == [
        ("byline", "di Anna Bianchi"),
        ("caption", "Foto: archivio comunal"),
        ("related_posts", "Leggi anche: Il comune"),
        ("ad", "READ\u00a0 Dieci scrivanie "),
        ("newsletter", "Iscriviti alla nostra "),
        ("credit", "Luca Verdi ha contribu"),
        ("related_posts", "Articoli correlati\n\nBi"),
        ("comment_form", "Lascia un commento\n\nIl"),
        ("footer", "Giornale di Prova"),
    ]


def test_english_furniture_is_marked_and_the_article_is_not() -> None:
    assert [(kind, words[:17]) for kind, words in pieces(ENGLISH)] == [
        ("byline", "By Jane Doe"),
        ("update_line", "Last updated 14:2"),
        ("ad", "Advertisement"),
        ("related_posts", "You may also like"),
        ("comment_form", "Leave a Comment"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Read the letter, the minister told reporters on Monday.",
        "Leggi e decreti non bastano, ha detto il ministro.",
        "READ was the only word on the wall, he said.",
        "Comments by the minister were denied on Monday.",
        "Condividiamo le accuse, ha detto Rossi.",
        "«Share the burden», he said.",
        "La foto: secondo il ministro, è falsa.",
        "Commentando le accuse, Rossi ha negato.",
        "By Monday the minister had denied everything twice, officials said.",
        "Di Maio ha negato le accuse.",
    ],
)
def test_prose_that_begins_like_furniture_is_left_alone(line: str) -> None:
    text = f"Un titolo qualunque\n\nPrima frase del testo, abbastanza lunga.\n\n{line}\n\nUltima frase."
    assert pieces(text) == []


def test_captions_and_update_lines_are_no_sentences() -> None:
    prose = "La foto ritrae la sede della Reuters e un archivio di Getty Images."
    update = "Aggiornato il bilancio delle vittime. Il ministro ha detto che sono dodici. Lo nega l'esercito."
    caption = "Foto: la sede del ministero, ieri."
    text = f"Un titolo\n\nUna frase per cominciare.\n\n{prose}\n\n(foto) di Shutterstock.\n\n{update}\n\n{caption}"
    assert pieces(text) == [("caption", caption)]


def test_one_heading_ends_the_block_of_another() -> None:
    text = "Un titolo\n\nUna frase.\n\nRelated posts\n\nUn altro titolo\n\nCommenti\n\nMost read\n\nUn terzo titolo"
    assert [kind for kind, _ in pieces(text)] == ["related_posts", "comment_form", "related_posts"]


def test_the_title_is_the_article_s_whatever_it_says() -> None:
    assert pieces("Leave a Comment\n\nThe minister denied it.") == []


def test_a_title_that_is_repeated_is_furniture_the_second_time() -> None:
    title = "Il governo smentisce ogni accusa sui fondi"
    text = f"{title}\n\nIl Governo smentisce, ogni accusa sui “fondi”\n\nHa detto di no."
    assert pieces(text) == [("duplicate_title", "Il Governo smentisce, ogni accusa sui “fondi”")]


def test_the_label_above_the_title_is_furniture() -> None:
    text = "La crisi\n\nIl governo smentisce ogni accusa sui fondi\n\nHa detto di no. Nessuno gli ha creduto."
    assert pieces(text) == [("kicker", "La crisi")]


def test_the_words_of_the_byline_are_the_author() -> None:
    text = "Title of it\n\nby time desk\n\nProse follows here, and ends."
    assert byline_in(text, find_furniture(text, title_span=(0, 11))) == "time desk"
    assert byline_in(text, [Furniture(0, 5, "ad")]) == ""


def test_furniture_is_in_order_and_disjoint_and_never_empty() -> None:
    found = find_furniture(ITALIAN, title_span=find_title(ITALIAN))
    assert all(piece.start < piece.end for piece in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
    assert found[0].as_json() == {"start": found[0].start, "end": found[0].end, "kind": "byline"}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Un titolo\n\nIl testo.", "Un titolo"),
        ("\n  Un titolo  \nIl testo.", "Un titolo"),
        ("Davvero?\n\nIl testo.", "Davvero?"),
        (
            "La guerra\n\nCrisi, il ministro smentisce le accuse dei colleghi\n\nHa detto di no.",
            "Crisi, il ministro",
        ),
        ("Il ministro ha negato le accuse.\n\nHa detto di no.", None),
        ("Primo:\n\nIl testo.", None),
        ("x" * 300 + "\n\nIl testo.", None),
        ("", None),
    ],
)
def test_the_first_line_is_the_title_when_it_reads_like_one(text: str, title: str | None) -> None:
    span = find_title(text)
    assert (span and text[slice(*span)].startswith(title or "?")) == (None if title is None else True)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Il ministro ha negato. Poi è partito.\n\nAltro.", "Il ministro ha negato"),
        ("Ha detto: «No!» Poi basta.", "Ha detto: «No!»"),
        ("parola " * 60, "parola " * 27 + "parola…"),
        ("x" * 400, "x" * 199 + "…"),
    ],
)
def test_a_text_without_a_title_gets_its_first_sentence(text: str, title: str) -> None:
    assert default_title(text) == title
