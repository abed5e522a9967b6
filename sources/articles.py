"""A file becomes an article: bytes and a name in, a value or a refusal out. Pure: no Django, no database.

Formats: .txt (with TOML front matter between two `+++` lines, if any), .html, .json (one record) and .jsonl
(one a line). Metadata sets only the fields named in FIELDS; whatever else a file says has no effect. Nothing
here publishes anything.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sources.addresses import web_address
from sources.characters import Refused, decode, is_blank, normalise, odd_characters, refuse_unsearchable
from sources.dates import Published, published_on
from sources.furniture import Furniture, byline_in, find_furniture
from sources.languages import language_of, stated_language
from sources.records import read_record
from sources.titles import default_title, find_title
from sources.vocabulary import BodyKind, SourceKind, Translation

__all__ = [
    "ENDINGS",
    "FIELDS",
    "MAX_BYTES",
    "Article",
    "Refused",
    "article_from_fields",
    "article_from_text",
    "read_article",
    "read_articles",
    "text_digest",
]

MAX_BYTES = 2 * 2**20
MAX_FRONT_MATTER = 10_000
ENDINGS = (".txt", ".html", ".htm", ".json", ".jsonl")
# What a record or front matter may state. `source` is who published it (`outlet` is the same field by its
# other name). `key` is the name by which records refer to the article. A digest is a summary of ours that
# stands for the one text with this `original_sha256`.
FIELDS = (
    *("title", "text", "source", "outlet", "url", "published", "language", "byline", "kind"),
    *("key", "translation", "body_kind", "original_sha256"),
)

_MAX_LENGTHS = {"title": 1000, "outlet": 200, "byline": 500, "key": 100}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLANKS = re.compile(r"\s+")
_FRONT_MATTER = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Article:
    """One published text, ready to be stored. Spans are half-open characters of `body`.

    `raw` is what was received; None when it is exactly the body in UTF-8. `outlet` is a name, not a row.
    """

    title: str
    title_span: tuple[int, int] | None
    body: str
    language: str
    text_sha256: str
    raw_sha256: str
    raw: bytes | None = None
    encoding: str = "utf-8"
    outlet: str = ""
    url: str = ""
    byline: str = ""
    kind: str = "article"
    key: str = ""
    translation: str = "unknown"
    body_kind: str = "full"
    original_sha256: str = ""
    published: Published = field(default_factory=Published)
    flags: tuple[str, ...] = ()
    furniture: tuple[Furniture, ...] = ()


def text_digest(body: str) -> str:
    """The identity of a normalised text: sha256 of its UTF-8, in hex."""
    return hashlib.sha256(body.encode()).hexdigest()


def read_articles(
    data: bytes, name: str, *, encoding: str | None = None
) -> Iterator[tuple[str, Article | Refused]]:
    """Every article of one file, with a name for each: the file's own, and `name:12` for line 12 of a .jsonl."""
    if not name.lower().endswith(".jsonl"):
        yield name, _answer(data, name, encoding)
        return
    empty = True
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            empty = False
            yield f"{name}:{number}", _answer(line, f"{name}:{number}.json", encoding)
    if empty:
        yield name, Refused("empty", "The file is empty.")


def _answer(data: bytes, name: str, encoding: str | None) -> Article | Refused:
    try:
        return read_article(data, name, encoding=encoding)
    except Refused as refused:
        return refused


def read_article(data: bytes, name: str, *, encoding: str | None = None) -> Article:
    """The article in one file (.txt, .html, .htm, .json), by the ending of its name. Raises Refused, and
    nothing else.
    """
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending not in ENDINGS or ending == ".jsonl":
        raise Refused("name", f"Only {', '.join(ENDINGS)} files are read.", skip=True)
    if len(data) > MAX_BYTES:
        raise Refused("too_large", f"It is larger than {MAX_BYTES // 2**20} MiB.")
    text, encoding = decode(data, encoding)
    if is_blank(text):
        raise Refused("empty", "It holds no text.")
    if ending == ".txt":
        fields, text = _front_matter(text)
    elif ending == ".json":
        fields = read_record(text)
        text = _text_field(fields, "text")
    else:
        # trafilatura is slow to import, and few archives are web pages.
        from sources.webpages import read_page

        fields, text = read_page(text)
    return _article(fields, text, raw=data, encoding=encoding)


