"""When something was said: tables of words → the days they can mean. All sentences are our own.

In the tables "=" is a day that the words state, "~" one worked out from the publication, "?" words that give no day; nothing
means that no date is found.
"""

from __future__ import annotations

import datetime as dt
import time

import pytest

from claims.extraction.dates import DateWords, find, resolve
from sources.vocabulary import DateBasis

# A Wednesday. March 2022 began on a Tuesday.
WEDNESDAY = "2022-03-16"

ITALIAN = [
    # weekdays: the last such day up to and including publication
    ("Lo ha dichiarato lunedì a una radio.", WEDNESDAY, "lunedì ~2022-03-14"),
    ("Lo ha dichiarato mercoledì il ministro.", WEDNESDAY, "mercoledì ~2022-03-16"),
    ("Lo ha dichiarato giovedì il ministro.", WEDNESDAY, "giovedì ~2022-03-10"),
    ("Domenica la portavoce ha smentito.", WEDNESDAY, "Domenica ~2022-03-13"),
    ("Sabato sera la portavoce ha smentito.", WEDNESDAY, "Sabato sera ~2022-03-12"),
    ("La nota di martedì mattina parla di errori.", WEDNESDAY, "martedì mattina ~2022-03-15"),
    (
        "Nella giornata di lunedì il sindaco ha ammesso tutto.",
        WEDNESDAY,
        "Nella giornata di lunedì ~2022-03-14",
    ),
    ("Venerdì scorso aveva negato.", WEDNESDAY, "Venerdì scorso ~2022-03-11"),
    ("Mercoledì scorso aveva negato.", WEDNESDAY, "Mercoledì scorso ~2022-03-09"),
    ("Lo scorso martedì aveva negato.", WEDNESDAY, "Lo scorso martedì ~2022-03-15"),
    ("Lo ha detto lunedi' in aula.", WEDNESDAY, "lunedi' ~2022-03-14"),
    ("Lo ha detto VENERDÌ in aula.", WEDNESDAY, "VENERDÌ ~2022-03-11"),
    # a publication wider than a day: one day if all agree, else all that it can be
    ("Lo ha detto lunedì.", "2022-03-14/2022-03-16", "lunedì ~2022-03-14"),
    ("Lo ha detto lunedì.", "2022-03-12/2022-03-15", "lunedì ~2022-03-07/2022-03-14"),
    ("Lo ha detto ieri.", "2022-03-14/2022-03-15", "ieri ~2022-03-13/2022-03-14"),
    ("Lo ha detto il 24 marzo.", "2022", "il 24 marzo ~2022-03-24"),
    ("Lo ha detto lunedì.", "1990-01-01/2022-12-31", "lunedì ?"),
    # no publication: the words are kept, no day is made up
    ("Lo ha detto lunedì.", None, "lunedì ?"),
    ("Lo ha detto il 24 marzo.", None, "il 24 marzo ?"),
    ("Lo ha detto venerdì 25 marzo.", None, "venerdì 25 marzo ?"),
    ("Lo ha detto ieri.", None, "ieri ?"),
    ("Lo ha detto il 24 marzo 2022.", None, "il 24 marzo 2022 =2022-03-24"),
    # day and month
    ("Il 24 febbraio il ministro ha negato.", WEDNESDAY, "Il 24 febbraio ~2022-02-24"),
    (
        "Non si parlavano più dopo l'incontro; l'11 febbraio ha negato.",
        WEDNESDAY,
        "l'11 febbraio ~2022-02-11",
    ),
    ("L’8 marzo ha negato.", WEDNESDAY, "L’8 marzo ~2022-03-08"),
    ("Il 1° marzo ha negato.", WEDNESDAY, "Il 1° marzo ~2022-03-01"),
    ("Il primo marzo ha negato.", WEDNESDAY, "Il primo marzo ~2022-03-01"),
    ("Il 20 dicembre ha negato.", WEDNESDAY, "Il 20 dicembre ~2021-12-20"),
    ("Lo scorso 14 agosto ha negato.", WEDNESDAY, "Lo scorso 14 agosto ~2021-08-14"),
    ("Il 14 agosto scorso ha negato.", WEDNESDAY, "Il 14 agosto scorso ~2021-08-14"),
    ("Il 14 agosto ha negato.", WEDNESDAY, "Il 14 agosto ?"),
    ("Il 24 marzo si vota.", WEDNESDAY, "Il 24 marzo ?"),
    ("Il 14 marzo dello scorso anno ha negato.", WEDNESDAY, "Il 14 marzo dello scorso anno ~2021-03-14"),
    ("Venerdì 11 marzo ha negato.", WEDNESDAY, "Venerdì 11 marzo ~2022-03-11"),
    ("Lunedì 11 marzo ha negato.", WEDNESDAY, "Lunedì 11 marzo ?"),
    ("Venerdì, 11 marzo 2022, ha negato.", WEDNESDAY, "Venerdì, 11 marzo 2022 =2022-03-11"),
    ("Nella dichiarazione del 24 febbraio negava.", WEDNESDAY, "24 febbraio ~2022-02-24"),
    ("Il 31 febbraio ha negato.", WEDNESDAY, "Il 31 febbraio ?"),
    ("Il 14 scorso ha negato.", WEDNESDAY, "Il 14 scorso ~2022-03-14"),
    ("Il 31 scorso ha negato.", WEDNESDAY, "Il 31 scorso ~2022-01-31"),
    # days with their year
    ("Il 14 marzo 2022 ha negato.", WEDNESDAY, "Il 14 marzo 2022 =2022-03-14"),
    ("Il 14 marzo del 2019 ha negato.", WEDNESDAY, "Il 14 marzo del 2019 =2019-03-14"),
    ("Il 3 dic. 2021 ha negato.", WEDNESDAY, "Il 3 dic. 2021 =2021-12-03"),
    ("La lettera, 14/03/2022, nega tutto.", WEDNESDAY, "14/03/2022 =2022-03-14"),
    ("La lettera, 3/4/2021, nega tutto.", WEDNESDAY, "3/4/2021 =2021-04-03"),
    ("La lettera, 14.3.2022, nega tutto.", WEDNESDAY, "14.3.2022 =2022-03-14"),
    ("La lettera, 14/03/21, nega tutto.", WEDNESDAY, "14/03/21 =2021-03-14"),
    ("La lettera, 2022-03-14, nega tutto.", WEDNESDAY, "2022-03-14 =2022-03-14"),
    ("Il 14 marzo 2031 comincia la gara.", WEDNESDAY, "Il 14 marzo 2031 ?"),
    ("La lettera, 32/13/2022, nega tutto.", WEDNESDAY, "32/13/2022 ?"),
    # several days
    ("Tra il 7 e il 9 marzo ha negato.", WEDNESDAY, "Tra il 7 e il 9 marzo ~2022-03-07/2022-03-09"),
    ("Nei colloqui del 7-9 marzo 2021 negava.", WEDNESDAY, "7-9 marzo 2021 =2021-03-07/2021-03-09"),
    # near days
    ("Ieri ha smentito.", WEDNESDAY, "Ieri ~2022-03-15"),
    ("Ieri sera ha smentito.", WEDNESDAY, "Ieri sera ~2022-03-15"),
    ("L'altro ieri ha smentito.", WEDNESDAY, "L'altro ieri ~2022-03-14"),
    ("Oggi ha smentito.", WEDNESDAY, "Oggi ~2022-03-16"),
    ("Stamattina ha smentito.", WEDNESDAY, "Stamattina ~2022-03-16"),
    ("Nella notte ha smentito.", WEDNESDAY, "Nella notte ~2022-03-15/2022-03-16"),
    # weeks, months, years, seasons
    ("La scorsa settimana ha negato.", WEDNESDAY, "La scorsa settimana ~2022-03-07/2022-03-13"),
    ("La settimana scorsa ha negato.", WEDNESDAY, "La settimana scorsa ~2022-03-07/2022-03-13"),
    ("Questa settimana ha negato.", WEDNESDAY, "Questa settimana ~2022-03-14/2022-03-16"),
    ("Il mese scorso ha negato.", WEDNESDAY, "Il mese scorso ~2022-02-01/2022-02-28"),
    ("Alla fine del mese scorso ha negato.", WEDNESDAY, "Alla fine del mese scorso ~2022-02-21/2022-02-28"),
    ("All'inizio del mese ha negato.", WEDNESDAY, "All'inizio del mese ~2022-03-01/2022-03-10"),
    ("Lo scorso anno ha negato.", WEDNESDAY, "Lo scorso anno ~2021-01-01/2021-12-31"),
    ("L'anno scorso ha negato.", WEDNESDAY, "L'anno scorso ~2021-01-01/2021-12-31"),
    ("Quest'anno ha negato.", WEDNESDAY, "Quest'anno ~2022-01-01/2022-03-16"),
    ("Nel fine settimana ha negato.", WEDNESDAY, "Nel fine settimana ~2022-03-12/2022-03-13"),
    ("Lo scorso fine settimana ha negato.", WEDNESDAY, "Lo scorso fine settimana ~2022-03-12/2022-03-13"),
    ("La scorsa estate ha negato.", WEDNESDAY, "La scorsa estate ~2021-06-01/2021-09-22"),
    ("Lo scorso inverno ha negato.", WEDNESDAY, "Lo scorso inverno ~2020-12-01/2021-03-20"),
    # months and years
    ("A febbraio ha negato.", WEDNESDAY, "A febbraio ~2022-02-01/2022-02-28"),
    ("A marzo ha negato.", WEDNESDAY, "A marzo ~2022-03-01/2022-03-16"),
    ("A metà febbraio ha negato.", WEDNESDAY, "A metà febbraio ~2022-02-11/2022-02-20"),
    ("Ai primi di marzo ha negato.", WEDNESDAY, "Ai primi di marzo ~2022-03-01/2022-03-10"),
    ("Alla fine di febbraio ha negato.", WEDNESDAY, "Alla fine di febbraio ~2022-02-21/2022-02-28"),
    ("A dicembre ha negato.", WEDNESDAY, "A dicembre ~2021-12-01/2021-12-31"),
    ("Ad aprile si vota: in aprile, dice.", WEDNESDAY, "in aprile ?"),
    ("Lo scorso maggio ha negato.", WEDNESDAY, "Lo scorso maggio ~2021-05-01/2021-05-31"),
    ("Nel marzo 2020 ha negato.", WEDNESDAY, "Nel marzo 2020 =2020-03-01/2020-03-31"),
    ("Nel marzo del 2020 ha negato.", None, "Nel marzo del 2020 =2020-03-01/2020-03-31"),
    ("Nel 2021 ha negato.", WEDNESDAY, "Nel 2021 =2021-01-01/2021-12-31"),
    ("Alla fine del 2021 ha negato.", WEDNESDAY, "Alla fine del 2021 =2021-09-01/2021-12-31"),
    ("Nel 2030 sarà pronto.", WEDNESDAY, "Nel 2030 ?"),
    ("Negli anni '80 negava.", None, "Negli anni '80 =1980-01-01/1989-12-31"),
    # so long ago
    ("Tre settimane fa ha negato.", WEDNESDAY, "Tre settimane fa ~2022-02-20/2022-02-26"),
    ("Due giorni fa ha negato.", WEDNESDAY, "Due giorni fa ~2022-03-14"),
    ("Circa dieci giorni fa ha negato.", WEDNESDAY, "Circa dieci giorni fa ~2022-03-05/2022-03-07"),
    ("Un mese fa ha negato.", WEDNESDAY, "Un mese fa ~2022-02-01/2022-03-03"),
    ("Un anno fa ha negato.", WEDNESDAY, "Un anno fa ~2020-09-14/2021-09-15"),
    ("Un'ora fa ha negato.", WEDNESDAY, "Un'ora fa ~2022-03-15/2022-03-16"),
    ("Pochi giorni fa ha negato.", WEDNESDAY, "Pochi giorni fa ~2022-03-10/2022-03-14"),
    ("Oltre due mesi fa ha negato.", WEDNESDAY, "Oltre due mesi fa ~2021-12-16/2022-01-16"),
    ("Quasi tre settimane fa ha negato.", WEDNESDAY, "Quasi tre settimane fa ~2022-02-23/2022-03-02"),
    ("Nei giorni scorsi ha negato.", WEDNESDAY, "Nei giorni scorsi ~2022-03-06/2022-03-16"),
    ("Nelle ultime settimane ha negato.", WEDNESDAY, "Nelle ultime settimane ~2022-01-19/2022-03-16"),
    ("Negli ultimi tre mesi ha negato.", WEDNESDAY, "Negli ultimi tre mesi ~2021-12-16/2022-03-16"),
    ("Nell'ultima settimana ha negato.", WEDNESDAY, "Nell'ultima settimana ~2022-03-09/2022-03-16"),
    ("Le voci dei giorni scorsi sono false.", WEDNESDAY, "dei giorni scorsi ~2022-03-06/2022-03-16"),
    # seen from another event, or too vague: kept, no day
    ("Tre giorni prima aveva negato.", WEDNESDAY, "Tre giorni prima ?"),
    ("Il giorno prima aveva negato.", WEDNESDAY, "Il giorno prima ?"),
    ("Quasi tre settimane dopo l'attacco ha negato.", WEDNESDAY, "Quasi tre settimane dopo ?"),
    ("Solo di recente ha ammesso l'invio.", WEDNESDAY, "di recente ?"),
    # no date of saying
    ("È la prima telefonata in 84 giorni.", WEDNESDAY, ""),
    ("Ha parlato per tre giorni con 14 colleghi.", WEDNESDAY, ""),
    ("La consegna è attesa entro aprile.", WEDNESDAY, ""),
    ("La consegna è attesa entro il 24 marzo.", WEDNESDAY, ""),
    ("La consegna è attesa entro la fine di marzo.", WEDNESDAY, ""),
    ("Dal 2019 negano tutto.", WEDNESDAY, ""),
    ("Dall’11 febbraio negano tutto.", WEDNESDAY, ""),
    ("Da lunedì negano tutto.", WEDNESDAY, ""),
    ("Resterà chiuso fino a lunedì.", WEDNESDAY, ""),
    ("Resterà chiuso fino al 24 marzo.", WEDNESDAY, ""),
    ("Prima di lunedì non parlerà.", WEDNESDAY, ""),
    ("Parlerà lunedì prossimo, il prossimo martedì al più tardi.", WEDNESDAY, ""),
    ("Il mercato è aperto il sabato e ogni domenica.", WEDNESDAY, ""),
    ("Alle 14.25 è stato aggiornato il punto 2.1.", WEDNESDAY, ""),
    ("Vale 2.022 euro, o 1500 dollari.", WEDNESDAY, ""),
    ("Ha ordinato 114 marzocchi e un maggiore.", WEDNESDAY, ""),
]

