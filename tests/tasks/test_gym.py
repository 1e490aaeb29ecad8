"""Environments of gymnasium: spaces, episodes, the pool, and what is said when one cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from pydantic import ValidationError

from neatcore.errors import InputError, TaskError
from neatcore.interfaces import Floats
from neatcore.loop import evaluate
from tasks import environments, gym
from tasks.environments import Pool, Recipe
from tasks.gym import Gym
from tasks.spaces import actor, reader
from tests.tasks.policies import Linear, random_linear

RNG = np.random.default_rng
BALANCING = np.array([[0, 0, 0, 0, 0], [0.5, 0.4, 4.0, 2.5, 0.0]])  # pushes towards where the pole leans and moves


class Ladder(gymnasium.Env[Any, Any]):
    """Climb a rung a step with action 1, stay with 0; the reward of a step is the rung reached. Draws one grey pixel."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 50}  # type: ignore[misc]
    made: ClassVar[list[Ladder]] = []

    def __init__(self, render_mode: str | None = None, *, package: str = "", modes: tuple[str, ...] = ("rgb_array",)) -> None:
        if package:
            raise gymnasium.error.DependencyNotInstalled(f"{package} is not installed\nand more")
        self.metadata = {"render_modes": list(modes), "render_fps": 50}  # type: ignore[misc]
        self.render_mode, self.closed, self.rung = render_mode, 0, 0
        self.observation_space, self.action_space = spaces.Discrete(5), spaces.Discrete(2)
        self.made.append(self)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed, options=options)
        self.rung = int(self.np_random.integers(2))
        return self.rung, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self.rung += int(action)
        if self.rung > 4:
            raise RuntimeError("off the ladder")
        return self.rung, float(self.rung), False, False, {}

    def render(self) -> Any:
        return np.full((1, 1, 3), self.rung, np.uint8)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def ladder(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The ladder registered, with a pool of its own."""
    monkeypatch.setattr(environments, "POOL", Pool())
    monkeypatch.setattr(gym, "POOL", environments.POOL)
    Ladder.made.clear()
    gymnasium.register("Ladder-v0", f"{__name__}:Ladder", reward_threshold=5.0)
    gymnasium.register("LadderLess-v0", f"{__name__}:Ladder", kwargs={"package": "wood"})
    gymnasium.register("LadderBlind-v0", f"{__name__}:Ladder", kwargs={"modes": ("ansi",)})
    yield "Ladder-v0"
    environments.POOL.close()
    environments.describe.cache_clear()
    for name in ("Ladder-v0", "LadderLess-v0", "LadderBlind-v0"):
        del gymnasium.registry[name]


def climbing(networks: int = 1) -> Linear:
    """Networks that climb from the lower three rungs: five one-hot inputs, two outputs."""
    weights = np.zeros((networks, 2, 6))
    weights[:, 1, :3] = 0.1
    return Linear(weights)


def decoded(space: gymnasium.Space[Any], outputs: list[float]) -> Any:
    action = actor(space, "X-v0").decode(np.array([[outputs]]))[0, 0]
    assert space.contains(action)
    return action.tolist()


def test_actions_of_every_kind() -> None:
    assert decoded(spaces.Discrete(3, start=-1), [0.2, 0.9, 0.9]) == 0  # the first of equals
    assert decoded(spaces.MultiDiscrete([2, 3]), [0.1, 0.2, 0.5, 0.4, 0.3]) == [1, 0]
    assert decoded(spaces.MultiBinary(3), [0.5, 0.51, 0.0]) == [0, 1, 0]
    assert decoded(spaces.Box(np.array([-2.0, 0.0]), np.array([2.0, 10.0]), dtype=np.float64), [0.25, 1.5]) == [-1.0, 10.0]
    assert actor(spaces.MultiDiscrete(np.array([[2, 3], [4, 5]])), "X-v0").outputs == 14


def test_actions_that_no_output_can_mean() -> None:
    with pytest.raises(InputError, match=r"gym:X-v0: .*Box.* infinite bounds"):
        actor(spaces.Box(-np.inf, np.inf, (2,)), "X-v0")
    with pytest.raises(InputError, match=r"gym:X-v0: .*Text"):
        actor(spaces.Text(3), "X-v0")


def test_observations_of_every_kind() -> None:
    box = spaces.Box(np.array([0.0, -4.0, -np.inf, -2e3]), np.array([10.0, 4.0, 5.0, 2e3]), dtype=np.float64)
    seen = np.array([[5.0, 4.0, 3.0, 7.0], [0.0, 0.0, 0.0, 0.0]])
    assert reader(box, "bounds", "X-v0").read(seen).tolist() == [[0.0, 1.0, 3.0, 7.0], [-1.0, 0.0, 0.0, 0.0]]
    assert reader(box, "none", "X-v0").read(seen).tolist() == seen.tolist()
    assert reader(spaces.Discrete(3, start=1), "bounds", "X-v0").read([2]).tolist() == [[0, 1, 0]]
    pair = spaces.Tuple((spaces.Discrete(2), spaces.Box(0, 1, (2,))))
    assert reader(pair, "bounds", "X-v0").read([(1, np.array([0.5, 0.25]))]).tolist() == [[0, 1, 0.5, 0.25]]
    picture = spaces.Box(0, 255, (2, 2, 3), np.uint8)
    assert reader(picture, "bounds", "X-v0").read([np.full((2, 2, 3), 255, np.uint8)]).tolist() == [[1.0] * 12]


def test_observations_without_a_fixed_size_are_refused() -> None:
    with pytest.raises(InputError, match=r"gym:X-v0: .*Sequence"):
        reader(spaces.Sequence(spaces.Discrete(2)), "bounds", "X-v0")


def test_a_controller_solves_cartpole() -> None:
    weights = np.array([BALANCING, -BALANCING])
    weights[:, :, :4] *= [4.8, 1, 0.418, 1]  # position and angle arrive over their bounds
    evaluation = Gym(id="CartPole-v1", episodes=3).evaluate(Linear(weights), RNG(0))
    assert evaluation.fitness[0] == 500
    assert evaluation.fitness[1] < 20
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True, False]
    assert np.array_equal(evaluation.fitness, evaluation.info["steps"])  # a reward of 1 a step


def test_episodes_are_those_of_gymnasium() -> None:
    """One environment by hand, seeded with what the task draws."""
    policy, episodes = random_linear(1, 2, 1, seed=3), 2
    seeds = RNG(8).integers(2**31, size=episodes).tolist()
    environment = gymnasium.make("MountainCarContinuous-v0")
    total = 0.0
    for seed in seeds:
        observation, _ = environment.reset(seed=seed)
        for _ in range(30):
            share = np.clip(0.5 + np.append(observation.astype(float), 1) @ policy.weights[0, 0], 0, 1)
            observation, reward, *_ = environment.step(np.array([2 * share - 1], np.float32))
            total += float(reward)
    environment.close()
    task = Gym(id="MountainCarContinuous-v0", steps=30, episodes=episodes, scaling="none")
    assert task.evaluate(policy, RNG(8)).fitness[0] == pytest.approx(total / episodes)


def test_many_networks_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    task, policy = Gym(id="CartPole-v1", episodes=2), random_linear(13, 4, 2)
    whole = task.evaluate(policy, RNG(0)).fitness
    monkeypatch.setattr(gym, "LANES", 6)
    assert np.array_equal(task.evaluate(policy, RNG(0)).fitness, whole)


def test_the_vector_form_steps_all_lanes() -> None:
    weights = np.array([BALANCING, -BALANCING, 0 * BALANCING])
    weights[:, :, :4] *= [4.8, 1, 0.418, 1]
    task = Gym(id="CartPole-v1", vectorised=True, episodes=2)
    evaluation = task.evaluate(Linear(weights), RNG(0))
    assert evaluation.fitness[0] == 500
    assert evaluation.fitness[1:].max() < 20
    assert np.array_equal(evaluation.fitness, task.evaluate(Linear(weights), RNG(0)).fitness)
    with pytest.raises(InputError, match="gym:Pendulum-v1 has no vector form"):
        Gym(id="Pendulum-v1", vectorised=True).evaluate(random_linear(2, 3), RNG(0))


def test_returns_goal_and_limit(ladder: str) -> None:
    seed = int(RNG(2).integers(2**31, size=1)[0])
    first = Ladder()
    start, _ = first.reset(seed=seed)
    rungs = [min(start + t, 3) for t in range(1, 5)]
    evaluation = Gym(id=ladder, steps=4).evaluate(climbing(2), RNG(2))
    assert evaluation.fitness.tolist() == [sum(rungs)] * 2
    assert evaluation.info["steps"].tolist() == [4, 4]
    for goal, solved in ((None, True), (sum(rungs), True), (sum(rungs) + 1, False)):
        found = Gym(id=ladder, steps=4, goal=goal).evaluate(climbing(), RNG(2)).solved
        assert found is not None
        assert found[0] == solved
    assert Gym(id=ladder).evaluate(climbing(), RNG(2)).info["steps"].tolist() == [1_000]  # it has no limit of its own


def test_without_a_goal_nothing_is_solved() -> None:
    assert Gym(id="Pendulum-v1", steps=3).evaluate(random_linear(2, 3), RNG(0)).solved is None


def test_environments_are_made_once_and_closed(ladder: str) -> None:
    task = Gym(id=ladder, steps=3, episodes=2)
    for _ in range(3):
        task.evaluate(climbing(4), RNG(0))
    assert len(Ladder.made) == 9  # one to ask for its spaces, eight lanes
    environments.POOL.close()
    assert [each.closed for each in Ladder.made] == [1] * 9


def test_environments_of_a_failed_episode_are_closed(ladder: str) -> None:
    weights: Floats = np.zeros((1, 2, 6))
    weights[:, 1] = 0.1
    with pytest.raises(RuntimeError, match="off the ladder"):
        Gym(id=ladder, steps=9).evaluate(Linear(weights), RNG(0))
    assert sorted(each.closed for each in Ladder.made) == [0, 1]  # the one asked for its spaces is still good


def test_environments_that_a_reset_does_not_clean_are_made_anew(ladder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "UNCLEAN", (__name__,))
    for _ in range(2):
        Gym(id=ladder, steps=3).evaluate(climbing(), RNG(0))
    assert [each.closed for each in Ladder.made] == [1, 1, 1]


def test_a_pool_never_lends_one_environment_twice(ladder: str) -> None:
    pool = Pool()
    with pool.lend(Recipe(ladder), 2) as first, pool.lend(Recipe(ladder), 2) as second:
        assert len({id(each) for each in first + second}) == 4
    with pool.lend(Recipe(ladder), 3) as again:
        assert {id(each) for each in again} < {id(each) for each in first + second}
    pool.close()


def test_an_episode_is_shown_as_pictures(ladder: str) -> None:
    frames = Gym(id=ladder, steps=7).show(climbing(), RNG(2))
    start = int(frames.images[0, 0, 0, 0])
    assert frames.images.shape == (4, 1, 1, 3)  # of 8 moments every second
    assert frames.images.dtype == np.uint8
    assert frames.images[:, 0, 0, 0].tolist() == [min(start + t, 3) for t in (0, 2, 4, 6)]
    assert frames.rate == 25.0
    assert frames.caption.endswith(" after 7 steps")


def test_a_film_that_is_cut_says_so(ladder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gym, "SECONDS", 0.1)
    assert Gym(id=ladder, steps=7).show(climbing(), RNG(2)).caption.endswith(" in the first 5 steps")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Cartpole-v1", "unknown gymnasium environment 'Cartpole-v1'; did you mean 'CartPole-v1'"),
        ("CartPole", "did you mean 'CartPole-v[01]'"),
        ("LunarLander-v2", "did you mean 'LunarLander-v3'"),
        ("Nowhere/Pong-v5", "gymnasium does not know 'Nowhere'; install the package"),
        ("no_such_module:Pong-v5", "no_such_module"),
        ("LadderLess-v0", r'needs a package that is not installed: pip install "neatcore\[gym\]"\nwood is not installed$'),
    ],
)
def test_what_cannot_be_made_says_why(ladder: str, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        _ = Gym(id=name).inputs
    assert len(str(caught.value).splitlines()) <= 2


def test_observations_that_are_not_what_the_space_says_are_told() -> None:
    read = reader(spaces.Box(-1, 1, (2,)), "bounds", "Some-v0").read
    with pytest.raises(ValueError, match="an observation of 3 numbers, where its space has 2"):
        read([np.zeros(3)])
    with pytest.raises(ValueError, match="an observation that is no number"):
        read([np.array([0.0, np.nan])])


def test_whatever_an_environment_raises_while_it_is_made_is_told() -> None:
    def refuse() -> None:
        raise RuntimeError("no licence")

    gymnasium.register("Refusing-v0", refuse)
    with pytest.raises(InputError, match="gym:Refusing-v0 cannot be made: no licence"):
        _ = Gym(id="Refusing-v0").inputs


def test_an_error_of_a_user_s_environment_is_told_with_its_own_line(ladder: str) -> None:
    weights: Floats = np.zeros((1, 2, 6))
    weights[:, 1] = 0.1
    with pytest.raises(TaskError, match=r"task Gym raised RuntimeError: off the ladder \(test_gym\.py:\d+\)"):
        evaluate(Gym(id=ladder, steps=9), Linear(weights), RNG(0))


def test_what_cannot_be_drawn_says_why(ladder: str) -> None:
    with pytest.raises(InputError, match=r"gym:LadderBlind-v0 cannot be drawn: it has \('ansi',\), not 'rgb_array'"):
        Gym(id="LadderBlind-v0", steps=3).show(climbing(), RNG(0))


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(ValidationError, match="episodes"):
        Gym(id="CartPole-v1", episodes=0)
