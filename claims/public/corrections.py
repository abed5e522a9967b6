"""What changed after publication, and why, as readers read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from claims.models import Correction, Withdrawal
from claims.public import dates
from claims.public.naming import page_language


@dataclass(frozen=True, slots=True)
class CorrectionItem:
    correction: Correction
    text: str
    language: str
    made: str


@dataclass(frozen=True, slots=True)
class WithdrawalNotice:
    reason: str
    language: str
    withdrawn: str


def in_a_language(row: Any, field: str) -> tuple[str, str]:
    """(text, its language): the page's language where there is one, else the other."""
    language = page_language()
    text = getattr(row, f"{field}_{language}")
    if text:
        return text, language
    other = {"it": "en", "en": "it"}[language]
    return getattr(row, f"{field}_{other}"), other


def report_link(page: str) -> str:
    """Where an error on that page (its whole address) is reported: for an e-mail address with the page filled in. "" without a contact.

    Readers write from their own mail program (mailto, RFC 6068): the public pages take nothing.
    """
    address = next(iter(settings.CLAIMTRACKER_CONTACT), "")
    if not address.startswith("mailto:"):
        return address
    filled = {
        "subject": _("Error on a page of yours"),
        "body": _("The page: %(page)s") % {"page": page} + "\r\n\r\n",
    }
    return f"{address}{'&' if '?' in address else '?'}{urlencode(filled, quote_via=quote)}"


def contacts() -> list[tuple[str, str]]:
    """(address, the words to show) of whom readers write to."""
    return [
        (address, address.removeprefix("mailto:").removeprefix("https://").removeprefix("tel:"))
        for address in settings.CLAIMTRACKER_CONTACT
    ]


def correction_items(rows: Iterable[Correction]) -> list[CorrectionItem]:
    return [CorrectionItem(row, *in_a_language(row, "text"), dates.written(row.made_at)) for row in rows]


def withdrawal_notice(row: Withdrawal | None) -> WithdrawalNotice | None:
    return WithdrawalNotice(*in_a_language(row, "reason"), dates.written(row.withdrawn_at)) if row else None
