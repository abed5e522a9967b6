from __future__ import annotations

import json

import pytest

from sources.articles import Article, Refused, read_article

PARAGRAPHS = [
    f"Il portavoce numero {n} ha negato lunedì che il ministero abbia chiesto aiuti. «Non è così», ha detto."
    for n in range(6)
]


def page(head: str = "", body: str | None = None, lang: str = "it") -> bytes:
    text = (
        body
        if body is not None
        else "<h1>Il ministero smentisce</h1>" + "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    )
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head>{head}<title>Il ministero smentisce - Sito</title></head>'
        f'<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article>{text}</article>'
        "<footer>Tutti i diritti</footer></body></html>"
    ).encode()


def read(data: bytes) -> Article:
    return read_article(data, "a.html")


def test_the_body_of_a_page_is_title_blank_line_text_and_no_menu() -> None:
    article = read(page())
    assert article.title == "Il ministero smentisce"
    assert article.body == "Il ministero smentisce\n\n" + "\n\n".join(PARAGRAPHS)
    assert article.raw == page()


def test_only_what_the_page_declares_is_taken_as_its_metadata() -> None:
    linked = {
        "@graph": [
            {"@type": "WebSite", "name": "x"},
            {
                "@type": ["NewsArticle"],
                "headline": "Il ministero smentisce tutto",
                "datePublished": "2022-03-14T23:30:00-11:00",
                "author": [{"name": "A. B."}, {"name": "C. D."}],
                "publisher": {"name": "Il Giornale"},
            },
        ]
    }
    head = f'<script type="application/ld+json">{json.dumps(linked)}</script><link rel="canonical" href="https://example.org/a">'
    article = read(page(head))
    assert (article.title, article.outlet, article.byline) == (
        "Il ministero smentisce tutto",
        "Il Giornale",
        "A. B., C. D.",
    )
    assert (article.url, str(article.published.earliest)) == ("https://example.org/a", "2022-03-15")


def test_a_date_in_the_text_is_no_publication_date() -> None:
    article = read(
        page(body="<p>14 marzo 2022</p>" + "".join(f"<p>{p} Era il 2021-01-01.</p>" for p in PARAGRAPHS))
    )
    assert article.published.basis == "unknown"


def test_a_declaration_that_makes_no_sense_counts_as_not_made() -> None:
    head = '<meta property="article:published_time" content="yesterday">'
    head += '<link rel="canonical" href="/a"><meta name="author" content="https://x.example">'
    head += '<script type="application/ld+json">{broken</script>'
    article = read(page(head))
    assert (article.published.basis, article.url, article.byline) == ("unknown", "", "")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<div>" * 150_000 + b"x" + b"</div>" * 150_000, "markup_bomb"),
        (b"<p>x</p>" * 70_000, "markup_bomb"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><p>&b;</p>', "markup_bomb"),
        (
            b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>&x;</p>',
            "markup_bomb",
        ),
        (b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">x</p>", "markup_bomb"),
        (b'<!-- " --><p ' + b" ".join(b"a%d" % n for n in range(2_000)) + b' ">x</p>', "markup_bomb"),
        (b"<html><body><nav><a href='/'>Home</a></nav></body></html>", "no_text"),
        (b"<html></html>", "no_text"),
        (b"<!---->", "no_text"),
        (b"<", "no_text"),
    ],
)
def test_a_page_that_is_a_trap_or_has_no_article_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.reason == reason


def test_scripts_are_no_text() -> None:
    assert (
        "alert"
        not in read(page(body="<script>alert(1)</script>" + "".join(f"<p>{p}</p>" for p in PARAGRAPHS))).body
    )
