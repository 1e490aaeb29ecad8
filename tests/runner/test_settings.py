from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neatcore.errors import InputError
from runner.parts import ENCODINGS, SEARCHES
from runner.presets import FOR_TASK, PRESETS
from runner.settings import Layer, RunConfig, draft, file_layer, preset_layers, resolve
from runner.toml import dumps
from runner.words import Word
from tests.runner.toys import task_file


def test_later_layers_win_over_earlier_ones(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[search]\npopulation = 40\nsurvival = 0.5\n", encoding="utf-8")
    layers = [*preset_layers("stanley2002-no-velocity"), file_layer(file)]
    search: Any = resolve("xor", ["survival=0.6"], layers).search
    assert search.difference == 3.0  # preset
    assert search.population == 40  # file over preset
    assert search.survival == 0.6  # word over file
    assert search.stagnation == 15  # default


def test_a_key_without_section_goes_where_it_belongs() -> None:
    settings = resolve("parity", ["bits=4", "generations=7", "population=20", "bias=0.5"])
    sections = settings.sections
    assert sections["task"]["bits"] == 4
    assert sections["run"]["generations"] == 7
    assert sections["search"]["population"] == 20
    assert sections["encoding"]["bias"] == 0.5


def test_a_key_of_two_sections_needs_one_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import tasks.boolean
    from neatcore.parameters import Parameters

    class Crowded(Parameters):
        population: int = 3
        inputs: int = 2
        outputs: int = 1

        def evaluate(self) -> None: ...

    monkeypatch.setattr(tasks.boolean, "Xor", Crowded)
    with pytest.raises(InputError, match=r"write task\.population=9 or search\.population=9"):
        resolve("xor", ["population=9"])
    assert resolve("xor", ["task.population=9"]).sections["task"]["population"] == 9


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["poplation=3"], "unknown key 'poplation'; did you mean 'population'?"),
        (["hidden=[3]"], "unknown key 'hidden': it is one of encoding=mlp, hyperneat, .*, …; this run has encoding=direct"),
        (["search=cma", "encoding=mlp", "add_node=0.1"], "'add_node': it is one of search=neat; this run has search=cma"),
        (["task=cartpole"], "'xor' and 'task=cartpole' are two tasks; name one"),
        (["serch.population=3"], "unknown section 'serch'; did you mean 'search'?"),
        (["search.poplation=3"], r"unknown key in section \[search\]: 'poplation'; did you mean 'population'?"),
        (["population"], "'population' is no key=value"),
        (["=3"], "'=3' is no key=value"),
        (["search=neet"], "unknown search 'neet'; did you mean 'neat'?"),
        (["encoding=direkt"], "unknown encoding 'direkt'; did you mean 'direct'?"),
        (["population=0"], r"population=0: must be at least 2 \(search.population\)"),
        (["population=many"], r"population=many: must be a whole number \(search.population\)"),
        (["population=2.5"], "population=2.5: must be a whole number"),
        (["population=true"], r"population=True: must be a number \(search.population\)"),
        (["population=1e300"], "population=1e.300: is too large for a whole number"),
        (["encoding=mlp", "search=cma", "hidden=3"], r"hidden=3: must be a list, such as \[1, 2\] or \[\"a\", \"b\"\]"),
        (["survival=2"], r"survival=2: must be at most 1 \(search.survival\)"),
        (["threshold=0"], "threshold=0: must be more than 0"),
        (["stop_when_solved=7"], "stop_when_solved=7: must be true or false"),
        (["pool=fork"], "pool=fork: must be 'process' or 'thread'"),
        (["output_activation=sigmod"], "output_activation=sigmod: unknown activation 'sigmod'; did you mean 'sigmoid'?"),
    ],
)
def test_a_wrong_word_is_told_with_its_remedy(words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        resolve("xor", words)


def test_every_wrong_value_gets_a_line() -> None:
    with pytest.raises(InputError) as caught:
        resolve("xor", ["population=0", "survival=2"])
    assert len(str(caught.value).splitlines()) == 2


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"unknown preset 'stanly2002'; did you mean 'stanley2002'?"):
        preset_layers("stanly2002")
    with pytest.raises(InputError, match=r"unknown task 'xorr'; did you mean 'xor'?"):
        resolve("xorr")
    with pytest.raises(InputError, match="which task"):
        resolve()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("population = 40\n", "'population' stands outside any section"),
        ("[search]\npoplation = 40\n", r"unknown key in section \[search\] of .*mine.toml: 'poplation'"),
        ("[saerch]\npopulation = 40\n", "unknown section in .*mine.toml: 'saerch'; did you mean 'search'?"),
        ("[search]\npopulation = 0\n", r"population=0: must be at least 2 \(search.population in .*mine.toml\)"),
        ("[search\n", "mine.toml is not TOML"),
    ],
)
def test_a_wrong_file_is_told_by_its_name(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        resolve("xor", layers=[file_layer(file)])


def test_settings_survive_their_own_file(tmp_path: Path) -> None:
    words = ["population=31", "activations={tanh = 0.5, sigmoid = 0.5}", "generations=12"]
    settings = resolve("double-pole", words)
    file = tmp_path / "config.toml"
    file.write_text(dumps(settings.sections), encoding="utf-8")
    assert resolve(layers=[file_layer(file)]) == settings


def test_a_users_own_task_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task_file(tmp_path)
    settings = resolve("./toy.py:Towards")
    monkeypatch.chdir("/")
    again = resolve(layers=[Layer(settings.sections, "")])
    assert again.run.task == f"{tmp_path / 'toy.py'}:Towards"
    assert settings.sections["task"] == {}


def test_a_gym_environment_is_named_by_the_task_alone() -> None:
    settings = resolve("gym:CartPole-v1", ["episodes=2"])
    assert settings.sections["task"]["episodes"] == 2
    assert "id" not in settings.sections["task"]
    with pytest.raises(InputError, match="unknown key 'id'"):
        resolve("gym:CartPole-v1", ["id=Acrobot-v1"])


def test_text_keys_take_numbers_as_text() -> None:
    assert draft("xor", ["start=5"]).check("search").model_dump()["start"] == "5"


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("0.5", 0.5), ("true", True), ("tanh", "tanh"), ("[1, 2]", [1, 2]), ('"a b"', "a b"), ("1\nx = 2", "1\nx = 2")],
)
def test_words_are_toml_or_text(text: str, value: object) -> None:
    assert Word.of(f"key={text}").value == value


