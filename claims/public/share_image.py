"""The picture that other sites show beside a link to a claim: the claim, our assessment, who says so and who denies it.

Drawn by Pillow in Source Serif Pro (SIL Open Font License 1.1, from the package font-source-serif-pro). Colours, shapes and words are
those of the pages in daylight; a mark is a shape and a word before it is a colour.
"""

from __future__ import annotations

import hashlib
import io
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from importlib.resources import files
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import condition
from PIL import Image, ImageDraw, ImageFont

from claims.models import Claim, Verdict
from claims.public import sentences
from claims.public.answers import for_machines, gone, problem
from claims.public.claim_page import ClaimPage
from claims.public.data import figures
from claims.public.decisions import Stamp, stamp
from claims.public.found import claim_at, moved_to
from claims.public.naming import Names
from claims.vocabulary import Publication

# What Open Graph's readers crop least (UX: 28).
WIDTH, HEIGHT = 1200, 630
MARGIN = 72
ROOM = WIDTH - 2 * MARGIN
# Changes whenever the drawing does, so that nobody keeps an old one.
DRAWING = "1"
PAPER, INK, MUTED, RULE = "#fbfaf6", "#1b1a17", "#5b5851", "#dcd8cd"
COLOURS = {
    "confirmed": "#14573c",
    "disputed": "#7a4b00",
    "unproven": MUTED,
    "refuted": INK,
    "unreviewed": MUTED,
}
SIZES = (84, 74, 66, 58, 52, 46, 40, 36)
MOST_LINES = 5
STAMP_SIZE, LEDE_SIZE, LEDE_LINES = 40, 30, 2


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn, each text in one line. `key`: the rating, or `unreviewed`."""

    claim: str
    key: str
    words: str
    lede: str

    @classmethod
    def of(cls, claim: Claim, mark: Stamp, lede: str) -> Picture:
        # Line ends and tabs in a line are more than the font engine takes.
        claim_words, words, rest = (" ".join(str(text).split()) for text in (claim.text, mark.words, lede))
        return cls(claim_words, mark.key, words, rest)

    @property
    def version(self) -> str:
        """Changes with what is drawn, and with nothing else."""
        told = "\0".join((DRAWING, self.claim, self.key, self.words, self.lede))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def alt(self) -> str:
        return f"{self.words}: {self.claim}"


def picture_of(page: ClaimPage) -> Picture:
    return Picture.of(page.claim, page.stamp, page.lede)


def address(page: ClaimPage, language: str) -> str:
    """With the version of what is drawn: a shared link shows the new decision as soon as there is one."""
    path = reverse("share-image", args=[language, page.claim.slug])
    return f"{path}?v={picture_of(page).version}"


@for_machines
def share_image(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """Of published claims; 410 or 451 for one that is gone. Who has the picture already is told so before anything is drawn."""
    found = claim_at(slug)
    if found is None or found.slug != slug:
        present = found.slug if found and found.publication != Publication.DRAFT else moved_to("claim", slug)
        if not present:
            return problem(HTTPStatus.NOT_FOUND, "Nothing public is at this address.")
        response = HttpResponse(status=HTTPStatus.MOVED_PERMANENTLY)
        response["Location"] = reverse("share-image", args=[language, present])
        return response
    if found.publication == Publication.DRAFT:
        return problem(HTTPStatus.NOT_FOUND, "Nothing public is at this address.")
    if found.publication == Publication.WITHDRAWN:
        return gone(claim=found)
    with translation.override(language):
        picture = _picture(found)

    @condition(etag_func=lambda _request: f'"{picture.version}"')
    def drawn(request: HttpRequest) -> HttpResponse:
        return HttpResponse(draw(picture), content_type="image/png")

    response = drawn(request)
    response["Content-Language"] = language
    return response


def _picture(claim: Claim) -> Picture:
    """The same words as on the claim's page, in three queries."""
    parties = figures(claim).parties
    names = Names.of(sentences.party_keys(parties))
    verdict = Verdict.objects.published().current().filter(claim=claim).first()
    mark: Stamp = stamp(verdict.rating, verdict.label) if verdict else stamp("")
    return Picture.of(claim, mark, sentences.lede(parties, names))


# -- drawing -----------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    folder = files("font_source_serif_pro") / "files"
    return ImageFont.truetype(str(folder / f"SourceSerifPro-{weight}.ttf"), size)


