"""What a model of natural-language inference says of texts and hypotheses about them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.example import IGNORED
from selectra_pipeline.downstream.prediction import outputs_in_order, predictor
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.texts import TextRow, text_examples
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.model.model_with_head import ModelWithHead
from selectra_pipeline.training.single_device import single_device

ENTAILMENT, CONTRADICTION = "entailment", "contradiction"


class Entailments(NamedTuple):
    """How likely each hypothesis follows from each text.

    Attributes:
        probabilities: [texts, hypotheses].
        truncation: what was cut of the pairs.
    """

    probabilities: np.ndarray
    truncation: Truncation


class EntailmentModel:
    """A model of natural-language inference, loaded once, that judges any pairs.

    Args:
        max_length: word pieces of a text and a hypothesis, [CLS] and [SEP]s included; None is what
            the model can read.
        batch_size: pairs that are judged at once.

    Raises:
        ConfigError: the model knows no entailment or no contradiction, its head has not as many
            outputs as classes, or it reads less than `max_length`.
    """

    def __init__(
        self, model: ModelWithHead, max_length: int | None = None, batch_size: int = 32
    ) -> None:
        self.max_length = _length(model, max_length)
        self._entailment, self._contradiction = (
            _class_number(name, model) for name in (ENTAILMENT, CONTRADICTION)
        )
        self._tokenizer, self._batch_size = model.tokenizer, batch_size
        task = Classification(model.label_names)
        restored = TaskModel.restore(model.config, task.head(model.config), model.values)
        self._label_spec = task.label_spec
        self._predict = predictor(restored, task, single_device())

    @property
    def room(self) -> int:
        """Word pieces that a hypothesis may have and is never cut: the longer text gives way."""
        return (self.max_length - 3) // 2  # [CLS] text [SEP] hypothesis [SEP]

    def pieces(self, hypothesis: str) -> int:
        """Word pieces of a hypothesis."""
        return len(self._tokenizer.encode(hypothesis))

    def judge(
        self, texts: Sequence[str], hypotheses: Sequence[str], several: bool = False
    ) -> Entailments:
        """The probability of every hypothesis for every text.

        Those of a text add up to 1; if several may be right, each is that of entailment against
        contradiction.
        """
        pairs = [TextRow(text, hypothesis, "") for text in texts for hypothesis in hypotheses]
        unlabelled = [IGNORED] * len(pairs)
        examples, lost = text_examples(pairs, unlabelled, self._tokenizer, self.max_length)
        batches = PackedBatches(examples, self._batch_size, self.max_length, self._label_spec)
        logits = np.stack(outputs_in_order(self._predict, batches))  # [pairs, classes]
        logits = logits.reshape(len(texts), len(hypotheses), -1)
        return Entailments(self._probabilities(logits, several), lost)

    def _probabilities(self, logits: np.ndarray, several: bool) -> np.ndarray:
        """Of logits [texts, hypotheses, classes]: [texts, hypotheses]."""
        if several:
            return softmax(logits[..., [self._contradiction, self._entailment]], axis=-1)[..., 1]
        return softmax(logits[..., self._entailment], axis=-1)


def _class_number(name: str, model: ModelWithHead) -> int:
    known = [known.lower() for known in model.label_names]
    if name not in known:
        raise ConfigError(
            f"{model.source} has no class {name!r} ({', '.join(model.label_names) or 'none'}); "
            "name a model that was fine-tuned on natural-language inference"
        )
    return known.index(name)


def _length(model: ModelWithHead, max_length: int | None) -> int:
    positions = model.config.max_position_embeddings
    length = positions if max_length is None else max_length
    if length > positions:
        raise ConfigError(
            f"zeroshot.max_length={length}, but {model.source} reads at most {positions} word "
            f"pieces; set it to {positions} or less"
        )
    return length
