"""What an assessment can rest on: a statement, a passage, a link or a file that we keep."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from claims.acts import act
from claims.errors import Refused
from claims.models import Claim, Evidence, Statement
from claims.vocabulary import EvidenceKind, Verb
from sources.models import Source

# A scanned report fits; a film does not.
MOST_MEGABYTES = 20


def add_evidence(
    claim: Claim,
    *,
    by: User,
    kind: EvidenceKind | str,
    statement: Statement | None = None,
    url: str = "",
    source: Source | None = None,
    span: Mapping[str, Any] | None = None,
    file: File | None = None,  # type: ignore[type-arg]
    note_it: str = "",
    note_en: str = "",
    key: str | None = None,
) -> Evidence:
    """Adds a statement, a passage, a link or a file for, against or about a claim. Raises Refused unless it is exactly one of them.

    A file is kept under its sha256 and is not handed out to readers.
    """
    with act(Verb.DRAFT, by=by, name="add_evidence"):
        if sum(bool(one) for one in (statement, url, source, file is not None)) != 1:
            raise Refused(
                "evidence",
                _("Evidence is exactly one thing: a statement, a passage, a link or a file."),
            )
        if url and not url.startswith(("https://", "http://")):
            raise Refused("url", _("A link starts with https:// or http://."))
        stored, sha256 = _keep(file) if file is not None else ("", "")
        made = Evidence.objects.create(
            claim=claim,
            key=key,
            kind=EvidenceKind(kind).value,
            statement=statement,
            source=source,
            span=dict(span) if span else None,
            url=url,
            file=stored,
            file_sha256=sha256,
            note_it=note_it,
            note_en=note_en,
        )
        Claim.objects.filter(pk=claim.pk).update(updated_at=timezone.now())
        return made


def _keep(file: File) -> tuple[str, str]:  # type: ignore[type-arg]
    """Stores the bytes once, whatever the transaction becomes; returns (name in the storage, sha256)."""
    if not file.size:
        raise Refused("file", _("The file is empty."))
    if file.size > MOST_MEGABYTES * 2**20:
        raise Refused("file", _("The file is larger than %(n)s MiB.") % {"n": MOST_MEGABYTES})
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    sha256 = digest.hexdigest()
    called = get_valid_filename(PurePath(file.name or "file").name.lstrip(".") or "file")
    name = f"evidence/{sha256[:16]}/{called[-60:]}"
    if not default_storage.exists(name):
        file.seek(0)
        name = default_storage.save(name, file)
    return name, sha256
