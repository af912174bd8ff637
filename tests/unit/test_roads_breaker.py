"""A service that fails is left alone, tried once, and trusted again when it answers."""

from data.roads.breaker import Breaker, State
from tests.roads.network import Watch


def failing(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.admits()
        breaker.failed()


def test_two_failures_are_bad_luck_and_the_third_is_not() -> None:
    breaker = Breaker(Watch())
    failing(breaker, 2)
    assert breaker.state is State.CLOSED
    failing(breaker, 1)
    assert breaker.state is State.OPEN
    assert not breaker.admits()


def test_an_answer_in_between_starts_the_count_anew() -> None:
    breaker = Breaker(Watch())
    for _ in range(5):
        failing(breaker, 2)
        breaker.succeeded()
    assert breaker.state is State.CLOSED


def test_after_its_rest_one_caller_tries_and_the_others_wait_for_what_it_says() -> None:
    watch = Watch()
    breaker = Breaker(watch)
    failing(breaker, 3)
    watch.now = 29.9
    assert not breaker.admits()
    watch.now = 30.0
    assert breaker.state is State.HALF_OPEN
    assert breaker.admits()
    assert not breaker.admits()
    breaker.succeeded()
    assert breaker.state is State.CLOSED


def test_each_trial_that_fails_doubles_the_rest_up_to_ten_minutes() -> None:
    watch = Watch()
    breaker = Breaker(watch)
    failing(breaker, 3)
    rests = []
    for _ in range(7):
        begun = watch.now
        while not breaker.admits():
            watch.now += 1
        rests.append(watch.now - begun)
        breaker.failed()
    assert rests == [30, 60, 120, 240, 480, 600, 600]


def test_who_asks_to_be_left_alone_is_left_alone_at_once_and_for_as_long() -> None:
    watch = Watch()
    breaker = Breaker(watch)
    breaker.admits()
    breaker.failed(retry_after=120)
    watch.now = 119
    assert not breaker.admits()
    watch.now = 120
    assert breaker.admits()