ENGLISH = [
    # weekdays
    ("He told reporters on Monday that it was false.", WEDNESDAY, "on Monday ~2022-03-14"),
    ("He told reporters Monday that it was false.", WEDNESDAY, "Monday ~2022-03-14"),
    ("On Wednesday she denied it.", WEDNESDAY, "On Wednesday ~2022-03-16"),
    ("Late on Thursday she denied it.", WEDNESDAY, "Late on Thursday ~2022-03-10"),
    ("She denied it Sunday night.", WEDNESDAY, "Sunday night ~2022-03-13"),
    ("She denied it on MONDAY.", WEDNESDAY, "on MONDAY ~2022-03-14"),
    ("She denied it last Friday.", WEDNESDAY, "last Friday ~2022-03-11"),
    # this week's or the one before: both are covered
    ("She denied it last Monday.", WEDNESDAY, "last Monday ~2022-03-07/2022-03-14"),
    ("She denied it last Wednesday.", WEDNESDAY, "last Wednesday ~2022-03-09"),
    # a publication wider than a day
    ("She denied it on Monday.", "2022-03-14/2022-03-16", "on Monday ~2022-03-14"),
    ("She denied it on Monday.", "2022-03-12/2022-03-15", "on Monday ~2022-03-07/2022-03-14"),
    ("She denied it yesterday.", "2022-03-14/2022-03-15", "yesterday ~2022-03-13/2022-03-14"),
    ("She denied it on March 24.", "2022", "on March 24 ~2022-03-24"),
    ("She denied it on Monday.", "1990-01-01/2022-12-31", "on Monday ?"),
    # no publication
    ("She denied it on Monday.", None, "on Monday ?"),
    ("She denied it yesterday.", None, "yesterday ?"),
    ("She denied it on March 24.", None, "on March 24 ?"),
    ("She denied it on March 24, 2021.", None, "on March 24, 2021 =2021-03-24"),
    # day and month
    ("She denied it on February 24.", WEDNESDAY, "on February 24 ~2022-02-24"),
    ("She denied it on 24 February.", WEDNESDAY, "on 24 February ~2022-02-24"),
    ("She denied it on Feb. 24.", WEDNESDAY, "on Feb. 24 ~2022-02-24"),
    ("She denied it on the 24th of February.", WEDNESDAY, "on the 24th of February ~2022-02-24"),
    ("She denied it on March 1st.", WEDNESDAY, "on March 1st ~2022-03-01"),
    ("She denied it on December 20.", WEDNESDAY, "on December 20 ~2021-12-20"),
    ("She denied it on August 14.", WEDNESDAY, "on August 14 ?"),
    ("She denied it on August 14 last year.", WEDNESDAY, "on August 14 last year ~2021-08-14"),
    ("She denied it last August 14.", WEDNESDAY, "last August 14 ~2021-08-14"),
    ("The vote is on March 24.", WEDNESDAY, "on March 24 ?"),
    ("On Friday, March 11, she denied it.", WEDNESDAY, "On Friday, March 11 ~2022-03-11"),
    ("On Monday, March 11, she denied it.", WEDNESDAY, "On Monday, March 11 ?"),
    ("She denied it on February 30.", WEDNESDAY, "on February 30 ?"),
    ("Her statement of 24 February is false.", WEDNESDAY, "24 February ~2022-02-24"),
    # days with their year
    ("She denied it on March 14, 2022.", WEDNESDAY, "on March 14, 2022 =2022-03-14"),
    ("She denied it on Monday, March 14, 2022.", WEDNESDAY, "on Monday, March 14, 2022 =2022-03-14"),
    ("She denied it on Tuesday, March 14, 2022.", WEDNESDAY, "on Tuesday, March 14, 2022 ?"),
    ("She denied it on 14 March 2022.", WEDNESDAY, "on 14 March 2022 =2022-03-14"),
    ("She denied it on Sept. 11, 2001.", WEDNESDAY, "on Sept. 11, 2001 =2001-09-11"),
    ("The letter, 14/03/2022, denies it.", WEDNESDAY, "14/03/2022 =2022-03-14"),
    ("The letter, 3/14/2022, denies it.", WEDNESDAY, "3/14/2022 =2022-03-14"),
    ("The letter, 3/4/2021, denies it.", WEDNESDAY, "3/4/2021 ~2021-03-04/2021-04-03"),
    ("The letter, 3/4/2022, denies it.", WEDNESDAY, "3/4/2022 ~2022-03-04"),
    ("The letter, 5/5/2021, denies it.", WEDNESDAY, "5/5/2021 =2021-05-05"),
    ("The letter, 2022-03-14, denies it.", WEDNESDAY, "2022-03-14 =2022-03-14"),
    ("The race starts on March 14, 2031.", WEDNESDAY, "on March 14, 2031 ?"),
    # several days
    ("In talks on March 7-9 she denied it.", WEDNESDAY, "on March 7-9 ~2022-03-07/2022-03-09"),
    ("In talks on 7–9 March 2021 she denied it.", WEDNESDAY, "on 7–9 March 2021 =2021-03-07/2021-03-09"),
    # near days
    ("Yesterday she denied it.", WEDNESDAY, "Yesterday ~2022-03-15"),
    ("Today she denied it.", WEDNESDAY, "Today ~2022-03-16"),
    ("She denied it this morning.", WEDNESDAY, "this morning ~2022-03-16"),
    ("She denied it last night.", WEDNESDAY, "last night ~2022-03-15"),
    ("She denied it overnight.", WEDNESDAY, "overnight ~2022-03-15/2022-03-16"),
    ("She denied it the day before yesterday.", WEDNESDAY, "the day before yesterday ~2022-03-14"),
    # weeks, months, years, seasons
    ("She denied it last week.", WEDNESDAY, "last week ~2022-03-07/2022-03-13"),
    ("She denied it earlier this week.", WEDNESDAY, "earlier this week ~2022-03-14/2022-03-16"),
    ("She denied it late last week.", WEDNESDAY, "late last week ~2022-03-10/2022-03-13"),
    ("She denied it earlier this month.", WEDNESDAY, "earlier this month ~2022-03-01/2022-03-16"),
    ("Earlier in the month she denied it.", WEDNESDAY, "Earlier in the month ~2022-03-01/2022-03-16"),
    ("She denied it last month.", WEDNESDAY, "last month ~2022-02-01/2022-02-28"),
    ("She denied it late last month.", WEDNESDAY, "late last month ~2022-02-21/2022-02-28"),
    ("She denied it last year.", WEDNESDAY, "last year ~2021-01-01/2021-12-31"),
    ("She denied it earlier this year.", WEDNESDAY, "earlier this year ~2022-01-01/2022-03-16"),
    ("She denied it early last year.", WEDNESDAY, "early last year ~2021-01-01/2021-04-30"),
    ("She denied it over the weekend.", WEDNESDAY, "over the weekend ~2022-03-12/2022-03-13"),
    ("She denied it last weekend.", "2022-03-13", "last weekend ~2022-03-05/2022-03-06"),
    ("She will speak this weekend.", WEDNESDAY, "this weekend ?"),
    ("She denied it last summer.", WEDNESDAY, "last summer ~2021-06-01/2021-09-22"),
    ("She denied it this past winter.", "2022-04-10", "this past winter ~2021-12-01/2022-03-20"),
    # months and years
    ("In February she denied it.", WEDNESDAY, "In February ~2022-02-01/2022-02-28"),
    ("In mid-March she denied it.", WEDNESDAY, "In mid-March ~2022-03-11/2022-03-16"),
    ("In early February she denied it.", WEDNESDAY, "In early February ~2022-02-01/2022-02-10"),
    ("At the end of February she denied it.", WEDNESDAY, "At the end of February ~2022-02-21/2022-02-28"),
    ("In late February 2020 she denied it.", WEDNESDAY, "In late February 2020 =2020-02-21/2020-02-29"),
    ("In December she denied it.", WEDNESDAY, "In December ~2021-12-01/2021-12-31"),
    ("In April she votes.", WEDNESDAY, "In April ?"),
    ("Last October she denied it.", WEDNESDAY, "Last October ~2021-10-01/2021-10-31"),
    ("Last February she denied it.", WEDNESDAY, "Last February ~2021-02-01/2022-02-28"),
    ("In March 2020 she denied it.", None, "In March 2020 =2020-03-01/2020-03-31"),
    ("In 2021 she denied it.", WEDNESDAY, "In 2021 =2021-01-01/2021-12-31"),
    ("In late 2021 she denied it.", WEDNESDAY, "In late 2021 =2021-09-01/2021-12-31"),
    ("In 2030 it will be ready.", WEDNESDAY, "In 2030 ?"),
    ("In the 1990s they denied it.", None, "In the 1990s =1990-01-01/1999-12-31"),
    # so long ago
    ("Two weeks ago she denied it.", WEDNESDAY, "Two weeks ago ~2022-02-27/2022-03-05"),
    ("Three days ago she denied it.", WEDNESDAY, "Three days ago ~2022-03-13"),
    ("A year ago she denied it.", WEDNESDAY, "A year ago ~2020-09-14/2021-09-15"),
    ("A few days ago she denied it.", WEDNESDAY, "A few days ago ~2022-03-10/2022-03-14"),
    ("She denied it more than a month ago.", WEDNESDAY, "more than a month ago ~2022-01-16/2022-02-16"),
    ("She denied it nearly two years ago.", WEDNESDAY, "nearly two years ago ~2020-03-16/2021-03-16"),
    ("She denied it 20 minutes ago.", WEDNESDAY, "20 minutes ago ~2022-03-15/2022-03-16"),
    ("In recent days she denied it.", WEDNESDAY, "In recent days ~2022-03-06/2022-03-16"),
    ("Over the past week she denied it.", WEDNESDAY, "Over the past week ~2022-03-09/2022-03-16"),
    ("In the last two months she denied it.", WEDNESDAY, "In the last two months ~2022-01-16/2022-03-16"),
    ("In recent years she denied it.", WEDNESDAY, "In recent years ?"),
    # seen from another event, or too vague
    ("She had denied it the day before.", WEDNESDAY, "the day before ?"),
    ("She had denied it two days earlier.", WEDNESDAY, "two days earlier ?"),
    ("Just weeks before the attack she denied it.", WEDNESDAY, "Just weeks before ?"),
    ("She recently denied it.", WEDNESDAY, "recently ?"),
    # no date of saying
    ("It is the first call in 84 days.", WEDNESDAY, ""),
    ("They spoke for three days and two weeks.", WEDNESDAY, ""),
    ("Delivery is due by April, starting in April.", WEDNESDAY, ""),
    ("Delivery is due by the end of March.", WEDNESDAY, ""),
    ("They have denied it since Monday.", WEDNESDAY, ""),
    ("They have denied it since 2019.", WEDNESDAY, ""),
    ("It stays closed until March 24.", WEDNESDAY, ""),
    ("She speaks next Monday, or next week, or tomorrow.", WEDNESDAY, ""),
    ("She speaks later this month.", WEDNESDAY, ""),
    ("The market is open on Mondays.", WEDNESDAY, ""),
    ("She condemned Monday's attack and Tuesday’s reply.", WEDNESDAY, ""),
    ("They may march on, said Mr. May.", WEDNESDAY, ""),
    ("Shoppers rushed on Black Friday.", WEDNESDAY, ""),
    ("It costs 2,022 dollars, or 1500 euros.", WEDNESDAY, ""),
    ("A second and a third man sat down.", WEDNESDAY, ""),
]


