"""Triage: the article beside what the machine suggests of it, one suggestion after the other. Every button calls a step.

All of it works as plain forms; triage.js adds keys that press the same buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from claims import linking
from claims.desk import waiting
from claims.desk.deciding import on_claim, read_card, who_says_it
from claims.desk.keys import key_in
from claims.desk.lighting import lights_of, lit, window
from claims.desk.opened import Opened, open_article
from claims.desk.people import editor_of
from claims.desk.quoting import locate
from claims.desk.refusals import told
from claims.desk.revising import ReviseForm
from claims.desk.versions import rows
from claims.desk.views import on_the_desk
from claims.errors import Refused, Stale
from claims.labels import label
from claims.models import Statement, TriageAct
from claims.permissions import may
from claims.vocabulary import Act, Verb
from sources.models import Source

__all__ = ["address", "article", "close", "decide", "following", "undo"]

# The claim picked last, in the session; and how long the last act is offered for undoing.
LAST_CLAIM = "triage_claim"
UNDO_WITHIN = timedelta(hours=12)
# Characters before and after the words on the card.
WORDS_AROUND = 160
# What can be done to one suggestion besides accepting and discarding it, each on a card of its own.
OTHER_CARDS = ("edit", "merge", "split")


def address(source: int, statement: int | None = None) -> str:
    """Where a suggestion is triaged, or the article's first one that waits."""
    page = reverse("desk:triage_article", args=[source])
    return f"{page}?s={statement}#card" if statement else page


@on_the_desk()
@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """`?s=` the suggestion that is open, `?do=` edit, merge or split."""
    source = the_article(pk)
    do = request.GET.get("do", "")
    return _page(
        request,
        open_article(source, key_in(request.GET.get("s"))),
        do=do if do in OTHER_CARDS and may(request.user, Verb.TRIAGE) else "",
    )


def the_article(pk: int) -> Source:
    rows = Source.objects.select_related("outlet").defer("raw", "search")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest,
    opened: Opened,
    *,
    do: str = "",
    sent: Mapping[str, Any] | None = None,
    trouble: Mapping[str, Any] | None = None,
    form: ReviseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    source, current = opened.source, opened.current
    context: dict[str, Any] = {
        "source": source,
        "opened": opened,
        "current": current,
        "do": do,
        "may_triage": may(request.user, Verb.TRIAGE),
        **(trouble or {}),
    }
    context["named"], context["unnamed"], context["left_out"] = opened.lines()
    names = [row.span for row in current.speakers.all()] if current else []
    part = window(source.body, current.start if current else 0)
    context["window"] = part
    context["text"] = lit(source.body, part, lights_of(source, opened.statements, current, names))
    if current is not None:
        context["line"] = opened.line(current)
        context["before"], context["after"] = opened.step(-1), opened.step(1)
        context["sure"] = round(100 * (current.confidence or 0))
        context["around"] = around(source.body, current)
        context["doubts"] = doubts_about(current)
        context["about"] = [source.body[start:end] for start, end in current.reading.get("about", ())]
        if context["line"].waits:
            context |= _card(request, opened, current, do=do, sent=sent, form=form)
    if context["may_triage"]:
        context["last"] = last_act_of(request)
    return render(request, "desk/triage_article.html", context, status=status)


def _card(
    request: HttpRequest,
    opened: Opened,
    current: Statement,
    *,
    do: str,
    sent: Mapping[str, Any] | None,
    form: ReviseForm | None,
) -> dict[str, Any]:
    """What the card of a waiting suggestion needs."""
    if do == "edit":
        selected = {
            name: request.GET[name] for name in ("words", "just_before") if request.GET.get(name, "").strip()
        }
        return {"form": form or ReviseForm(current, initial=selected)}
    if do == "merge":
        others = [each for each in opened.statements if each.pk in opened.order and each.pk != current.pk]
        near = sorted(others, key=lambda each: abs(each.start - current.start))[:12]
        return {"others": [opened.line(each) for each in near]}
    if do == "split":
        return {"words": (sent or request.GET).get("words", "")}
    return {"card": read_card(current, last_claim=request.session.get(LAST_CLAIM), sent=sent)}


