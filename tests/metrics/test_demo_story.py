"""The invented company: the same for a seed, and with something for a score to find."""

from datetime import date
from statistics import mean

from metrics.demo.story import tell

TODAY = date(2026, 11, 1)


def test_the_same_seed_tells_the_same_story():
    assert tell(30, TODAY, seed=1) == tell(30, TODAY, seed=1)
    assert tell(30, TODAY, seed=1) != tell(30, TODAY, seed=2)


def test_every_customer_has_a_name_and_a_domain_of_its_own():
    lives = tell(400, TODAY, seed=2026)

    assert len({life.name for life in lives}) == 400
    assert len({life.domain for life in lives}) == 400
    assert 0.5 < mean(life.is_japanese for life in lives) < 0.7


def test_those_who_left_had_used_less_and_felt_worse():
    lives = tell(400, TODAY, seed=2026)
    gone = [life for life in lives if life.churned_on]
    here = [life for life in lives if not life.churned_on]

    assert 40 <= len(gone) <= 140
    assert mean(life.months[-1].use for life in gone) < mean(life.months[-1].use for life in here)
    assert mean(life.months[-1].mood for life in gone) < mean(life.months[-1].mood for life in here)


def test_nobody_leaves_a_yearly_contract_in_its_middle():
    lives = tell(400, TODAY, seed=2026)
    yearly = [life for life in lives if life.churned_on and life.interval == "year"]

    assert yearly
    assert all((len(life.months) - 1) % 12 == 0 for life in yearly)
