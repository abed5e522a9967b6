"""What changed after publication, and why, as readers read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

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