def around(body: str, statement: Statement) -> tuple[str, str]:
    """A few words before and after a statement, in its own paragraph, for where the article is not beside it."""
    before = body[max(0, statement.start - WORDS_AROUND) : statement.start]
    after = body[statement.end : statement.end + WORDS_AROUND]
    before = before.rsplit("\n", 1)[-1]
    after = after.split("\n", 1)[0]
    if len(before) == WORDS_AROUND:
        before = before.split(" ", 1)[-1]
    if len(after) == WORDS_AROUND:
        after = after.rsplit(" ", 1)[0]
    return before, after


def doubts_about(statement: Statement) -> list[str]:
    """What the machine noticed and an editor should look at, in words."""
    noticed = statement.reading
    said = [
        _("may also be read as: %(act)s") % {"act": label(act, Act)}
        for act in noticed.get("also", ())
        if act in {each.value for each in Act}
    ]
    if noticed.get("negated"):
        said.append(_("the words that introduce it are negated"))
    if noticed.get("inferred"):
        said.append(_("what it refers to was worked out, not said"))
    flags = {
        "self_transfer": _("the same party gives and receives: a slip of the translation?"),
        "unbalanced_quotes": _("quotation marks do not match"),
    }
    said += [flags[flag] for flag in noticed.get("flags", ()) if flag in flags]
    if statement.translation_suspect:
        said.append(_("translation in doubt"))
    return said


# --- Deciding