@lru_cache(maxsize=64)
def draw(picture: Picture) -> bytes:
    """PNG, 1200 × 630."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    colour = COLOURS[picture.key]
    pen.rectangle((0, 0, 15, HEIGHT), fill=colour)
    pen.text((MARGIN, 46), "ClaimTracker", font=_font("Semibold", 30), fill=MUTED)
    pen.line((MARGIN, 98, WIDTH - MARGIN, 98), fill=INK, width=2)
    _draw_claim(pen, picture.claim)
    _draw_stamp(pen, picture, colour)
    lede = _lines(picture.lede, _font("Regular", LEDE_SIZE), LEDE_LINES)
    for n, line in enumerate(lede):
        pen.text((MARGIN, 520 + n * 40), line, font=_font("Regular", LEDE_SIZE), fill=MUTED)
    written = io.BytesIO()
    image.quantize(32, Image.Quantize.FASTOCTREE).save(written, "PNG", compress_level=6)
    return written.getvalue()


def _draw_claim(pen: ImageDraw.ImageDraw, words: str) -> None:
    """As large as it fits above the mark; what does not fit at all ends with an ellipsis."""
    top, bottom = 120, 398
    for size in SIZES:
        font = _font("Semibold", size)
        step = round(size * 1.18)
        lines = _lines(words, font, MOST_LINES)
        is_whole = not lines or not lines[-1].endswith("…") or words.endswith("…")
        if len(lines) * step <= bottom - top and is_whole:
            break
    lines = lines[: (bottom - top) // step]
    for n, line in enumerate(lines):
        pen.text((MARGIN, top + n * step), line, font=font, fill=INK)


def _draw_stamp(pen: ImageDraw.ImageDraw, picture: Picture, colour: str) -> None:
    """Filled, doubled, single or broken edge, as on the pages."""
    font = _font("Semibold", STAMP_SIZE)
    left, top, height = MARGIN, 430, 66
    right = min(WIDTH - MARGIN, left + 84 + round(font.getlength(picture.words)) + 26)
    box = (left, top, right, top + height)
    is_filled = picture.key == "confirmed"
    if is_filled:
        pen.rounded_rectangle(box, 8, fill=colour)
    else:
        pen.rounded_rectangle(box, 8, outline=colour, width=3)
    if picture.key == "disputed":
        pen.rounded_rectangle((left + 6, top + 6, right - 6, top + height - 6), 5, outline=colour, width=2)
    if picture.key == "refuted":
        pen.rectangle((left, top, left + 9, top + height), fill=colour)
    if picture.key == "unreviewed":
        for x in range(left + 10, right - 10, 12):  # a dotted edge
            for y in (top, top + height - 3):
                pen.rectangle((x, y, x + 5, y + 3), fill=PAPER)
        for y in range(top + 10, top + height - 10, 12):
            for x in (left, right - 3):
                pen.rectangle((x, y, x + 3, y + 5), fill=PAPER)
    ink = PAPER if is_filled else colour
    _draw_glyph(pen, picture.key, left + 24, top + 15, ink)
    pen.text((left + 78, top + height / 2), picture.words, font=font, fill=ink, anchor="lm")


def _draw_glyph(pen: ImageDraw.ImageDraw, key: str, x: int, y: int, ink: str) -> None:
    """The mark's shape in a square of 36."""
    match key:
        case "confirmed":
            pen.line([(x + 4, y + 19), (x + 13, y + 28), (x + 31, y + 8)], fill=ink, width=6, joint="curve")
        case "disputed":
            for line in (
                (x + 3, y + 12, x + 33, y + 12),
                (x + 3, y + 24, x + 33, y + 24),
                (x + 26, y + 2, x + 10, y + 34),
            ):
                pen.line(line, fill=ink, width=5)
        case "unproven":
            pen.text((x + 18, y + 18), "?", font=_font("Semibold", 46), fill=ink, anchor="mm")
        case "refuted":
            pen.ellipse((x + 3, y + 3, x + 33, y + 33), outline=ink, width=5)
            pen.line((x + 8, y + 28, x + 28, y + 8), fill=ink, width=5)
        case _:
            for n in range(3):
                pen.ellipse((x + 1 + n * 13, y + 14, x + 9 + n * 13, y + 22), fill=ink)


def _lines(words: str, font: ImageFont.FreeTypeFont, most: int) -> list[str]:
    """Broken between words to the width of the picture; what is beyond `most` lines is an ellipsis."""
    found = list(_broken(words, font))
    if len(found) <= most:
        return found
    last = found[most - 1]
    while last and font.getlength(f"{last} …") > ROOM:
        last = last.rpartition(" ")[0]
    return [*found[: most - 1], f"{last} …"]


def _fitting(word: str, font: ImageFont.FreeTypeFont) -> int:
    """How many of its characters fit in a line; at least one."""
    return max(1, bisect(range(len(word)), ROOM, key=lambda n: ceil(font.getlength(word[: n + 1]))))


def _broken(words: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    line = ""
    for word in words.split():
        while font.getlength(word) > ROOM:  # a word as long as a line is cut anywhere
            fits = _fitting(word, font)
            if line:
                yield line
                line = ""
            yield word[:fits]
            word = word[fits:]
        longer = f"{line} {word}".strip()
        if font.getlength(longer) > ROOM:
            yield line
            line = word
        else:
            line = longer
    if line:
        yield line
