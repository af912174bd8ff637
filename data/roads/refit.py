"""Refit the time of day to drives that were driven: a little where little was seen, and nothing where nothing is to be
learned.

Each drive says by what factor it took longer than expected. The logarithm is a level, a curve over the hours that all
days share, what workdays and weekends have apart, and how each therapist drives, plus noise with heavy tails: a lunch
stop between two events is no slow road. All of these are normal around "as expected"; how far they may stray is
measured on the drives themselves (empirical Bayes: the evidence of the marginal likelihood, Morris 1983, "Parametric
empirical Bayes inference"), and the noise is Student's with four degrees of freedom, by reweighting (Lange, Little and
Taylor 1989, "Robust statistical modeling using the t distribution").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from data.roads.driven import Seen
from optimizer.domain.driving import HOURS

Floats = NDArray[np.float64]

NO_DRIVE = float(np.log(2.2))
"""What took so many times as long as expected, or as short, was no drive: something else came between."""

LEVELS, CURVES, PEOPLE = (0.005, 0.05, 0.15), (0.005, 0.03, 0.08, 0.16), (0.005, 0.05, 0.12)
"""How far level, curve and therapists may stray, as standard deviations of the logarithm."""

BELL_HOURS = 1.5
"""So far apart two hours still teach each other."""

TAILS = 4.0
"""Degrees of freedom of the noise."""

MOST = float(np.log(1.8))
"""No hour is learned to be further than this from what was expected of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """What drives teach.

    `workday[hour]` and `weekend[hour]` are factors, `pace[therapist]` how many times as long as the others each takes;
    `noise` is the spread of a single drive.
    """

    workday: Floats
    weekend: Floats
    pace: Floats
    noise: float


def is_drive(log_ratio: Floats) -> NDArray[np.bool_]:
    """Which of them can be drives at all."""
    return np.asarray(np.abs(log_ratio) <= NO_DRIVE, dtype=np.bool_)


def fit(seen: Seen, therapists: int) -> Fit:
    """The most likely factors, shrunk towards "as expected" as far as the drives ask for it.

    Parameters
    ----------
    seen
        Drives that can be drives; none will do.
    therapists
        How many there are; who has no drive is as quick as the others.
    """
    if not len(seen.log_ratio):
        one = np.ones(HOURS)
        return Fit(workday=one, weekend=one, pace=np.ones(therapists), noise=0.0)
    design = np.hstack([seen.share, people_of(seen, therapists)])
    found, noise = most_likely(design, seen.log_ratio, tuple(_priors(therapists)))
    hours = np.clip(found[: 2 * HOURS], -MOST, MOST)
    return Fit(
        workday=np.exp(hours[:HOURS]),
        weekend=np.exp(hours[HOURS:]),
        pace=np.exp(np.clip(found[2 * HOURS :], -MOST, MOST)),
        noise=noise,
    )


def fit_paces(seen: Seen, therapists: int) -> Floats:
    """`pace[therapist]`: the most likely factors by which drives take each as long as expected, whatever the hour.

    Shrunk as in `fit`; who has no drive takes as long as expected.
    """
    if not len(seen.log_ratio):
        return np.ones(therapists)
    priors = tuple(person**2 * np.eye(therapists) for person in PEOPLE)
    found, _ = most_likely(people_of(seen, therapists), seen.log_ratio, priors)
    return np.exp(np.clip(found, -MOST, MOST))


def people_of(seen: Seen, therapists: int) -> Floats:
    """`[drive, therapist]`: one where it is theirs."""
    people = np.zeros((len(seen.log_ratio), therapists))
    people[np.arange(len(people)), seen.therapist] = 1
    return people


def most_likely(design: Floats, told: Floats, priors: Sequence[Floats]) -> tuple[Floats, float]:
    """Reweight until the tails are known, each time with the spreads of the greatest evidence."""
    noise = max(0.03, 1.4826 * float(np.median(np.abs(told - np.median(told)))))
    weights, found = np.ones(len(told)), np.zeros(design.shape[1])
    for _ in range(8):
        left = told - design @ found
        weights = (TAILS + 1) / (TAILS + (left / noise) ** 2)
        noise = max(0.03, float(np.sqrt(np.average(left**2, weights=weights))))
        gram = (design * weights[:, None]).T @ design / noise**2
        pull = (design * weights[:, None]).T @ told / noise**2
        found = max((_posterior(gram, pull, prior) for prior in priors), key=lambda each: each[0])[1]
    return found, noise


def _posterior(gram: Floats, pull: Floats, prior: Floats) -> tuple[float, Floats]:
    """Evidence, up to what all priors share, and the mean S (1 + S'GS)^-1 S'p, with S the root of the prior."""
    root = np.linalg.cholesky(prior + 1e-9 * np.eye(len(prior)))
    inner = np.eye(len(prior)) + root.T @ gram @ root
    half = root.T @ pull
    solved = np.linalg.solve(inner, half)
    evidence = 0.5 * float(half @ solved) - 0.5 * float(np.linalg.slogdet(inner)[1])
    return evidence, root @ solved


def shared_hours() -> Floats:
    """`[clock, clock]`: how alike the hours of workdays and then weekends are; close ones much, both days half."""
    hour = np.arange(HOURS)
    apart = np.abs(hour[:, None] - hour[None, :])
    apart = np.minimum(apart, HOURS - apart)
    bell = np.exp(-0.5 * (apart / BELL_HOURS) ** 2)
    return np.block([[bell, 0.5 * bell], [0.5 * bell, bell]])


def _priors(therapists: int) -> Iterator[Floats]:
    shared = shared_hours()
    for level, curve, person in product(LEVELS, CURVES, PEOPLE if therapists > 1 else PEOPLE[:1]):
        prior = np.zeros((2 * HOURS + therapists,) * 2)
        prior[: 2 * HOURS, : 2 * HOURS] = level**2 + curve**2 * shared
        prior[2 * HOURS :, 2 * HOURS :] = person**2 * np.eye(therapists)
        yield prior