@pytest.mark.parametrize("name", PRESETS)
def test_presets_fit_the_models(name: str) -> None:
    settings = resolve("xor", layers=preset_layers(name))
    for section, values in PRESETS[name].items():
        assert settings.sections[section].items() >= values.items()


def test_a_preset_knows_the_tasks_of_its_paper() -> None:
    for (name, task), sections in FOR_TASK.items():
        settings = resolve(task, layers=preset_layers(name, task))
        for section, values in sections.items():
            assert settings.sections[section].items() >= values.items()
    assert resolve("double-pole-no-velocity", layers=preset_layers("stanley2002", "double-pole-no-velocity")).encoding.recurrent  # type: ignore[attr-defined]


@pytest.mark.parametrize("part", [*SEARCHES.values(), *ENCODINGS.values()], ids=lambda part: str(part.build))
def test_every_part_can_be_loaded_and_every_key_is_explained(part: Any) -> None:
    assert callable(part.builder())
    for model in (part.config_class(), RunConfig):
        assert all(field.description and not field.is_required() for field in model.model_fields.values())


plain = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.text("abc-_ .é\"'\n", min_size=1), plain, max_size=4))
def test_toml_is_read_back_as_it_was_written(values: dict[str, Any]) -> None:
    assert tomllib.loads(dumps({"section": values}))["section"] == values
