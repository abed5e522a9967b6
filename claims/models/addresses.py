"""Addresses (slugs) for what an editor adds by hand."""

from __future__ import annotations

from django.db import models
from django.utils.text import slugify

LONGEST = 100


def free_slug(model: type[models.Model], words: str) -> str:
    """A readable address that no row of `model` has: the words themselves, with a number where they are taken."""
    stem = slugify(words)[:LONGEST].strip("-") or model._meta.model_name or "item"
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, slug = 2, stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug
