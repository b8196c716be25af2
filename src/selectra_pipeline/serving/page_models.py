"""The models behind the page, loaded once."""

import logging
from typing import NamedTuple

from selectra_pipeline.config.base import ConfigError, UserError
from selectra_pipeline.config.demo import DemoConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.best_model import finished_model
from selectra_pipeline.downstream.entailment import EntailmentModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.interchange.model_folder import read_model
from selectra_pipeline.serving.entity_tagger import EntityTagger
from selectra_pipeline.serving.label_chooser import LabelChooser
from selectra_pipeline.serving.served_model import load_served
from selectra_pipeline.serving.word_judge import WordJudge
from selectra_pipeline.shards.paths import Path, as_path

logger = logging.getLogger(__name__)

DISCRIMINATOR = "discriminator"  # its folder in an export
PAIRS_AT_ONCE = 8  # of the text and a label: a batch is filled up to that many

SAMPLE = "a"  # any text
SAMPLE_LABELS, SAMPLE_TEMPLATE = "a;b", "{}"


class PageModels(NamedTuple):
    """What the tabs of the page ask; None where there is no such model.

    Attributes:
        source: the discriminator's folder.
    """

    source: Path
    word_judge: WordJudge
    label_chooser: LabelChooser | None
    entity_tagger: EntityTagger | None

    def warm_up(self) -> None:
        """Make the graphs, for which the first visitor would have to wait."""
        self.word_judge.judge(SAMPLE)
        if self.label_chooser is not None:
            self.label_chooser.choose(SAMPLE, SAMPLE_LABELS, SAMPLE_TEMPLATE)
        if self.entity_tagger is not None:
            self.entity_tagger.tag(SAMPLE)


def load_page_models(
    config: DemoConfig, export: str | Path, finetuned: str | Path, vocabulary: VocabularyConfig
) -> PageModels:
    """Read the configured models, or those of a run.

    Args:
        export: the run's exported folder.
        finetuned: where the run has its fine-tuned models, by task.
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.

    Raises:
        ConfigError: there is no discriminator, a configured folder is missing, or a model is of
            another kind than it should be.
    """
    folder = _discriminator_folder(config, as_path(export))
    classifier = _finetuned_folder(
        "classifier", config.classifier, as_path(finetuned), config.inference_task
    )
    tagger = _finetuned_folder("tagger", config.tagger, as_path(finetuned), config.entities_task)
    models = PageModels(
        folder,
        WordJudge(load_served(folder, vocabulary)),
        None if classifier is None else _label_chooser(classifier, vocabulary),
        None if tagger is None else EntityTagger(load_served(tagger, vocabulary)),
    )
    models.warm_up()
    return models


def _discriminator_folder(config: DemoConfig, export: Path) -> Path:
    folder = export if config.model is None else as_path(config.model)
    if not folder.is_dir():
        remedy = (
            "run make pretrain first (kedro run --pipeline pretrain), or name another model in "
            "demo.model"
            if config.model is None
            else "name another one in demo.model"
        )
        raise ConfigError(f"there is no model in {folder}: {remedy}")
    if (folder / DISCRIMINATOR).is_dir():
        return folder / DISCRIMINATOR
    if (folder / "generator").is_dir():
        raise ConfigError(
            f"{folder} holds no discriminator: a run with pretraining.objective.task=mlm trains "
            "none; name a model that has one in demo.model"
        )
    return folder


def _finetuned_folder(key: str, named: str | None, finetuned: Path, task: str) -> Path | None:
    """The folder that the configuration names, which must be there, or the run's own, if any."""
    if named is None:
        try:
            return finished_model(finetuned, task)
        except UserError as error:
            if (finetuned / task).is_dir():
                logger.warning("%s", error)
            return None
    folder = as_path(named)
    if folder.is_dir():
        return folder
    raise ConfigError(
        f"there is no model in {folder}: name another folder in demo.{key}, or set it to null for "
        "what this run has"
    )


def _label_chooser(folder: Path, vocabulary: VocabularyConfig) -> LabelChooser:
    model = read_model(folder, Classification.hugging_face_class, vocabulary)
    return LabelChooser(EntailmentModel(model, batch_size=PAIRS_AT_ONCE))
