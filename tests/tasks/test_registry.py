"""Tasks by name, by file, by module and by entry point; and what is said when there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from neatcore.checks import check_task
from neatcore.errors import InputError
from neatcore.interfaces import Scene
from tasks import loading, registry
from tasks.boolean import Parity, Xor
from tasks.gym import Gym
from tasks.loading import reach
from tasks.registry import TASKS, TaskKind, find_task, list_tasks
from tests.tasks.files import write_cifar, write_mnist
from tests.tasks.policies import Linear

TEMPLATE = Path(registry.__file__).parents[1] / "runner" / "templates" / "task.py.txt"
ONE = """
import numpy as np
from neatcore.interfaces import Evaluation

class {name}:
    '''Answer as much as possible.

    And more.
    '''
    inputs, outputs = 1, 1

    def evaluate(self, policy, rng):
        _, out = policy.step(policy.reset(1), np.ones((policy.size, 1, 1)))
        return Evaluation(out[:, 0, 0])
"""
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a file into an empty current folder; afterwards nothing of it can be imported any more."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def into(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return into


@pytest.fixture
def small_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data sets that are made up, for tasks that read one."""
    for name in ("mnist", "fashion-mnist"):
        write_mnist(tmp_path / name)
    write_cifar(tmp_path / "cifar10")
    monkeypatch.setenv("NEATCORE_DATA", str(tmp_path))


@pytest.mark.parametrize("name", TASKS)
def test_every_registered_task_keeps_the_laws_of_a_task(name: str, small_data: None) -> None:
    kind = find_task(name)
    assert kind.reference == name
    assert kind.fixed == {}
    quick = {"double-pole": {"steps": 1_000}, "double-pole-no-velocity": {"endurance": 1_000}}
    check_task(kind.make(**quick.get(name, {})))


def test_parameters_reach_the_task() -> None:
    assert find_task("parity").make(bits=5) == Parity(bits=5)
    assert find_task("parity").parameters is Parity
    assert find_task("gym:CartPole-v1") == TaskKind("gym:CartPole-v1", Gym, {"id": "CartPole-v1"})
    assert find_task("gym:CartPole-v1").make(episodes=2) == Gym(id="CartPole-v1", episodes=2)


def test_a_class_from_a_file(write: Write) -> None:
    path = write("mine.py", ONE.format(name="Mine") + ONE.format(name="Other"))
    kind = find_task("mine.py:Mine")
    assert kind.reference == f"{path}:Mine"  # it can be found from any folder
    assert kind.parameters is None
    assert kind.summary == "Answer as much as possible."
    check_task(kind.make())
    assert find_task(kind.reference).cls.__name__ == "Mine"
    assert find_task(f"{path}:Other").cls.__name__ == "Other"


def test_the_only_class_of_a_file_needs_no_name(write: Write) -> None:
    write("mine.py", "from tasks.boolean import Xor\n" + ONE.format(name="Mine"))  # an imported task does not count
    assert find_task("./mine.py").cls.__name__ == "Mine"
    assert find_task("mine.py").cls.__name__ == "Mine"


def test_a_file_may_import_its_neighbours(write: Write) -> None:
    write("mine_neighbour.py", "WHO = 'neighbour'\n")
    write("mine.py", "from mine_neighbour import WHO\n" + ONE.format(name="Mine"))
    assert sys.modules[find_task("mine.py").cls.__module__].WHO == "neighbour"


def test_a_plain_class_takes_no_parameters(write: Write) -> None:
    write("mine.py", ONE.format(name="Mine"))
    with pytest.raises(InputError, match="plain class without parameters; it cannot take speed"):
        find_task("mine.py").make(speed=1)


def test_a_class_from_a_module(write: Write) -> None:
    assert find_task("tasks.boolean:Xor").cls is Xor
    write("module_of_mine.py", ONE.format(name="Mine"))
    assert find_task("module_of_mine:Mine").cls.__name__ == "Mine"


def test_a_task_of_an_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("maze", "tasks.boolean:Xor", registry.GROUP), EntryPoint("broken", "no_such.module:X", registry.GROUP)]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "neatcore.tasks" else [])
    assert find_task("maze").cls is Xor
    with pytest.raises(InputError, match="unknown task 'mazes'; did you mean 'maze'"):
        find_task("mazes")
    listed = {entry.name: entry.summary for entry in list_tasks()}
    assert listed["maze"].startswith("Answer whether")
    assert listed["broken"] == "there is no module 'no_such' to import no_such.module:X from"


