"""Pages of the experiments with generators of networks, from rows that are made up; and one short run of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import agents, latent
from benchmarks.variants import Row, Variant
from neatcore.errors import InputError


def rows() -> list[Row]:
    figures = {"r2": 0.5, "r2_squares": 0.6, "r2_weights": 0.1, "r2_aligned": 0.7, "processor": 100}
    bends = {f"{kind}_{space}": 10.0 + place for place, space in enumerate(agents.SPACES) for kind in ("bend", "mean_bend")}
    bends |= {"bend_learnt_ends": 13.0, "from_learnt": 14.0, "to_learnt": 15.0, "from_made": 16.0, "to_made": 17.0}
    found = []
    for variant in agents.variants():
        for place, group in enumerate(agents.PAPER):
            pairs = {
                f"{name}_{part}": 10.0 * place + k
                for k, name in enumerate(("theirs", "made", "posterior", "normal"))
                for part in ("mean", "sd")
            }
            row = {
                "variant": variant.name,
                "seed": 1,
                "group": group,
                "networks": 100 * (place + 1),
                **pairs,
                "middle": 70,
                "variety": 0.25,
            }
            found.append(row | (figures | bends if group == "all" else dict.fromkeys(figures | bends, "")))
    return found


def test_the_page_has_the_papers_table_beside_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path / "runs"))
    text = agents.result(rows(), tmp_path, 20).write(tmp_path, packages=("jax",)).read_text(encoding="utf-8")
    assert "generator of all 500 survive 41.0 steps" in text
    assert (
        "| 101–150 | 10,103 | 132.6 ± 13.1 | 127.0 ± 55.3 | 300 | 20.0 ± 20.0 | 21.0 ± 21.0 | 22.0 ± 22.0 | 23.0 ± 23.0 | 70 |"
        in text
    )
    assert sum(counts for counts, *_ in list(agents.PAPER.values())[:-1]) == agents.PAPER["all"][0]
    assert text.count("aligned, β") >= 3
    assert "of the runs so they do in 1 of 1 with `aligned, β = 0.003`, in 1 of 1 with" in text
    assert "survive 14.0 and 15.0 steps in the mean, made again 16.0 and 17.0." in text


def test_the_page_has_the_mean_of_runs_and_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path / "runs"))
    more = [{**row, "seed": 2, "made_mean": row["made_mean"] + 10, "networks": row["networks"] + 2} for row in rows()]
    page = agents.result([*rows(), *more], tmp_path, 20)
    assert "generator of all 501 survive 46.0 steps" in page.headline
    assert "2 runs, each with networks of its own" in page.headline
    assert page.command.endswith("--seeds 2")
    assert "| aligned, β = 0.003 | 2 | 40.0 | 51.0 | 151–200: 41.0 | 10.0 | 13.0 | 11.0 | 12.0 |" in page.body


def test_a_short_run_and_one_that_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path))
    words = ("networks=240", "lanes=240", "longest=12", "rate=0.05", "hidden=[3]", "widths=[8]", "latent=2", "batch=16")
    found = agents.attempt(Variant("small", "agents:cartpole", "chang2019", words), 1, 2)
    assert found[-1]["group"] == "all"
    assert set(found[-1]) == set(rows()[-1])
    assert agents.kept(1).exists()


def test_the_page_of_the_latent_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path))
    found = [
        {
            "variant": v.name,
            "seed": seed,
            "solved": 1,
            "evaluations": 14 * (place + seed),
            "best": 500,
            "first_median": 9,
            "first_best": 90,
        }
        for place, v in enumerate(latent.variants())
        for seed in (1, 2, 3)
    ]
    text = latent.result(found, tmp_path, 1000).write(tmp_path).read_text(encoding="utf-8")
    assert "1 m latent space 28, weights 42, NEAT 56" in text
    assert "| 4 m, NEAT | 3 of 3 | 126 |" in text
    (row,) = latent.attempt(Variant("1 m, weights", "cartpole", "", (*latent.words("weights"), "episodes=1", "steps=30")), 1, 200)
    assert row["solved"] == 1
    with pytest.raises(InputError, match="there is no generator"):
        latent.main(folder=tmp_path)