def article_from_text(
    text: str,
    *,
    title: str | None = None,
    url: str | None = None,
    outlet: str | None = None,
    published: Any = None,
    language: str | None = None,
) -> Article:
    """The article in a pasted text (the admin's "Add articles"). Raises Refused.

    A title that is given and is not the text's first line goes before it, as for records.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise Refused("too_large", f"It is larger than {MAX_BYTES // 2**20} MiB.")
    if is_blank(text):
        raise Refused("empty", "It holds no text.")
    fields = {"title": title, "url": url, "outlet": outlet, "published": published, "language": language}
    return _article(fields, text, raw=None, encoding="")


def article_from_fields(fields: Mapping[str, Any]) -> Article:
    """The article that a record describes (FIELDS, with its `text`). Raises Refused."""
    text = _text_field(fields, "text")
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise Refused("too_large", f"It is larger than {MAX_BYTES // 2**20} MiB.")
    return _article(fields, text, raw=None, encoding="")


def _front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """The metadata between two `+++` lines at the very top, and the text after them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.split("\n", 1)[0].rstrip() != "+++":
        return {}, text
    found = _FRONT_MATTER.match(text)
    if not found:
        raise Refused("bad_front_matter", "The front matter opens with +++ and is never closed.")
    if len(found[1]) > MAX_FRONT_MATTER:
        raise Refused("bad_front_matter", f"The front matter is longer than {MAX_FRONT_MATTER:,} letters.")
    try:
        return tomllib.loads(found[1]), text[found.end() :]
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and integers too long for Python
        raise Refused("bad_front_matter", f"The front matter is not TOML: {str(error)[:120]}.") from None


def _text_field(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused("bad_json", f"“{name}” must be a text.")
    return value


def _line_field(fields: Mapping[str, Any], name: str) -> str:
    """A short metadata text on one line, normalised."""
    value = _BLANKS.sub(" ", normalise(_text_field(fields, name))).strip()
    if len(value) > _MAX_LENGTHS.get(name, 200):
        reason = "too_long_line" if name == "title" else "bad_metadata"
        raise Refused(reason, f"“{name}” is longer than {_MAX_LENGTHS.get(name, 200)} letters.")
    return value


def _word_field(fields: Mapping[str, Any], name: str, default: StrEnum) -> str:
    """One word of the vocabulary that `default` belongs to."""
    word = _text_field(fields, name) or default.value
    words = [known.value for known in type(default)]
    if word not in words:
        raise Refused("bad_metadata", f"“{name}” must be one of {', '.join(words)}.")
    return word


def _original(fields: Mapping[str, Any], body_kind: str) -> str:
    """The digest of the text that a summary stands for; "" for a text that stands for itself."""
    digest = _text_field(fields, "original_sha256")
    if digest and body_kind != BodyKind.DIGEST:
        raise Refused("bad_metadata", "“original_sha256” is stated only where “body_kind” is digest.")
    if digest and not _SHA256.fullmatch(digest):
        raise Refused("bad_metadata", "“original_sha256” must be 64 digits 0-9 and a-f.")
    return digest


def _article(fields: Mapping[str, Any], text: str, *, raw: bytes | None, encoding: str) -> Article:
    body, title, span = _body_and_title(_line_field(fields, "title"), normalise(text))
    refuse_unsearchable(body)
    published = fields.get("published")
    if published is not None and not (isinstance(published, str) or hasattr(published, "isoformat")):
        raise Refused("bad_json", "“published” must be a date written as a text.")
    if hasattr(published, "hour") and not hasattr(published, "year"):
        raise Refused("bad_date", "“published” is a time of day without a day.")
    kind = _word_field(fields, "kind", SourceKind.ARTICLE)
    body_kind = _word_field(fields, "body_kind", BodyKind.FULL)
    raw = body.encode() if raw is None else raw
    furniture = tuple(find_furniture(body, title_span=span))
    byline = _line_field(fields, "byline") or byline_in(body, furniture)
    return Article(
        title=title,
        title_span=span,
        body=body,
        language=stated_language(_text_field(fields, "language")) or language_of(body),
        text_sha256=text_digest(body),
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        raw=None if raw == body.encode() else raw,
        encoding=encoding,
        outlet=_line_field(fields, "outlet") or _line_field(fields, "source"),
        url=web_address(_text_field(fields, "url")),
        byline=byline[: _MAX_LENGTHS["byline"]],
        kind=kind,
        key=_line_field(fields, "key"),
        translation=_word_field(fields, "translation", Translation.UNKNOWN),
        body_kind=body_kind,
        original_sha256=_original(fields, body_kind),
        published=published_on(published),
        flags=tuple(sorted({*odd_characters(body), *odd_characters(title)})),
        furniture=furniture,
    )


def _body_and_title(title: str, text: str) -> tuple[str, str, tuple[int, int] | None]:
    """The whole text with its title lines, the title, and where it stands (None when it is made from the
    first sentence).
    """
    if not is_blank(title):
        first = len(text) - len(text.lstrip())
        end = text.find("\n", first) if "\n" in text[first:] else len(text)
        if _BLANKS.sub(" ", text[first:end]).strip() == title:
            span = (first, first + len(text[first:end].rstrip()))
        else:
            text = f"{title}\n\n{text.lstrip()}".rstrip()
            span = (0, len(title))
    else:
        found = find_title(text)
        if found is None:
            if is_blank(text):
                raise Refused("no_text", "There is no text.")
            return text, default_title(text), None
        span = found
        title = _BLANKS.sub(" ", text[span[0] : span[1]]).strip()
    if is_blank(text[: span[0]] + text[span[1] :]):
        raise Refused("no_text", "There is a title and no text.")
    return text, title, span
