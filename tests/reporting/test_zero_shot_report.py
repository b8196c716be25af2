import numpy as np

from selectra_pipeline.downstream.zero_shot import Judgements
from selectra_pipeline.downstream.zero_shot_texts import LabelledTexts
from selectra_pipeline.reporting.zero_shot_report import predictions_frame, zero_shot_report

PROBABILITIES = np.array([[0.7, 0.3], [0.2, 0.8]])


def judgements(labels=None):
    return Judgements(
        LabelledTexts(["un gol", "a|b"], labels), ("deportes", "salud"), PROBABILITIES
    )


def test_each_text_is_a_row_with_the_probability_of_every_label():
    frame = predictions_frame(judgements())
    assert list(frame.columns) == ["text", "best_label", "deportes", "salud"]
    assert list(frame["best_label"]) == ["deportes", "salud"]
    np.testing.assert_array_equal(frame[["deportes", "salud"]], PROBABILITIES)


def test_true_labels_stand_beside_the_best_and_are_scored():
    known = judgements(["deportes", "deportes"])
    assert list(predictions_frame(known)["true_label"]) == ["deportes", "deportes"]
    assert "| accuracy | 0.5000 |" in zero_shot_report(known, "models/nli", "Es {}.")


def test_the_report_names_model_and_template_and_keeps_the_table_whole():
    report = zero_shot_report(judgements(), "models/nli", "Es {}.")
    assert 'models/nli, with "Es {}."' in report
    assert "| a\\|b | salud | 0.8000 |" in report
    assert "## Scores" not in report
