"""Fine-tuned models with random weights, as they are read from a folder, and such folders."""

from pathlib import Path

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.regression import Regression
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.interchange.task_folder import write_task_folder
from selectra_pipeline.model.initialization import initial_value
from selectra_pipeline.model.model_with_head import ModelWithHead
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

Task = Classification | Regression | TokenClassification

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, *(f"w{number}" for number in range(20))])
ENCODER = EncoderConfig(
    vocab_size=TOKENIZER.size, embedding_size=16, hidden_size=16, num_layers=1, num_heads=2,
    intermediate_size=32, max_position_embeddings=32, type_vocab_size=2, dropout=0.0,
    attention_dropout=0.0, layer_norm_epsilon=1e-12, initializer_range=0.1,
)  # fmt: skip


def random_model(label_names: tuple[str, ...]) -> ModelWithHead:
    """Always the same weights for as many classes."""
    model = TaskModel(ENCODER, Classification(label_names).head(ENCODER))
    model.build()
    values = {v.path: initial_value(v.path, v.shape, 0.5, 3) for v in model.trainable_variables}
    return ModelWithHead("models/tiny", ENCODER, values, TOKENIZER, label_names)


def write_random_model(
    folder: Path, task: Task, encoder: EncoderConfig = ENCODER, tokenizer: Tokenizer = TOKENIZER
) -> TaskModel:
    """A folder of a model with random weights, always the same, that ends in the task's head.

    They are wide enough to show in its outputs.
    """
    model = TaskModel(encoder, task.head(encoder))
    model.build()
    for variable in model.trainable_variables:
        variable.assign(initial_value(variable.path, variable.shape, 0.5, 3))
    write_task_folder(
        folder, encoder, model.trainable_variables, tokenizer, task.hugging_face_class,
        task.label_names, task.problem_type,
    )  # fmt: skip
    return model
