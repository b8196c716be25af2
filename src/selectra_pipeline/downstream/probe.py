"""The probe: named-entity recognition with the weights of a pre-training run that goes on."""

import itertools
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.probe import ProbeConfig
from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.conll import TaggedSentence, read_entities
from selectra_pipeline.downstream.entities import OUTSIDE, EntityScores, entity_scores
from selectra_pipeline.downstream.features import entity_labels, lost, token_examples, word_tags
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.heads import TokenClassificationHead
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

AskedToStop = Callable[[], bool]


class Split(NamedTuple):
    """Sentences, and the batches of the examples made of them."""

    sentences: list[TaggedSentence]
    batches: LengthBatches


class NerProbe:
    """Fine-tunes a copy of the discriminator on some sentences, and scores it on others.

    The same weights always get the same scores on the same device: the sentences, their order, the
    head's first weights and dropout depend on the seed alone.

    Raises:
        ConllError: a file is missing or damaged.
        ConfigError: the test file has entity types that the training file lacks.
    """

    def __init__(self, config: ProbeConfig, tokenizer: Tokenizer) -> None:
        self.config, self.tokenizer = config, tokenizer
        train, test = read_entities(config.train), read_entities(config.test)
        self.labels = entity_labels(train)
        strange = [label for label in entity_labels(test) if label not in self.labels]
        if strange:
            raise ConfigError(
                f"{config.test} has tags that {config.train} lacks: {', '.join(strange)}; "
                "probe.train and probe.test must have the same entity types"
            )
        self.train = self._split(config.train, train)
        self.test = self._split(config.test, test)

    def __call__(self, model: Electra, asked_to_stop: AskedToStop) -> dict[str, float] | None:
        """Score a copy of the model's weights, after fine-tuning, on the test sentences.

        Returns:
            entity "f1", "precision", "recall" and "f1_TYPE" by conlleval's definition, "accuracy"
            of the words' tags, all from 0 to 1, and "seconds" taken; None if it gave up.
        """
        begun = time.monotonic()
        tuned = self._finetune(model, asked_to_stop)
        predicted = self._predict(tuned, asked_to_stop)
        if asked_to_stop():
            return None
        scores = entity_scores([sentence.tags for sentence in self.test.sentences], predicted)
        seconds = time.monotonic() - begun
        logger.info("probe: entity F1 %.4f in %.0f seconds", scores.overall.f1, seconds)
        return {**_metrics(scores), "seconds": seconds}

    def _split(self, path: str, sentences: list[TaggedSentence]) -> Split:
        """Draw sentences, make their batches, and say what of them is lost."""
        settings = self.config.finetuning
        chosen = np.random.default_rng(settings.seed).permutation(len(sentences))
        drawn = [sentences[index] for index in sorted(chosen[: self.config.max_examples])]
        examples = token_examples(drawn, self.labels, self.tokenizer, settings.max_length)
        missing = lost(drawn, examples)
        logger.info(
            "probe: %d of %d sentences of %s; lost to max_length=%d or without a word piece: "
            "%d words, %d entities",
            *(len(drawn), len(sentences), path, settings.max_length, *missing),
        )
        return Split(drawn, LengthBatches(examples, settings.batch_size, settings.max_length))

    def _finetune(self, model: Electra, asked_to_stop: AskedToStop) -> Finetuning:
        settings, encoder = self.config.finetuning, model.discriminator_config
        groups = [
            group
            for epoch in range(settings.epochs)
            for group in self.train.batches.shuffled((settings.seed, epoch))
        ]
        head = TokenClassificationHead(encoder, len(self.labels), dtype="float32", name="head")
        weights = model.weights_by_path()
        copy = TaskModel.create(encoder, head, weights, settings.seed, settings.precision)
        finetuning = Finetuning(copy, len(groups), settings)
        for group in itertools.takewhile(lambda _: not asked_to_stop(), groups):
            finetuning.train(self.train.batches.pad(group))
        return finetuning

    def _predict(self, tuned: Finetuning, asked_to_stop: AskedToStop) -> list[list[str]]:
        """The tag of every word of the test sentences; `O` throughout where it gave up."""
        batches = self.test.batches
        tags = [[OUTSIDE] * len(sentence.words) for sentence in self.test.sentences]
        for group in itertools.takewhile(lambda _: not asked_to_stop(), batches.in_order()):
            predicted = tuned.predict(batches.pad(group).inputs).numpy()
            for index, row in zip(group, predicted, strict=False):
                words = len(tags[index])
                tags[index] = word_tags(batches.examples[index], row, self.labels, words)
        return tags


def _metrics(scores: EntityScores) -> dict[str, float]:
    overall = scores.overall
    return {
        "f1": overall.f1,
        "precision": overall.precision,
        "recall": overall.recall,
        "accuracy": scores.accuracy,
        **{f"f1_{kind}": score.f1 for kind, score in scores.by_type.items()},
    }
