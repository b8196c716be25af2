"""The probe: named-entity recognition with the weights of a pre-training run that goes on."""

import itertools
import logging
import time

import numpy as np

from selectra_pipeline.config.probe import ProbeConfig
from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.prediction import AskedToStop
from selectra_pipeline.downstream.prepared import PreparedSplit, predict, prepare
from selectra_pipeline.downstream.reading.conll import read_conll
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.downstream.tasks.words import TaggedSentence, read_sentences
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.shards.paths import as_path
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)


class NerProbe:
    """Fine-tunes a copy of the discriminator on some sentences, and scores it on others.

    The same weights always get the same scores on the same device: the sentences, their order, the
    head's first weights and dropout depend on the seed alone.

    Raises:
        TaskDataError: a file is missing or damaged, holds no entity, or the test file has entity
            types that the training file lacks.
    """

    def __init__(self, config: ProbeConfig, tokenizer: Tokenizer) -> None:
        self.config, self.tokenizer = config, tokenizer
        task = TaskConfig(
            type="token_classification",
            name="the probe",
            train=(config.train,),
            test=(config.test,),
        )
        rows = {
            split: read_sentences(read_conll(as_path(path)), task)
            for split, path in (("train", config.train), ("test", config.test))
        }
        self.task = TokenClassification.create(task, rows)
        self.train = self._split(config.train, rows["train"])
        self.test = self._split(config.test, rows["test"])

    def __call__(self, model: Electra, asked_to_stop: AskedToStop) -> dict[str, float] | None:
        """Score a copy of the model's weights, after fine-tuning, on the test sentences.

        Returns:
            the metrics of `TokenClassification.score`, and "seconds" taken; None if it gave up.
        """
        begun = time.monotonic()
        tuned = self._finetune(model, asked_to_stop)
        predicted = predict(tuned, self.task, self.test, asked_to_stop)
        if predicted is None or asked_to_stop():
            return None
        metrics = self.task.score(self.test.rows, predicted).metrics
        seconds = time.monotonic() - begun
        logger.info("probe: entity F1 %.4f in %.0f seconds", metrics["f1"], seconds)
        return {**metrics, "seconds": seconds}

    def _split(self, path: str, sentences: list[TaggedSentence]) -> PreparedSplit:
        """Draw sentences, and make their batches."""
        settings = self.config.finetuning
        chosen = np.random.default_rng(settings.seed).permutation(len(sentences))
        drawn = [sentences[index] for index in sorted(chosen[: self.config.max_examples])]
        name = f"probe: {len(drawn)} of {len(sentences)} sentences of {path}"
        return prepare(name, drawn, self.task, self.tokenizer, settings)

    def _finetune(self, model: Electra, asked_to_stop: AskedToStop) -> Finetuning:
        settings = self.config.finetuning
        encoder = model.discriminator_config.with_dropout(settings.dropout)
        groups = [
            group
            for epoch in range(settings.epochs)
            for group in self.train.batches.shuffled((settings.seed, epoch))
        ]
        head, weights = self.task.head(encoder), model.weights_by_path()
        copy = TaskModel.create(encoder, head, weights, settings.seed, settings.precision)
        finetuning = Finetuning(copy, len(groups), settings, self.task)
        for group in itertools.takewhile(lambda _: not asked_to_stop(), groups):
            finetuning.train(self.train.batches.parts(group))
        return finetuning
