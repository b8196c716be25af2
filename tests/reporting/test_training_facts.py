import pytest

from selectra_pipeline.config.objective import MaskingConfig, ObjectiveConfig
from selectra_pipeline.reporting.training_facts import heldout_section, training_section


def test_the_text_is_counted_and_its_files_named_without_their_folders(make_training_run):
    text = training_section(make_training_run())
    assert "1,234 documents with 56,789 words, 345,678 characters" in text
    assert "from `es_1.jsonl.gz`." in text
    assert "/disk" not in text


def test_of_many_files_the_first_are_named(make_training_run):
    files = tuple(f"part_{number}.txt" for number in range(8))
    text = training_section(make_training_run(sources=files))
    assert "`part_4.txt` and 3 more files" in text
    assert "part_5" not in text


def test_entries_with_an_accent_are_counted_with_those_that_were_trained(make_training_run):
    text = training_section(make_training_run())
    assert "10 WordPiece entries. 3 carry a diacritic (ñ included), of which 2 occur" in text


@pytest.mark.parametrize(
    ("objective", "told"),
    [
        (ObjectiveConfig(rtd_weight=40.0), "Loss = 1 MLM + 40 RTD"),
        (ObjectiveConfig(generator="tied"), "85% of these masked; the encoder itself, with a head"),
        (ObjectiveConfig(generator="uniform"), "drawn at random from the vocabulary"),
        (ObjectiveConfig(generator="uniform", rtd_weight=9.0), "Loss = 9 RTD."),
        (ObjectiveConfig(masking=MaskingConfig(fraction=0.25)), "25% of the tokens are chosen"),
        (ObjectiveConfig(task="mlm"), "85% of these masked, and predicted."),
        (ObjectiveConfig(task="electric"), "replaced by what a two-tower generator draws"),
    ],
)
def test_the_objective_is_that_of_the_run(make_training_run, objective, told):
    run = make_training_run(config={"objective": objective.to_dict()})
    assert told in training_section(run)


@pytest.mark.parametrize("objective", [{"generator": "uniform"}, {"task": "electric"}])
def test_no_masks_are_told_of_where_there_are_none(make_training_run, objective):
    assert "% of these masked" not in training_section(
        make_training_run(config={"objective": objective})
    )


def test_the_optimisation_is_that_of_the_exported_step(make_training_run):
    schedule = {"peak": 1e-3, "warmup_steps": 50, "restarts": [600, 900]}
    config = {"batch_size": 64, "total_steps": 1_000, "schedule": schedule}
    text = training_section(make_training_run(config=config))
    assert "700 steps of 64 examples" in text
    assert "learning rate 0.001 (linear) with 50 steps of warm-up" in text
    assert "a warm restart at 600, planned for 1,000 steps" in text


def test_initial_weights_are_named(make_training_run):
    run = make_training_run(config={"initial_weights": "/checkpoints/selectra_small/"})
    assert "Initial weights: those of `selectra_small`." in training_section(run)


def test_an_encoder_that_starts_anew_is_named(make_training_run):
    weights = {"initial_weights": "selectra_small", "fresh_encoder": "generator"}
    text = training_section(make_training_run(config=weights))
    assert "those of `selectra_small`; those of the generator are random ones." in text


def test_heldout_metrics_are_those_of_the_exported_step(make_training_run):
    text = heldout_section(make_training_run())
    assert "| MLM loss (nats) | 4.5000 |" in text
    assert "| with a diacritic | 0.610 | 0.310 |" in text


def test_those_of_the_best_checkpoint_are_shown_where_it_was_exported(make_training_run):
    best = {"step": 700, "heldout": {"mlm_loss": 4.2}}
    text = heldout_section(make_training_run(step=900, best=best))
    assert "| MLM loss (nats) | 4.2000 |" in text
    assert "diacritic" not in text


def test_no_metric_of_another_step_is_shown(make_training_run):
    assert heldout_section(make_training_run(step=900)) == ""
