from selectra_pipeline.reporting.plots import learning_rate_plan, training_curves

HISTORY = [
    {"step": 10, "split": "train", "loss": 30.0, "mlm_loss": 8.0, "learning_rate": 1e-3},
    {"step": 10, "split": "heldout", "mlm_loss": 7.5, "rtd_auc": 0.6, "rtd_trivial_loss": 0.4},
    {"step": 20, "split": "train", "loss": 25.0, "mlm_loss": 7.0, "learning_rate": 0.0},
]


def lines_of(title: str) -> dict[str, list[float]]:
    axes = {axes.get_title(): axes for axes in training_curves(HISTORY).axes}[title]
    return {line.get_label(): list(line.get_ydata()) for line in axes.get_lines()}


def test_each_metric_is_drawn_for_its_split():
    assert lines_of("MLM loss (nats)") == {"train": [8.0, 7.0], "heldout": [7.5]}
    assert lines_of("RTD AUC") == {"heldout": [0.6]}
    assert lines_of("learning rate") == {"train": [1e-3, 0.0]}


def test_the_trivial_answer_is_drawn_beside():
    assert lines_of("RTD loss (nats)") == {"trivial": [0.4]}


def test_a_run_without_metrics_gives_empty_panels():
    assert all(not axes.get_lines() for axes in training_curves([]).axes)


def test_the_planned_learning_rate_is_drawn_with_its_restarts():
    (axes,) = learning_rate_plan([0, 5, 10, 20], [0.0, 1.0, 0.0, 0.5], restarts=[10]).axes
    curve, restart = axes.get_lines()
    assert list(curve.get_xdata()) == [0, 5, 10, 20]
    assert list(curve.get_ydata()) == [0.0, 1.0, 0.0, 0.5]
    assert list(restart.get_xdata()) == [10, 10]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["planned", "restart"]