def published(written: str | None) -> tuple[dt.date, dt.date] | None:
    if not written:
        return None
    if len(written) == 4:
        return dt.date(int(written), 1, 1), dt.date(int(written), 12, 31)
    first, _, last = written.partition("/")
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)


def told(text: str, language: str, on: str | None) -> str:
    """What is found in a text, as the tables write it."""
    said = []
    for words in find(text, language):
        assert text[slice(*words.span)] == words.text
        found = resolve(words.text, language, published(on))
        assert found.as_written == words.text
        if found.basis == DateBasis.UNKNOWN:
            assert found.earliest is found.latest is None
            said.append(f"{words.text} ?")
            continue
        sign = "=" if found.basis == DateBasis.STATED else "~"
        days = sorted({str(found.earliest), str(found.latest)})
        said.append(f"{words.text} {sign}{'/'.join(days)}")
    return "; ".join(said)


@pytest.mark.parametrize(("text", "on", "expected"), ITALIAN)
def test_italian_words_give_the_days_they_can_mean(text: str, on: str | None, expected: str) -> None:
    assert told(text, "it", on) == expected


@pytest.mark.parametrize(("text", "on", "expected"), ENGLISH)
def test_english_words_give_the_days_they_can_mean(text: str, on: str | None, expected: str) -> None:
    assert told(text, "en", on) == expected


