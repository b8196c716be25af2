import dataclasses

import pytest
from huggingface_hub import ModelCard
from trial_results import ner

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.reporting.model_card import (
    complete_model_cards,
    results_card,
    write_model_cards,
)
from selectra_pipeline.shards.manifest import Manifest, finished

CONFIG = CardConfig(
    model_name="mine",
    license="apache-2.0",
    datasets=("oscar-corpus/OSCAR-2301",),
    authors=("Ada", "Grace"),
)


def test_the_hub_library_reads_the_card_as_it_is_meant(make_training_run):
    run = make_training_run()
    write_model_cards(CONFIG, run, [ner("mine", 0.80, 0.82)])
    card = ModelCard.load(run.export.directory / "discriminator" / "README.md")
    assert card.data.license == "apache-2.0"
    assert card.data.datasets == ["oscar-corpus/OSCAR-2301"]
    [result] = card.data.eval_results
    assert (result.task_type, result.metric_type) == ("token-classification", "f1")
    assert (result.dataset_name, result.metric_value) == ("conll2002_ner", 0.81)
    assert card.text.lstrip().startswith("# mine\n")


def test_the_card_tells_what_the_run_was(make_training_run):
    text = write_model_cards(CONFIG, make_training_run())["discriminator"]
    assert "22,475,265 parameters with its head, a cased vocabulary of 10 entries" in text
    assert "Layers: 12; width: 256; attention heads: 4." in text
    assert "Authors: Ada, Grace." in text
    assert "ElectraForPreTraining.from_pretrained(folder)" in text
    assert "700 steps" in text
    assert "| MLM loss (nats) | 4.5000 |" in text
    assert "tokenizer keeps accents" in text


def test_what_is_not_known_is_left_out(make_training_run):
    text = write_model_cards(CardConfig(), make_training_run())["discriminator"]
    assert not any(word in text for word in ("Authors", "Results", "license", "datasets", "None"))


def test_results_stand_in_the_card_of_the_encoder_for_tasks(make_training_run):
    cards = write_model_cards(CONFIG, make_training_run(), [ner("mine", 0.80, 0.82)])
    assert "| **mine** | 22.4M | 0.8100 ± 0.0141 (2) |" in cards["discriminator"]
    assert "SELECTRA small" in cards["discriminator"]
    assert "Results" not in cards["generator"]
    assert "pipeline_tag: fill-mask" in cards["generator"]
    assert "pipeline_tag" not in cards["discriminator"]


def test_the_one_encoder_of_a_run_of_masked_words_is_for_tasks(make_training_run):
    run = make_training_run(encoders=("generator",), config={"objective": {"task": "mlm"}})
    text = write_model_cards(CONFIG, run, [ner("mine", 0.8)])["generator"]
    assert "## Results" in text
    assert "predict masked words, as BERT does" in text


def test_a_demonstration_says_so_and_names_no_data_set(make_training_run):
    text = write_model_cards(CONFIG, make_training_run(sources=("embedded",)))["discriminator"]
    assert "knows no language" in text
    assert "OSCAR" not in text


def test_the_export_stays_finished_and_whole(make_training_run):
    run = make_training_run()
    write_model_cards(CONFIG, run)
    assert finished(run.export.directory, run.export.fingerprint) == run.export
    Manifest.load(run.export.directory).verify()


def test_a_card_with_results_stays_until_the_export_is_made_anew(make_training_run):
    run = make_training_run()
    cards = write_model_cards(CONFIG, run, [ner("mine", 0.80, 0.82)])
    assert complete_model_cards(CONFIG, run) == cards
    (run.export.directory / "generator" / "README.md").unlink()
    assert complete_model_cards(CONFIG, run) == cards  # the discriminator's has its results still
    assert (run.export.directory / "generator" / "README.md").exists()


def test_records_of_another_vocabulary_are_refused(make_training_run):
    run = make_training_run()
    other = {**run.records.facts, "tokenizer_digest": "other"}
    run = run._replace(records=dataclasses.replace(run.records, facts=other))
    with pytest.raises(ConfigError, match="run the pre-training and export stages again"):
        write_model_cards(CONFIG, run)
    assert not list(run.export.directory.rglob("README.md"))


def test_of_a_checkpoint_that_was_trained_elsewhere_only_results_are_told():
    card = ModelCard(results_card(CardConfig(model_name="theirs"), [ner("theirs", 0.8, 0.9)]))
    assert card.data.eval_results[0].metric_value == 0.85
    assert "| **theirs** |" in card.text
    assert "Training" not in card.text
