"""Who contests what: parties, known order, and the figures that pages read."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from claims import contest, linking, reviewing
from claims.contest import Fact, party_states, summary
from claims.models import ClaimFigures
from claims.vocabulary import Contest, PartyState, Role, Stance
from tests.factories import (
    ADMISSION,
    make_claim,
    make_position,
    make_source,
    make_speaker,
    make_statement,
    make_user,
)

A, D, M, R, C = Stance.ASSERTS, Stance.DENIES, Stance.ADMITS, Stance.RETRACTS, Stance.CONTEXT
EARLY, LATE = date(2022, 9, 1), date(2022, 11, 5)


def fact(
    stance: Stance, statement: int = 1, day: date | None = None, after: int | None = None, party: str = "Iran"
) -> Fact:
    return Fact(party, stance, statement, day, day, after)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([fact(A)], PartyState.ASSERTS),
        ([fact(D)], PartyState.DENIES),
        ([fact(M)], PartyState.ADMITTED),
        ([fact(R)], PartyState.RETRACTED),
        ([fact(D, 1, EARLY), fact(M, 2, LATE)], PartyState.DENIED_THEN_ADMITTED),
        ([fact(M, 2, LATE), fact(D, 1, EARLY)], PartyState.DENIED_THEN_ADMITTED),
        ([fact(M, 2, after=1), fact(D, 1)], PartyState.DENIED_THEN_ADMITTED),
        ([fact(M, 3, after=2), fact(C, 2, after=1), fact(D, 1)], PartyState.DENIED_THEN_ADMITTED),
        ([fact(D, 1), fact(M, 2)], PartyState.ADMITTED),
        ([fact(D, 1, EARLY), fact(M, 2, EARLY)], PartyState.ADMITTED),
        ([fact(D, 2, LATE), fact(M, 1, EARLY)], PartyState.ASSERTED_THEN_DENIED),
        ([fact(A, 1, EARLY), fact(D, 2, LATE)], PartyState.ASSERTED_THEN_DENIED),
        ([fact(A, 1), fact(D, 2)], PartyState.DENIES),
        ([fact(A, 1, EARLY), fact(R, 2, LATE)], PartyState.RETRACTED),
    ],
)
def test_a_change_of_story_needs_a_known_order(facts: list[Fact], state: PartyState) -> None:
    assert party_states(facts) == {"Iran": state}


def test_an_order_follows_from_dates_and_said_after_together() -> None:
    # The admission came after a statement of November, the denial was in September.
    assert (
        party_states([fact(D, 1, EARLY), fact(C, 2, LATE), fact(M, 3, after=2)])["Iran"]
        == "denied_then_admitted"
    )
    # The denial came before a statement of September, the admission in November.
    assert (
        party_states([fact(D, 1), fact(C, 2, EARLY, after=1), fact(M, 3, LATE)])["Iran"]
        == "denied_then_admitted"
    )
    # A step that nobody knows leads nowhere further.
    assert party_states([fact(D, 1), fact(M, 3, after=9)])["Iran"] == "admitted"


def test_periods_that_overlap_or_are_open_give_no_order() -> None:
    denial, admission = Fact("Iran", D, 1, EARLY, LATE), Fact("Iran", M, 2, LATE, None)
    assert party_states([denial, admission])["Iran"] == "admitted"
    assert party_states([Fact("Iran", D, 1, EARLY, None), admission])["Iran"] == "admitted"
    assert party_states([Fact("Iran", D, 1, None, EARLY), admission])["Iran"] == "denied_then_admitted"


def test_one_partys_story_is_not_anothers() -> None:
    told = [fact(D, 1, EARLY, party="Iran"), fact(M, 2, LATE, party="Russia")]
    assert party_states(told) == {"Iran": PartyState.DENIES, "Russia": PartyState.ADMITTED}


def test_context_makes_no_party() -> None:
    assert party_states([fact(C)]) == {}


def test_a_loop_of_said_after_ends() -> None:
    assert party_states([fact(D, 1, after=2), fact(M, 2, after=1)])["Iran"] in PartyState


@pytest.mark.parametrize(
    ("states", "result"),
    [
        ({}, Contest.UNCONTESTED),
        ({"a": PartyState.ASSERTS}, Contest.UNCONTESTED),
        ({"a": PartyState.ASSERTS, "b": PartyState.DENIES}, Contest.DENIED),
        ({"a": PartyState.ASSERTED_THEN_DENIED}, Contest.DENIED),
        ({"a": PartyState.RETRACTED, "b": PartyState.DENIES}, Contest.RETRACTED),
        ({"a": PartyState.ADMITTED, "b": PartyState.RETRACTED}, Contest.ADMITTED),
        ({"a": PartyState.ADMITTED, "b": PartyState.DENIED_THEN_ADMITTED}, Contest.DENIED_THEN_ADMITTED),
    ],
)
def test_the_claim_takes_the_first_state_that_holds(states: dict[str, PartyState], result: Contest) -> None:
    assert summary(states) == result


FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from(["Iran", "Russia", "China"]),
        st.sampled_from(list(Stance)),
        st.integers(1, 6),
        st.none() | st.dates(date(2022, 1, 1), date(2022, 1, 9)),
        st.none() | st.dates(date(2022, 1, 9), date(2022, 1, 19)),
    ),
    max_size=8,
    unique_by=lambda each: each.statement,
)


@settings(max_examples=200, deadline=None)
@given(FACTS, st.randoms())
def test_the_order_in_which_statements_are_stored_does_not_matter(facts: list[Fact], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert party_states(facts) == party_states(shuffled)


@settings(max_examples=200, deadline=None)
@given(FACTS)
def test_a_party_that_never_denied_is_never_said_to_have(facts: list[Fact]) -> None:
    for party, state in party_states(facts).items():
        stances = {each.stance for each in facts if each.party == party}
        if state in (PartyState.DENIES, PartyState.DENIED_THEN_ADMITTED, PartyState.ASSERTED_THEN_DENIED):
            assert Stance.DENIES in stances
        if state in (PartyState.ADMITTED, PartyState.DENIED_THEN_ADMITTED):
            assert Stance.ADMITS in stances


@pytest.mark.django_db
class TestFigures:
    def test_parties_are_counted_not_mouths(self) -> None:
        state = make_speaker("Russia", kind="government")
        kremlin = make_speaker("Kremlin", kind="organisation", speaks_for=state)
        claim = make_claim()
        for mouth in (make_speaker("Peskov", speaks_for=kremlin), make_speaker("Lavrov", speaks_for=state)):
            make_position(claim, Stance.DENIES, mouth)
        contest.refresh([claim.pk])
        figures = ClaimFigures.objects.get(claim=claim)
        assert [(party["name"], party["state"]) for party in figures.parties] == [("Russia", "denies")]
        assert (figures.contest, figures.denials, figures.sources, figures.origins) == ("denied", 2, 2, 2)

    def test_titles_and_nested_copies_do_not_count(self) -> None:
        claim = make_claim()
        parent = make_position(claim, Stance.ASSERTS).statement
        make_position(claim, Stance.DENIES, in_title=True)
        make_position(claim, Stance.DENIES, inside=parent, source=parent.source)
        contest.refresh([claim.pk])
        assert ClaimFigures.objects.get(claim=claim).contest == "uncontested"

    def test_an_unnamed_speaker_is_a_party_of_its_own(self) -> None:
        state = make_speaker("United States", kind="government")
        source = make_source()
        nobody = make_speaker("Two officials", kind="anonymous", only_in=source, speaks_for=state)
        position = make_position(None, Stance.DENIES, nobody, source=source)
        contest.refresh([position.claim_id])
        assert [p["name"] for p in ClaimFigures.objects.get().parties] == ["Two officials"]

    def test_said_after_leads_through_statements_that_are_not_on_the_claim(self) -> None:
        claim, iran, source = make_claim(), make_speaker("Iran", kind="government"), make_source()
        denial = make_position(claim, Stance.DENIES, iran).statement
        between = make_statement(source, after=make_statement(source, ADMISSION, after=denial))
        admission = make_position(claim, Stance.ADMITS, iran, after=between)
        contest.refresh([claim.pk])
        assert ClaimFigures.objects.get().contest == "denied_then_admitted"
        chief = make_user(Role.SENIOR_EDITOR)
        for each in (denial.source, admission.statement.source):
            reviewing.publish_source(each, by=chief)
        reviewing.publish(claim, by=chief)
        assert ClaimFigures.objects.get().contest == "admitted"  # readers do not see what stands between
        reviewing.publish_source(source, by=chief)
        contest.refresh([claim.pk])
        assert ClaimFigures.objects.get().contest == "denied_then_admitted"
        linking.reject(between, by=chief)
        contest.refresh([claim.pk])
        assert ClaimFigures.objects.get().contest == "admitted"

    def test_parties_are_named_by_what_they_did(self) -> None:
        claim = make_claim()
        for stance, name in [
            (Stance.ASSERTS, "A"),
            (Stance.DENIES, "B"),
            (Stance.RETRACTS, "C"),
            (Stance.ADMITS, "D"),
        ]:
            make_position(claim, stance, make_speaker(name))
        turned = make_speaker("E")
        make_position(
            claim, Stance.DENIES, turned, said_earliest=EARLY, said_latest=EARLY, said_basis="stated"
        )
        make_position(claim, Stance.ADMITS, turned, said_earliest=LATE, said_latest=LATE, said_basis="stated")
        contest.refresh([claim.pk])
        figures = ClaimFigures.objects.get()
        assert [p["name"] for p in figures.parties] == ["E", "D", "C", "B", "A"]
        assert set(figures.parties[0]) == {"party", "name", "slug", "state"}
        assert figures.newest_on == LATE

    def test_the_decision_in_force_is_among_the_figures(self) -> None:
        claim = make_position().claim
        verdict = reviewing.dispute(claim, by=make_user(Role.EDITOR), because="Two named bodies deny it.")
        figures = ClaimFigures.objects.get(claim=claim)
        assert (figures.rating, figures.rated_at, figures.sort_at) == (
            "disputed",
            verdict.decided_at,
            verdict.decided_at,
        )

    def test_nothing_to_refresh_is_no_error(self) -> None:
        assert contest.refresh([]) == 0

    def test_the_command_refreshes_all_claims_or_those_named(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first, second = make_position().claim, make_position().claim
        call_command("refresh_contest", claim=[first.slug])
        assert set(ClaimFigures.objects.values_list("claim", flat=True)) == {first.pk}
        call_command("refresh_contest")
        assert set(ClaimFigures.objects.values_list("claim", flat=True)) == {first.pk, second.pk}
        assert capsys.readouterr().out == "Recomputed 1 claim.\nRecomputed 2 claims.\n"

    def test_a_chain_that_comes_back_ends(self) -> None:
        one, two = make_speaker("One"), make_speaker("Two")
        parties = contest.Parties([one.pk])
        one.speaks_for, two.speaks_for = two, one  # the database refuses it; a lookup must end all the same
        parties._known = {one.pk: one, two.pk: two}
        assert parties.of(one.pk) in (one, two)

    def test_what_is_not_accepted_does_not_count(self) -> None:
        claim = make_claim()
        make_position(claim, Stance.DENIES, review="suggested")
        contest.refresh([claim.pk])
        assert ClaimFigures.objects.get(claim=claim).denials == 0

    def test_the_article_itself_is_no_party(self) -> None:
        claim = make_claim()
        position = make_position(claim, Stance.DENIES)
        position.statement.speakers.all().delete()
        contest.refresh([claim.pk])
        assert ClaimFigures.objects.get(claim=claim).parties == []

    def test_on_behalf_of_goes_before_the_usual_body(self) -> None:
        us, eu = (
            make_speaker("United States", kind="government"),
            make_speaker("European Union", kind="organisation"),
        )
        position = make_position(make_claim(), Stance.ASSERTS, make_speaker("Kirby", speaks_for=us))
        position.statement.speakers.update(on_behalf_of=eu)
        contest.refresh([position.claim_id])
        assert [p["name"] for p in ClaimFigures.objects.get(claim=position.claim).parties] == [
            "European Union"
        ]

    def test_a_published_claim_counts_only_what_readers_see(self) -> None:
        chief = make_user(Role.SENIOR_EDITOR)
        first = make_position(None, Stance.ASSERTS)
        reviewing.publish_source(first.statement.source, by=chief)
        reviewing.publish(first.claim, by=chief)
        late = make_position(first.claim, Stance.DENIES)
        reviewing.publish_source(late.statement.source, by=chief)
        linking.accept(late.statement, by=chief)
        assert ClaimFigures.objects.get(claim=first.claim).contest == "uncontested"
        reviewing.publish_update(first.claim, by=chief)
        assert ClaimFigures.objects.get(claim=first.claim).contest == "denied"

    def test_many_claims_cost_the_same_few_queries(self) -> None:
        def cost(number: int) -> int:
            claims = [make_position(make_claim(), Stance.DENIES).claim_id for _ in range(number)]
            with CaptureQueriesContext(connection) as asked:
                assert contest.refresh(claims) == number
            return len(asked)

        assert cost(2) == cost(12) <= 8

    def test_many_figures_are_stored_whether_or_not_there_were_some_before(self) -> None:
        claims = [make_position(make_claim(), Stance.DENIES).claim_id for _ in range(contest.MANY + 1)]
        before = claims[::2]
        contest.refresh(before)
        ClaimFigures.objects.update(denials=7, news=7)
        assert contest.refresh(claims) == len(claims)
        figures = ClaimFigures.objects.values_list(
            "claim_id", "contest", "denials", "news", "parties__0__state"
        )
        assert sorted(figures) == [(pk, Contest.DENIED, 1, 0, PartyState.DENIES) for pk in sorted(claims)]
