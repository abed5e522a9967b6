from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser

from claims.errors import Refused as ActRefused
from claims.importing import Read, import_records, records_in, start_run
from claims.management.carrying_out import carry_out, senior_editor, senior_editors
from claims.reviewing import Anchor, replace_digest
from sources import importing as articles
from sources.articles import Article, read_articles
from sources.characters import Refused
from sources.importing import Answer, import_all
from sources.incoming import Incoming, files_in
from sources.models import Source
from sources.reports import Reporter, add_report_arguments
from sources.vocabulary import BodyKind, Outcome

SEEDS = Path(settings.BASE_DIR) / "seeds"


class Command(BaseCommand):
    help = (
        "Imports the five summaries and the records of seeds/ and publishes what they say is published. With --articles DIR "
        "the original articles found there take the place of their summaries. Repeating it changes nothing, and what "
        "editors have changed since stays. Exit code as import_records."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--articles", metavar="DIR", help="a folder that holds the original articles")
        parser.add_argument("--by", metavar="USER", help="a senior editor; by default the only one there is")
        add_report_arguments(parser, noun="item")

    def handle(self, *args: Any, **options: Any) -> None:
        report = Reporter(self, noun="item", as_json=options["json"], dry_run=options["dry_run"])
        with report.stopping(), report.progress() as shown:
            by = self._by(options["by"], report)
            originals = list(files_in([options["articles"]])) if options["articles"] else []
            records = list(records_in(sorted((SEEDS / "records").glob("*.jsonl"))))
            for answer in self._digests(by, dry_run=options["dry_run"]):
                report.answer(answer)
            found = import_records(
                records,
                run=None if options["dry_run"] else start_run(by=by),
                by=by,
                dry_run=options["dry_run"],
                keep=True,
                then=lambda done: carry_out(done, by=by),
                say=shown,
            )
            for record in found.answers:
                report.answer(record)
            if options["articles"]:
                shown("Putting the originals in their summaries' place …")
                self._replace(originals, records, by, report)
        report.finish()

    def _by(self, name: str | None, report: Reporter) -> User:
        """In whose name: the account named, or the only senior editor."""
        try:
            if name:
                return senior_editor(name)
        except Refused as refused:
            report.stop(refused.sentence)
        known = senior_editors()
        if len(known) != 1:
            there = f"there are {len(known)} senior editors" if known else "there is no senior editor yet"
            report.stop(f"In whose name? {there.capitalize()}: name one with --by USER.")
        return known[0]

    def _digests(self, by: User, *, dry_run: bool) -> Iterator[Answer]:
        run = None if dry_run else articles.start_run(by=by)
        return import_all(files_in([SEEDS / "digests"]), run=run, by=by, dry_run=dry_run)

    # --- The originals

    def _replace(self, files: list[Incoming], records: list[Read], by: User, report: Reporter) -> None:
        """Puts each original in its summary's place, and says which were not found."""
        anchors = _anchors(records)
        wanted = {
            source.original_sha256: source
            for source in Source.objects.filter(key__in=anchors).exclude(original_sha256="")
        }
        missing = dict(wanted)
        for name, article in _articles(files):
            source = wanted.get(article.text_sha256)
            if source is not None:
                missing.pop(article.text_sha256, None)
                report.answer(self._replace_one(name, source, article, anchors[source.key or ""], by, report))
        if missing:
            keys = ", ".join(sorted(source.key or "" for source in missing.values()))
            report.say(f"Not in the folder: the originals of {keys}; their summaries stay as they are.")

    def _replace_one(
        self,
        name: str,
        source: Source,
        article: Article,
        anchors: dict[str, Anchor],
        by: User,
        report: Reporter,
    ) -> Answer:
        if source.body_kind == BodyKind.FULL:
            message = "The original is in its summary's place already."
            return Answer(name, "skip", Outcome.MATCHED, "duplicate", message, source=source.pk)
        if not report.dry_run:
            try:
                replace_digest(source, article, anchors, by=by)
            except ActRefused as refused:
                return Answer(
                    name, "reject", Outcome.FAILED, "not_allowed", refused.sentence, source=source.pk
                )
            except PermissionDenied as refused:
                return Answer(name, "reject", Outcome.FAILED, "not_allowed", str(refused), source=source.pk)
        return Answer(name, "accept", Outcome.UPDATED, "ok", article.title, article.flags, source.pk)


def _articles(files: list[Incoming]) -> Iterator[tuple[str, Article]]:
    """The articles of the folder; whatever else lies there is passed over."""
    for file in files:
        if isinstance(file.data, bytes):
            for name, article in read_articles(file.data, file.name):
                if isinstance(article, Article):
                    yield name, article


def _anchors(records: list[Read]) -> dict[str, dict[str, Anchor]]:
    """{source key: {statement key: its place in the original}}."""
    found: dict[str, dict[str, Anchor]] = defaultdict(dict)
    for _name, record in records:
        if isinstance(record, dict) and record.get("type") == "statement" and "original" in record:
            original = record["original"]
            found[record["source"]][record["key"]] = Anchor(
                spans=original["spans"],
                delivery=original["delivery"],
                cue_span=original.get("cue_span"),
                cue=original.get("cue", ""),
                speaker_spans=original.get("speaker_spans", []),
            )
    return found
