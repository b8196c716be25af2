import dataclasses

import pandas as pd
import pytest
from trial_results import ner, nli

from selectra_pipeline.reporting.results_table import (
    comparison_table,
    results_frame,
    results_table,
)

NAN = float("nan")


def row(text: str, first: str) -> list[str]:
    """The cells of the first table row that begins with a cell."""
    rows = (line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| "))
    return next(cells for cells in rows if cells[0] == first)


def test_a_checkpoint_is_a_row_with_mean_deviation_and_number_of_trials():
    text = comparison_table([ner("ours", 0.80, 0.82, 0.84), nli("ours", 0.7)])
    assert row(text, "model") == ["model", "parameters", "conll2002_ner (f1)", "xnli (accuracy)"]
    assert row(text, "**ours**") == ["**ours**", "22.4M", "0.8200 ± 0.0200 (3)", "0.7000 (1)"]


def test_published_models_stand_beside_it_for_the_tasks_that_they_share():
    text = comparison_table([nli("ours", 0.7), ner("ours", 0.8, task="my_ner")])
    assert row(text, "SELECTRA small") == ["SELECTRA small", "22M", "0.7840 ± 0.0020", ""]
    assert "paws_x" not in text
    assert "SELECTRA" not in comparison_table([ner("ours", 0.8, task="my_ner")])


def test_a_trial_that_diverged_is_named_and_not_averaged():
    text = results_table([ner("ours", 0.80, NAN, 0.84)])
    assert row(text, "**ours**")[2] == "0.8200 ± 0.0283 (2 of 3)"
    assert "ours on conll2002_ner: the loss of seed 2 was not finite" in text
    assert row(text, "2")[1] == "diverged"


def test_where_all_trials_diverged_there_is_no_score():
    text = results_table([ner("ours", NAN, NAN)])
    assert row(text, "**ours**")[2] == "diverged"
    assert "seed 1, 2" in text


def test_each_trial_has_its_score_the_epoch_that_was_kept_and_its_validation():
    text = results_table([nli("ours", 0.70, 0.72)])
    header = ["seed", "accuracy", "macro_f1", "epoch", "validation accuracy", "seconds"]
    assert row(text, "seed") == header
    assert row(text, "2") == ["2", "0.7200", "0.7100", "2 of 3", "0.7700", "12"]


def test_rows_notes_and_the_details_of_the_best_trial_are_shown():
    text = results_table([ner("ours", 0.80, 0.90, 0.84)])
    assert "rows: train 8,323, validation 1,915, test 1,517." in text
    assert "- train: 8323 rows, 2 cut; lost: 7 words" in text
    assert "| details of 2 |" in text
    assert "| details of 1 |" not in text


def test_another_test_split_than_the_published_one_is_told():
    assert "not of the same text" in comparison_table([ner("ours", 0.8, test_rows=1_915)])
    assert "not of the same text" not in comparison_table([ner("ours", 0.8, test_rows=1_518)])
    as_many = dataclasses.replace(ner("ours", 0.8), test=("/pawsx/es/dev_2k.tsv",))
    assert "1,517 rows of a validation file, the published" in comparison_table([as_many])


def test_two_checkpoints_on_one_task_are_compared():
    high, low = (0.90, 0.91, 0.92), (0.80, 0.81, 0.82)
    text = results_table([ner("a", *high), ner("b", *low), nli("b", 0.7)])
    assert row(text, "conll2002_ner") == ["conll2002_ner", "a - b", "+0.1000", "0.1000", "0.1000"]
    assert "Differences" not in results_table([ner("a", *high), nli("b", 0.7, 0.8)])
    assert "Differences" not in results_table([ner("a", *high), ner("b", *low, test_rows=9)])


def test_no_result_is_no_table():
    with pytest.raises(ValueError, match="at least one task"):
        comparison_table([])


def test_the_frame_has_a_row_for_each_task_model_and_metric():
    frame = results_frame([nli("ours", 0.70, NAN, 0.72)]).set_index(["model", "metric"])
    ours = frame.loc[("ours", "accuracy")]
    assert (ours["mean"], ours.n, ours.diverged) == (pytest.approx(0.71), 2, 1)
    assert ours.deviation == pytest.approx(0.02 / 2**0.5)
    assert frame.loc[("ours", "macro_f1"), "mean"] == pytest.approx(0.70)
    published = frame.loc[("SELECTRA small", "accuracy")]
    assert (published["mean"], published.deviation) == (0.784, 0.002)
    assert published.source == "SELECTRA model card"
    assert published[["n", "diverged"]].isna().all()
    assert set(frame.task) == {"xnli"}


def test_the_frame_goes_through_csv(tmp_path):
    frame = results_frame([ner("ours", 0.8), nli("ours", NAN)])
    frame.to_csv(tmp_path / "results.csv", index=False)
    again = pd.read_csv(tmp_path / "results.csv").astype(frame.dtypes)
    pd.testing.assert_frame_equal(again, frame)
