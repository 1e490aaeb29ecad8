from __future__ import annotations

from itertools import product

import numpy as np
from numpy.random import default_rng

from neatcore.checks import sample_genomes
from neatcore.interfaces import Floats
from substrates.evolvable import EsHyperNeatConfig, es_hyperneat
from tasks.retina import Retina, is_object, retinas
from tests.tasks.policies import Reflex


def test_the_objects_are_the_published_ones() -> None:
    """Three or four pixels, or one or two of the outer column: 8 of the 16 halves."""
    shown = {p for p in product((0, 1), repeat=4) if is_object(np.array(p, bool).reshape(1, 2, 2))[0]}
    assert shown == {
        *((1, 1, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)),
        *((1, 0, 0, 0), (0, 0, 1, 0), (1, 0, 1, 0)),
    }
    _, objects = retinas("kashtan")
    assert np.unique(objects @ [1, 2], return_counts=True)[1].tolist() == [64, 64, 64, 64]


def test_both_halves_are_mirrored() -> None:
    patterns, objects = retinas("kashtan")
    seen = {tuple(pattern): tuple(found) for pattern, found in zip(patterns, objects)}
    for pattern, (left, right) in seen.items():
        mirrored = tuple(np.reshape(pattern, (2, 4))[:, ::-1].ravel())
        assert seen[mirrored] == (right, left)


def test_both_conventions_are_one_task_with_signs_changed() -> None:
    one, objects = retinas("kashtan")
    other, inverse = retinas("inverse")
    found = {tuple(pattern): tuple(answer) for pattern, answer in zip(other, inverse)}
    assert all(found[tuple(-pattern)] == tuple(answer) for pattern, answer in zip(one, objects))
    assert (inverse != objects).any()


def test_pixels_are_read_as_strong_as_is_said() -> None:
    seen = []

    def look(inputs: Floats) -> Floats:
        seen.append(np.abs(inputs))
        return inputs[..., :2]

    for task in (Retina(), Retina(on=0.5)):
        task.evaluate(Reflex(look, 8, 2), default_rng(0))
    assert [np.unique(each).tolist() for each in seen] == [[3.0], [0.5]]


def test_fitness_and_success() -> None:
    patterns, objects = retinas("kashtan")

    def perfect(inputs: Floats) -> Floats:
        codes = (inputs > 0) @ (1 << np.arange(7, -1, -1))
        return objects[codes].astype(np.float64)

    task, rng = Retina(), default_rng(0)
    best = task.evaluate(Reflex(perfect, 8, 2), rng)
    assert best.fitness[0] == 1000
    assert best.solved is not None
    assert best.solved[0]
    undecided = task.evaluate(Reflex(lambda inputs: np.full((*inputs.shape[:-1], 2), 0.5), 8, 2), rng)
    assert undecided.fitness[0] == 1000 / (1 + 512**2)
    assert not undecided.solved[0]  # type: ignore[index]
    assert undecided.info["right"][0] == 0.5
    assert len(patterns) == 256


def test_places_fit_a_plane_of_hidden_neurons() -> None:
    task = Retina()
    encoding, _ = es_hyperneat(EsHyperNeatConfig(plane="y=0", recurrent=False, band=0), 8, 2, task.places)
    assert encoding.names[0] == ["x1", "y1", "z1", "x2", "y2", "z2"]
    hidden = np.concatenate([places[10:] for places in encoding.grow(sample_genomes(encoding.space)).places])
    assert len(hidden) > 0
    assert not hidden[:, 1].any()
    assert len(np.unique(hidden[:, 2])) > 1
