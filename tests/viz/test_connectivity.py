"""Networks on substrates drawn: every weight in its place and its colour, read back from the pixels and the artists."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from neatcore.errors import InputError
from neatcore.interfaces import Array
from substrates.geometry import Projection, Substrate, grid, ring, row
from substrates.networks import Synapses
from tests.viz.substrates import SUBSTRATES, joined, local, question, sheet, wired
from viz.activity import Moment, activity_figure
from viz.fields import ACROSS, fields_figure, matrices, means, strongest
from viz.matrices import matrix_figure
from viz.sampling import plane_of, sampling_figure, sources_asked
from viz.sheets import Sketch as Page
from viz.sheets import Tint, as_image, draw_sheet, edges, kind_of
from viz.space import STRONGEST, space_figure, strongest_links, view_of
from viz.style import DARK, LIGHT, SHARPNESS, Theme
from viz.svg import png

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
EACH = pytest.mark.parametrize("name", SUBSTRATES)


def pixels(figure: Figure) -> Array:
    """The cells of a figure, (H, W, 4)."""
    return np.asarray(figure.axes[0].images[0].get_array())


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for ax in figure.axes for text in ax.texts)


# --- colours and sheets -------------------------------------------------------------------------------------------------


@THEMES
def test_no_link_is_told_from_the_weakest_links(theme: Theme) -> None:
    tint = Tint(theme, 3.0)
    half = len(theme.weights) // 2
    expected = [theme.grid, *(theme.weights[place] for place in (half - 1, half, 0, -1))]
    for found, colour in zip(tint(np.array([0, -1e-6, 1e-6, -3, 3])), expected):
        assert np.allclose(found[:3], list(bytes.fromhex(colour[1:])), atol=1)
    assert tint(np.array([np.nan]))[0, 3] == 0


def test_answers_of_a_cppn_go_through_the_paper() -> None:
    zero = Tint(LIGHT, 1.0, links=False)(np.zeros(1))[0, :3] / 255.0
    assert np.allclose(zero, [part / 255 for part in bytes.fromhex(LIGHT.paper[1:])], atol=0.01)


def test_kinds_of_sheets() -> None:
    kinds = {name: [kind_of(each) for each in substrate.sheets] for name, substrate in SUBSTRATES.items()}
    assert kinds["sandwich"] == ["grid", "grid"]
    assert kinds["rings"] == ["ring", "ring"]
    assert kinds["rows"] == ["row", "row", "row"]
    assert kinds["cubes"] == ["grid", "grid"]
    assert kinds["scattered"] == ["dots", "grid"]
    assert kind_of(sheet("corners", "hidden", np.array([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]))) == "dots"


def test_a_grid_is_an_image_with_its_first_row_on_top() -> None:
    flat, cube = sheet("a", "input", grid(3, 2)), sheet("b", "input", grid(2, 2, 2))
    assert as_image(flat, flat.points[:, 1]).tolist() == [[-1] * 3, [1] * 3]
    image = as_image(cube, np.arange(8))
    assert image.shape == (2, 5)
    assert np.isnan(image[:, 2]).all()
    assert image[0].tolist()[:2] + image[0].tolist()[3:] == [0, 1, 4, 5]


def test_cells_are_never_blurred() -> None:
    page = Page(LIGHT, 100, 60)
    colours = np.arange(24, dtype=np.uint8).reshape(2, 3, 4) + np.uint8(1)
    left, right, top, bottom = page.image(colours, 50, 30, 37)
    assert (right - left) * SHARPNESS % 3 == 0
    assert right - left <= 37
    cut = page.cells[int(top * SHARPNESS) : int(bottom * SHARPNESS), int(left * SHARPNESS) : int(right * SHARPNESS)]
    cell = len(cut) // 2
    assert np.array_equal(cut[::cell, ::cell], colours)
    assert np.array_equal(cut, colours.repeat(cell, axis=0).repeat(cell, axis=1))


def test_petals_point_where_their_neurons_stand_and_are_as_long_as_values_are_large() -> None:
    page, values = Page(LIGHT, 100, 100), np.array([1.0, 0.5, 0.0, -1.0])
    draw_sheet(page, sheet("a", "input", ring(4)), values, (50, 50, 80), Tint(LIGHT, 1.0))
    centres = np.array([polygon.mean(axis=0) for polygon in page.polygons]) - 50
    assert centres[0, 0] > 10 > abs(centres[0, 1])
    assert centres[1, 1] < -10, "the second neuron stands above: up is less on the page"
    lengths = [np.hypot(*(polygon - 50).T).max() for polygon in page.polygons]
    assert lengths[0] == pytest.approx(lengths[3])
    assert lengths[0] > lengths[1] > lengths[2]
    assert [to_hex(fill / 255.0) for fill in page.fills][2:] == [LIGHT.grid, LIGHT.weights[0]]


def test_bars_rise_above_zero_and_hang_below_it() -> None:
    page = Page(LIGHT, 100, 100)
    draw_sheet(page, sheet("a", "input", row(3, 0.0)), np.array([1.0, -0.5, 0.0]), (50, 50, 80), Tint(LIGHT, 1.0))
    up, down, none = (polygon[:, 1] for polygon in page.polygons)
    assert (up.min() < 50, up.max()) == (True, 50)
    assert (down.min(), down.max() > 50) == (50, True)
    assert none.min() < 50 < none.max()


def test_a_row_of_many_neurons_is_tall_enough_to_be_seen() -> None:
    for count in (1, 3, 82, 400):
        page, many = Page(LIGHT, 200, 100), sheet("a", "input", row(count, 0.0))
        draw_sheet(page, many, np.ones(count), (100, 50, 180), Tint(LIGHT, 1.0), sized=False)
        high, wide = (np.ptp(places) + 1 for places in np.nonzero(page.cells[..., 3]))
        assert 11 * SHARPNESS <= high <= 30 * SHARPNESS
        assert wide % count == 0


# --- receptive fields and matrices --------------------------------------------------------------------------------------


@THEMES
@EACH
def test_every_substrate_has_all_its_pictures(name: str, theme: Theme) -> None:
    synapses = wired(SUBSTRATES[name])
    moment = Moment("now", [np.linspace(-1, 1, len(each)) for each in synapses.substrate.sheets])
    for drawn in (fields_figure, matrix_figure, space_figure):
        figure = drawn(synapses, theme=theme)  # type: ignore[operator]
        assert to_hex(figure.get_facecolor()) == theme.paper
        assert png(figure)
    assert png(activity_figure(synapses.substrate, [moment], theme=theme))


def test_each_receptive_field_has_the_weights_of_its_neuron() -> None:
    synapses = wired(SUBSTRATES["sandwich"])
    found, tint = pixels(fields_figure(synapses)), Tint(LIGHT, strongest(synapses))
    for weights in matrices(synapses)[0]:
        expected = tint(as_image(synapses.substrate.sheets[0], weights))
        assert contains(found, expected), "the field of a neuron is in the picture"


def contains(picture: Array, colours: Array) -> bool:
    """Whether the cells are somewhere in the picture, each enlarged by the same whole number. Looks for the rarest cell first."""
    codes, wanted = (each.astype(np.int64) @ [1, 256, 65536, 0] for each in (picture, colours))
    found, counts = np.unique(codes, return_counts=True)
    often = dict(zip(found.tolist(), counts.tolist()))
    place = int(np.argmin([often.get(code, 0) for code in wanted.ravel().tolist()]))
    first, (row_, column) = np.nonzero(codes == wanted.ravel()[place]), divmod(place, wanted.shape[1])
    return any(_there(codes, wanted, first[0] - row_ * cell, first[1] - column * cell, cell) for cell in range(1, 61))


def _there(codes: Array, wanted: Array, down: Array, across: Array, cell: int) -> bool:
    """Whether cells of that size begin at any of these places."""
    high, wide = codes.shape[0] - cell * wanted.shape[0], codes.shape[1] - cell * wanted.shape[1]
    inside = (down >= 0) & (across >= 0) & (down <= high) & (across <= wide)
    down, across = down[inside], across[inside]
    for (row_, column), code in np.ndenumerate(wanted):
        same = (codes[down + row_ * cell, across + column * cell] == code) & (
            codes[down + (row_ + 1) * cell - 1, across + (column + 1) * cell - 1] == code
        )
        down, across = down[same], across[same]
    return len(down) > 0


def test_neurons_of_a_sheet_that_is_linked_to_itself_read_it() -> None:
    places = grid(3, 3)
    substrate = Substrate((sheet("all", "output", places),), (Projection(0, 0),))
    assert "Each neuron of all: how it reads all" in words(fields_figure(wired(substrate)))


def test_fields_stand_as_their_neurons_do() -> None:
    synapses = wired(joined(grid(2, 2), grid(3, 2)), share=0.0)
    weights = synapses.weights[0].copy()
    weights[0, :, 5] = 3.0  # the last neuron: lower right
    found = pixels(fields_figure(Synapses(synapses.substrate, (weights,))))
    blue = [int(part) for part in bytes.fromhex(LIGHT.weights[-1][1:])]
    key_free = found[: -40 * SHARPNESS]
    rows, columns = np.nonzero((key_free[..., :3] == blue).all(axis=2))
    there = key_free[..., 3] > 0
    assert rows.min() > np.nonzero(there)[0].mean()
    assert columns.min() > np.nonzero(there)[1].mean() * 1.3


def test_what_a_single_neuron_reaches_in_a_grid_is_one_picture() -> None:
    synapses = wired(joined(grid(1, 1), grid(5, 4)))
    figure, tint = fields_figure(synapses), Tint(LIGHT, strongest(synapses))
    assert "How the neuron of" in words(figure)
    (weights,) = matrices(synapses)
    assert contains(pixels(figure), tint(as_image(synapses.substrate.sheets[1], weights[:, 0])))


def test_more_neurons_than_there_is_room_for_are_told() -> None:
    figure = fields_figure(wired(joined(grid(2, 2), grid(2 * ACROSS, 2 * ACROSS))))
    assert f"{ACROSS**2} of {4 * ACROSS**2:,} neurons are shown" in words(figure)
    assert "neurons are shown" in words(fields_figure(wired(joined(ring(4, 0.5), ring(200)))))
    assert "neurons are shown" not in words(fields_figure(wired(joined(ring(4, 0.5), ring(32)))))


def test_pairs_of_sheets_that_are_left_out_are_told() -> None:
    many = wired(joined(*(row(2, y) for y in np.linspace(-1, 1, 6))))
    for drawn in (fields_figure, matrix_figure):
        assert "2 more pairs of sheets not shown" in words(drawn(many))


def test_a_matrix_has_a_row_a_target_and_a_histogram_of_links_alone() -> None:
    synapses = wired(SUBSTRATES["sandwich"])
    figure = matrix_figure(synapses)
    assert contains(pixels(figure), Tint(LIGHT, strongest(synapses))(matrices(synapses)[0]))
    bars = [patch.get_height() for patch in figure.axes[1].patches]  # type: ignore[attr-defined]
    assert sum(bars) == np.count_nonzero(synapses.weights[0])
    assert f"{np.count_nonzero(synapses.weights[0])} of 360 links" in words(figure)


def test_a_large_matrix_is_averaged_and_says_so() -> None:
    large = wired(joined(row(1300, -1.0), row(700, 1.0)))
    assert "Each cell is the mean of 3 × 3 weights" in words(matrix_figure(large))
    image = np.arange(12.0).reshape(3, 4)
    assert means(image, 2).tolist() == [[2.5, 4.5], [8.5, 10.5]]
    assert means(image, 1) is image


# --- in space -----------------------------------------------------------------------------------------------------------


def test_the_strongest_links_are_drawn_and_counted() -> None:
    synapses = wired(joined(grid(11, 11), grid(11, 11)), share=0.3)
    _, targets, sources, weights = strongest_links(synapses)
    table = matrices(synapses)[0]
    assert np.array_equal(table[targets, sources], weights)
    assert np.abs(weights).min() == np.sort(np.abs(table[table != 0]))[-STRONGEST]
    assert np.all(np.diff(np.abs(weights)) >= 0), "strong ones last, on top"
    figure = space_figure(synapses)
    (lines,) = [each for each in figure.axes[0].collections if isinstance(each, LineCollection)]
    assert len(lines.get_segments()) == STRONGEST
    assert f"the 300 strongest of {np.count_nonzero(table):,} links" in words(figure)


def test_links_lead_from_neuron_to_neuron_in_the_colour_of_their_sign() -> None:
    synapses = wired(SUBSTRATES["rows"])
    ax = space_figure(synapses).axes[0]
    (lines,) = [each for each in ax.collections if isinstance(each, LineCollection)]
    dots = {line.get_gid(): np.asarray(line.get_xydata()) for line in ax.lines}
    projections, targets, sources, weights = strongest_links(synapses)
    for segment, colour, place, target, source, weight in zip(
        lines.get_segments(), lines.get_colors(), projections, targets, sources, weights
    ):
        assert np.allclose(segment, [dots[f"sheet-{place}"][source], dots[f"sheet-{place + 1}"][target]])
        step = LIGHT.weights.index(to_hex(colour[:3]))
        assert (step >= len(LIGHT.weights) // 2) == (weight > 0)


def test_which_substrates_are_tilted() -> None:
    tilted = {name: view_of(substrate).tilted for name, substrate in SUBSTRATES.items()}
    assert tilted == {
        **dict.fromkeys(("sandwich", "planes", "lines", "cubes", "scattered"), True),
        **dict.fromkeys(("rings", "rows"), False),
    }


@EACH
def test_all_neurons_stand_on_the_page(name: str) -> None:
    ax = space_figure(wired(SUBSTRATES[name])).axes[0]
    for line in ax.lines:
        x, y = np.asarray(line.get_xydata()).T
        assert np.all((x > 0) & (x < ax.get_xlim()[1]))
        assert np.all((y > 20) & (y < ax.get_ylim()[1]))


def test_a_substrate_without_links() -> None:
    none = wired(SUBSTRATES["rings"], share=0.0)
    assert "all 0 links" in words(space_figure(none))
    assert png(fields_figure(none))
    assert png(matrix_figure(none))


# --- the pattern and its samples ----------------------------------------------------------------------------------------


def test_points_of_a_plane_hit_the_neurons() -> None:
    """The pixel in the middle of each cell is asked where the neuron stands, so that both pictures show the same."""
    target = sheet("a", "output", grid(11, 11))
    plane = plane_of(target)
    cell = plane.sides[0] // 11
    assert cell * 11 == plane.sides[0] == plane.sides[1]
    middle = (plane.points.reshape(11, cell, 11, cell, 2)[:, [cell // 2 - 1, cell // 2]][:, :, :, [cell // 2 - 1, cell // 2]]).mean(
        axis=(1, 3)
    )
    if cell % 2:
        middle = plane.points.reshape(11, cell, 11, cell, 2)[:, cell // 2, :, cell // 2]
    assert np.allclose(middle.reshape(-1, 2), target.points)


def test_neurons_upright_in_space_are_seen_from_the_side() -> None:
    points = np.array([[-0.5, 0, -0.5], [0.5, 0, -0.5], [0.25, 0, 0.5]])
    plane = plane_of(sheet("a", "hidden", points))
    assert list(plane.order) == [0, 2, 1]
    assert len(plane.neurons) == 3
    assert not plane.points[:, 1].any()
    assert plane.points[:, 2].max() > 1 > -1 > plane.points[:, 2].min()
    assert plane.points[0, 2] > plane.points[-1, 2]  # the picture's first row is on top
    assert np.array_equal(plane.sheet.points[:, :2], points[:, [0, 2]])


@pytest.mark.parametrize("rule", ["threshold", "leo"])
def test_the_pattern_is_what_the_cppn_answers_and_the_samples_are_the_weights(rule: str) -> None:
    encoding, genome = local(rule)
    synapses = encoding.decode([genome])
    figure, asked = sampling_figure(synapses, question(encoding, genome)), sources_asked(encoding.substrate.sheets[0])
    found, tint = pixels(figure), Tint(LIGHT, strongest(synapses))
    assert encoding.substrate.sheets[0].points[asked[0]].tolist() == [0, 0]
    for neuron in asked.tolist():
        assert contains(found, tint(as_image(encoding.substrate.sheets[1], matrices(synapses)[0][:, neuron])))
    text = words(figure)
    assert ("express" in text) == (rule == "leo")
    assert {"weight", "sampled", "from (0, 0)"} <= set(text.split("\n"))


def test_lines_in_the_pattern_are_where_links_begin() -> None:
    encoding, genome = local()
    figure, asked = sampling_figure(encoding.decode([genome]), question(encoding, genome)), question(encoding, genome)
    ax = figure.axes[0]
    contours = [each for each in ax.collections if hasattr(each, "levels")]
    assert contours
    assert {float(level) for each in contours for level in each.levels} <= {-0.2, 0.2}
    plane = plane_of(encoding.substrate.sheets[1])
    left, right, upper, lower = edges(plane.sides, 84 + 74, 8 + 34 + 20 + 74, 148)
    vertices = np.concatenate([path.vertices for path in contours[0].get_paths()])
    places = (vertices - [(left + right) / 2, (upper + lower) / 2]) / [(right - left) / 2, (lower - upper) / 2] * plane.reach[0]
    answers = asked.ask(np.zeros((1, 2)), places)[0, :, 0]
    assert np.allclose(np.abs(answers), 0.2, atol=0.03)


def test_a_line_has_its_whole_pattern() -> None:
    synapses = wired(SUBSTRATES["lines"])
    from viz.sampling import Question

    def ask(source: Array, target: Array) -> Array:
        return (target * source.T)[None]

    figure = sampling_figure(synapses, Question(ask, ["weight"], [(0, -1)], 0.2))
    assert contains(pixels(figure), Tint(LIGHT, strongest(synapses))(matrices(synapses)[0]))
    with pytest.raises(InputError, match="a projection without an output"):
        sampling_figure(synapses, Question(ask, ["weight"], [], 0.2))


# --- at work ------------------------------------------------------------------------------------------------------------


def test_activity_has_a_column_a_moment_and_a_scale_a_sheet() -> None:
    substrate = SUBSTRATES["sandwich"]
    rng = np.random.default_rng(0)
    moments = [Moment(f"step {n}", [rng.uniform(-2, 2, 20), rng.uniform(0.25, 0.75, 18)]) for n in (1, 7, 12)]
    figure = activity_figure(substrate, moments)
    found, text = pixels(figure), words(figure).split("\n")
    assert {"step 1", "step 7", "step 12", "sheet 0", "sheet 1"} <= set(text)
    assert any(word.startswith("±") for word in text)
    assert any(" … " in word for word in text)
    largest = max(float(np.abs(moment.values[0]).max()) for moment in moments)
    for moment in moments:
        assert contains(found, Tint(LIGHT, largest, links=False)(as_image(substrate.sheets[0], moment.values[0])))
    with pytest.raises(InputError, match="no moment to draw"):
        activity_figure(substrate, [])


def test_rings_at_work_are_drawn_as_full_petals() -> None:
    substrate = SUBSTRATES["rings"]
    figure = activity_figure(substrate, [Moment("now", [np.eye(8)[2], np.linspace(0, 1, 9)])])
    (petals,) = [each for each in figure.axes[0].collections if isinstance(each, PolyCollection)]
    assert len(petals.get_paths()) == 17
