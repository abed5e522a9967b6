"""`{% machine_head %}`: what a page's head tells machines beside its title: feeds, and whether to list it."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from claims.public.claim_page import ClaimPage
from claims.public.feeds import titles
from claims.public.naming import page_language
from claims.public.speaker_page import SpeakerPage
from claims.vocabulary import SpeakerKind

register = template.Library()


@register.inclusion_tag("public/_machine_head.html", takes_context=True)
def machine_head(context: template.Context) -> dict[str, Any]:
    """`page` in the context: what the view shows."""
    request, page = context["request"], context.get("page")
    language = page_language()
    feeds = [
        (reverse("feed", args=[language, name]), f"{title} · ClaimTracker")
        for name, title in titles().items()
    ]
    if isinstance(page, ClaimPage):
        feeds.insert(0, (reverse("claim-feed", args=[language, page.claim.slug]), str(page.claim.text)))
    return {"feeds": feeds, "is_unlisted": is_unlisted(page) or bool(request.GET)}


def is_unlisted(page: Any) -> bool:
    """Search engines are not offered a claim about which nobody has decided, nor an unnamed source taken out of its article."""
    if isinstance(page, ClaimPage):
        return page.decision is None
    return isinstance(page, SpeakerPage) and page.speaker.kind == SpeakerKind.ANONYMOUS
