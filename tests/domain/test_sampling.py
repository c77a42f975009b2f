"""Drawing the blind sample."""

from __future__ import annotations

from random import Random

from mdm.domain.sampling import Stratum, allot, draw_strata


def test_the_same_seed_draws_the_same_pairs_and_knows_their_chances():
    strata = {Stratum.LINK: [(n, n + 1) for n in range(100)], Stratum.FAR: [(n, 500) for n in range(7)]}
    populations = {Stratum.LINK: 100, Stratum.FAR: 70}
    wanted = {Stratum.LINK: 20, Stratum.FAR: 10}
    drawn = draw_strata(strata, populations, wanted, Random(5))
    assert drawn == draw_strata(strata, populations, wanted, Random(5))
    assert drawn != draw_strata(strata, populations, wanted, Random(6))
    links = [item for item in drawn if item.stratum is Stratum.LINK]
    assert len({item.pair for item in links}) == 20
    assert {(item.population, item.drawn) for item in links} == {(100, 20)}
    assert {(i.population, i.drawn) for i in drawn if i.stratum is Stratum.FAR} == {(70, 7)}


def test_links_and_non_links_come_mixed():
    strata = {Stratum.LINK: [(n, 1000) for n in range(50)], Stratum.FAR: [(n, 2000) for n in range(50)]}
    drawn = draw_strata(strata, dict.fromkeys(strata, 50), dict.fromkeys(strata, 50), Random(1))
    first = sum(item.stratum is Stratum.LINK for item in drawn[:50])
    assert 10 < first < 40


def test_what_a_small_stratum_cannot_give_goes_to_the_others():
    assert sum(allot(50, {Stratum.VETOED: 2, Stratum.NEAR: 100, Stratum.FAR: 100}).values()) == 50
    assert allot(50, {Stratum.VETOED: 1, Stratum.NEAR: 0, Stratum.FAR: 3}) == {
        Stratum.VETOED: 1,
        Stratum.NEAR: 0,
        Stratum.FAR: 3,
    }
    assert allot(10, {Stratum.VETOED: 99, Stratum.NEAR: 99, Stratum.FAR: 99}) == {
        Stratum.VETOED: 3,
        Stratum.NEAR: 2,
        Stratum.FAR: 5,
    }
