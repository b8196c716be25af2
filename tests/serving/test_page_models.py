import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.demo import DemoConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.reporting.model_card import read_card
from selectra_pipeline.serving.page_models import load_page_models

LENIENT = VocabularyConfig(require_accents=False)


def test_models_are_those_of_the_run(exported_folder, finetuned_folder):
    models = load_page_models(DemoConfig(), exported_folder, finetuned_folder, LENIENT)
    assert models.source == exported_folder / "discriminator"
    assert models.label_chooser.choose("w1", "w2, w3", "{}").adds_up
    assert models.entity_tagger.types == ["LOC", "PER"]
    assert read_card(models.source).startswith("# Tiny\n\n```")


def test_a_run_may_have_the_discriminator_alone(exported_folder, tmp_path):
    models = load_page_models(DemoConfig(), exported_folder, tmp_path / "none", LENIENT)
    assert (models.label_chooser, models.entity_tagger) == (None, None)


def test_models_of_a_broken_off_evaluation_are_left_out_and_told_of(
    exported_folder, finetuned_folder, tmp_path, caplog
):
    shutil.copytree(finetuned_folder, tmp_path / "finetuned")
    (tmp_path / "finetuned" / "world_entities" / "manifest.json").unlink()
    models = load_page_models(DemoConfig(), exported_folder, tmp_path / "finetuned", LENIENT)
    assert models.entity_tagger is None
    assert models.label_chooser is not None
    assert "the evaluation of world_entities" in caplog.text


def test_configured_folders_come_first(exported_folder, finetuned_folder, tmp_path):
    shutil.copytree(exported_folder / "discriminator", tmp_path / "mine")
    (tmp_path / "mine" / "README.md").unlink()
    config = DemoConfig(
        model=str(tmp_path / "mine"),
        classifier=str(finetuned_folder / "world_inference" / "model"),
        tagger=str(finetuned_folder / "world_entities" / "model"),
    )
    models = load_page_models(config, tmp_path / "none", tmp_path / "none", LENIENT)
    assert models.source == tmp_path / "mine"
    assert read_card(models.source) is None
    assert models.label_chooser is not None
    assert models.entity_tagger is not None


def test_without_a_model_pretraining_comes_first(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no model in .*none: run make pretrain first"):
        load_page_models(DemoConfig(), tmp_path / "none", tmp_path, LENIENT)
    with pytest.raises(ConfigError, match=r"in .*gone: name another one in demo.model$"):
        load_page_models(DemoConfig(model=str(tmp_path / "gone")), tmp_path, tmp_path, LENIENT)


def test_an_export_without_discriminator_is_named(exported_folder, tmp_path):
    shutil.copytree(exported_folder / "generator", tmp_path / "huggingface" / "generator")
    with pytest.raises(ConfigError, match=r"huggingface holds no discriminator: .*task=mlm"):
        load_page_models(DemoConfig(), tmp_path / "huggingface", tmp_path, LENIENT)


def test_models_of_another_kind_are_refused(exported_folder, finetuned_folder, tmp_path):
    tagger = str(finetuned_folder / "world_entities" / "model")
    inference = str(finetuned_folder / "world_inference" / "model")
    for changes, message in [
        ({"model": tagger}, "not a discriminator"),
        ({"tagger": inference}, "not of entity tags"),
        ({"classifier": tagger}, "ElectraForTokenClassification"),
        ({"tagger": str(tmp_path / "gone")}, "no model in .*gone: .* in demo.tagger"),
        ({"classifier": str(tmp_path / "gone")}, "no model in .*gone: .* in demo.classifier"),
    ]:
        with pytest.raises(ConfigError, match=message):
            load_page_models(DemoConfig(**changes), exported_folder, tmp_path, LENIENT)


def test_visitors_at_the_same_time_get_what_each_gets_alone(exported_folder, finetuned_folder):
    models = load_page_models(DemoConfig(), exported_folder, finetuned_folder, LENIENT)
    texts = ["El año", "camión cruzó la frontera", "w1 w2, w3", "sólo", "la " * 20] * 4

    def answers(text: str) -> tuple:
        return (
            models.word_judge.judge(text),
            models.label_chooser.choose(text, "w1, w2", "{}"),
            models.entity_tagger.tag(text),
        )

    with ThreadPoolExecutor(8) as visitors:
        together = list(visitors.map(answers, texts))
    assert together == [answers(text) for text in texts]
