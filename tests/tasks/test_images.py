"""Pictures to tell apart: batches, augmentation, fitness by hand, laws, what is shown, what is told where data is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from neatcore.checks import check_task
from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats, Frames, Generalising, Ints, Named, Pictorial, Policy, Showable, State, Teaching
from neatcore.perceptron import MlpConfig, mlp
from tasks.data.augment import augmented
from tasks.images import Cifar10, Digits, FashionMnist, Images, Mnist
from tests.tasks.files import write_cifar, write_mnist
from tests.tasks.policies import Sums

RNG = np.random.default_rng


@pytest.fixture
def folder(tmp_path: Path) -> str:
    write_mnist(tmp_path / "mnist")
    write_mnist(tmp_path / "fashion-mnist", seed=1)
    write_cifar(tmp_path / "cifar10")
    return str(tmp_path)


@dataclass(frozen=True)
class Answering:
    """Networks that each know what a picture is by its pixels, and say it as logits; asked: how many pictures at a time."""

    answers: Callable[[Floats], Floats]  # (S, I) to (P, S, O)
    inputs: int
    size: int = 1
    outputs: int = 10
    asked: list[int] = field(default_factory=list)

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        assert inputs.shape == (self.size, len(inputs[0]), self.inputs)
        assert inputs.dtype == np.float64
        self.asked.append(len(inputs[0]))
        return state, self.answers(inputs[0])

    def take(self, rows: Ints, /) -> Policy:
        return Answering(lambda inputs: self.answers(inputs)[rows], self.inputs, len(rows), asked=self.asked)


def knowing(task: Images, wrong: int = 0) -> Answering:
    """A network that knows all pictures by heart, but mistakes the first ones of each part for the class after theirs."""
    parts = (task.examples.training, task.examples.validation, task.examples.test)
    known = {part.pictures[i].tobytes(): (part.labels[i] + (i < wrong)) % 10 for part in parts for i in range(len(part))}

    def answers(inputs: Floats) -> Floats:
        rows = np.rint(inputs * task.examples.white).astype(np.uint8)
        return np.eye(10)[[known[row.tobytes()] for row in rows]][None] * 5.0

    return Answering(answers, task.inputs)


def test_batches_cover_every_example_once(folder: str) -> None:
    task = Mnist(data=folder)
    batches = list(task.batches(32, RNG(0)))
    assert [len(inputs) for inputs, _ in batches] == [32, 32, 32, 14]
    inputs, targets = (np.concatenate(side) for side in zip(*batches, strict=True))
    assert inputs.dtype == np.float32
    assert (inputs.min(), inputs.max()) == (0.0, 1.0)
    training = task.examples.training
    order = np.lexsort((inputs[:, 1], inputs[:, 0]))  # two pixels of each picture say which it is
    assert np.rint(inputs[order] * 255) == pytest.approx(training.pictures.reshape(110, -1))
    assert (targets[order] == training.labels).all()
    assert (np.concatenate([found for found, _ in task.batches(32, RNG(1))]) != inputs).any()


def test_fewer_examples_are_the_first_ones(folder: str) -> None:
    task, whole = Cifar10(data=folder, training=7), Cifar10(data=folder)
    (batch,) = task.batches(100, RNG(0))
    assert sorted(map(tuple, batch[0].tolist())) == sorted(
        map(tuple, (whole.examples.training.pictures[:7].reshape(7, -1) / np.float32(255)).tolist())
    )
    assert len(task.examples.validation) == len(whole.examples.validation)


@pytest.mark.parametrize("cls", [Digits, Cifar10])
def test_some_classes_are_taught_and_the_others_are_strange(cls: type[Images], folder: str) -> None:
    place = {} if cls is Digits else {"data": folder}
    task, whole = cls.model_validate({"classes": 5, **place}), cls.model_validate(place)
    assert (task.outputs, whole.outputs, len(task.names[1]), len(task.places[1])) == (5, 10, 5, 5)
    for name in ("training", "validation", "test"):
        some, every = getattr(task.examples, name), getattr(whole.examples, name)
        assert np.array_equal(some.pictures, every.pictures[every.labels < 5])
        assert np.array_equal(some.labels, every.labels[every.labels < 5])
    test, strange = whole.examples.test, task.strange
    assert strange is not None
    assert np.array_equal(strange.pictures, test.pictures[test.labels >= 5])
    assert task.examples.white == whole.examples.white
    assert whole.strange is cls.model_validate({"classes": 10, **place}).strange is None
    assert max(labels.max() for _, labels in task.batches(100, RNG(0))) <= 4
    with pytest.raises(InputError, match="classes=1 leaves nothing to tell apart"):
        _ = cls.model_validate({"classes": 1, **place}).inputs


@pytest.mark.parametrize("augment", [False, True])
def test_the_same_rng_gives_the_same_batches(augment: bool, folder: str) -> None:
    task = Cifar10(data=folder, augment=augment)
    one, two = (list(task.batches(16, RNG(5))) for _ in range(2))
    assert all((a == b).all() and (s == t).all() for (a, s), (b, t) in zip(one, two, strict=True))


@pytest.mark.parametrize("mirrored", [False, True])
def test_augmented_pictures_are_cut_out_of_larger_ones(mirrored: bool) -> None:
    """Each is one of the 25 shifts of its original, or of its mirror image; and all of these occur."""
    originals = RNG(0).integers(1, 256, (400, 6, 5, 3)).astype(np.uint8)
    originals[:] = originals[0]
    found = augmented(originals, 2, mirrored, RNG(1))
    larger = np.pad(originals[0], ((2, 2), (2, 2), (0, 0)))
    cuts = [larger[y : y + 6, x : x + 5] for y in range(5) for x in range(5)]
    wanted = {cut.tobytes() for cut in cuts} | ({cut[:, ::-1].tobytes() for cut in cuts} if mirrored else set())
    assert {picture.tobytes() for picture in found} == wanted
    assert found.shape == originals.shape
    assert found.dtype == np.uint8


def test_augmentation_changes_batches_alone(folder: str) -> None:
    plain, shifted = Mnist(data=folder), Mnist(data=folder, augment=True)
    before, after = (next(task.batches(110, RNG(0))) for task in (plain, shifted))
    assert (before[1] == after[1]).all()
    assert (before[0] != after[0]).any()
    policy = knowing(plain)
    assert shifted.evaluate(policy, RNG(0)).fitness == [1.0]


def test_fitness_by_hand(folder: str) -> None:
    task = Mnist(data=folder, goal=0.8)
    logits = np.array([[[5.0] + [0.0] * 9], [[0.0] * 10]])
    policy = Answering(lambda inputs: np.repeat(logits, len(inputs), axis=1), 784, 2)
    zeros = float((task.examples.validation.labels == 0).mean())
    total = np.log(np.exp(5.0) + 9.0)
    found, likely = task.evaluate(policy, RNG(0)), Mnist(data=folder, fitness="likelihood").evaluate(policy, RNG(0))
    assert found.fitness == pytest.approx([zeros, zeros])  # of equals the first counts
    assert likely.fitness == pytest.approx([5.0 * zeros - total, -np.log(10)])
    assert found.info["cross_entropy"] == pytest.approx(-likely.fitness)
    assert found.info["accuracy"] == pytest.approx(found.fitness)
    assert found.solved is not None
    assert not found.solved.any()


def test_solved_is_a_question_of_validation_pictures(folder: str) -> None:
    task = Mnist(data=folder, goal=0.8)
    for wrong, solved in ((0, True), (2, True), (3, False)):
        found = task.evaluate(knowing(task, wrong), RNG(0))
        assert found.fitness == pytest.approx([1 - wrong / 10])
        assert found.solved == [solved]


def test_a_sample_is_of_training_pictures_and_the_same_for_all(folder: str) -> None:
    task = Mnist(data=folder, sampled=40, goal=0.95)
    policy = knowing(task, wrong=1)
    found = [float(task.evaluate(policy, RNG(seed)).fitness[0]) for seed in range(30)]
    assert set(found) == {1.0, 1 - 1 / 40}  # one of 110 pictures is mistaken
    assert [float(task.evaluate(policy, RNG(seed)).fitness[0]) for seed in range(30)] == found
    assert not any(task.evaluate(policy, RNG(seed)).solved for seed in range(30))  # of ten validation pictures one is mistaken
    assert task.evaluate(knowing(task), RNG(0)).solved == [True]


def test_pictures_are_asked_in_parts(folder: str) -> None:
    task = Cifar10(data=folder, sampled=36)
    policy = knowing(task)
    assert task.evaluate(policy, RNG(0)).fitness == [1.0]
    assert sum(policy.asked[:1]) <= 42
    assert sum(policy.asked) == 36 + 4  # and the validation pictures, as it may be solved


def test_test_pictures_are_kept_until_asked_for(folder: str) -> None:
    task = FashionMnist(data=folder)
    assert task.generalise(knowing(task, wrong=3), RNG(0)) == pytest.approx(
        {"accuracy": 0.9, "cross_entropy": np.log(np.exp(5.0) + 9.0) - 5.0 * 0.9}
    )


@pytest.mark.parametrize("parameters", [{}, {"fitness": "likelihood"}, {"sampled": 50, "fitness": "likelihood"}])
@pytest.mark.parametrize("cls", [Digits, Mnist, FashionMnist, Cifar10])
def test_it_keeps_the_laws_of_a_task(cls: type[Images], parameters: dict[str, object], folder: str) -> None:
    place = {} if cls is Digits else {"data": folder}
    few = {"sampled": 30} if cls is Cifar10 and "sampled" in parameters else {}
    task = cls.model_validate(parameters | place | few)
    check_task(task)
    check_task(task, Sums(RNG(0).normal(size=(5, 10, task.inputs))))
    for role in (Teaching, Pictorial, Named, Generalising, Showable):
        assert isinstance(task, role)
    assert task.loss == "cross-entropy"
    assert not task.carries
    assert np.prod(task.picture_shape) == task.inputs


def test_pixels_are_named_in_the_order_of_inputs(folder: str) -> None:
    pixels, classes = Cifar10(data=folder).names
    assert pixels[:4] == ["1,1 red", "1,1 green", "1,1 blue", "1,2 red"]
    assert pixels[32 * 3] == "2,1 red"
    assert classes[3] == "cat"
    assert Digits().names[0][8] == "2,1"


def test_gradients_of_a_linear_network_learn_digits() -> None:
    """Softmax regression on the batches, by hand: what evaluation and test then say agrees with it."""
    task, weights = Digits(), np.zeros((10, 64))
    for seed in range(30):
        for inputs, targets in task.batches(50, RNG(seed)):
            chances = np.exp(inputs @ weights.T)
            chances /= chances.sum(axis=1, keepdims=True)
            weights -= 0.5 * (chances - np.eye(10)[targets]).T @ inputs / len(inputs)
    policy = Sums(weights[None])
    assert task.evaluate(policy, RNG(0)).fitness[0] > 0.85
    assert task.generalise(policy, RNG(0))["accuracy"] > 0.85


def test_sheets_show_answers_and_mistakes(folder: str) -> None:
    task = Mnist(data=folder)
    shown, flawless = task.show(knowing(task, wrong=4), RNG(0)), task.show(knowing(task), RNG(0))
    assert isinstance(shown, Frames)
    assert shown.images.shape == (2, *flawless.images.shape[1:])
    assert "4 of 30 test pictures are mistaken, of which the second sheet shows some" in shown.caption
    assert flawless.caption.endswith("0 of 30 test pictures are mistaken")
    bad = [(sheet == (239, 113, 128)).all(axis=-1).sum() for sheet in (*shown.images, *flawless.images)]
    assert bad[1] > 4 * 4 * 56  # four frames
    assert bad[2] == 0


def test_folders_are_the_same_from_anywhere(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert Mnist(data="mnist").data == f"{folder}/mnist"
    assert Mnist(data="mnist").inputs == 784
    assert Mnist().data == ""


def test_what_is_wrong_is_told_when_inputs_are_asked_for(folder: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no folder .*nowhere to find train-images-idx3-ubyte.gz of mnist in"):
        _ = Mnist(data=str(tmp_path / "nowhere")).inputs
    for parameters, message in (
        ({"training": 111}, "training=111 of mnist is more than the 110 training pictures that there are"),
        ({"training": 20, "sampled": 21}, "sampled=21 of mnist is more than the 20 training pictures that there are"),
    ):
        with pytest.raises(InputError, match=message):
            _ = Mnist(data=folder, **parameters).inputs


def test_perceptrons_are_asked_without_copies_of_the_pictures(folder: str) -> None:
    """What is broadcast gives the same bits as what is copied."""
    task = Mnist(data=folder, fitness="likelihood")
    encoding, model = mlp(MlpConfig(hidden=(5,)), 784, 10)
    policy = model.bind(encoding.decode(list(RNG(0).normal(size=(4, encoding.space.size)))))
    pixels: Array = task.examples.validation.pictures.reshape(10, -1) / 255
    _, outputs = policy.step(policy.reset(10), np.tile(pixels, (4, 1, 1)))
    right = outputs.argmax(axis=2) == task.examples.validation.labels
    assert task.evaluate(policy, RNG(0)).info["accuracy"] == pytest.approx(right.mean(axis=1), abs=0)


def test_pixels_stand_where_they_are_seen() -> None:
    digits = Digits()
    pixels, classes = digits.places
    assert pixels.shape == (64, 2)
    assert np.array_equal(pixels[[0, 7, 8, 63]], [[-1, -1], [1, -1], [-1, -1 + 2 / 7], [1, 1]])
    assert np.array_equal(classes[[0, 9]], [[-1, 0], [1, 0]])
