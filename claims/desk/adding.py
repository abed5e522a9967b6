"""Add articles: paste a text, or drop files or a zip. Reading and storing are the archive's; this hands over and reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from sources.articles import MAX_BYTES, Article, Refused, article_from_text
from sources.importing import Answer, finish_run, import_all, import_batch, start_run
from sources.incoming import MAX_LINES_BYTES, MAX_ZIP_BYTES, Incoming, articles_in_zip
from sources.labels import LABELS, choices
from sources.models import DerivationProposal, ImportRun
from sources.reasons import REASONS
from sources.vocabulary import Language, Outcome

FILES_AT_ONCE = 200


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Any number of uploaded files, also empty ones: the archive says what is wrong with each."""

    widget = SeveralFilesInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(SeveralFiles, self).clean(file, initial) for file in files]


class AddArticlesForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Text of the article"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
        help_text=gettext_lazy(
            "The whole text, its title first. Advertising lines are marked by themselves; leave them in."
        ),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Only if it is not the text's first line."),
    )
    url = forms.CharField(label=gettext_lazy("Address on the web"), required=False, max_length=2000)
    outlet = forms.CharField(label=gettext_lazy("Outlet"), required=False, max_length=200)
    published = forms.CharField(
        label=gettext_lazy("Date of publication"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("A day as 2022-12-10. Leave it empty when the article does not say."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("Find out")), *choices(Language)],
    )
    files = SeveralFiles(  # type: ignore[assignment]
        label=gettext_lazy("Files"),
        required=False,
        help_text=gettext_lazy("Any number of .txt, .html, .json or .jsonl files, or a .zip of them."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("text", "").strip() and not cleaned.get("files"):
            raise forms.ValidationError(gettext_lazy("Paste a text or choose at least one file."))
        if len(cleaned.get("files") or []) > FILES_AT_ONCE:
            raise forms.ValidationError(
                gettext_lazy("Choose at most 200 files at a time, or put them into a zip.")
            )
        return cleaned


@dataclass(frozen=True, slots=True)
class Reported:
    """One line of the report."""

    name: str
    outcome: str
    label: Promise | str
    reason: Promise | str
    message: str
    flags: Sequence[str]
    source: int | None
    copy_of: DerivationProposal | None = None


def add(form: AddArticlesForm, *, by: Any) -> tuple[ImportRun, list[Reported]]:
    """Stores what a valid form holds, as drafts, and answers for each text and file."""
    run, words = start_run(by=by), form.cleaned_data
    answers: list[Answer] = []
    if words["text"].strip():
        answers.append(_pasted(words, run, by))
    answers += import_all(_handed_in(words["files"] or []), run=run, by=by)
    finish_run(run)
    run.refresh_from_db()
    copies = _copies(answers)
    return run, [_reported(answer, copies) for answer in answers]


def _pasted(words: dict[str, Any], run: ImportRun, by: Any) -> Answer:
    given = {name: words[name] or None for name in ("title", "url", "outlet", "published", "language")}
    name = words["title"] or words["text"].strip().split("\n", 1)[0][:80]
    article: Article | Refused
    try:
        article = article_from_text(words["text"], **given)
    except Refused as refused:
        article = refused
    return import_batch([(name, article)], run=run, by=by)[0]


def _handed_in(files: Sequence[Any]) -> Iterator[Incoming]:
    """The uploaded files; those of a zip under the zip's name. Nothing larger than the archive takes is read."""
    for file in files:
        name = str(file.name)
        if name.lower().endswith(".zip"):
            yield from _unzipped(name, file)
            continue
        limit = MAX_LINES_BYTES if name.lower().endswith(".jsonl") else MAX_BYTES
        if (file.size or 0) > limit:
            yield Incoming(name, Refused("too_large", f"It is larger than {limit // 2**20} MiB."))
        else:
            yield Incoming(name, file.read())


def _unzipped(name: str, file: Any) -> Iterator[Incoming]:
    if (file.size or 0) > MAX_ZIP_BYTES:
        yield Incoming(name, Refused("too_large", f"The zip is larger than {MAX_ZIP_BYTES // 2**20} MiB."))
        return
    try:
        for entry in articles_in_zip(file.read()):
            yield Incoming(f"{name}/{entry.name}", entry.data)
    except Refused as refused:
        yield Incoming(name, refused)


def _copies(answers: Sequence[Answer]) -> dict[int, DerivationProposal]:
    """What each stored text seems to be a copy of, by its key: the likeliest original of those that wait for a decision."""
    waiting = DerivationProposal.objects.waiting().filter(source__in=[a.source for a in answers if a.source])
    rows = waiting.select_related("from_source").only("source", "share", "from_source__title")
    return {each.source_id: each for each in rows.order_by("share", "-pk")}


def _reported(answer: Answer, copies: Mapping[int, DerivationProposal]) -> Reported:
    copy_of = copies.get(answer.source) if answer.source else None
    return Reported(
        name=answer.file,
        outcome=str(answer.outcome),
        label=LABELS[Outcome][Outcome(answer.outcome)],
        reason="" if answer.reason == "ok" else REASONS.get(answer.reason, answer.reason),
        message="" if copy_of and answer.outcome == Outcome.CREATED else answer.message,
        flags=answer.flags,
        source=answer.source,
        copy_of=copy_of,
    )
