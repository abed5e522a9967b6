"""What the desk tells by e-mail: work handed over, proposals to read, proposals sent back, requests due.

Nothing is sent while somebody works: `send_notices` looks at where things stand and sends what has not been sent yet. An e-mail that
cannot be sent therefore holds up nobody, and is tried again the next time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from claims.labels import label
from claims.models import (
    Assignment,
    MutedNotice,
    NoticeLanguage,
    Request,
    SentNotice,
    Verdict,
    VerdictQuerySet,
)
from claims.permissions import may, roles_of
from claims.vocabulary import ALLOWED, NoticeKind, RequestKind, Role, Stage, Verb
from sources.vocabulary import Language

__all__ = ["Notice", "language_of", "mute", "muted_by", "send", "switched_off", "waiting", "write_in"]

# What is due within so long is told.
SOON = timedelta(days=1)
# Nobody is told of things that have stood like this for longer: switching e-mail on does not send the past.
OLDEST = timedelta(days=14)

SUBJECTS = {
    NoticeKind.ASSIGNED: gettext_lazy("ClaimTracker: something is handed to you"),
    NoticeKind.SECOND_READING: gettext_lazy("ClaimTracker: a proposal waits for a second reading"),
    NoticeKind.SENT_BACK: gettext_lazy("ClaimTracker: your proposal is sent back"),
    NoticeKind.REQUEST_DUE: gettext_lazy("ClaimTracker: a request is due"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One e-mail to one person. `about` is the occasion: the same one is told once. `line` is said in the recipient's language."""

    to: User
    kind: NoticeKind
    about: str
    line: Callable[[], str]
    path: str

    def message(self, language: str) -> EmailMessage:
        """Names the thing and where it is; never what a reader wrote to us."""
        link = f"{settings.CLAIMTRACKER_SITE_URL.rstrip('/')}{self.path}"
        off = f"{settings.CLAIMTRACKER_SITE_URL.rstrip('/')}{reverse('desk:notices')}"
        with override(language):
            told = _("Which e-mails you get: %(link)s") % {"link": off}
            body = f"{self.line()}\n\n{link}\n\n{told}\n"
            return EmailMessage(str(SUBJECTS[self.kind]), body, to=[self.to.email])


def write_in(user: User, language: str) -> None:
    """From now on e-mails to this person are in this language."""
    NoticeLanguage.objects.update_or_create(user=user, defaults={"language": Language(language).value})


def language_of(user: User) -> str:
    """The language that they chose for their e-mails, else that of the site."""
    return _languages([user]).get(user.pk, _of_the_site())


def _languages(users: Iterable[User]) -> dict[int, str]:
    chosen = NoticeLanguage.objects.filter(user__in={user.pk for user in users})
    return dict(chosen.values_list("user_id", "language"))


def _of_the_site() -> str:
    """An account has no language of its own, and the desk's is that of a session: e-mails need one rule for all."""
    return str(settings.LANGUAGE_CODE)[:2]


def mute(user: User, kinds: Iterable[NoticeKind]) -> None:
    """From now on exactly these kinds are not sent to this person."""
    wanted = set(kinds)
    with transaction.atomic():
        MutedNotice.objects.filter(user=user).exclude(kind__in=wanted).delete()
        MutedNotice.objects.bulk_create(
            [MutedNotice(user=user, kind=kind.value) for kind in wanted], ignore_conflicts=True
        )


def muted_by(user: User) -> set[NoticeKind]:
    return {NoticeKind(kind) for kind in user.muted_notices.values_list("kind", flat=True)}


def switched_off() -> list[NoticeKind]:
    """Kinds that this installation sends to nobody (CLAIMTRACKER_NOTICES)."""
    return [kind for kind in NoticeKind if kind not in settings.CLAIMTRACKER_NOTICES]


def waiting() -> list[Notice]:
    """What has not been told yet to people who have an address, work here, and want to hear of it."""
    muted = defaultdict(set)
    for user, kind in MutedNotice.objects.values_list("user_id", "kind"):
        muted[user].add(kind)
    found = [
        notice
        for notice in (*_assigned(), *_second_readings(), *_sent_back(), *_due())
        if notice.kind in settings.CLAIMTRACKER_NOTICES
        and notice.to.email
        and notice.kind not in muted[notice.to.pk]
        and may(notice.to, Verb.READ_DESK)
    ]
    told = set(
        SentNotice.objects.filter(about__in={each.about for each in found}).values_list(
            "user_id", "kind", "about"
        )
    )
    return [each for each in found if (each.to.pk, each.kind.value, each.about) not in told]


