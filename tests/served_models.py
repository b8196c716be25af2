"""Folders of tiny models with random weights, one of each kind that is served."""

from pathlib import Path

from finetuned_models import write_random_model
from finished_runs import VOCABULARY
from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.regression import Regression
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer(VOCABULARY)
ENCODER = EncoderConfig(
    vocab_size=TOKENIZER.size, embedding_size=16, hidden_size=16, num_layers=2, num_heads=2,
    intermediate_size=32, max_position_embeddings=64, type_vocab_size=2, dropout=0.0,
    attention_dropout=0.0, layer_norm_epsilon=1e-12, initializer_range=0.1,
)  # fmt: skip

CLASSES = ("cultura", "deportes", "economía")
ENTITY_TAGS = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
WORD_CLASSES = ("ADJ", "NOUN", "VERB")

TASKS = {
    "classifier": Classification(CLASSES),
    "regression": Regression(),
    "entities": TokenClassification(ENTITY_TAGS),
    "word_classes": TokenClassification(WORD_CLASSES, has_entities=False),
}


def write_task_model(folder: Path, task_name: str, tokenizer: Tokenizer = TOKENIZER) -> Path:
    """Write a model of one of `TASKS`."""
    write_random_model(folder, TASKS[task_name], ENCODER, tokenizer)
    return folder