@on_the_desk(Verb.TRIAGE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One act on one suggestion, named by `do`; then the next one. A refused act comes back as it was sent, with the reason."""
    statement = get_object_or_404(Statement.objects.only("source"), pk=pk)
    sent = sent_in(request)
    opened = open_article(the_article(statement.source_id), pk)
    do = sent.get("do", "accept")
    if opened.current is None or (do not in ACTS and not do.startswith("find-")):
        return HttpResponseBadRequest(_("Say what you decide."))
    if do.startswith("find-"):
        return _page(request, opened, sent=sent)
    card = do if do in OTHER_CARDS else ""
    form = ReviseForm(opened.current, sent) if do == "edit" else None
    if form is not None and not form.is_valid():
        return _page(request, opened, do=card, form=form)
    trouble: dict[str, Any]
    try:
        next_one = ACTS[do](request, opened, opened.current, form)
    except Refused as refused:
        trouble, status = {"refused": refused.sentence}, 409 if refused.code == "decided" else 200
    except IntegrityError as error:
        trouble, status = {"refused": told(error)}, 200
    except Stale as stale:
        trouble, status = {"conflict": rows(Statement, stale)}, 409
    else:
        return HttpResponseRedirect(address(statement.source_id, next_one))
    again = open_article(opened.source, pk)
    return _page(request, again, do=card, sent=sent, form=form, trouble=trouble, status=status)


def sent_in(request: HttpRequest) -> dict[str, str]:
    """What was sent, without the one character that no text in the database holds."""
    return {name: str(value).replace("\x00", "") for name, value in request.POST.items()}


Deed = Callable[[HttpRequest, Opened, Statement, ReviseForm | None], int | None]


def base_of(request: HttpRequest, name: str = "version") -> int:
    """The version that the page showed; 0, which no row has, where it says none."""
    return key_in(request.POST.get(name)) or 0


def _next(opened: Opened) -> int | None:
    return opened.step(1) or opened.step(-1)


def _accept(request: HttpRequest, opened: Opened, current: Statement, _form: Any) -> int | None:
    sent = sent_in(request)
    on = on_claim(sent)
    linking.settle(
        current,
        by=editor_of(request),
        base=base_of(request),
        who=who_says_it(current, sent),
        on=on,
    )
    if on is not None:
        claim = on.claim.pk if on.claim else newest_claim_of(current)
        request.session[LAST_CLAIM] = claim
    return _next(opened)


def newest_claim_of(statement: Statement) -> int | None:
    return statement.positions.order_by("-pk").values_list("claim_id", flat=True).first()


def _discard(request: HttpRequest, opened: Opened, current: Statement, _form: Any) -> int | None:
    linking.discard(current, by=editor_of(request), base=base_of(request))
    return _next(opened)


def _edit(request: HttpRequest, _opened: Opened, current: Statement, form: ReviseForm | None) -> int | None:
    if form is not None and (changes := form.changes()):
        linking.revise(current, changes, by=editor_of(request), base=base_of(request))
    return current.pk


def _merge(request: HttpRequest, opened: Opened, current: Statement, _form: Any) -> int | None:
    other = next((each for each in opened.statements if str(each.pk) == request.POST.get("other")), None)
    if other is None:
        raise Refused("merge", _("Choose two suggestions of the same article."))
    linking.merge_statements(
        other,
        into=current,
        by=editor_of(request),
        base=base_of(request, f"version-{other.pk}"),
        into_base=base_of(request),
    )
    return current.pk


def _split(request: HttpRequest, opened: Opened, current: Statement, _form: Any) -> int | None:
    sent = sent_in(request)
    words = locate(opened.source, sent.get("words", ""), before=sent.get("just_before", ""))
    linking.split_statement(current, words, by=editor_of(request), base=base_of(request))
    return current.pk


ACTS: dict[str, Deed] = {
    "accept": _accept,
    "discard": _discard,
    "edit": _edit,
    "merge": _merge,
    "split": _split,
}


# --- The whole article


@on_the_desk(Verb.TRIAGE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Discards what still waits of what the page showed, and goes on to the next article."""
    source = get_object_or_404(Source.objects.without_text(), pk=pk)
    linking.close_article(source, by=editor_of(request), up_to=base_of(request, "up_to"))
    return _to_next_article(pk)


@on_the_desk()
@require_safe
def following(request: HttpRequest, pk: int) -> HttpResponse:
    """The article that comes after this one in the queue."""
    return _to_next_article(pk)


def _to_next_article(pk: int) -> HttpResponse:
    after = waiting.next_article(pk)
    return HttpResponseRedirect(address(after) if after else reverse("desk:triage"))


# --- Undoing


def last_act_of(request: HttpRequest) -> dict[str, Any] | None:
    """What this editor did last, in words, while it is fresh."""
    done = linking.last_act(by=editor_of(request))
    if done is None or done.done_at < timezone.now() - UNDO_WITHIN:
        return None
    keys = [int(key) for group in done.record.get("changed", ()) for key in group["left"]]
    first = Statement.objects.filter(pk__in=keys[:1]).only("spans").first()
    return {
        "act": done,
        "said": in_words(done, len(keys)),
        "words": first.quote if first else "",
        "n": len(keys),
    }


def in_words(done: TriageAct, n: int) -> str:
    """What an act did, in a word or two."""
    if done.verb == "close":
        return ngettext(
            "Article closed, %(n)s suggestion discarded", "Article closed, %(n)s suggestions discarded", n
        ) % {"n": n}
    if done.verb == "accept" and n > 1:
        return ngettext("%(n)s suggestion accepted", "%(n)s suggestions accepted", n) % {"n": n}
    return {
        "accept": _("Accepted"),
        "discard": _("Discarded"),
        "edit": _("Changed"),
        "merge": _("Merged"),
        "split": _("Split"),
    }.get(done.verb, done.verb)


@on_the_desk(Verb.TRIAGE)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one act back, if nobody else has worked on it since, and returns to where it was done."""
    done = get_object_or_404(TriageAct, pk=pk)
    keys = [int(key) for group in done.record.get("changed", ()) for key in group["left"]]
    try:
        linking.undo(done, by=editor_of(request))
    except Refused as refused:
        messages.error(request, refused.sentence)
    except IntegrityError as error:
        messages.error(request, told(error))
    else:
        messages.success(request, _("Undone."))
    one = keys[0] if keys and done.verb != "close" else None
    # To the top of the page, where it stands whether it was undone.
    return HttpResponseRedirect(address(done.source_id, one).removesuffix("#card"))
