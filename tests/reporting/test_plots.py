import math

import pytest

from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.reporting.plots import learning_rate_plan, training_curves

HISTORY = [
    {"step": 10, "split": "train", "loss": 30.0, "mlm_loss": 8.0, "learning_rate": 1e-3},
    {"step": 10, "split": "heldout", "mlm_loss": 7.5, "rtd_auc": 0.6, "rtd_trivial_loss": 0.4},
    {"step": 20, "split": "train", "loss": 25.0, "mlm_loss": 7.0, "learning_rate": 0.0},
]
COURSE = "a small ELECTRA's course ± 15%"


def panel(title: str, history=HISTORY):
    figure = training_curves(history, batch_size=128, vocab_size=50_000)
    return {axes.get_title(): axes for axes in figure.axes}[title]


def lines_of(title: str, history=HISTORY) -> dict[str, list[float]]:
    return {line.get_label(): list(line.get_ydata()) for line in panel(title, history).get_lines()}


def bands_of(title: str, history=HISTORY) -> dict[str, tuple[float, float]]:
    """The label of each band, with its lowest and highest value."""
    bands = {}
    for band in panel(title, history).collections:
        heights = band.get_paths()[0].vertices[:, 1]
        bands[band.get_label()] = (heights.min(), heights.max())
    return bands


def test_each_metric_is_drawn_for_its_split():
    assert lines_of("MLM loss (nats)") == {"train": [8.0, 7.0], "heldout": [7.5]}
    assert lines_of("RTD AUC") == {"heldout": [0.6]}
    assert lines_of("learning rate") == {"train": [1e-3, 0.0]}


def test_the_trivial_answer_is_drawn_beside():
    assert lines_of("RTD loss (nats)") == {"trivial": [0.4]}


def test_losses_and_auc_have_a_band_of_healthy_values_over_their_steps():
    low, high = bands_of("MLM loss (nats)")[COURSE]
    assert 0.85 * 7.13 < low < high < 1.15 * 10.82
    assert set(bands_of("loss")) == set(bands_of("RTD loss (nats)")) == {COURSE}
    assert set(bands_of("RTD AUC")) == {"a small ELECTRA's course ± 0.05"}
    assert bands_of("learning rate") == {}


@pytest.mark.parametrize(
    ("objective", "bands"),
    [
        ({"generator": "tied"}, 1),
        ({"rtd_weight": 40.0}, 0),
        ({"mlm_weight": 2.0}, 0),
        ({"task": "mlm"}, 0),
        ({"task": "electric"}, 0),
        ({"generator": "uniform"}, 0),
    ],
)
def test_the_loss_has_a_band_only_where_it_is_mlm_and_50_rtd(objective, bands):
    figure = training_curves(HISTORY, 128, 50_000, ObjectiveConfig(**objective))
    axes = {axes.get_title(): axes for axes in figure.axes}
    assert len(axes["loss"].collections) == bands
    assert len(axes["MLM loss (nats)"].collections) == 1


def test_accented_entries_are_drawn_beside_the_others():
    moved = {"accented_movement": 0.5, "unaccented_movement": 0.7}
    lines = lines_of("movement of word embeddings (L2)", [{"step": 5, "split": "heldout", **moved}])
    assert lines == {"with a diacritic": [0.5], "without": [0.7]}


def test_what_is_no_number_is_left_out():
    broken = [
        {"step": 0, "split": "heldout", "rtd_auc": math.nan},
        {"step": 5, "split": "heldout", "rtd_auc": None},
        {"step": 10, "split": "train", "loss": math.inf, "mlm_loss": 8.0},
    ]
    assert lines_of("loss", broken) == lines_of("RTD AUC", broken) == {}
    assert lines_of("MLM loss (nats)", broken) == {"train": [8.0]}
    training_curves(broken, batch_size=128, vocab_size=50_000).canvas.draw()


def test_a_run_without_metrics_gives_empty_panels():
    figure = training_curves([], batch_size=128, vocab_size=50_000)
    assert all(not axes.get_lines() and not axes.collections for axes in figure.axes)


def test_the_planned_learning_rate_is_drawn_with_its_restarts():
    (axes,) = learning_rate_plan([0, 5, 10, 20], [0.0, 1.0, 0.0, 0.5], restarts=[10]).axes
    curve, restart = axes.get_lines()
    assert list(curve.get_xdata()) == [0, 5, 10, 20]
    assert list(curve.get_ydata()) == [0.0, 1.0, 0.0, 0.5]
    assert list(restart.get_xdata()) == [10, 10]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["planned", "restart"]


def test_a_run_with_probes_has_a_panel_of_their_scores():
    probes = [{"step": step, "split": "probe", "f1": step / 10} for step in (0, 5)]
    assert lines_of("probe: entity F1", [*HISTORY, *probes]) == {"entity F1": [0.0, 0.5]}
    titles = {axes.get_title() for axes in training_curves(HISTORY, 128, 50_000).axes}
    assert "probe: entity F1" not in titles
