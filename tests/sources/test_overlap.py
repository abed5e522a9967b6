"""Texts that share their words. Every text is made up or put together from made-up words."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest

from sources.overlap import (
    COMPARED,
    FEWEST,
    MOST,
    SHINGLE,
    Overlap,
    Runs,
    is_copy,
    overlap,
    sketch,
    trimmed,
)

AGENCY = (
    "Il porto di Marenza resta chiuso per il terzo giorno, ha comunicato ieri la capitaneria. "
    "Le navi in attesa sono undici, due delle quali cariche di grano destinato ai mulini della costa.\n\n"
    "«Riapriremo quando il fondale sarà sicuro», ha detto il comandante Aldo Ferri ai giornalisti riuniti sul molo. "
    "I sindacati dei portuali chiedono invece una cassa integrazione immediata per duecento lavoratori.\n\n"
    "La regione ha annunciato un incontro per giovedì, al quale parteciperanno anche gli armatori e il prefetto. "
    "Secondo i tecnici servono almeno altri cinque giorni per rimuovere i detriti portati dalla piena di domenica."
)
PARAGRAPHS = AGENCY.split("\n\n")
OWN = (
    "Chi passa dal lungomare vede le gru ferme e i bar vuoti, come non accadeva da molti anni in questa stagione. "
    "Il pescatore più anziano racconta di avere visto il fiume entrare nel porto poco prima dell'alba."
)
ELSEWHERE = (
    "A Lorvano il consiglio comunale ha approvato il nuovo piano del traffico dopo una seduta durata tutta la notte. "
    "Le corsie riservate agli autobus saranno prolungate fino alla stazione, mentre la piazza del mercato diventa pedonale. "
    "L'opposizione ha lasciato l'aula prima del voto e promette un ricorso davanti al tribunale amministrativo."
)


def words_of_nobody(count: int, *, seed: int) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choices("abcdefghilmnoprstuvz", k=6)) for _ in range(count))


def edited(text: str, *, every: int) -> str:
    """Each `every`th word is another one."""
    return " ".join(f"altro{n}" if n % every == every - 1 else word for n, word in enumerate(text.split(" ")))


def verdict(found: Overlap) -> bool:
    return is_copy(found.share_of_a, found.share_of_b, words=found.words, quoted=found.quoted)


def shared(a: str, b: str) -> int:
    return len(set(sketch(a)) & set(sketch(b)))


# --- Comparing two texts


def test_a_text_is_wholly_its_own_copy() -> None:
    found = overlap(AGENCY, AGENCY)
    assert (found.share_of_a, found.share_of_b) == (1.0, 1.0)
    assert len(found.passages) == 1
    assert verdict(found)


def test_texts_about_other_things_share_nothing() -> None:
    found = overlap(AGENCY, ELSEWHERE)
    assert (found.words, found.passages, found.share_of_a) == (0, (), 0.0)
    assert not verdict(found)


@pytest.mark.parametrize(
    ("copy", "least"),
    [
        pytest.param(f"Marenza, porto fermo\n\ndi Carla Doni\n\n{AGENCY}\n\n(Red)", 0.9, id="by-line added"),
        pytest.param("\n\n".join(PARAGRAPHS[:2]), 1.0, id="cut"),
        pytest.param("\n\n".join([PARAGRAPHS[2], PARAGRAPHS[0], PARAGRAPHS[1]]), 1.0, id="reordered"),
        pytest.param(edited(AGENCY, every=10), 0.85, id="every tenth word changed"),
        pytest.param(AGENCY.replace("à", "a'").upper(), 1.0, id="capitals and typewriter accents"),
        pytest.param(
            AGENCY.replace(" ", "  ").replace("«", "“").replace("»", "”"), 1.0, id="other marks and blanks"
        ),
        pytest.param(f"{OWN}\n\n{AGENCY}", 0.7, id="own words before it"),
    ],
)
def test_agency_copy_is_recognised_through(copy: str, least: float) -> None:
    found = overlap(copy, AGENCY)
    assert found.share_of_a >= least
    assert verdict(found)


def test_a_whole_report_inside_a_long_article_is_recognised_by_the_report() -> None:
    long = f"{words_of_nobody(250, seed=1)}\n\n{AGENCY}"
    found = overlap(long, AGENCY)
    assert 0.2 < found.share_of_a < 0.4
    assert found.share_of_b == 1.0
    assert verdict(found)


def test_the_passages_are_the_same_words_in_both_texts() -> None:
    copy = "\n\n".join([PARAGRAPHS[2], OWN, edited(PARAGRAPHS[0], every=12)])
    found = overlap(copy, AGENCY)
    assert len(found.passages) > 2
    for passage in found.passages:
        here = copy[passage.a_start : passage.a_end]
        there = AGENCY[passage.b_start : passage.b_end]
        assert here.lower() == there.lower()
        assert len(here.split()) <= passage.words  # "l'altro" is two words
    for before, after in pairwise(found.passages):
        assert before.a_end <= after.a_start
    in_b = sorted((each.b_start, each.b_end) for each in found.passages)
    assert all(before[1] <= after[0] for before, after in pairwise(in_b))


def test_a_repeated_passage_counts_once() -> None:
    found = overlap(f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[0]}", PARAGRAPHS[0])
    assert found.share_of_b == 1.0
    assert found.share_of_a == 0.5


def test_a_short_quotation_in_an_article_of_its_own_is_no_copy() -> None:
    article = f"{OWN} «Riapriremo quando il fondale sarà sicuro», ha detto il comandante. {ELSEWHERE}"
    found = overlap(article, AGENCY)
    assert found.words < 12
    assert not verdict(found)


def test_stock_phrases_do_not_count() -> None:
    one = " ".join(
        f"{words_of_nobody(9, seed=n)} ha detto ai giornalisti riuniti sul molo" for n in range(20)
    )
    other = " ".join(
        f"{words_of_nobody(9, seed=n + 50)} ha detto ai giornalisti riuniti sul molo" for n in range(20)
    )
    assert overlap(one, other).words == 0


def test_two_reports_of_one_speech_are_no_copies_of_each_other() -> None:
    speech = f"«{words_of_nobody(120, seed=2)}»"
    one, other = f"{OWN} {speech}", f"{ELSEWHERE} {speech}"
    found = overlap(one, other)
    assert found.share_of_a > 0.6
    assert found.quoted == found.words == 120
    assert not verdict(found)


def test_page_furniture_neither_counts_nor_parts_what_stands_around_it() -> None:
    menu = words_of_nobody(60, seed=3)
    one = f"{PARAGRAPHS[0]}\n\n{menu}\n\n{PARAGRAPHS[1]}"
    start = one.index(menu)
    furniture = [(start, start + len(menu))]
    other = f"{ELSEWHERE}\n\n{menu}"
    assert overlap(one, other).words == 60
    assert overlap(one, other, skip_a=furniture).words == 0
    around = overlap(one, "\n\n".join(PARAGRAPHS[:2]), skip_a=furniture)
    assert around.share_of_a == 1.0
    assert len(around.passages) == 1


def test_empty_and_tiny_texts_share_nothing() -> None:
    for one in ("", "No.", "...", "una due tre quattro"):
        assert overlap(one, AGENCY).share_of_a == 0.0
        assert overlap(AGENCY, one).share_of_b == 0.0


def test_the_longest_and_the_strangest_texts_take_no_time() -> None:
    strange = [
        "la " * 400_000,
        "la li " * 200_000,
        "“" * 1_000_000,
        '"a' * 500_000,
        words_of_nobody(170_000, seed=4),
    ]
    began = time.process_time()
    for text in strange:
        overlap(text, strange[0])
        overlap(text, text[::-1])
        sketch(text)
    assert time.process_time() - began < 8  # two seconds where nothing else runs


# --- Places across


def test_words_are_found_at_their_place_in_the_other_text() -> None:
    copy = "\n\n".join([OWN, PARAGRAPHS[2], PARAGRAPHS[0]])
    found = overlap(copy, AGENCY)
    words = "le navi in attesa sono undici".capitalize()
    start = copy.index(words)
    place = found.across(start, start + len(words))
    assert place is not None
    assert AGENCY[slice(*place)] == words


def test_a_word_that_stands_twice_is_found_at_the_same_passage() -> None:
    first, second = AGENCY.index("La regione"), AGENCY.rindex("giorni")
    copy = f"{OWN} {AGENCY}"
    shift = len(OWN) + 1
    found = overlap(copy, AGENCY)
    for place in (first, second):
        assert found.across(place + shift, place + shift + 6) is not None
        start, _end = found.across(place + shift, place + shift + 6) or (0, 0)
        assert start == place


def test_words_that_were_edited_have_no_place_in_the_other_text() -> None:
    copy = AGENCY.replace("sono undici", "sono dodici")
    found = overlap(copy, AGENCY)
    start = copy.index("Le navi")
    assert found.across(start, copy.index("due delle quali")) is None
    assert found.across(0, 0) is None
    assert found.across(len(copy) - 1, len(copy)) is None  # a full stop is no word


def test_a_place_is_trimmed_to_its_words() -> None:
    assert trimmed("«Sì», disse.", 0, 5) == (1, 3)
    assert trimmed("«…»", 0, 3) is None


# --- Sketches


def test_a_sketch_is_the_same_on_every_run_and_knows_no_case_nor_accents() -> None:
    assert sketch("Perché il porto è chiuso, oggi?") == sketch("PERCHE il porto  e' chiuso oggi")
    assert sketch("uno due tre quattro cinque") == [3879664207]


def test_a_sketch_is_small_for_every_length() -> None:
    assert sketch("quattro parole non bastano") == []
    assert len(sketch(words_of_nobody(15, seed=5))) == 15 - SHINGLE + 1
    assert len(sketch(words_of_nobody(80, seed=5))) == FEWEST
    assert 60 < len(sketch(words_of_nobody(800, seed=5))) < 140
    assert len(sketch(words_of_nobody(200_000, seed=5))) == MOST
    assert sketch(AGENCY) == sorted(set(sketch(AGENCY)))


def test_copies_share_numbers_and_others_do_not() -> None:
    story = words_of_nobody(400, seed=6)
    cut = " ".join(story.split(" ")[100:250])
    assert shared(story, edited(story, every=12)) >= 10
    assert shared(story, f"{words_of_nobody(300, seed=7)} {cut}") >= 8
    assert shared(story, words_of_nobody(400, seed=8)) == 0


def test_nine_in_ten_short_cuts_of_a_long_text_share_at_least_two_numbers() -> None:
    found = 0
    for seed in range(100):
        story = words_of_nobody(500, seed=seed)
        brief = " ".join(story.split(" ")[200:260])
        found += shared(story, brief) >= 2
    assert found >= 90


def test_furniture_is_left_out_of_a_sketch() -> None:
    menu = words_of_nobody(60, seed=9)
    text = f"{menu}\n{AGENCY}"
    assert sketch(text, skip=[(0, len(menu))]) == sketch(AGENCY)


def test_only_the_beginning_of_an_endless_text_is_looked_at() -> None:
    endless = words_of_nobody(40_000, seed=10)
    assert sketch(endless) == sketch(endless[:COMPARED])


@pytest.mark.parametrize("seed", range(4))
def test_no_copy_is_ruled_out_by_its_runs_and_few_others_pass(seed: int) -> None:
    chance = random.Random(seed)
    words = [f"{'È' * (n % 7 == 0)}parola{n}" for n in range(4_000)]

    def passage(size: int) -> list[str]:
        start = chance.randrange(len(words) - size)
        return words[start : start + size]

    passed = copies = 0
    for _pair in range(150):
        original = passage(chance.randint(30, 400))
        taken = original[: chance.randint(0, len(original))]
        # Edited, set in capitals, and put into other words.
        edited = [
            chance.choice(words) if chance.random() < chance.choice([0, 0.1]) else word for word in taken
        ]
        text = " ".join([*passage(chance.randint(5, 500)), *edited, *passage(20)])
        text, other = (text.upper() if chance.random() < 0.3 else text), " ".join(original)
        found = overlap(text, other)
        copy = is_copy(found.share_of_a, found.share_of_b, words=found.words, quoted=found.quoted)
        may_be = Runs(text).may_be_copy(Runs(other))
        assert may_be or not copy
        passed += may_be
        copies += copy
    assert 20 < copies <= passed < copies + 30


def test_texts_of_a_few_words_or_none_are_no_copies() -> None:
    for one, other in (("", ""), ("Una parola", "Una parola"), ("", AGENCY), (AGENCY, "")):
        assert not Runs(one).may_be_copy(Runs(other))
