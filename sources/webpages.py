"""The article in a web page: its text, and what the page itself states about it. Pure: no Django, no
database, no network.

The text is found by trafilatura. Metadata is read from the page's own declarations (JSON-LD, Open Graph,
`meta`, `link`) and never guessed: trafilatura's date finder, which takes dates from anywhere in a page, is
left alone.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from trafilatura import bare_extraction

from sources.addresses import web_address
from sources.characters import Refused, is_blank, normalise
from sources.dates import published_on

# Far above any news page, far below what makes a parser sweat.
MAX_DEPTH = 512
MAX_TAGS = 40_000
# A parser compares each attribute of an element with all before it.
MAX_ATTRIBUTES = 1_000
_MAX_JSON_LD = 200_000

_QUOTED = (re.compile(r'"[^"]*"'), re.compile(r"'[^']*'"))
_LONG_TAG = re.compile(r"<[a-zA-Z][^>]{2000,}")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Elements that have no end tag, or may leave it out: they do not add to the depth.
_UNCLOSED = frozenset(
    """area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead tbody tfoot option
    optgroup colgroup rb rt rtc rp html head body""".split()  # noqa: SIM905
)
_DECLARATIONS = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]*\[", re.IGNORECASE)
_TOO_MANY_ATTRIBUTES = f"An element has more than {MAX_ATTRIBUTES:,} attributes."
_ARTICLE_TYPES = (
    "Article",
    "NewsArticle",
    "ReportageNewsArticle",
    "BlogPosting",
    "Report",
    "OpinionNewsArticle",
)

# A page that trafilatura finds empty is our refusal to report, not its warning to print.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def read_page(page: str) -> tuple[dict[str, Any], str]:
    """The fields a page states (title, outlet, url, published, language, byline) and the article's text,
    paragraphs apart.

    A declaration that makes no sense (a date that is none, an address that is no link) counts as not made.
    Raises Refused: markup_bomb, no_text.
    """
    _refuse_bombs(page)
    try:
        tree = lxml.html.document_fromstring(
            page.encode("utf-8", "surrogatepass"),
            parser=lxml.html.HTMLParser(encoding="utf-8", no_network=True),
        )
        if any(len(element.attrib) > MAX_ATTRIBUTES for element in tree.iter("*")):
            raise Refused("markup_bomb", _TOO_MANY_ATTRIBUTES)
        fields = _fields(tree)
        found = bare_extraction(
            tree, with_metadata=False, include_comments=False, deduplicate=False, favor_precision=False
        )
    except (lxml.etree.LxmlError, ValueError, RecursionError, AssertionError):
        raise Refused("no_text", "No article is found in this page.") from None
    text = "\n\n".join(
        line.strip() for line in (getattr(found, "text", None) or "").split("\n") if not is_blank(line)
    )
    title = fields.get("title")
    if title and text.startswith(title + "\n"):
        text = text[len(title) :].strip()
    if is_blank(text):
        raise Refused("no_text", "No article is found in this page.")
    return fields, text


def _refuse_bombs(page: str) -> None:
    if _DECLARATIONS.search(page):
        raise Refused("markup_bomb", "It declares entities of its own, which no web page needs.")
    depth = 0
    for tags, tag in enumerate(_TAG.finditer(page), start=1):
        if tag[2].lower() not in _UNCLOSED:
            depth = max(depth + (-1 if tag[1] else 1), 0)
        if depth > MAX_DEPTH or tags > MAX_TAGS:
            raise Refused(
                "markup_bomb", f"It has more than {MAX_DEPTH} levels or {MAX_TAGS:,} elements of markup."
            )
    # Without what stands in quotation marks (drawings hold long lists of numbers there) only names are left.
    for quoted in _QUOTED:
        page = quoted.sub("", page)
    if any(len(tag[0].split()) > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(page)):
        raise Refused("markup_bomb", _TOO_MANY_ATTRIBUTES)


def _fields(tree: Any) -> dict[str, Any]:
    """What the page declares of the article, JSON-LD before Open Graph before plain HTML."""
    linked = next(_json_ld(tree), {})
    stated = {
        "title": [
            _text(linked.get("headline")),
            _heading(tree),
            _meta(tree, "og:title"),
            _first(tree, "//title"),
        ],
        "outlet": [
            _named(linked.get("publisher")),
            _meta(tree, "og:site_name"),
            _meta(tree, "application-name"),
        ],
        "url": [
            *tree.xpath("//link[@rel='canonical']/@href"),
            _meta(tree, "og:url"),
            _text(linked.get("url")),
        ],
        "published": [
            _text(linked.get("datePublished")),
            _meta(tree, "article:published_time"),
            _meta(tree, "datePublished"),
            *tree.xpath("//time[@itemprop='datePublished']/@datetime"),
        ],
        "language": [*tree.xpath("/html/@lang"), _text(linked.get("inLanguage")), _meta(tree, "og:locale")],
        "byline": [_named(linked.get("author")), _meta(tree, "author"), _meta(tree, "article:author")],
    }
    fields = {name: _lawful(name, values) for name, values in stated.items()}
    return {name: value for name, value in fields.items() if value}


def _lawful(name: str, values: list[str]) -> str:
    """The first value that the field can take, "" when none can."""
    limits = {"title": 1000, "outlet": 200, "byline": 500}
    for value in values:
        try:
            value = " ".join(normalise(value).split())
            if is_blank(value) or len(value) > limits.get(name, 2000):
                continue
            if name == "url":
                web_address(value)
            elif name == "published":
                published_on(value)
            elif name == "byline" and value.startswith(("http:", "https:")):
                continue
        except Refused:
            continue
        return value
    return ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _named(value: Any) -> str:
    """The name of a JSON-LD person or organisation, or the names of several."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_named(one) for one in value[:10])))
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _meta(tree: Any, name: str) -> str:
    found = tree.xpath("//meta[@property=$name or @name=$name or @itemprop=$name]/@content", name=name)
    return str(found[0]) if found else ""


def _first(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0].text_content()) if found else ""


def _heading(tree: Any) -> str:
    """The page's one main heading; of several none is surely the article's."""
    headings = tree.xpath("//article//h1") or tree.xpath("//h1")
    return str(headings[0].text_content()) if len(headings) == 1 else ""


def _json_ld(tree: Any) -> Iterator[dict[str, Any]]:
    """The article objects in the page's JSON-LD."""
    for script in tree.xpath("//script[@type='application/ld+json']")[:20]:
        content = script.text_content()
        if len(content) > _MAX_JSON_LD:
            continue
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            continue
        objects = data if isinstance(data, list) else [data]
        for one in objects:
            graph = one.get("@graph") if isinstance(one, dict) else None
            for item in graph if isinstance(graph, list) else [one]:
                types = item.get("@type") if isinstance(item, dict) else None
                if any(kind in _ARTICLE_TYPES for kind in (types if isinstance(types, list) else [types])):
                    yield item
