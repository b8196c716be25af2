"""Folders of tiny models with random weights, one of each kind that is served."""

from pathlib import Path

from finished_runs import VOCABULARY
from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.regression import Regression
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.interchange.task_folder import write_task_folder
from selectra_pipeline.model.initialization import initial_value
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
    """Write a model of one of `TASKS`, whose weights are wide enough to show in its outputs."""
    task = TASKS[task_name]
    model = TaskModel(ENCODER, task.head(ENCODER))
    model.build()
    for variable in model.trainable_variables:
        variable.assign(initial_value(variable.path, variable.shape, 0.5, 3))
    write_task_folder(
        folder, ENCODER, model.trainable_variables, tokenizer,
        task.hugging_face_class, task.label_names, task.problem_type,
    )  # fmt: skip
    return folder