def send(notices: Iterable[Notice]) -> tuple[int, int]:
    """(sent, failed). Each is written down in the transaction in which it is sent: of two runs at once, one sends it."""
    sent = failed = 0
    mail, notices = get_connection(), list(notices)
    languages = _languages(each.to for each in notices)
    for each in notices:
        try:
            with transaction.atomic():
                _row, is_new = SentNotice.objects.get_or_create(
                    user=each.to, kind=each.kind.value, about=each.about
                )
                if is_new:
                    mail.send_messages([each.message(languages.get(each.to.pk, _of_the_site()))])
                    sent += 1
        except OSError:  # no server, or it refused (smtplib's errors are OSErrors)
            failed += 1
    return sent, failed


def _assigned() -> Iterator[Notice]:
    rows = Assignment.objects.filter(done_at=None, created_at__gt=timezone.now() - OLDEST).select_related(
        "to", "by", "claim", "source", "request"
    )
    for row in rows:
        if row.to_id == row.by_id:
            continue
        if row.request is not None:
            path = reverse("desk:request", args=[row.request_id])
        elif row.claim is not None:
            path = reverse("desk:claim", args=[row.claim_id])
        else:
            path = reverse("desk:article", args=[row.source_id])
        yield Notice(row.to, NoticeKind.ASSIGNED, f"assignment {row.pk}", partial(_say_assigned, row), path)


def _say_assigned(row: Assignment) -> str:
    what = _request(row.request) if row.request is not None else str(row.claim or row.source)
    return _("%(name)s hands this to you: %(what)s") % {"name": row.by, "what": what}


def _second_readings() -> Iterator[Notice]:
    rows = list(_with_last_note(Verdict.objects.awaiting_second_reading()))
    readers = _who_may(Verb.APPROVE) if rows else []
    for row in rows:
        for reader in readers:
            if reader.pk != row.author_id:
                path = reverse("desk:stage", args=[row.pk, "approve"])
                yield Notice(
                    reader,
                    NoticeKind.SECOND_READING,
                    f"verdict {row.pk} {row.last_note}",
                    partial(_say_proposed, row),
                    path,
                )


def _say_proposed(row: Verdict) -> str:
    return _("%(name)s proposes an assessment of: %(claim)s") % {"name": row.author, "claim": row.claim}


def _sent_back() -> Iterator[Notice]:
    rows = _with_last_note(Verdict.objects.filter(stage=Stage.RETURNED))
    for row in rows:
        yield Notice(
            row.author,
            NoticeKind.SENT_BACK,
            f"verdict {row.pk} {row.last_note}",
            partial(_say_sent_back, row),
            reverse("desk:claim", args=[row.claim_id]),
        )


def _say_sent_back(row: Verdict) -> str:
    return _("Your proposal is sent back with a note: %(claim)s") % {"claim": row.claim}


def _with_last_note(verdicts: VerdictQuerySet) -> QuerySet[Any]:
    """Those that came here lately. Whatever is sent back carries a note: with it, sent back and proposed again are new occasions."""
    return (
        verdicts.annotate(last_note=Max("notes"), came_at=Coalesce(Max("notes__created_at"), "created_at"))
        .filter(came_at__gt=timezone.now() - OLDEST)
        .select_related("claim", "author")
        .order_by("pk")
    )


def _due() -> Iterator[Notice]:
    """To those who have it in hand; else to whoever handles it. A due date that was moved is told again."""
    rows = (
        Request.objects.due(timezone.now() + SOON)
        .filter(due_at__gt=timezone.now() - OLDEST)
        .select_related("handled_by", "claim")
        .prefetch_related("assignments__to")
    )
    for row in rows:
        hands = [each.to for each in row.assignments.all() if each.done_at is None]
        for who in hands or ([row.handled_by] if row.handled_by else []):
            occasion = f"request {row.pk} {row.due_at:%Y%m%dT%H%M}"
            path = reverse("desk:request", args=[row.pk])
            yield Notice(who, NoticeKind.REQUEST_DUE, occasion, partial(_say_due, row), path)


def _say_due(row: Request) -> str:
    at = f"{row.due_at:%Y-%m-%d %H:%M} UTC" if row.due_at else ""
    return _("A request is due on %(at)s: %(what)s") % {"at": at, "what": _request(row)}


def _request(row: Request) -> str:
    """Its kind and what it is about; not who wrote it, nor what."""
    return f"{label(row.kind, RequestKind)}, {row.claim or row.pk}"


def _who_may(verb: Verb) -> list[User]:
    """Active accounts with a role that may."""
    roles: list[Role] = sorted(ALLOWED[verb])
    found = User.objects.filter(is_active=True, groups__name__in=roles).exclude(email="").distinct()
    return [user for user in found.order_by("pk") if roles_of(user)]
