"""Classification by labels that no training saw: by whether the text entails that they hold.

Yin et al., "Benchmarking zero-shot text classification", EMNLP 2019; computed as the pipeline
"zero-shot-classification" of transformers does.
"""

from collections.abc import Sequence

import numpy as np

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.zero_shot import SLOT
from selectra_pipeline.downstream.batching import LengthBatches
from selectra_pipeline.downstream.prediction import predicted
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.texts import TextRow
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

ENTAILMENT, CONTRADICTION = "entailment", "contradiction"


class ZeroShotClassifier:
    """A model of natural-language inference that judges hypotheses about labels.

    Args:
        label_names: the classes of the model, "entailment" and "contradiction" among them.
        template: a hypothesis with "{}" in the label's place.

    Raises:
        ConfigError: the model knows no entailment or no contradiction.
    """

    def __init__(
        self,
        model: TaskModel,
        label_names: Sequence[str],
        tokenizer: Tokenizer,
        template: str,
        max_length: int,
        batch_size: int,
    ) -> None:
        lower = [name.lower() for name in label_names]
        for needed in (ENTAILMENT, CONTRADICTION):
            if needed not in lower:
                raise ConfigError(
                    f"the model tells {', '.join(label_names)} apart, {needed} is not among them; "
                    "name a model that was fine-tuned on natural-language inference"
                )
        self._entailment, self._contradiction = lower.index(ENTAILMENT), lower.index(CONTRADICTION)
        self._task = Classification(tuple(label_names))
        self._model, self._tokenizer, self._template = model, tokenizer, template
        self._max_length, self._batch_size = max_length, batch_size

    def probabilities(
        self, texts: Sequence[str], labels: Sequence[str], several: bool = False
    ) -> np.ndarray:
        """How likely each label is of each text, [texts, labels].

        Args:
            several: whether several labels may be right of one text: each is then judged alone,
                entailed against contradicted. Otherwise those of one text add up to 1.
        """
        rows = [
            TextRow(text, self._template.replace(SLOT, label), self._task.label_names[0])
            for text in texts
            for label in labels
        ]
        examples, _ = self._task.examples(rows, self._tokenizer, self._max_length)
        batches = LengthBatches(examples, self._batch_size, self._max_length, self._task.label_spec)
        logits = predicted(self._model, self._task, batches)
        logits = np.reshape(logits, (len(texts), len(labels), -1))
        if several:
            pair = logits[..., [self._contradiction, self._entailment]]
            return _softmax(pair)[..., 1]
        return _softmax(logits[..., self._entailment])


def _softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
