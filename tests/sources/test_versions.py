"""Two versions of one page. Every text is made up or put together at random."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.versions import Change, Piece, diff, find_again

OLD = (
    "Il porto resta chiuso\n\n"
    "La capitaneria ha comunicato lunedì che undici navi aspettano fuori dal porto di Marenza.\n\n"
    "«No», ha risposto il comandante a chi chiedeva se vi fossero feriti. "
    "I sindacati hanno negato di avere chiesto uno sciopero.\n\n"
    "Un incontro è previsto per giovedì.\n"
)


def older(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.change != Change.ADDED)


def newer(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.change != Change.REMOVED)


def changed(pieces: list[Piece]) -> list[tuple[str, str]]:
    return [(str(piece.change), piece.text) for piece in pieces if piece.change != Change.SAME]


# --- The diff


def test_equal_texts_are_one_piece_that_stayed() -> None:
    assert diff(OLD, OLD) == [Piece(Change.SAME, OLD)]
    assert diff("", "") == []


def test_a_changed_number_is_the_only_change() -> None:
    assert changed(diff(OLD, OLD.replace("undici", "dodici"))) == [("removed", "undici"), ("added", "dodici")]


def test_a_paragraph_put_in_is_one_piece() -> None:
    paragraph = "Il prefetto ha convocato gli armatori.\n\n"
    new = OLD.replace("Un incontro", paragraph + "Un incontro")
    assert [text.strip() for _change, text in changed(diff(OLD, new))] == [paragraph.strip()]


def test_changes_a_word_or_two_apart_are_read_as_one() -> None:
    old = "In rada ci sono undici navi e tre barche, ferme ormai da molti giorni."
    assert changed(diff(old, old.replace("undici", "dodici").replace("tre", "sei"))) == [
        ("removed", "undici navi e tre"),
        ("added", "dodici navi e sei"),
    ]
    far = [
        word
        for _change, word in changed(diff(old, old.replace("undici", "dodici").replace("molti", "pochi")))
    ]
    assert far == ["undici", "dodici", "molti", "pochi"]


def test_a_moved_paragraph_is_taken_out_and_put_in() -> None:
    a, b, c = "Primo capoverso, lungo.\n", "Secondo capoverso, breve.\n", "Terzo capoverso, ultimo.\n"
    assert sorted(changed(diff(a + b + c, b + c + a))) == [("added", a), ("removed", a)]


@given(st.text("ab c\n.", max_size=80), st.text("ab c\n.", max_size=80))
def test_the_pieces_make_up_both_versions_whatever_they_are(one: str, other: str) -> None:
    pieces = diff(one, other)
    assert (older(pieces), newer(pieces)) == (one, other)
    assert all(piece.text for piece in pieces)
    assert all(before.change != after.change for before, after in pairwise(pieces))


def megabytes() -> dict[str, tuple[str, str]]:
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghilmnoprstuvz", k=5)) for _ in range(20_000)]
    prose = "\n\n".join(" ".join(rng.choices(words, k=80)) for _ in range(2_100))
    touched = " ".join(word for word in prose.split(" ") if rng.random() > 0.02)
    unlike = "\n\n".join(" ".join(rng.choices(words, k=80)) for _ in range(2_100))
    coins = ["".join(f"{rng.choice('ab')}\n" for _ in range(500_000)) for _ in range(2)]
    return {
        "touched everywhere": (prose, touched),
        "unlike": (prose, unlike),
        "one line": (prose.replace("\n", " "), unlike.replace("\n", " ")),
        "two lines over and over": (coins[0], coins[1]),
        "one word over and over": ("no " * 350_000, "no si " * 170_000),
    }


@pytest.mark.parametrize("name", megabytes())
def test_two_texts_of_a_megabyte_are_compared_in_seconds(name: str) -> None:
    one, other = megabytes()[name]
    began = time.process_time()
    pieces = diff(one, other)
    assert time.process_time() - began < 5  # a second where nothing else runs
    assert (older(pieces), newer(pieces)) == (one, other)


def test_small_changes_everywhere_in_a_long_text_are_found_one_by_one() -> None:
    rng = random.Random(2)
    words = ["".join(rng.choices("abcdefghilmnoprstuvz", k=5)) for _ in range(2_000)]
    text = [[rng.choice(words) for _ in range(80)] for _ in range(1_000)]
    new = "\n\n".join(
        " ".join(["nuovo" if n == 40 else word for n, word in enumerate(line)]) for line in text
    )
    found = changed(diff("\n\n".join(map(" ".join, text)), new))
    assert found == [pair for line in text for pair in (("removed", line[40]), ("added", "nuovo"))]


# --- The words of a statement


def span(words: str, text: str = OLD) -> dict[str, object]:
    start = text.index(words)
    end = start + len(words)
    return {"exact": words, "prefix": text[max(0, start - 32) : start], "suffix": text[end : end + 32]}


def test_words_that_stayed_are_found_at_their_new_place() -> None:
    new = "Aggiornamento delle 18\n\n" + OLD
    words = "hanno negato di avere chiesto uno sciopero"
    places = find_again([span(words)], new)
    assert places
    assert [new[slice(*place)] for place in places] == [words]


def test_words_that_were_changed_or_taken_out_are_no_longer_there() -> None:
    words = "hanno negato di avere chiesto uno sciopero"
    assert find_again([span(words)], OLD.replace("uno sciopero", "scioperi")) is None
    assert find_again([span(words)], "") is None
    assert find_again([], OLD) is None


def test_pieces_of_one_statement_must_follow_each_other() -> None:
    pieces = [span("ha comunicato lunedì"), span("undici navi aspettano fuori")]
    assert find_again(pieces, OLD) is not None
    assert find_again(pieces[::-1], OLD) is None


def test_a_short_answer_is_found_only_beside_its_question() -> None:
    assert find_again([span("No")], OLD) is not None
    assert find_again([span("No")], "«No», disse un altro, di altro. Nord e no.") is None


def test_of_several_places_the_one_with_the_same_surroundings_counts() -> None:
    words = "undici navi aspettano fuori dal porto"
    new = f"In breve: {words} vicino.\n\n{OLD}"
    assert find_again([span(words)], new) == [(new.rindex(words), new.rindex(words) + len(words))]


def test_words_inside_longer_ones_are_others() -> None:
    before = {"exact": "il porto di Marenza chiuse", "prefix": "", "suffix": ""}
    assert find_again([before], "Ieri il porto di Marenza chiuse.") is not None
    assert find_again([before], "Ieri il porto di Marenza chiusero.") is None
