import itertools

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from trial_results import ner, nli

from selectra_pipeline.reporting.results_plot import score_against_parameters


def panel(figure: Figure, title: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_title().startswith(title))


def labels_of(axes: Axes) -> dict[str, tuple[float, float]]:
    """Each label with the parameters and the score that it names."""
    return {text.get_text(): text.xy for text in axes.texts}


def test_each_task_has_a_panel_with_all_models_that_have_a_score():
    figure = score_against_parameters([ner("ours", 0.8, 0.82), nli("ours", 0.7)])
    labels = labels_of(panel(figure, "conll2002_ner"))
    assert labels["ours"] == (22_409_216, pytest.approx(0.81))
    assert labels["BETO"] == (110_000_000, 0.8759)
    assert labels_of(panel(figure, "xnli"))["BETO"] == (110_000_000, 0.8130)
    assert len(figure.axes) == 2


def test_a_task_that_was_not_published_shows_ours_alone():
    figure = score_against_parameters([ner("ours", 0.8, task="my_ner")])
    assert labels_of(panel(figure, "my_ner")).keys() == {"ours"}


def test_a_checkpoint_whose_trials_all_diverged_has_no_point():
    labels = labels_of(panel(score_against_parameters([ner("ours", float("nan"))]), "conll"))
    assert "ours" not in labels
    assert "BETO" in labels


def test_another_test_split_is_told_in_the_title():
    figure = score_against_parameters([ner("ours", 0.8, test_rows=1_915), nli("ours", 0.8)])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["conll2002_ner\n(ours on another test split)", "xnli"]


def test_no_label_covers_another():
    figure = score_against_parameters([ner("ours", 0.87, 0.88), nli("ours", 0.78, 0.79)])
    figure.draw_without_rendering()
    for axes in figure.axes:
        boxes = [text.get_window_extent() for text in axes.texts]
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
