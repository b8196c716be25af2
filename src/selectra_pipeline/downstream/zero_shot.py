"""Classification by labels that no training saw: by whether the text entails that they hold.

Yin et al., "Benchmarking zero-shot text classification", EMNLP 2019. The probabilities are those of
the pipeline "zero-shot-classification" of transformers.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.zero_shot import SLOT, ZeroShotConfig
from selectra_pipeline.downstream.entailment import EntailmentModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.task_type import Scores
from selectra_pipeline.downstream.tasks.texts import TextRow
from selectra_pipeline.downstream.zero_shot_texts import LabelledTexts
from selectra_pipeline.model.model_with_head import ModelWithHead

logger = logging.getLogger(__name__)


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
        ConfigError: `EntailmentModel` refuses the model, or a hypothesis takes more than half of
            what it reads.
    """

    def __init__(self, model: ModelWithHead, config: ZeroShotConfig) -> None:
        self.config = config
        self._model = EntailmentModel(model, config.max_length, config.batch_size)
        self._hypotheses = [config.template.replace(SLOT, label) for label in config.labels]
        self._check_hypotheses()

    def judge(self, texts: LabelledTexts) -> Judgements:
        """The probability of every label for every text.

        Those of a text add up to 1; if several may be right, each is that of entailment against
        contradiction.
        """
        found = self._model.judge(texts.texts, self._hypotheses, self.config.several)
        logger.info(
            "pairs of a text and a label, max_length=%d: %s",
            self._model.max_length,
            found.truncation,
        )
        return Judgements(texts, self.config.labels, found.probabilities)

    def _check_hypotheses(self) -> None:
        for hypothesis in self._hypotheses:
            pieces = self._model.pieces(hypothesis)
            if pieces > self._model.room:
                raise ConfigError(
                    f"the hypothesis {hypothesis!r} has {pieces} word pieces, more than half of "
                    f"max_length={self._model.max_length} ({self._model.room}); shorten "
                    "zeroshot.template or the label, or raise zeroshot.max_length"
                )
