"""`{% machine_head %}`: what a page's head tells machines beside its title: feeds, whether to list it, how to share it, its ClaimReview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from claims.public.answers import as_json
from claims.public.claim_page import ClaimPage
from claims.public.claimreview import review_of_page
from claims.public.data import origin_of
from claims.public.feeds import titles
from claims.public.naming import page_language
from claims.public.remembered import Remembered
from claims.public.share_image import HEIGHT, WIDTH, address, picture_of
from claims.public.speaker_page import SpeakerPage
from claims.vocabulary import SpeakerKind

register = template.Library()


@register.simple_tag(takes_context=True)
def machine_head(context: template.Context) -> SafeString:
    """`page` in the context: what the view shows. Of pages without a claim: the same for everybody."""
    request, page = context["request"], context.get("page")
    unlisted = is_unlisted(page) or bool(request.GET)
    if isinstance(page, ClaimPage):
        return _drawn(unlisted=unlisted, **_of_claim(request, page))
    return _heads.get((page_language(), unlisted), lambda: _drawn(unlisted=unlisted))


_heads = Remembered()


def _drawn(*, unlisted: bool, own_feeds: Sequence[tuple[str, str]] = (), **told: Any) -> SafeString:
    feeds = [
        (reverse("feed", args=[page_language(), name]), f"{title} · ClaimTracker")
        for name, title in titles().items()
    ]
    told |= {"feeds": [*own_feeds, *feeds], "is_unlisted": unlisted}
    return render_to_string("public/_machine_head.html", told)


def _of_claim(request: HttpRequest, page: ClaimPage) -> dict[str, Any]:
    """How to share it, and its ClaimReview."""
    language, origin = page_language(), origin_of(request)
    return {
        "own_feeds": [(reverse("claim-feed", args=[language, page.claim.slug]), str(page.claim.text))],
        "share": {
            "picture": picture_of(page),
            "image": f"{origin}{address(page, language)}",
            "url": f"{origin}{request.path}",
            "locale": {"it": "it_IT", "en": "en_GB"}[language],
            "width": WIDTH,
            "height": HEIGHT,
        },
        "review": in_script(review_of_page(page, origin=origin, language=language)),
    }


def in_script(found: dict[str, Any] | None) -> str:
    """JSON that no word of which can end the script element it stands in (as django.utils.html.json_script)."""
    if found is None:
        return ""
    escapes = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
    return mark_safe(as_json(found).decode().translate(escapes))  # noqa: S308  # nosec B308 B703: nothing in it is markup any more


def is_unlisted(page: Any) -> bool:
    """Search engines are not offered a claim about which nobody has decided, nor an unnamed source taken out of its article."""
    if isinstance(page, ClaimPage):
        return page.decision is None
    return isinstance(page, SpeakerPage) and page.speaker.kind == SpeakerKind.ANONYMOUS
