from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.command import run
from benchmarks.experiments import EXPERIMENTS, PAPER, Experiment, Published, Variant
from benchmarks.fidelity import headline, main, ours, result, theirs
from benchmarks.results import read_csv, write_csv
from benchmarks.trials import Trial, attempt, digest, kept, run_all, settings_of, store
from neatcore.errors import InputError
from neatcore.neat import NeatConfig

XOR = EXPERIMENTS["xor"]


def trial(seed: int, evaluations: int, solved: bool = True) -> Trial:
    return Trial("NEAT", seed, "", solved, evaluations // 150, evaluations, hidden=2, links=7, generalisation=-1)


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_every_variant_has_settings_of_its_own(experiment: Experiment) -> None:
    digests = {digest(settings_of(experiment, variant)) for variant in experiment.variants}
    assert len(digests) == len(experiment.variants)


def test_ablations_take_away_what_they_say() -> None:
    found = {variant.name: settings_of(EXPERIMENTS["ablations"], variant).search for variant in EXPERIMENTS["ablations"].variants}
    searches = {name: search for name, search in found.items() if isinstance(search, NeatConfig)}
    assert searches["no mating"].mutate_only == 1
    assert searches["no growth"].add_node == searches["no growth"].add_link == 0
    assert (searches["no growth"].start, searches["no growth"].start_hidden) == ("hidden", 10)
    assert not searches["no speciation"].speciation
    assert searches["random start, undivided"].size_rule == "none"
    random = [name for name, search in searches.items() if search.start == "random"]
    assert random == ["random start", "random start, undivided", "no speciation"]


def test_xor_is_solved_and_the_same_again() -> None:
    (variant,) = XOR.variants
    first = attempt(XOR, variant, seed=1)
    assert first.solved
    assert first.evaluations == 150 * first.generations
    assert first.hidden > 0, "XOR cannot be solved without a hidden node"
    assert attempt(XOR, variant, seed=1) == first


def test_an_attempt_ends_with_its_generations() -> None:
    (variant,) = XOR.variants
    short = attempt(replace(XOR, generations=2), variant, seed=1)
    assert (short.solved, short.generations, short.evaluations) == (False, 2, 300)


def test_finished_seeds_are_not_run_again(tmp_path: Path) -> None:
    path, quick = tmp_path / "xor.csv", replace(XOR, generations=2)
    (variant,) = quick.variants
    done = [attempt(quick, variant, seed) for seed in (1, 2)]
    store(path, done, quick)
    assert list(run_all(quick, path, [1, 2], workers=1, fresh=False)) == []
    assert kept(quick, path) == done


def test_what_is_missing_is_run(tmp_path: Path) -> None:
    path, quick = tmp_path / "xor.csv", replace(XOR, generations=2)
    store(path, [attempt(quick, quick.variants[0], 2)], quick)
    assert [each.seed for each in run_all(quick, path, [1, 2], workers=1, fresh=False)] == [1]
    assert [row["seed"] for row in read_csv(path)] == ["1", "2"]


def test_trials_of_other_settings_do_not_count(tmp_path: Path) -> None:
    path, quick = tmp_path / "xor.csv", replace(XOR, generations=2)
    store(path, [attempt(quick, quick.variants[0], 1)], quick)
    other = replace(quick, variants=[Variant("NEAT", ("population=100",))])
    assert kept(other, path) == []


def test_means_leave_failed_runs_out() -> None:
    row = ours([trial(1, 1_500), trial(2, 4_500), trial(3, 15_000, solved=False)])
    assert row[:4] == ["here", "3", "2", "3,000 ± 2,940"]
    assert row[4:9] == ["2,121", "3,000", "2,250 to 3,750", "2.00", "7.00"]
    assert ours([trial(1, 15_000, solved=False)])[:4] == ["here", "1", "0", "–"]


def test_a_published_figure_that_is_unknown_is_a_dash() -> None:
    assert theirs(Published(PAPER, 4_755, hidden=2.35)) == [PAPER, "–", "–", "4,755", "–", "–", "–", "2.35", "–", "–"]


def test_the_page_compares_with_the_paper(tmp_path: Path) -> None:
    (variant,) = XOR.variants
    trials = [trial(1, 3_000), trial(2, 6_000)]
    page = result(XOR, trials, tmp_path)
    assert headline({variant: trials}).endswith(": 4,500 (4,755; 2 of 2 solved).")
    assert "| paper | 100 | 100 | 4,755 |" in page.body
    assert "generalisation" not in page.body, "a column that says nothing is left out"
    assert "neatcore run xor --preset stanley2002 generations=100 --seed 1" in page.body
    assert (tmp_path / "xor.svg").exists()


def test_an_unknown_experiment(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'xor'"):
        main(["xorr"], folder=tmp_path)


def test_an_unknown_experiment_ends_with_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks.fidelity", "xorr"])
    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: unknown experiment 'xorr'; did you mean 'xor'?\n"


def test_a_file_of_no_trials(tmp_path: Path) -> None:
    write_csv(tmp_path / "xor.csv", [])
    assert kept(XOR, tmp_path / "xor.csv") == []
