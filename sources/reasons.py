"""What people read for each reason class of an import (the Italian stands in the catalogue)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ARTICLE_REASONS: dict[str, Promise | str] = {
    "empty": _("The file is empty"),
    "no_text": _("There is no text besides the title"),
    "binary": _("Not a text file"),
    "encoding": _("Not valid UTF-8 text"),
    "control_chars": _("The text contains control characters"),
    "too_large": _("Too large"),
    "too_long_line": _("A word or title is too long"),
    "markup_bomb": _("The page’s markup is not safe to read"),
    "not_regular": _("Not an ordinary file, or it cannot be opened"),
    "outside_root": _("It leads outside the folder"),
    "duplicate": _("Already here"),
    "name": _("Not a kind of file that is imported"),
    "bad_date": _("The publication date is not valid"),
    "bad_url": _("The web address is not valid"),
    "bad_json": _("Not a valid record"),
    "bad_front_matter": _("The lines between +++ cannot be read"),
    "bad_metadata": _("A field is not valid"),
    "json_depth": _("The record is nested too deeply"),
    "json_number": _("The record contains a number that is not valid"),
    "json_duplicate_key": _("The record names a field twice"),
}

# Of records of what was said (docs/records.md).
RECORD_REASONS: dict[str, Promise | str] = {
    "unknown_type": _("Not a known type of record"),
    "unknown_field": _("A field that this type of record does not have"),
    "missing_field": _("A field is missing"),
    "bad_value": _("A field is not valid"),
    "missing_reference": _("It refers to something that is not here"),
    "depends": _("It depends on a record that was refused"),
    "conflict": _("Another record describes the same thing differently"),
    "quote_not_found": _("The words are not in the text"),
    "quote_ambiguous": _("The words are in the text more than once"),
    "bad_span": _("The place does not fit the text"),
    "published": _("Readers see it: it is corrected in the open"),
    "needs_publish": _("An editor’s decision: it waits for --publish"),
    "not_allowed": _("The newsroom’s rules do not allow it"),
}

REASONS = ARTICLE_REASONS | RECORD_REASONS
