"""The entities of a typed text."""

from typing import NamedTuple

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.metrics.entities import OUTSIDE, entities
from selectra_pipeline.downstream.prediction import outputs_in_order, predictor
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.downstream.tasks.words import ENTITY_TAG, TaggedSentence
from selectra_pipeline.serving.served_model import ServedModel
from selectra_pipeline.serving.typed_text import TypedText, read_typed
from selectra_pipeline.training.single_device import single_device


class Span(NamedTuple):
    """text[start:end] of a typed text is an entity of this type."""

    type: str
    start: int
    end: int


class TaggedText(NamedTuple):
    """A text and its entities, in order; they do not overlap."""

    typed: TypedText
    spans: list[Span]


class EntityTagger:
    """A tagger, ready to find entities; may be used from several threads.

    Attributes:
        types: of entities, sorted.

    Raises:
        ConfigError: the model is none, or its tags are not those of entities.
    """

    def __init__(self, served: ServedModel) -> None:
        tags = served.label_names
        is_tagger = served.kind == "tagger" and OUTSIDE in tags
        if not is_tagger or not all(map(ENTITY_TAG.fullmatch, tags)):
            raise ConfigError(
                f"{served.source} is a {served.kind} of {', '.join(tags[:8]) or 'no classes'}, "
                f"not of entity tags ({OUTSIDE}, B-type, I-type); name a model that was fine-tuned "
                "on named-entity recognition in demo.tagger"
            )
        self.types = sorted({tag.partition("-")[2] for tag in tags if tag != OUTSIDE})
        self._tokenizer = served.tokenizer
        self._limit = served.config.max_position_embeddings
        self._task = TokenClassification(tags)
        self._predict = predictor(served.model, self._task, single_device())

    def tag(self, typed: str) -> TaggedText:
        """Find the entities.

        Raises:
            InputProblem: the text is blank or too long.
        """
        read = read_typed(typed, self._tokenizer, self._limit)
        words = tuple(word.text for word in read.words)
        rows = [TaggedSentence(words, (OUTSIDE,) * len(words))]
        examples, _ = self._task.examples(rows, self._tokenizer, self._limit)
        batches = PackedBatches(examples, 1, self._limit, self._task.label_spec)
        outputs = outputs_in_order(self._predict, batches)
        (tags,) = self._task.decode(rows, examples, outputs)
        spans = [
            Span(entity.type, read.words[entity.start].start, read.words[entity.end - 1].end)
            for entity in entities(tags)
        ]
        return TaggedText(read, spans)
