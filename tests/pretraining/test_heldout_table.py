from selectra_pipeline.pretraining.heldout_table import heldout_table

HELDOUT = {
    "mlm_loss": 4.25,
    "mlm_accuracy": 0.3,
    "mlm_trivial_accuracy": 0.2,
    "rtd_auc": 0.7,
    "accented_drift": 0.1,
}


def test_each_metric_has_its_trivial_answer_beside_it():
    lines = heldout_table(HELDOUT).splitlines()
    assert lines[2:5] == [
        "| MLM loss (nats) | 4.2500 |  |",
        "| MLM accuracy | 0.3000 | 0.2000 |",
        "| RTD AUC | 0.7000 | 0.5000 |",
    ]


def test_what_was_not_measured_has_no_row():
    assert "RTD loss (nats)" not in heldout_table(HELDOUT)
