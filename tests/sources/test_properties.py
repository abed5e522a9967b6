"""Whatever comes in, reading answers with an article that keeps the rules or with a refusal, never with a
crash.
"""

from __future__ import annotations

import json
import os
import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.articles import Article, Refused, article_from_text, read_articles
from sources.incoming import articles_in_zip

# More by hand: EXAMPLES=20000 pytest tests/sources/test_properties.py
MANY = settings(
    max_examples=int(os.environ.get("EXAMPLES", "150")),
    deadline=None,
    derandomize="EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)

WORDS = [
    "Titolo",
    "ha negato",
    "«No»",
    "READ\u00a0 x",
    "Leave a Reply",
    "Leggi anche: x",
    "+++",
    "\n",
    "\n\n",
    " ",
    ".",
    "\u200b",
    "\r",
    "è",
]
WORDS += [
    "e\u0301",
    "<p>",
    "</p>",
    "<article>",
    "<h1>",
    "<!--",
    "<script>",
    "{",
    "}",
    '"text":',
    '"title":',
    "[",
    "\\",
    '"',
    ",",
    "1e400",
    "\0",
]
PIECES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=60).map("".join)
BYTES = st.one_of(st.binary(max_size=300), PIECES.map(lambda text: text.encode("utf-8", "surrogatepass")))
NAMES = st.sampled_from(["a.txt", "a.html", "a.json", "a.jsonl", "a.htm"])


def keeps_the_rules(article: Article) -> None:
    body = article.body
    assert unicodedata.is_normalized("NFC", body)
    assert "\r" not in body
    assert "\0" not in body
    assert body == body.rstrip()
    body.encode()
    assert article.title
    assert article.language in ("it", "en")
    if article.title_span:
        start, end = article.title_span
        assert " ".join(body[start:end].split()) == article.title
        assert (body[:start] + body[end:]).strip()
    ends = [0] + [piece.end for piece in article.furniture]
    for piece, before in zip(article.furniture, ends, strict=False):
        assert before <= piece.start < piece.end <= len(body)


@MANY
@given(data=BYTES, name=NAMES, encoding=st.sampled_from([None, "cp1252", "utf-16", "mac-roman"]))
def test_any_bytes_are_an_article_or_a_refusal(data: bytes, name: str, encoding: str | None) -> None:
    for _, article in read_articles(data, name, encoding=encoding):
        if isinstance(article, Refused):
            assert article.reason
            assert article.sentence
        else:
            keeps_the_rules(article)


@MANY
@given(text=PIECES, title=st.one_of(st.none(), PIECES), url=PIECES, published=PIECES)
def test_any_pasted_text_is_an_article_or_a_refusal(
    text: str, title: str | None, url: str, published: str
) -> None:
    for stated in ({"url": url, "published": published}, {}):
        try:
            keeps_the_rules(article_from_text(text, title=title, **stated))
        except Refused as refused:
            assert refused.reason  # noqa: PT017 (either is an answer)


FIELDS = st.sampled_from(
    ["title", "text", "source", "outlet", "url", "published", "language", "byline", "kind", "other"]
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), PIECES),
    lambda inner: st.lists(inner, max_size=3),
)


@MANY
@given(record=st.dictionaries(FIELDS, VALUES))
def test_any_record_is_an_article_or_a_refusal(record: dict[str, object]) -> None:
    for _, article in read_articles(json.dumps(record).encode(), "a.json"):
        if isinstance(article, Article):
            keeps_the_rules(article)


@MANY
@given(text=PIECES)
def test_reading_a_body_again_gives_the_same_body(text: str) -> None:
    try:
        article = article_from_text(text)
    except Refused:
        return
    again = article_from_text(article.body)
    assert (again.body, again.text_sha256, again.furniture) == (
        article.body,
        article.text_sha256,
        article.furniture,
    )


@MANY
@given(data=st.binary(max_size=200), head=st.booleans())
def test_any_bytes_are_a_zip_or_a_refusal(data: bytes, head: bool) -> None:
    try:
        for file in articles_in_zip((b"PK\x03\x04" if head else b"") + data):
            assert file.name
    except Refused as refused:
        assert refused.reason in ("binary", "too_large")  # noqa: PT017
