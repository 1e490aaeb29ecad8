"""Networks drawn: layers, links, colours, arcs, read back from the artists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path

from neatcore.activations import BUILT_IN, NAMES, register
from neatcore.errors import InputError
from neatcore.genome import BIAS, INPUT, OUTPUT, RULED, Genome, node_table
from neatcore.interfaces import GraphSpace
from tests.viz.data import genome, looped, random_genome
from viz.geometry import middle_of
from viz.glyphs import CURVES, Pen
from viz.layout import lay_out, layers_of, recurrent_links
from viz.style import LETTER, LIGHT, figure, plot_figure
from viz.topology import MOST, draw_network, network_figure


def drawn(subject: Genome, *, upwards: bool = False, disabled: bool = False) -> Axes:
    return draw_network(subject, figure("light", 720, 420).add_subplot(), upwards=upwards, disabled=disabled)


def patches(ax: Axes, kind: str) -> dict[int, PathPatch]:
    """The drawn links or nodes of a kind, by number."""
    named = {str(patch.get_gid() or ""): patch for patch in ax.patches}
    return {int(name.split("-")[1]): patch for name, patch in named.items() if name.startswith(f"{kind}-")}  # type: ignore[misc]


def centre(ax: Axes, node: int) -> tuple[float, float]:
    box = patches(ax, "node")[node].get_extents().transformed(ax.transData.inverted())
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def random(seed: int, hidden: int, links: int) -> Genome:
    return random_genome(np.random.default_rng(seed), 3, 2, hidden, links)


def test_layers_and_recurrent_links_of_a_network_worked_out_by_hand() -> None:
    assert recurrent_links(looped()) == {5, 6, 7}
    assert layers_of(looped(), frozenset({5, 6, 7})) == {0: 0, 1: 0, 2: 0, 4: 1, 5: 2, 3: 3}


def test_the_older_link_of_a_cycle_leads_forwards() -> None:
    first = genome(1, 1, 2, [(3, 4, 1.0, True), (4, 3, 1.0, True)])
    other = genome(1, 1, 2, [(4, 3, 1.0, True), (3, 4, 1.0, True)])
    assert recurrent_links(first) == recurrent_links(other) == {1}
    assert layers_of(first, frozenset({1}))[4] > layers_of(first, frozenset({1}))[3]
    assert layers_of(other, frozenset({1}))[3] > layers_of(other, frozenset({1}))[4]


def test_a_link_that_is_off_closes_no_cycle() -> None:
    assert recurrent_links(genome(1, 1, 2, [(3, 4, 1.0, False), (4, 3, 1.0, True)])) == set()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 20), st.integers(0, 60))
def test_laws_of_the_layout(seed: int, hidden: int, links: int) -> None:
    subject = random(seed, hidden, links)
    layout = lay_out(subject)
    layer = {node: place[0] for node, place in layout.places.items()}
    kinds = dict(zip(subject.nodes["id"].tolist(), subject.nodes["kind"].tolist()))
    for node, kind in kinds.items():
        assert (layer[node] == 0) == (kind in (INPUT, BIAS))
        assert (layer[node] == layout.layers - 1) == (kind == OUTPUT)
    for innovation, source, target, _, enabled in subject.links.tolist():
        if enabled and innovation not in layout.recurrent and kinds[source] != OUTPUT:
            assert layer[source] < layer[target]
            assert len(layout.bends[innovation]) == layer[target] - layer[source] - 1
    heights: dict[float, list[float]] = {}
    for depth, height in layout.places.values():
        heights.setdefault(depth, []).append(height)
    for column in heights.values():
        assert np.all(np.diff(sorted(column)) >= 1 - 1e-9), "nodes of a layer have room"


def test_inputs_keep_their_order() -> None:
    layout = lay_out(random(5, 12, 40))
    heights = [layout.places[node][1] for node in range(4)]
    assert heights == sorted(heights, reverse=True)


def test_crossings_that_can_be_avoided_are() -> None:
    crossed = genome(2, 2, 2, [(0, 6, 1.0, True), (1, 5, 1.0, True), (6, 4, 1.0, True), (5, 3, 1.0, True)])
    places = lay_out(crossed).places
    assert places[6][1] > places[5][1], "x0, the upper input, leads to node 6"
    assert places[4][1] > places[3][1]


@pytest.mark.parametrize("upwards", [False, True])
def test_every_enabled_link_and_node_is_drawn_once(upwards: bool) -> None:
    subject = random(1, 54, 160)
    ax = drawn(subject, upwards=upwards)
    recurrent = recurrent_links(subject)
    enabled = set(subject.links["innovation"][subject.links["enabled"]].tolist())
    assert set(patches(ax, "link")) == enabled - recurrent
    assert set(patches(ax, "recurrent")) == recurrent
    assert not patches(ax, "disabled")
    assert set(patches(ax, "node")) == set(subject.nodes["id"].tolist())


def test_disabled_links_are_drawn_faint_on_request() -> None:
    off = patches(drawn(looped(), disabled=True), "disabled")
    assert set(off) == {8}
    assert to_hex(off[8].get_edgecolor()) == LIGHT.faint


def test_colour_shows_the_sign_and_width_the_size() -> None:
    subject = looped()
    ax = drawn(subject)
    links = patches(ax, "link") | patches(ax, "recurrent")
    for innovation, _, _, weight, enabled in subject.links.tolist():
        if enabled:
            place = LIGHT.weights.index(to_hex(links[innovation].get_edgecolor()))
            assert (place >= len(LIGHT.weights) // 2) == (weight > 0)
    order = sorted(links, key=lambda innovation: abs(subject.links["weight"][innovation]))
    widths = [links[innovation].get_linewidth() for innovation in order]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0]


def test_recurrent_links_are_dashed_arcs_with_arrow_heads() -> None:
    ax = drawn(looped())
    for patch in patches(ax, "recurrent").values():
        assert patch.get_linestyle() not in ("-", "solid")
    for patch in patches(ax, "link").values():
        assert patch.get_linestyle() in ("-", "solid")
    heads = [patch for patch in ax.patches if isinstance(patch, Polygon) and not isinstance(patch, PathPatch)]
    assert len([head for head in heads if len(head.get_xy()) == 4]) == 3


def test_a_self_loop_leaves_and_enters_its_node() -> None:
    ax = drawn(looped())
    loop = np.asarray(patches(ax, "recurrent")[6].get_path().vertices)
    x, y = centre(ax, 3)
    distance = np.hypot(*(loop - (x, y)).T)
    assert distance[0] == pytest.approx(distance[-1])
    assert distance[1:3].min() > 1.5 * distance[0], "it bulges out"
    assert abs(loop[0, 0] - loop[-1, 0]) > 1


@pytest.mark.parametrize("upwards", [False, True])
def test_links_meet_their_nodes_and_stay_on_the_page(upwards: bool) -> None:
    subject = looped()
    ax = drawn(subject, upwards=upwards)
    for innovation, patch in (patches(ax, "link") | patches(ax, "recurrent")).items():
        path = patch.get_path()
        ends = np.asarray(path.vertices)[[0, -1]]
        for end, node in zip(ends, subject.links[["source", "target"]][innovation].tolist()):
            assert np.hypot(*(end - centre(ax, node))) < 16
        curve = path.interpolated(1).to_polygons(closed_only=False)[0]
        assert np.all(curve >= 0)
        assert np.all(curve <= (720, 420))


def test_layers_lead_to_the_right_or_upwards() -> None:
    for upwards, axis in ((False, 0), (True, 1)):
        ax = drawn(looped(), upwards=upwards)
        along = [centre(ax, node)[axis] for node in (0, 4, 5, 3)]
        assert along == sorted(along)
        assert len(set(np.round(along, 3))) == 4


def test_sixty_nodes_do_not_touch() -> None:
    ax = drawn(random(3, 54, 160))
    boxes = [patch.get_extents().transformed(ax.transData.inverted()) for patch in patches(ax, "node").values()]
    centres = np.array([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes])
    radius = max(box.width for box in boxes) / 2
    apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(centres))
    assert apart.min() > 1.3 * radius
    assert radius > 2


def test_a_genome_without_hidden_nodes_or_links() -> None:
    ax = drawn(genome(2, 1, 0, []))
    assert not patches(ax, "link")
    assert set(patches(ax, "node")) == {0, 1, 2, 3}
    assert {"x1", "x2", "bias", "y1"} <= {text.get_text() for text in ax.texts}


def test_names_are_written_and_their_number_is_checked() -> None:
    ax = figure("light", 400, 300).add_subplot()
    draw_network(looped(), ax, names_in=["position", "angle"], names_out=["force"])
    assert {"position", "angle", "bias", "force"} <= {text.get_text() for text in ax.texts}
    with pytest.raises(InputError, match="1 names for the 2 inputs of the genome: position"):
        draw_network(looped(), ax, names_in=["position"])


def test_links_whose_weight_changes_carry_a_bead() -> None:
    links = np.array([(3, 0, 2, 1.0, True, 1), (5, 1, 2, -1.0, True, 0), (7, 2, 2, 1.0, True, 2), (9, 0, 3, 1.0, False, 1)], RULED)
    nodes = node_table(GraphSpace(2, 2, bias=False))
    ax = drawn(Genome(nodes, links, np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.1]])))
    beads = {patch.get_gid() for patch in ax.patches if str(patch.get_gid()).startswith("bead")}
    assert beads == {"bead-3", "bead-7"}
    assert "plastic" in [text.get_text() for text in ax.texts]
    straight = Path([(0.0, 0.0), (2.0, 0.0), (2.0, 6.0)])
    assert middle_of(straight) == (2.0, 2.0)


def test_the_key_says_what_occurs_and_nothing_else() -> None:
    words = {text.get_text() for text in drawn(looped()).texts}
    assert {"positive weight, up to +3", "negative weight, up to −2", "recurrent", "sigmoid"} <= words
    plain = {text.get_text() for text in drawn(genome(1, 1, 0, [(0, 2, 1.0, True)])).texts}
    assert plain == {"x1", "bias", "y1", "positive weight, up to +1", "sigmoid"}


def test_a_larger_network_gets_a_higher_figure() -> None:
    heights = [network_figure(random(2, hidden, 3 * hidden)).get_size_inches()[1] for hidden in (1, 12, 40)]
    assert heights == sorted(heights)
    assert heights[0] < heights[-1]


def test_no_two_activations_look_alike() -> None:
    seen = set()
    for place in range(BUILT_IN):
        ax = plot_figure(LIGHT, 300, 300)[1]
        Pen(ax, LIGHT, 20).curve(50, 50, place)
        seen.add(tuple(np.round(np.concatenate([np.asarray(line.get_ydata()) for line in ax.lines]), 1)))
    assert len(seen) == BUILT_IN


def test_every_activation_has_a_curve() -> None:
    assert list(CURVES) == NAMES[:BUILT_IN]
    x = np.linspace(-2, 2, 9)
    assert all(np.ptp(curve(x)) > 0 for curve in CURVES.values())


@pytest.mark.usefixtures("registering")
def test_a_registered_activation_is_drawn_as_it_is_computed() -> None:
    code = register("hyperbola", lambda x: 1 / x)
    subject = genome(1, 1, 0, [(0, 2, 1.0, True)])
    subject.nodes["activation"][-1] = code
    curves = [np.asarray(line.get_ydata()) for line in drawn(subject).lines if len(np.asarray(line.get_xdata())) == 41]
    assert len(curves) == 2  # in the network and in its key
    for curve in curves:
        assert np.isfinite(curve).all()
        assert np.argmax(curve) == 20


def test_of_a_network_with_very_many_links_the_strongest_are_drawn() -> None:
    weights = np.random.default_rng(0).normal(size=40 * 40)
    links = [(a, 41 + b, float(weights[40 * a + b]), True) for a in range(40) for b in range(40)]
    ax = drawn(genome(40, 40, 0, links))
    assert set(patches(ax, "link")) == set(np.argsort(-np.abs(weights))[:MOST].tolist())
    assert len(patches(ax, "node")) == 81


def test_a_narrow_drawing_grows_with_its_names() -> None:
    names = ["front left sonar", "front right sonar", "battery voltage"]
    subject = genome(3, 1, 0, [(0, 4, 1.0, True)])
    short, long = (network_figure(subject, names_in=given, width=300, upwards=True) for given in (None, names))
    room = 2 * LETTER * max(map(len, names))
    assert 72 * (long.get_figheight() - short.get_figheight()) == pytest.approx(room, abs=1)