@pytest.mark.parametrize(
    "words", ["in 84 giorni", "entro aprile", "qualche volta", "", "lunedì prossimo", "x" * 500]
)
def test_words_that_are_no_date_give_none_and_are_kept(words: str) -> None:
    found = resolve(words, "it", published(WEDNESDAY))
    assert (found.earliest, found.basis, found.as_written) == (None, DateBasis.UNKNOWN, words)


def test_a_publication_of_unknown_basis_is_no_publication() -> None:
    day = published(WEDNESDAY)
    assert resolve("ieri", "it", day, DateBasis.UNKNOWN).earliest is None
    assert resolve("ieri", "it", day, DateBasis.INFERRED).earliest == dt.date(2022, 3, 15)


def test_only_the_stretch_asked_for_is_looked_at() -> None:
    text = "Lunedì ha negato. Martedì ha ammesso."
    assert find(text, "it", (18, len(text))) == [DateWords((18, 25), "Martedì")]
    assert find(text, "it", (0, 3)) == []


def test_blanks_and_line_ends_inside_an_expression_do_not_matter() -> None:
    [words] = find("Il 24\nfebbraio\u00a02022 ha negato.", "it")
    assert resolve(words.text, "it", None).earliest == dt.date(2022, 2, 24)


@pytest.mark.parametrize("words", ["200 anni fa", "999 anni fa", "999 mesi fa", "nel 1400", "oggi"])
def test_the_calendar_never_runs_out(words: str) -> None:
    resolve(words, "it", (dt.date(1, 1, 1), dt.date(1, 1, 2)))
    resolve(words, "it", (dt.date.max, dt.date.max))


def test_every_day_of_years_ends_in_order_and_never_after_publication() -> None:
    table = [("it", ITALIAN), ("en", ENGLISH)]
    words = {
        (language, each.text)
        for language, rows in table
        for text, _, _ in rows
        for each in find(text, language)
    }
    for number in range(0, 800, 7):
        day = dt.date(2023, 12, 25) + dt.timedelta(days=number)
        for language, text in words:
            found = resolve(text, language, (day, day))
            if found.basis == DateBasis.INFERRED:
                assert found.earliest and found.latest and found.earliest <= found.latest <= day, (text, day)


def test_a_long_text_is_searched_at_once() -> None:
    text = "Il ministro ha detto lunedì di non sapere nulla di quei fondi, e nel 2019 non c'era. " * 3000
    began = time.process_time()
    assert len(find(text, "it")) == 6000
    assert time.process_time() - began < 2
