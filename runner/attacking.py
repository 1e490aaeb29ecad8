"""How networks drawn from a run's generator stand up to changed pictures, and whether their doubt gives the change away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.random import default_rng

from neatcore.errors import InputError, require, unknown
from neatcore.interfaces import Floats, Ints
from runner.directory import find_run
from runner.disk import write_bytes
from runner.networks import Drawn, draw, pictures_of, pixels_of
from runner.settings import file_layer, resolve
from runner.tables import print_table
from tasks.data.pictures import Examples
from tasks.images import Images
from viz.attacked import SHOWN, Attack, Seen, attack_figure
from viz.svg import png

DEFAULTS = {"method": ("fgsm", "pgd"), "epsilon": ("0.01", "0.03", "0.1", "0.3")}
USUAL = 500  # pictures
QUIET = 95.0  # the percentile of doubt about untouched pictures beyond which a picture counts as detected


@dataclass(frozen=True)
class Plan:
    """Attacks: their methods and sizes, networks that answer together, pictures that are changed, the seed of both."""

    methods: Sequence[str]
    epsilons: Sequence[float]
    networks: int = 10
    pictures: int | None = None  # 500, or as many as there are
    seed: int = 0


@dataclass(frozen=True)
class Attacked:
    """What one attack came to; shares in %.

    fooled: of pictures told rightly before, those that the attacked networks mistake. fresh: that as many other networks of the
    same generator mistake. detected: about which those are more in doubt than about 95 % of untouched pictures. missed: that they
    mistake without such doubt. auc: area under the ROC curve of telling changed from untouched pictures by that doubt. self_…: the
    same of the attacked themselves.
    """

    method: str
    epsilon: float
    fooled: float
    fresh: float
    self_missed: float
    missed: float
    self_detected: float
    detected: float
    self_auc: float
    auc: float


@dataclass(frozen=True)
class Changed:
    """What an attack came to; pictures (S, I) as they were and as they are, probabilities (N, S, C) that fresh networks give to
    both, and what they are (S,)."""

    told: Attacked
    pixels: tuple[Floats, Floats]
    given: tuple[Floats, Floats]
    labels: Ints


def attacks(reference: str, plan: Plan, champion: str = "best") -> Iterator[Changed]:
    """Attack networks drawn from a run, and show the pictures to others; in the order of methods and sizes."""
    from hypernets.attacks import METHODS

    for method in plan.methods:
        if method not in METHODS:
            raise unknown("method of attack", method, METHODS)
    drawn = draw(reference, 2 * plan.networks, plan.seed, champion)
    examples, white = pictures_of(drawn)
    if plan.pictures and plan.pictures > len(examples):
        raise InputError(f"--pictures {plan.pictures} is more than the {len(examples):,} test pictures that there are")
    rows = default_rng(plan.seed).permutation(len(examples))[: plan.pictures or USUAL]
    chosen = Examples(examples.pictures[rows], examples.labels[rows])
    pixels = pixels_of(chosen, white, drawn.task.inputs)
    one, other = drawn.part(slice(plan.networks)), drawn.part(slice(plan.networks, None))
    yield from against(one, other, chosen, pixels, plan)


def against(one: Drawn, other: Drawn, chosen: Examples, pixels: Floats, plan: Plan) -> Iterator[Changed]:
    """Attacks on the networks `one`, shown to the networks `other`."""
    from hypernets.attacks import attack
    from hypernets.uncertainty import entropy, probabilities, separation

    before = [probabilities(side.answers(pixels)) for side in (one, other)]
    calm = [entropy(given) for given in before]
    told = before[0].mean(axis=0).argmax(axis=-1) == chosen.labels
    require(told.any(), "the networks tell none of the pictures rightly, so that there is nothing to attack")
    for method in plan.methods:
        for epsilon in plan.epsilons:
            changed = attack(method, one.network, one.weights, pixels, chosen.labels, epsilon, seed=plan.seed)
            after = [probabilities(side.answers(changed)) for side in (one, other)]
            doubts = list(zip(calm, (entropy(given) for given in after), strict=True))
            wrong = [given.mean(axis=0).argmax(axis=-1) != chosen.labels for given in after]
            fooled = [100 * float(each[told].mean()) for each in wrong]
            doubted = [doubt > np.percentile(quiet, QUIET) for quiet, doubt in doubts]
            missed = [100 * float((each & ~sure).mean()) for each, sure in zip(wrong, doubted, strict=True)]
            detected = [100 * float(each.mean()) for each in doubted]
            told_of = Attacked(method, epsilon, *fooled, *missed, *detected, *(separation(quiet, doubt) for quiet, doubt in doubts))
            yield Changed(told_of, (pixels, changed), (before[1], after[1]), chosen.labels)


def rows_of(found: Sequence[Attacked]) -> list[list[str]]:
    """As lines of a table."""
    return [
        [
            each.method,
            f"{each.epsilon:g}",
            *(f"{value:.1f}" for value in (each.fooled, each.fresh, each.missed, each.self_detected, each.detected)),
            f"{each.auc:.3f}",
        ]
        for each in found
    ]


def parse(words: Sequence[str]) -> tuple[str, list[str], list[float]]:
    """`[RUN] --method NAME … --epsilon SIZE …` as the run, the methods and the sizes; both options have a default."""
    usage = "write, for example: neatcore attack latest --method fgsm pgd --epsilon 0.03 0.1"
    values: dict[str, list[str]] = {"": []}
    name = ""
    for word in words:
        if word.startswith("--"):
            name, equals, first = word[2:].partition("=")
            values.setdefault(name, []).extend([first] if equals else [])
        else:
            values[name].append(word)
    runs = values.pop("")
    for name in values:
        if name not in DEFAULTS:
            raise unknown("option of attack", name, DEFAULTS)
    require(len(runs) <= 1, f"which run? {' and '.join(runs)} are several; {usage}")
    methods, epsilons = (values.get(name, list(usual)) for name, usual in DEFAULTS.items())
    require(methods and epsilons, f"an attack needs a method and a size; {usage}")
    return (runs or ["latest"])[0], methods, [_number(word) for word in epsilons]


def _number(word: str) -> float:
    try:
        found = float(word)
    except ValueError:
        raise InputError(f"--epsilon {word!r} is not a number, such as 0.1") from None
    require(0 <= found <= 1, f"--epsilon {word} is not from 0 to 1, as pixels are")
    return found


def print_attacks(reference: str, plan: Plan, champion: str, *, as_json: bool) -> None:
    """A line for each attack; and among the run's media a sheet of its pictures, with what fresh networks take them for."""
    run, found = find_run(reference), []
    task: Any = resolve(layers=[file_layer(run.config)]).task
    for each in attacks(reference, plan, champion):
        found.append(each.told)
        write_bytes(run.media / f"attack-{each.told.method}-{each.told.epsilon:g}.png", _sheet(each, task))
        if as_json:
            print(json.dumps(asdict(each.told)), flush=True)
    if not as_json:
        print_table(HEAD, rows_of(found), right=HEAD[1:])
        print(f"shares in %; some of the pictures: {run.media / 'attack-*.png'}")


def _sheet(changed: Changed, task: Images) -> bytes:
    """Some pictures before and after, with what fresh networks say of them, as a PNG file."""
    from hypernets.uncertainty import entropy

    before, after = (
        Seen(pixels[:SHOWN].reshape(-1, *task.picture_shape), given.mean(axis=0).argmax(axis=-1)[:SHOWN], entropy(given)[:SHOWN])
        for pixels, given in zip(changed.pixels, changed.given, strict=True)
    )
    told, count = changed.told, len(changed.given[1])
    attack = Attack(before, after, changed.labels[:SHOWN], task.names[1], told.epsilon)
    fresh = f"what {count} fresh networks say" if count > 1 else "what a fresh network says"
    words = f"{told.method.upper()}, ε = {told.epsilon:g}: {fresh}, and their doubt in nats, at most {attack.most:.2f}"
    return png(attack_figure(attack, words))


HEAD = ("method", "epsilon", "fooled", "fresh fooled", "missed", "self-detected", "detected", "ROC area")
