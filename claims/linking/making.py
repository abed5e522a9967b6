"""What triage makes of a statement's own words: a claim to put it on, a speaker nobody has met yet."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from claims import signatures
from claims.acts import act
from claims.errors import Refused
from claims.linking.mentions import take_apart
from claims.models import Claim, Speaker, Statement
from claims.models.addresses import free_slug
from claims.vocabulary import SpeakerKind, Verb
from sources.vocabulary import Language

__all__ = ["guess_name", "make_claim_from", "make_speaker_from"]

# As long as Claim.text_… and Speaker.name are.
LONGEST_CLAIM, LONGEST_NAME = 500, 200


def make_claim_from(statement: Statement, *, by: User, text: str = "", language: str = "") -> Claim:
    """A new claim, a draft, in the words given or else in the statement's own. The statement is not put on it: `attach` does that.

    `language`: of the text; else the article's. Raises Refused without words.
    """
    with act(Verb.DRAFT, by=by, name="make_claim_from"):
        words = " ".join((text or statement.quote).split())
        language = Language(language or statement.source.language).value
        if not words:
            raise Refused("empty", _("A claim needs words."))
        if len(words) > LONGEST_CLAIM:
            raise Refused(
                "long", _("A claim has at most %(n)s characters: say it shorter.") % {"n": LONGEST_CLAIM}
            )
        claim = Claim.objects.create(slug=free_slug(Claim, words), **{f"text_{language}": words})
        signatures.sign([claim.pk])
        return claim


def make_speaker_from(statement: Statement, name: str, kind: SpeakerKind | str, *, by: User) -> Speaker:
    """Somebody whom our lists do not know, under the name that the editor gives. Who is not named stays with the article.

    Raises Refused without a name.
    """
    with act(Verb.DRAFT, by=by, name="make_speaker_from"):
        name, kind = " ".join(name.split()), SpeakerKind(kind)
        if not name:
            raise Refused("empty", _("A person or body needs a name."))
        if len(name) > LONGEST_NAME:
            raise Refused("long", _("A name has at most %(n)s characters.") % {"n": LONGEST_NAME})
        return Speaker.objects.create(
            name=name,
            kind=kind.value,
            slug=free_slug(Speaker, name),
            only_in=statement.source if kind == SpeakerKind.ANONYMOUS else None,
        )


def guess_name(as_written: str, role: str = "") -> str:
    """What somebody new is probably called: the name without the role, or all of it without its article."""
    named = take_apart(as_written, role)
    name = next(iter(named.names(())), "") or named.whole
    return name[:1].upper() + name[1:LONGEST_NAME]
