from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from claims.extraction import Known, extract
from claims.extraction.gold import read_folder
from claims.extraction.polnear import PolnearScore, attributions_of, read_split
from claims.extraction.runs import compare, saved
from claims.extraction.scoring import Counts, TextScore, found_in, score
from claims.management.plain_texts import findings_in, names_in
from sources.characters import Refused

NOTE = "What the reading machine finds in annotated texts: numbers, no word of theirs. Written by evaluate_reading --save."


class Command(BaseCommand):
    help = (
        "Measures the reading machine on annotated texts (--gold) and on the PolNeAR corpus (--polnear): statements, speakers, "
        "acts and denials, and what was gained and lost since a saved run. No database is used. Exit code: 0, or 2 when there is "
        "nothing to measure with."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gold", metavar="DIR", type=Path, help="texts with annotations beside them")
        parser.add_argument("--names", metavar="FILE", type=Path, help="known names, as for extract_text")
        parser.add_argument(
            "--polnear", metavar="DIR", type=Path, help="the data folder of the PolNeAR corpus"
        )
        parser.add_argument(
            "--split", choices=("train", "dev", "test"), default="dev", help="of PolNeAR (dev)"
        )
        parser.add_argument("--save", metavar="FILE", type=Path, help="keep what was found in --gold")
        parser.add_argument("--against", metavar="FILE", type=Path, help="say what was gained and lost since")
        parser.add_argument("--missed", action="store_true", help="list what was missed, wrong or false")
        parser.add_argument("--json", action="store_true", help="all figures as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["gold"] or options["polnear"]):
            self._stop("Name annotated texts with --gold DIR, or the PolNeAR corpus with --polnear DIR.")
        said: dict[str, Any] = {}
        try:
            if options["gold"]:
                said |= self._gold(options)
            if options["polnear"]:
                said["polnear"] = self._polnear(options["polnear"], options["split"], quiet=options["json"])
        except Refused as refused:
            self._stop(refused.sentence)
        except (ValueError, KeyError) as error:
            self._stop(f"It is not an annotation or a saved run: {error}.")
        except OSError as error:
            self._stop(f"{error.filename} cannot be opened: {error.strerror}.")
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False))

    def _stop(self, sentence: str) -> None:
        self.stderr.write(sentence)
        raise SystemExit(2)

    def _gold(self, options: dict[str, Any]) -> dict[str, Any]:
        names = names_in(options["names"]) if options["names"] else ()
        scores, speed = _measured(options["gold"], names)
        if not scores:
            raise Refused("empty", f"There are no annotated texts in {options['gold']}.")
        groups = _by_language(scores)
        run = saved(scores)
        said: dict[str, Any] = {"gold": {name: each.figures() for name, each in groups.items()}}
        said["words_per_cpu_second"] = speed
        if options["against"]:
            before = json.loads(options["against"].read_text(encoding="utf-8"))["texts"]
            said["gained"], said["lost"] = compare(before, run)
        if not options["json"]:
            self._say_gold(groups, said)
            if options["missed"]:
                self._say_missed(scores)
        if options["save"]:
            kept = json.dumps({"about": NOTE, "texts": run}, indent=1, ensure_ascii=False)
            options["save"].write_text(kept + "\n", encoding="utf-8")
        return said

    def _say_gold(self, groups: dict[str, Counts], said: dict[str, Any]) -> None:
        self.stdout.write(
            f"{'':8}{'wanted':>8}{'found':>8}{'P':>7}{'R':>7}{'F':>7}{'speaker':>9}{'act':>7}"
            f"{'denials':>9}{'P':>7}{'R':>7}{'F':>7}{'furniture':>11}{'twice':>7}"
        )
        for name, counts in groups.items():
            each = counts.figures()
            found, denials = each["statements"], each["denials"]
            self.stdout.write(
                f"{name:8}{each['wanted']:8}{each['found']:8}"
                f"{found['precision']:7.2f}{found['recall']:7.2f}{found['f1']:7.2f}"
                f"{each['speakers']:9.2f}{each['acts']:7.2f}"
                f"{each['denials_wanted']:9}{denials['precision']:7.2f}{denials['recall']:7.2f}{denials['f1']:7.2f}"
                f"{each['in_furniture']:11}{each['twice']:7}"
            )
        self.stdout.write(f"{said['words_per_cpu_second']:,} words per CPU second.")
        for word in ("gained", "lost"):
            if word in said:
                self.stdout.write(f"{word.capitalize()}: {len(said[word])}.")
                for line in said[word]:
                    self.stdout.write(f"  {'+' if word == 'gained' else '-'} {line}")

    def _say_missed(self, scores: list[TextScore]) -> None:
        for each in scores:
            for name in each.missed:
                self.stdout.write(f"missed {each.doc} {name}")
            for name, right in each.found.items():
                for what in ("speaker", "act"):
                    if what not in right:
                        self.stdout.write(f"wrong {what} {each.doc} {name}")
            for place in each.false:
                self.stdout.write(f"false {each.doc} {place}")

    def _polnear(self, folder: Path, split: str, *, quiet: bool) -> dict[str, Any]:
        total = PolnearScore()
        for document in read_split(folder, split):
            total.add(document, attributions_of(extract(document.text, "en")))
        figures = total.figures()
        if not quiet:
            self.stdout.write(f"PolNeAR {split}, {figures['documents']} documents, per cent:  P  R  F")
            for name in (
                "attribution",
                "speech",
                "content_only",
                "strict_source",
                "source",
                "cue",
                "content",
            ):
                each = figures[name]
                self.stdout.write(f"  {name:16}{each['p']:7.1f}{each['r']:7.1f}{each['f']:7.1f}")
        return figures


def _measured(folder: Path, names: Known | tuple[()]) -> tuple[list[TextScore], int]:
    """The score of every text, and words read per CPU second; loading the pipeline is not counted."""
    scores: list[TextScore] = []
    words, spent = 0, 0.0
    for gold in read_folder(folder):
        extract("", gold.language)
        start = time.process_time()
        findings = findings_in(gold.text, language=gold.language, names=names)
        spent += time.process_time() - start
        words += len(gold.text.split())
        scores.append(score(gold, found_in(gold, findings)))
    return scores, round(words / spent) if spent else 0


def _by_language(scores: list[TextScore]) -> dict[str, Counts]:
    groups: dict[str, Counts] = {}
    for each in scores:
        groups[each.language] = groups.get(each.language, Counts()) + each.counts
    return {**dict(sorted(groups.items())), "all": sum(groups.values(), Counts())}
