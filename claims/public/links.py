"""Addresses of claims, speakers and articles in the page's language, without asking the table of addresses for each of a list."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_script_prefix, reverse

from claims.public.naming import page_language
from sources.models import Source


def claim_url(slug: str) -> str:
    return f"{_list_of('claims', page_language(), get_script_prefix())}{slug}/"


def speaker_url(slug: str) -> str:
    return f"{_list_of('speakers', page_language(), get_script_prefix())}{slug}/"


def source_url(source: Source) -> str:
    return f"{_list_of('sources', page_language(), get_script_prefix())}{source.pk}-{source.slug}/"


@lru_cache(maxsize=100)
def _list_of(what: str, language: str, prefix: str) -> str:
    """The address beneath which stand the pages of what a list lists. Slugs need no quoting."""
    return reverse(f"public:{what}")
