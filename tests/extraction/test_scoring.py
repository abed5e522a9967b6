"""The scorer: what counts as found, and the same figures as the measuring tools that the goals were written with."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from claims.extraction.findings import Finding, Mention
from claims.extraction.gold import GoldText, read_folder, words_of
from claims.extraction.pairing import best_pairs
from claims.extraction.polnear import Attribution, Document, PolnearScore, attribution_of, read_split
from claims.extraction.runs import compare, saved
from claims.extraction.scoring import Counts, found_in, score
from claims.vocabulary import Act

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
TEXT = (
    "Il ministro Marco Belli ha negato la vendita. «Mai visti droni», ha detto Anna Verdi. "
    "Lascia un commento qui sotto. Il Paese vicino sostiene che i droni sono partiti.\n"
)


def at(words: str) -> list[int]:
    start = TEXT.index(words)
    return [start, start + len(words)]


def statement(
    name: str, speaker: str | None, cue: str, content: str, stance: str, **more: Any
) -> dict[str, Any]:
    return {
        "id": name,
        "speaker": speaker,
        "speaker_surface": None,
        "cue": at(cue),
        "content_spans": [at(content)],
        "stance": stance,
        "scoring": "required",
        **more,
    }


def gold(*more: dict[str, Any]) -> GoldText:
    statements = [
        statement("s1", "Marco Belli", "ha negato", "la vendita", "denies"),
        statement("s2", "Anna Verdi", "ha detto", "Mai visti droni", "asserts", stance_alt=["denies"]),
        *more,
    ]
    speakers = [
        {
            "name": "Marco Belli",
            "kind": "person",
            "surface_forms": ["Il ministro Marco Belli"],
            "garbled_forms": ["Bello"],
        },
        {"name": "Anna Verdi", "kind": "person", "surface_forms": [], "garbled_forms": []},
    ]
    furniture = [{"span": at("Lascia un commento qui sotto")}]
    annotation = {"doc": "one", "language": "it", "speakers": speakers, "boilerplate": furniture}
    return GoldText({**annotation, "statements": statements}, TEXT)


def finding(content: str, speaker: str = "", act: Act = Act.ASSERTS, cue: str = "") -> Finding:
    start, end = at(content)
    place = at(cue) if cue else None
    return Finding(
        content=((start, end),),
        cue=(place[0], place[1]) if place else None,
        speakers=(Mention(None, speaker),) if speaker else (),
        act=act,
        rule="test",
        confidence=1.0,
    )


def counts(*found: Finding, text: GoldText | None = None) -> Counts:
    text = text or gold()
    return score(text, found_in(text, found)).counts


DENIAL = finding("la vendita", "Marco Belli", Act.DENIES, "ha negato")
SAID = finding("Mai visti droni", "Anna Verdi")


def test_all_found_is_all_right() -> None:
    result = score(gold(), found_in(gold(), [DENIAL, SAID]))
    figures = result.counts.figures()
    assert figures["statements"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert figures["speakers"] == figures["acts"] == figures["denials"]["f1"] == 1.0
    assert result.found == {"s1": ["speaker", "act"], "s2": ["speaker", "act"]}
    assert (result.missed, result.false, result.denials) == ([], [], ["s1"])


def test_nothing_found_is_nothing_right_and_never_a_division_by_zero() -> None:
    result = score(gold(), [])
    assert result.missed == ["s1", "s2"]
    assert result.counts.figures()["statements"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_half_of_the_words_is_the_same_statement_and_less_is_not() -> None:
    assert counts(finding("Mai visti")).right == 1
    assert counts(finding("Mai")).right == 0
    assert counts(finding("vendita. «Mai visti droni», ha detto Anna Verdi", "Anna Verdi")).right == 0


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Marco Belli", True),
        ("il ministro Belli", True),
        ("Belli", True),
        ("BELLÌ", True),
        ("Bello", True),
        ("Il ministro degli Interni Marco Belli", True),
        ("Marco", False),
        ("il ministro", False),
        ("Anna Verdi", False),
        ("", False),
    ],
)
def test_a_speaker_is_right_in_any_form_that_holds_the_last_name(name: str, right: bool) -> None:
    assert counts(finding("la vendita", name, Act.DENIES)).speakers == right


def test_nobody_is_the_right_speaker_of_an_unattributed_statement() -> None:
    text = gold(statement("s3", None, "sostiene", "i droni sono partiti", "asserts"))
    assert counts(finding("i droni sono partiti"), text=text).speakers == 1
    assert counts(finding("i droni sono partiti", "Belli"), text=text).speakers == 0


def test_a_place_counts_as_a_speaker_only_without_a_name() -> None:
    text = gold(
        statement(
            "s3",
            "Il Paese",
            "sostiene",
            "i droni sono partiti",
            "asserts",
            speaker_surface=at("Il Paese vicino"),
        )
    )
    start, end = at("Il Paese vicino")
    place = Mention((start, end), "")
    found = Finding(
        ((at("i droni sono partiti")[0], at("i droni sono partiti")[1]),),
        None,
        (place,),
        Act.ASSERTS,
        "test",
        1.0,
    )
    assert counts(found, text=text).speakers == 1


def test_a_statement_that_may_be_found_is_neither_missed_nor_rewarded() -> None:
    text = gold(statement("s3", "Il Paese", "sostiene", "i droni sono partiti", "denies", scoring="optional"))
    without = counts(DENIAL, SAID, text=text)
    with_it = counts(DENIAL, SAID, finding("i droni sono partiti", "x", Act.DENIES), text=text)
    assert (without.wanted, without.right, without.false) == (2, 2, 0)
    assert (with_it.right, with_it.false, with_it.optional, with_it.denials_false) == (2, 0, 1, 0)


def test_another_cutting_of_the_content_is_as_good() -> None:
    text = gold(
        statement(
            "s3",
            "Il Paese",
            "sostiene",
            "i droni",
            "asserts",
            alt_content_spans=[[at("i droni sono partiti")]],
        )
    )
    assert counts(finding("i droni sono partiti", "Il Paese"), text=text).right == 1


def test_a_second_finding_of_the_same_words_is_false_and_counted_as_said_twice() -> None:
    twice = counts(DENIAL, DENIAL, SAID)
    assert (twice.right, twice.false, twice.twice) == (2, 1, 1)


def test_a_finding_in_the_furniture_is_false_and_counted_apart() -> None:
    inside = counts(finding("Lascia un commento", "Il ministro"))
    assert (inside.false, inside.in_furniture) == (1, 1)


def test_a_denial_needs_its_speaker_and_its_act() -> None:
    assert counts(DENIAL).denials_right == 1
    by_another = counts(finding("la vendita", "Anna Verdi", Act.DENIES, "ha negato"))
    assert (by_another.denials_right, by_another.denials_false) == (0, 1)
    as_another = counts(finding("la vendita", "Marco Belli", Act.ASSERTS))
    assert (as_another.denials_right, as_another.denials_false) == (0, 0)
    # What may be read as a denial is no false one.
    assert counts(finding("Mai visti droni", "Anna Verdi", Act.DENIES)).denials_false == 0


def test_a_denial_is_loosely_found_by_its_cue() -> None:
    elsewhere = counts(finding("i droni sono partiti", "Marco Belli", Act.DENIES, "ha negato"))
    assert (elsewhere.denials_right, elsewhere.denials_loose, elsewhere.denials_loose_false) == (0, 1, 0)


def test_sums_over_texts_are_sums() -> None:
    total = counts(DENIAL) + counts(DENIAL, SAID)
    assert (total.wanted, total.right, total.figures()["statements"]["recall"]) == (4, 3, 0.75)


def test_names_lose_accents_capitals_and_articles() -> None:
    assert words_of("L’Élysée") == ("elysee",) and words_of("") == ()


def test_pairs_are_those_of_the_greatest_total() -> None:
    random.seed(3)
    for _round in range(200):
        weights = {
            (left, right): random.choice([1.0, 1.5, 2.25])
            for left, right in itertools.product(range(4), range(5))
            if random.random() < 0.5
        }
        pairs = best_pairs(weights)
        assert len(set(pairs.values())) == len(pairs) and set(pairs.items()) <= set(weights)
        best = max(
            sum(weights.get(pair, 0.0) for pair in enumerate(order)) for order in itertools.permutations([*range(5), 9, 9, 9, 9], 4)
        )  # fmt: skip
        assert sum(weights[pair] for pair in pairs.items()) == pytest.approx(best)


# --- Beside the tools that the goals were written with


def needs(tool: str) -> Path:
    path = SHARED / "tools" / tool
    if not path.is_file() or not (SHARED / "seeds").is_dir():
        pytest.skip(f"../shared is not here: nothing to compare with ({tool})")
    return path


def guessed(text: GoldText, chance: random.Random) -> list[Finding]:
    """Findings that are right, nearly right and wrong, by chance."""
    found = []
    for each in text.statements:
        for _copy in range(chance.choice([0, 1, 1, 1, 2])):
            start = chance.randrange(len(text.text) - 200)
            spans = chance.choice(
                [_spans(text, each.contents[-1]), _spans(text, each.contents[0]), ((start, start + 90),)]
            )
            spans = (
                tuple((max(0, a + chance.choice([0, 0, 0, 25, -20])), b) for a, b in spans[:1]) + spans[1:]
            )
            name = chance.choice(
                [
                    each.speaker or "",
                    each.speaker or "",
                    "the minister",
                    " ".join(chance.choice(each.forms or ((),))),
                ]
            )
            found.append(
                Finding(
                    tuple(span for span in spans if span[0] < span[1]) or ((start, start + 9),),
                    (start, start + 30) if chance.random() < 0.5 else None,
                    (Mention(each.surface, name),) if name else (),
                    chance.choice([*Act, Act.DENIES, Act.DENIES]),
                    "test",
                    1.0,
                )
            )
    return found


def _spans(text: GoldText, numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    numbers = sorted(numbers)
    return ((text._starts[numbers[0]], text._ends[numbers[-1]]),)


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_of_the_measuring_tool(seed: int, tmp_path: Path) -> None:
    tool = needs("score_statements.py")
    chance = random.Random(seed)
    total = Counts()
    with (tmp_path / "found.jsonl").open("w", encoding="utf-8") as file:
        for text in read_folder(SHARED / "seeds"):
            findings = guessed(text, chance)
            total += score(text, found_in(text, findings)).counts
            lines = [
                {
                    "speaker": each.speakers[0].text if each.speakers else None,
                    "speaker_span": each.speakers[0].span if each.speakers else None,
                    "cue_span": each.cue,
                    "content_spans": each.content,
                    "act": each.act.value,
                }
                for each in findings
            ]
            file.write(json.dumps({"doc": text.doc, "statements": lines}) + "\n")
    command = [
        sys.executable,
        str(tool),
        str(tmp_path / "found.jsonl"),
        "--gold",
        str(SHARED / "seeds"),
        "--json",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    theirs = json.loads(said)["groups"]["TOTAL"]
    ours = total.figures()
    assert total.right > 20 and total.false > 5 and total.denials_loose_false > 0
    assert (total.wanted, total.found, total.right, total.false, total.optional) == tuple(
        theirs[name] for name in ("gold", "predicted", "tp", "fp", "optional_hits")
    )
    pairs = [
        ("speakers", "speaker_accuracy"),
        ("acts", "stance_accuracy"),
        ("acts_strict", "stance_accuracy_strict"),
        ("speakers_and_acts", "speaker_and_stance"),
        ("in_furniture", "false_in_boilerplate"),
        ("in_traps", "false_in_traps"),
        ("twice", "duplicates"),
    ]
    assert [ours[mine] for mine, _ in pairs] == pytest.approx([theirs[yours] for _, yours in pairs])
    for mine in ("denials", "denials_loose"):
        assert ours[mine] == pytest.approx({name: theirs[mine][name] for name in ours[mine]})


# --- Two runs beside each other


def test_a_run_says_what_was_gained_and_lost_in_numbers_alone() -> None:
    text = gold()
    before = saved([score(text, found_in(text, [DENIAL, finding("i droni sono partiti")]))])
    now = saved([score(text, found_in(text, [finding("la vendita", "Verdi", Act.DENIES), SAID]))])
    gained, lost = compare(json.loads(json.dumps(before)), now)
    start, end = at("i droni sono partiti")
    assert gained == [
        "one s2 act",
        "one s2 speaker",
        "one s2 statement",
        f"one no longer false: {start}-{end} asserts",
    ]
    assert lost == ["one s1 speaker"]
    assert compare(now, now) == ([], [])
    assert not any(word in json.dumps([before, now]) for word in ("vendita", "droni", "Belli", "Verdi"))


# --- PolNeAR


ENGLISH = "The minister denied the sale on Monday. It was late, Anna Green said. She hopes for rain."


def document(*attributions: tuple[str, str, str]) -> Document:
    return Document("one", ENGLISH, [attribution(*each) for each in attributions])


def attribution(source: str, cue: str, content: str) -> Attribution:
    def places(words: str) -> tuple[tuple[int, int], ...]:
        return ((ENGLISH.index(words), ENGLISH.index(words) + len(words)),) if words else ()

    return Attribution(places(source), places(cue), places(content))


GOLD = [
    ("The minister", "denied", "the sale"),
    ("Anna Green", "said", "It was late"),
    ("She", "hopes", "for rain"),
]


def polnear(*found: tuple[str, str, str]) -> dict[str, Any]:
    total = PolnearScore()
    total.add(document(*GOLD), [attribution(*each) for each in found])
    return total.figures()


def test_an_attribution_needs_half_of_the_content_and_a_word_of_the_source() -> None:
    assert polnear(*GOLD)["attribution"] == {"p": 100.0, "r": 100.0, "f": 100.0}
    assert polnear(("minister", "", "sale"))["attribution"] == {"p": 100.0, "r": 33.33, "f": 50.0}
    assert polnear(("The", "", "the sale"))["attribution"]["r"] == 0
    assert polnear(("", "", "the sale"))["content_only"]["r"] == 33.33


def test_hopes_are_no_speech_and_finding_one_is_neither_right_nor_wrong() -> None:
    assert polnear(*GOLD)["speech"] == {"p": 100.0, "r": 100.0, "f": 100.0}
    assert polnear(*GOLD[:2])["speech"] == {"p": 100.0, "r": 100.0, "f": 100.0}


def test_the_corpus_is_read_as_it_is_kept(tmp_path: Path) -> None:
    for name in ("text", "attributions"):
        (tmp_path / "dev" / name).mkdir(parents=True)
    (tmp_path / "dev" / "text" / "one.txt").write_text(ENGLISH, encoding="utf-8")
    lines = [
        "T1\tSource 0 12\tThe minister",
        "T2\tCue 13 19\tdenied",
        "T3\tContent 20 28;29 38\tthe sale on Monday",
    ]
    lines += ["E1\tAttribution:T2 Source:T1 Cue:T2 Content:T3", "A1\tignored E1"]
    (tmp_path / "dev" / "attributions" / "one_ann.ann").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "dev" / "attributions" / "one_bob.ann").write_text("", encoding="utf-8")
    (read,) = read_split(tmp_path, "dev")
    assert read.name == "one"
    assert read.attributions == [Attribution(((0, 12),), ((13, 19),), ((20, 28), (29, 38)))]


def test_a_speaker_who_was_worked_out_has_no_place() -> None:
    found = Finding(
        ((0, 3),), None, (Mention(None, "She", inferred=True), Mention((5, 8), "x")), Act.ASSERTS, "test", 1.0
    )
    assert attribution_of(found) == Attribution(((5, 8),), (), ((0, 3),))
