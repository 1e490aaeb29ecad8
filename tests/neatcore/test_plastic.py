"""Plastic networks against an obvious oracle, their laws, and rules in genomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.checks import check_encoding
from neatcore.errors import InputError
from neatcore.files import load, save, to_bytes
from neatcore.genome import RULED, Genome, Genomes, check_genome, node_table
from neatcore.interfaces import Floats, GraphSpace
from neatcore.neat import Neat
from neatcore.nets import DirectConfig, direct
from neatcore.plastic import PlasticConfig, kernels, plastic
from tests.neatcore import oracles
from tests.neatcore.growing import WILD

SPACE = plastic(PlasticConfig(), 3, 2)[0].space


def population(seed: int, generations: int = 10, config: object = WILD) -> Genomes:
    """Genomes with rules after some generations under random fitness."""
    rng = default_rng(seed)
    neat = Neat(config, SPACE, rng)  # type: ignore[arg-type]
    for _ in range(generations):
        neat.tell(rng.integers(0, 5, len(neat.ask())).astype(float))
    return neat.ask()


# --- the formulas -------------------------------------------------------------------------------------------------------


def author(w: float, n1: float, n2: float, x: float, y: float, most: float) -> float:
    """Δ|w| as in NEAT C++."""
    size = abs(w)
    top = min(size + 2, most)
    if w > 0:
        return n1 * (most - size) * x * y + n2 * top * x * (y - 1)
    return n2 * (most - size) * x * (1 - y) - n1 * (top + 2) * x * y


def paper(w: float, n1: float, n2: float, x: float, y: float, most: float) -> float:
    """Δ|w| as in the paper."""
    size = abs(w)
    if w > 0:
        return n1 * (most - size) * x * y + n2 * most * x * (y - 1)
    return n1 * (most - size) * x * (1 - y) - n2 * most * x * y


FORMULAS: dict[str, Callable[..., float]] = {"author": author, "paper": paper}


@pytest.mark.parametrize("formula", FORMULAS)
def test_weights_change_as_the_formula_says_and_stay_between_0_and_the_largest(formula: str) -> None:
    draws = default_rng(0).random((2000, 5))
    for weight, n1, n2, x, y in draws * (10.0, 1.0, 1.0, 1.0, 1.0) - (5.0, 0.0, 0.0, 0.0, 0.0):
        wanted = abs(weight) + FORMULAS[formula](weight, n1, n2, x, y, 5.0)
        found = kernels.grown(abs(weight), bool(weight > 0), n1, n2, x, y, 5.0, formula == "author")
        assert found == pytest.approx(min(max(wanted, 0.0), 5.0), abs=1e-12)


def test_what_the_formulas_mean() -> None:
    """Both active: what excites grows, what inhibits shrinks; a source alone: the other way round."""
    for by_author in (True, False):
        for excites in (True, False):
            together = kernels.grown(2.0, excites, 0.1, 0.1, 1.0, 1.0, 5.0, by_author)
            alone = kernels.grown(2.0, excites, 0.1, 0.1, 1.0, 0.0, 5.0, by_author)
            assert (together > 2.0 > alone) if excites else (alone > 2.0 > together)
            assert kernels.grown(2.0, excites, 1.0, 1.0, 0.0, 0.7, 5.0, by_author) == 2.0  # a silent source changes nothing
    assert kernels.grown(2.0, True, 0.1, 0.0, 1.0, 1.0, 5.0, True) == pytest.approx(2.3)  # 0.1 · (5 - 2)
    assert kernels.grown(2.0, True, 0.0, 0.1, 1.0, 0.0, 5.0, True) == pytest.approx(1.6)  # -0.1 · (2 + 2)
    assert kernels.grown(2.0, True, 0.0, 0.1, 1.0, 0.0, 5.0, False) == pytest.approx(1.5)  # -0.1 · 5
    assert kernels.grown(2.0, False, 0.1, 0.0, 1.0, 1.0, 5.0, True) == pytest.approx(1.4)  # -0.1 · (4 + 2)
    assert kernels.grown(2.0, False, 0.0, 0.1, 1.0, 1.0, 5.0, False) == pytest.approx(1.5)  # -0.1 · 5


# --- networks -----------------------------------------------------------------------------------------------------------


class Slow:
    """One network, one lane, by dictionaries: every pass all nodes read what they held, then every link learns from that."""

    def __init__(self, genome: Genome, config: PlasticConfig) -> None:
        self.genome, self.config = Genome(genome.nodes, genome.links.copy(), genome.rules), config
        self.genes = genome.links["weight"].copy()
        self.held = dict.fromkeys(genome.nodes["id"][genome.nodes["kind"] > 1].tolist(), 0.0)
        heard = self.heard()
        weights = [abs(k["weight"]) for k in genome.links if k["enabled"] and int(k["target"]) in heard]
        self.most = max([config.largest, *weights])

    def heard(self) -> set[int]:
        """Nodes from which a path leads to an output."""
        found = set(self.genome.nodes["id"][self.genome.nodes["kind"] == 2].tolist())
        for _ in range(len(self.genome.nodes)):
            found |= {int(k["source"]) for k in self.genome.links if k["enabled"] and int(k["target"]) in found}
        return found

    def step(self, inputs: Floats) -> list[float]:
        links, rules = self.genome.links, self.genome.rules
        assert rules is not None
        for _ in range(self.config.passes):
            before = {**self.held, **oracles.sensors_of(self.genome, inputs, self.config.bias)}
            self.held = oracles.step(self.genome, inputs, self.held, self.config.bias)
            for k, gene in zip(links, self.genes, strict=True):
                if k["enabled"] and rules[k["rule"]].any():
                    x, y = before[int(k["source"])], self.held[int(k["target"])]
                    sign = -1.0 if gene < 0 else 1.0
                    change = FORMULAS[self.config.formula](
                        abs(k["weight"]) * sign or 1e-300 * sign, *rules[k["rule"]], x, y, self.most
                    )
                    k["weight"] = sign * min(max(abs(k["weight"]) + change, 0.0), self.most)
        return [self.held[int(i)] for i in self.genome.nodes["id"][self.genome.nodes["kind"] == 2]]


@pytest.mark.parametrize(("formula", "passes"), [("author", 1), ("paper", 2)])
def test_networks_agree_with_step_by_step_learning(formula: str, passes: int) -> None:
    genomes = population(3)
    config = PlasticConfig(formula=formula, passes=passes, bias=0.7)  # type: ignore[arg-type]
    encoding, model = plastic(config, 3, 2)
    inputs = default_rng(0).random((6, len(genomes), 2, 3))
    policy = model.bind(encoding.decode(genomes))
    state = policy.reset(2)
    slow = [[Slow(genome, config) for _ in range(2)] for genome in genomes]
    for turn in inputs:
        state, outputs = policy.step(state, turn)
        wanted = [[lane.step(turn[p, s]) for s, lane in enumerate(lanes)] for p, lanes in enumerate(slow)]
        np.testing.assert_allclose(outputs, wanted, rtol=1e-9, atol=1e-9)
    assert any(np.any(lane.genome.links["weight"] != lane.genes) for lanes in slow for lane in lanes)


def steps(policy: object, inputs: Floats) -> tuple[Floats, Floats]:
    """Outputs of all steps, and the last state."""
    state, found = policy.reset(inputs.shape[2]), []  # type: ignore[attr-defined]
    for turn in inputs:
        state, outputs = policy.step(state, turn)  # type: ignore[attr-defined]
        found.append(outputs)
    return np.array(found), state


def test_without_learning_it_is_the_recurrent_network_to_the_bit() -> None:
    genomes = population(1)
    assert genomes.rules is not None
    still = genomes.with_rules(genomes.links, np.zeros_like(genomes.rules))
    inputs = default_rng(0).normal(size=(5, len(genomes), 3, 3))
    encoding, model = plastic(PlasticConfig(passes=2), 3, 2)
    plain, network = direct(DirectConfig(recurrent=True, passes=2), 3, 2)
    found, _ = steps(model.bind(encoding.decode(still)), inputs)
    wanted, _ = steps(network.bind(plain.decode(genomes)), inputs)
    assert np.array_equal(found, wanted)
    moved, _ = steps(model.bind(encoding.decode(genomes)), inputs)
    assert not np.array_equal(moved, wanted)


@pytest.mark.parametrize("formula", FORMULAS)
def test_signs_never_flip_and_bounds_hold_whatever_comes_in(formula: str) -> None:
    genomes = population(2)
    encoding, model = plastic(PlasticConfig(formula=formula, largest=0.5), 3, 2)  # type: ignore[arg-type]
    weights = encoding.decode(genomes)
    assert (weights.largest > 0.5).any()
    assert (weights.largest == 0.5).sum() < len(genomes)
    policy = model.bind(weights)
    inputs = default_rng(0).normal(0.0, 3.0, (60, len(genomes), 2, 3))
    _, state = steps(policy, inputs)
    changed = 0
    for p in range(len(genomes)):
        alone = policy.take(np.array([p]))
        before, after = alone.weights(alone.reset(2)), alone.weights(state[[p]])  # type: ignore[attr-defined]
        assert np.all(before * after >= 0)
        assert np.all(np.abs(after) <= weights.largest[p])
        changed += np.count_nonzero(before != after)
    assert changed > 100


def test_laws_of_the_seam() -> None:
    """Lanes do not touch each other, `take` and `reset` keep their promises, decoding is pure."""
    encoding, model = plastic(PlasticConfig(), 3, 2)
    check_encoding(encoding, model)
    check_encoding(encoding, model, population(5))


def test_states_of_chosen_networks_go_on_as_they_were() -> None:
    genomes = population(4)
    encoding, model = plastic(PlasticConfig(), 3, 2)
    policy, inputs = model.bind(encoding.decode(genomes)), default_rng(0).random((8, len(genomes), 2, 3))
    wanted, _ = steps(policy, inputs)
    state, rows = policy.reset(2), np.arange(len(genomes))
    for turn, outputs in zip(inputs, wanted, strict=True):
        state, found = policy.step(state, turn[rows])
        assert np.array_equal(found, outputs[rows])
        kept = np.arange(0, len(rows), 2) if len(rows) > 3 else np.arange(len(rows))
        policy, state, rows = policy.take(kept), state[kept], rows[kept]


def test_a_life_begins_with_the_weights_of_the_genes() -> None:
    genome = population(1)[7]
    encoding, model = plastic(PlasticConfig(), 3, 2)
    policy = model.bind(encoding.decode([genome]))
    weights = policy.weights(policy.reset(1))[:, 0]  # type: ignore[attr-defined]
    genes = {(int(k["source"]), int(k["target"])): float(k["weight"]) for k in genome.links}
    words = policy.links("abc", "yz")  # type: ignore[attr-defined]
    names = {"a": 0, "b": 1, "c": 2, "bias": 3, "y": 4, "z": 5}
    numbers = names | {f"node {node}": int(node) for node in genome.nodes["id"]}
    ends = [tuple(numbers[word] for word in link.split(" → ")) for link in words]
    assert len(ends) > 2
    assert weights.tolist() == [genes[pair] for pair in ends]


def test_genomes_that_do_not_fit_are_named() -> None:
    encoding, _ = plastic(PlasticConfig(rules=2), 3, 2)
    with pytest.raises(InputError, match="genomes have 3 rules of plasticity, not 2"):
        encoding.decode(population(0))
    bare = Neat(WILD, GraphSpace(3, 2), default_rng(0)).ask()
    with pytest.raises(InputError, match="genomes have 0 rules of plasticity, not 2"):
        encoding.decode(bare)
    with pytest.raises(InputError, match="some genomes have rules of plasticity and others have none"):
        Genomes.of([population(0)[0], bare[0]])


# --- rules in genomes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_bred_genomes_are_valid_and_use_all_rules(seed: int) -> None:
    genomes = population(seed)
    for genome in genomes:
        check_genome(genome)
    assert genomes.rules is not None
    assert genomes.rules.shape == (len(genomes), 4, 2)
    assert set(genomes.links["rule"].tolist()) == {0, 1, 2, 3}


def test_children_have_the_middle_of_their_parents_rules_and_links_keep_theirs() -> None:
    config = WILD.model_copy(update=dict.fromkeys(("mutate_rates", "change_rule", "interspecies", "delete_link"), 0.0))
    rng = default_rng(0)
    neat = Neat(config, SPACE, rng)
    neat.tell(rng.random(len(neat.ask())))
    before, after = neat.population, neat.ask()
    assert before.rules is not None
    assert after.rules is not None
    fathers = np.where(neat.fathers < 0, neat.mothers, neat.fathers)
    assert (fathers != neat.mothers).any()
    assert np.array_equal(after.rules, (before.rules[neat.mothers] + before.rules[fathers]) / 2)
    for child, mother, father in zip(after, neat.mothers, fathers, strict=True):
        for gene in child.links:
            parents = [k["rule"] for p in (mother, father) for k in before[int(p)].links if k["innovation"] == gene["innovation"]]
            assert not parents or gene["rule"] in parents


def test_the_halves_of_a_split_link_follow_its_rule() -> None:
    config = WILD.model_copy(update={"add_node": 1.0, "add_link": 0.0, "mutate_rates": 0.0, "change_rule": 0.0, "mutate_only": 1.0})
    rng = default_rng(1)
    neat = Neat(config, SPACE, rng)
    neat.tell(rng.random(len(neat.ask())))
    before, splits = neat.population, 0
    for child, mother in zip(neat.ask(), neat.mothers, strict=True):
        old = set(before[int(mother)].links["innovation"].tolist())
        halves = [k for k in child.links if int(k["innovation"]) not in old]
        for first, second in zip(halves[::2], halves[1::2], strict=True):
            split = next(k for k in child.links if k["source"] == first["source"] and k["target"] == second["target"])
            assert first["rule"] == second["rule"] == split["rule"]
            splits += 1
    assert splits > 20


@pytest.mark.parametrize(("key", "rates", "links"), [("mutate_rates", True, False), ("change_rule", False, True)])
def test_each_mutation_changes_what_it_says(key: str, rates: bool, links: bool) -> None:
    none = dict.fromkeys(("mutate_rates", "change_rule", "add_node", "add_link", "mutate_weights", "delete_link", "toggle"), 0.0)
    config = WILD.model_copy(update={**none, "mutate_only": 1.0, key: 1.0})
    rng = default_rng(2)
    neat = Neat(config, SPACE, rng)
    neat.tell(rng.random(len(neat.ask())))
    before, after = neat.population, neat.ask()
    assert before.rules is not None
    assert after.rules is not None
    moved = (before.rules[neat.mothers] != after.rules).any(axis=2).sum(axis=1)
    assert set(moved.tolist()) == ({0, 1} if rates else {0})  # of one rule, each rate with even odds
    other = [(child.links["rule"] != before[int(m)].links["rule"]).sum() for child, m in zip(after, neat.mothers, strict=True)]
    assert set(map(int, other)) == ({0, 1} if links else {0})
    assert after.rules.min() >= 0
    assert after.rules.max() <= 1
    assert not after.rules[:, 0].any()


def test_a_search_with_rules_goes_on_as_if_it_had_not_been_stopped() -> None:
    rng = default_rng(5)
    neat = Neat(WILD, SPACE, rng)
    for _ in range(3):
        neat.tell(rng.random(len(neat.ask())))
    state, numbers = neat.state(), rng.bit_generator.state
    other_rng = default_rng(0)
    other = Neat(WILD, SPACE, other_rng)
    other.restore(state)
    other_rng.bit_generator.state = numbers
    for search, draws in ((neat, rng), (other, other_rng)):
        for _ in range(2):
            search.ask()
            search.tell(draws.random(len(search.population)))
    assert list(neat.ask()) == list(other.ask())


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_files_keep_rules(suffix: str, tmp_path: Path) -> None:
    genome = population(1)[3]
    save(tmp_path / f"genome{suffix}", genome)
    assert load(tmp_path / f"genome{suffix}") == genome
    assert "rules" not in to_bytes(Neat(WILD, GraphSpace(3, 2), default_rng(0)).ask()[0], ".json").decode()


def test_genomes_tell_their_rules() -> None:
    links = np.array([(0, 0, 2, 1.0, True, 0), (1, 1, 2, -1.0, False, 1)], RULED)
    genome = Genome(node_table(GraphSpace(2, 1, bias=False)), links, np.array([[0.0, 0.0], [0.25, 1.0]]))
    assert str(genome).splitlines()[4:] == [
        "  link    0     0 → 2    +1.0000  fixed",
        "  link    1     1 → 2    -1.0000  rule 1  off",
        "  rule    1  η1 0.2500, η2 1.0000",
    ]


def test_rules_that_are_none_are_named() -> None:
    genome = population(1)[3]
    assert genome.rules is not None
    links = genome.links.copy()
    links["rule"][0] = 4
    high, first = genome.rules.copy(), genome.rules.copy()
    high[2, 1], first[0, 0] = 1.5, 0.5
    for wrong, said in [
        (replace(genome, links=links), "its rule is not one of 4"),
        (replace(genome, rules=high), "rule 2 has a learning rate outside"),
        (replace(genome, rules=first), "rule 0 leaves weights as they are"),
        (replace(genome, rules=None), "the links of a genome must be a table"),
    ]:
        with pytest.raises(InputError, match=said):
            check_genome(wrong)