def test_the_list_names_every_task_with_its_parameters() -> None:
    entries = {entry.name: entry for entry in list_tasks()}
    assert set(entries) >= {*TASKS, "gym:ID", "pattern:FILE", "text:FILE", "strokes:FILE"}
    assert all(entry.summary.endswith(".") for entry in entries.values())
    assert set(entries["parity"].parameters) == {"bits", "steps"}
    assert "id" not in entries["gym:ID"].parameters
    assert not {"target", "file"} & {name for entry in entries.values() for name in entry.parameters}
    for entry in entries.values():
        for name, info in entry.parameters.items():
            assert info.description, f"{entry.name}.{name}"
            assert not info.is_required(), f"{entry.name}.{name}"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("xorr", "unknown task 'xorr'; did you mean 'xor'"),
        ("doublepole", "did you mean 'double-pole'"),
        ("", "unknown task ''; choose from"),
        ("mime.py", "there is no file 'mime.py'; did you mean 'mine.py'"),
        ("elsewhere/deep.py:X", "there is no file 'elsewhere/deep.py'$"),
        ("two.py", r"two.py defines several tasks; name one of them, such as two.py:First"),
        ("none.py", "none.py defines no task: a class with inputs, outputs and evaluate"),
        ("mine.py:Mime", "unknown task in mine.py: 'Mime'; did you mean 'Mine'"),
        ("none.py:X", "none.py has no class 'X', and defines no other task"),
        ("none.py:number", "none.py:number is no task: a class with a method evaluate"),
        ("./text.txt:X", r"'text.txt' is no Python file"),
        ("syntax.py", r"^syntax.py:2: .*"),
        ("raises.py", r"^raises.py:3: ZeroDivisionError: division by zero$"),
        ("deeper.py", r"^deeper.py:3: JSONDecodeError: "),
        ("leaves.py", r"^leaves.py:1: SystemExit: 3$"),
        ("wants.py", r"^wants.py:1: ModuleNotFoundError: No module named 'no_such_module'$"),
        ("untyped.py", r"^untyped.py:3: `inputs = 2` has no type; write `inputs: ClassVar\[int\] = …` for what is fixed"),
        ("no_such.module:X", "there is no module 'no_such' to import no_such.module:X from"),
        ("tasks.nothing:X", "there is no module 'tasks.nothing' to import"),
        ("raises_too:X", r"raises_too.py:2: KeyError: 'key'$"),
        ("wants_too:X", r"wants_too.py:1: ModuleNotFoundError: No module named 'no_such_module'$"),
        ("tasks.boolean:Xer", "unknown task in tasks.boolean: 'Xer'; did you mean 'Xor'"),
    ],
)
def test_what_cannot_be_found_says_why(write: Write, reference: str, message: str) -> None:
    write("mine.py", ONE.format(name="Mine"))
    write("two.py", ONE.format(name="First") + ONE.format(name="Second"))
    write("none.py", "number = 3\n")
    write("text.txt", "")
    write("syntax.py", "\ndef f(:\n")
    write("raises.py", "def f():\n    pass\nnumber = 1 / 0\n")
    write("deeper.py", "import json\n\njson.loads('{')\n")
    write("leaves.py", "raise SystemExit(3)\n")
    write("wants.py", "import no_such_module\n")
    write("untyped.py", "from neatcore.parameters import Parameters\n\nclass Untyped(Parameters):\n    inputs = 2\n")
    write("raises_too.py", "\n{}['key']\n")
    write("wants_too.py", "import no_such_module\n")
    with pytest.raises(InputError, match=message) as caught:
        find_task(reference)
    assert len(str(caught.value).splitlines()) == 1


def test_a_failed_file_can_be_mended_and_loaded(write: Write) -> None:
    write("mine.py", "1 / 0\n")
    with pytest.raises(InputError):
        find_task("mine.py")
    write("mine.py", ONE.format(name="Mended"))
    assert find_task("mine.py").cls.__name__ == "Mended"


def test_the_template_is_a_task_that_can_be_run_and_shown(write: Write) -> None:
    write("lander.py", TEMPLATE.read_text())
    kind = find_task("lander.py")
    assert kind.parameters is not None
    task = kind.make(episodes=3)
    check_task(task)
    brake = Linear(
        np.array([[[-8.0, 8.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, -0.5]], [[0.0, 0.0, 0.0, 0.5]]])
    )  # by speed and height; never; always
    evaluation = task.evaluate(brake, np.random.default_rng(0))
    assert evaluation.fitness[0] > evaluation.fitness[1:].max()
    starts = np.random.default_rng(0).uniform(30, 60, 3)
    assert evaluation.info["impact"][1] == pytest.approx(np.sqrt(2 * 1.6 * starts).mean(), rel=0.02)  # free fall
    scene = task.show(brake, np.random.default_rng(0))  # type: ignore[attr-defined]
    assert isinstance(scene, Scene)
    assert len({len(shape.points) for shape in scene.shapes}) == 2
    assert kind.make(fuel=20).evaluate(brake, np.random.default_rng(0)).fitness.shape == (3,)


def test_looking_at_tasks_loads_nothing_heavy() -> None:
    """What each import brings with it, in an interpreter of its own."""
    names = ("xor", "double-pole", "mnist", "text:some.txt", "strokes:some.npz")
    look = f"import sys, tasks.registry as r; [r.find_task(name) for name in {names}]"
    heavy = ("numba", "gymnasium", "matplotlib", "scipy", "pooch", "sklearn")
    code = f"{look}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_folder_of_tasks_hides_none_of_neatcore_s_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editable installation is asked after all folders in this line."""
    monkeypatch.setattr(sys, "path", ["/python"])
    for _ in range(2):
        reach(tmp_path)
    assert sys.path == ["/python", str(Path(loading.__file__).parents[1]), str(tmp_path)]
