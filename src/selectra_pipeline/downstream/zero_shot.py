"""Classification by labels that no training saw: by whether the text entails that they hold.

Yin et al., "Benchmarking zero-shot text classification", EMNLP 2019. The probabilities are those of
the pipeline "zero-shot-classification" of transformers.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.zero_shot import SLOT, ZeroShotConfig
from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.example import IGNORED
from selectra_pipeline.downstream.prediction import outputs_in_order, predictor
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.task_type import Scores
from selectra_pipeline.downstream.tasks.texts import TextRow, text_examples
from selectra_pipeline.downstream.zero_shot_texts import LabelledTexts
from selectra_pipeline.model.model_with_head import ModelWithHead
from selectra_pipeline.training.single_device import single_device

logger = logging.getLogger(__name__)

ENTAILMENT, CONTRADICTION = "entailment", "contradiction"


class Judgements(NamedTuple):
    """How likely each label is of each text.

    Attributes:
        labels: the classes.
        probabilities: [texts, labels].
    """

    texts: LabelledTexts
    labels: Sequence[str]
    probabilities: np.ndarray

    @property
    def best(self) -> list[str]:
        """The most likely label of each text."""
        return [self.labels[number] for number in self.probabilities.argmax(axis=-1)]

    def scores(self) -> Scores | None:
        """What `Classification` scores of the best labels; None where the true ones are unknown."""
        if self.texts.labels is None:
            return None
        rows = [
            TextRow(text, None, label)
            for text, label in zip(self.texts.texts, self.texts.labels, strict=True)
        ]
        return Classification(tuple(self.labels)).score(rows, self.best)


class ZeroShotClassifier:
    """A model of natural-language inference that judges a hypothesis about each label.

    Raises:
        ConfigError: the model knows no entailment or no contradiction, its head has not as many
            outputs as classes, it reads less than `config.max_length`, or a hypothesis takes more
            than half of that.
    """

    def __init__(self, model: ModelWithHead, config: ZeroShotConfig) -> None:
        self.config, self._tokenizer = config, model.tokenizer
        self._entailment, self._contradiction = (
            _class_number(name, model) for name in (ENTAILMENT, CONTRADICTION)
        )
        self._max_length = _length(model, config)
        self._hypotheses = {label: config.template.replace(SLOT, label) for label in config.labels}
        self._check_hypotheses()
        task = Classification(model.label_names)
        restored = TaskModel.restore(model.config, task.head(model.config), model.values)
        self._label_spec = task.label_spec
        self._predict = predictor(restored, task, single_device())

    def judge(self, texts: LabelledTexts) -> Judgements:
        """The probability of every label for every text.

        Those of a text add up to 1; if several may be right, each is that of entailment against
        contradiction.
        """
        pairs = [
            TextRow(text, hypothesis, label)
            for text in texts.texts
            for label, hypothesis in self._hypotheses.items()
        ]
        unlabelled = [IGNORED] * len(pairs)
        examples, lost = text_examples(pairs, unlabelled, self._tokenizer, self._max_length)
        logger.info("pairs of a text and a label, max_length=%d: %s", self._max_length, lost)
        batches = LengthBatches(
            examples, self.config.batch_size, self._max_length, self._label_spec
        )
        logits = np.stack(outputs_in_order(self._predict, batches))
        logits = logits.reshape(len(texts.texts), len(self._hypotheses), -1)
        return Judgements(texts, self.config.labels, self._probabilities(logits))

    def _probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Of logits [texts, labels, classes]: [texts, labels]."""
        if self.config.several:
            return softmax(logits[..., [self._contradiction, self._entailment]], axis=-1)[..., 1]
        return softmax(logits[..., self._entailment], axis=-1)

    def _check_hypotheses(self) -> None:
        """Within half of the length a hypothesis is never cut: the longer text gives way."""
        room = (self._max_length - 3) // 2  # [CLS] text [SEP] hypothesis [SEP]
        for hypothesis in self._hypotheses.values():
            pieces = len(self._tokenizer.encode(hypothesis))
            if pieces > room:
                raise ConfigError(
                    f"the hypothesis {hypothesis!r} has {pieces} word pieces, more than half of "
                    f"max_length={self._max_length} ({room}); shorten zeroshot.template or the "
                    "label, or raise zeroshot.max_length"
                )


def _class_number(name: str, model: ModelWithHead) -> int:
    known = [known.lower() for known in model.label_names]
    if name not in known:
        raise ConfigError(
            f"{model.source} has no class {name!r} ({', '.join(model.label_names) or 'none'}); "
            "name a model that was fine-tuned on natural-language inference in zeroshot.model"
        )
    return known.index(name)


def _length(model: ModelWithHead, config: ZeroShotConfig) -> int:
    positions = model.config.max_position_embeddings
    length = positions if config.max_length is None else config.max_length
    if length > positions:
        raise ConfigError(
            f"zeroshot.max_length={length}, but {model.source} reads at most {positions} word "
            f"pieces; set it to {positions} or less"
        )
    return length
