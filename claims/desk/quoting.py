"""A quotation typed or pasted by an editor, found in the stored text of its article."""

from __future__ import annotations

from itertools import islice

from django.utils.translation import gettext as _

from claims.errors import Refused
from sources.models import Source
from sources.quotations import Span, occurrences, span_at

# Between two pieces of one statement, as Statement.quote writes it.
LEFT_OUT = "[…]"
# Places that are looked at: words that stand there more often need their surroundings.
MOST = 50
_QUOTES = "\"'“”„«»‘’"


def locate(source: Source, quotation: str, *, before: str = "") -> list[Span]:
    """The places of a quotation in `source.body`, in order; pieces are separated by "[…]".

    `before` is what stands just before it, for words that occur more than once. Raises Refused: missing (nothing typed), not_there
    (it is not in this article), ambiguous (it is there more than once).
    """
    pieces = [
        piece.strip() for piece in quotation.replace("\r\n", "\n").replace("[...]", LEFT_OUT).split(LEFT_OUT)
    ]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        raise Refused("missing", _("Type or paste the words of the statement as they stand in the article."))
    before = before.replace("\r\n", "\n")
    spans: list[Span] = []
    at = 0
    for piece in pieces:
        start, length = _find(source, piece, at, before if not spans else "", first=not spans)
        spans.append(span_at(source.body, start, start + length))
        at = start + length
    return spans


def _find(source: Source, piece: str, at: int, before: str, *, first: bool) -> tuple[int, int]:
    for words in dict.fromkeys([piece, piece.strip(_QUOTES).strip()]):
        places = list(islice(occurrences(source.body, words, at), MOST))
        if before.strip() and places:
            places = [place for place in places if source.body[:place].rstrip().endswith(before.strip())]
        if len(places) == 1 or (places and not first):
            return places[0], len(words)
        if places:
            raise Refused(
                "ambiguous",
                _("These words stand more than once in “%(source)s”: give the words just before them too.")
                % {"source": source.title},
            )
    raise Refused(
        "not_there",
        _("These words are not in “%(source)s”: “%(words)s”. Copy them exactly as they stand there.")
        % {"source": source.title, "words": piece[:80]},
    )
