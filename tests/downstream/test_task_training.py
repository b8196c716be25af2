"""Every type of task, from a file to scores, with the same step."""

import json

import numpy as np
import pytest

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.prepared import evaluate, predict, prepare
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.loading import load_task
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

ARCHITECTURE = ArchitectureConfig(
    hidden_size=32, num_layers=1, intermediate_size=64, dropout=0.0, initializer_range=0.1
)
WORDS = [f"w{number}" for number in range(20)]
TOKENIZER = Tokenizer([*SPECIAL_TOKENS, *WORDS, "dos"])
SETTINGS = {"epochs": 30, "batch_size": 16, "learning_rate": 5e-3, "max_length": 40}


def rows_of(kind, draw):
    """What is learned hangs on the first word alone; texts are of many lengths."""
    for _ in range(64):
        words = draw.choice(WORDS, draw.integers(1, 15)).tolist()
        first = WORDS.index(words[0])
        text = " ".join(words)
        if kind == "classification":
            yield {"text": text, "second": "dos", "label": "low" if first < 10 else "high"}
        elif kind == "regression":
            yield {"text": text, "second": "dos", "label": first / 10}
        elif kind == "token_classification":
            yield {"text": words, "label": ["B-A" if WORDS.index(w) < 10 else "O" for w in words]}
        else:
            answers = {"text": [words[0]], "answer_start": [0]}
            yield {"id": "1", "question": "dos", "context": text, "answers": answers}


@pytest.fixture(params=["classification", "regression", "token_classification",
                        "question_answering"])  # fmt: skip
def task(request, tmp_path):
    draw = np.random.default_rng(3)
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows_of(request.param, draw))))
    pair = request.param in ("classification", "regression")
    return load_task(
        TaskConfig.from_params(
            {
                "type": request.param,
                "train": str(path),
                "validation": str(path),
                "test": str(path),
                "columns": {"second_text": "second"} if pair else {},
                "answers": {"stride": 8, "max_question_pieces": 4},
                "finetuning": SETTINGS,
            }
        )
    )


def test_a_task_is_learned_in_one_graph(task):
    settings = task.config.finetuning
    electra = Electra.create(ARCHITECTURE, TOKENIZER.size, "float32", seed=1)
    encoder, weights = electra.discriminator_config, electra.weights_by_path()
    model = TaskModel.create(encoder, task.type.head(encoder), weights, settings.seed)
    train = prepare("train", task.rows["train"], task.type, TOKENIZER, settings)
    groups = [g for epoch in range(settings.epochs) for g in train.batches.shuffled((1, epoch))]
    tuned = Finetuning(model, len(groups), settings, task.type)
    before = evaluate(tuned, task.type, train).metrics[task.config.metric]
    shapes = set()
    for group in groups:
        parts = train.batches.parts(group)
        tuned.train(parts)
        shapes.update(tuple(part.inputs.tokens.shape) for part in parts)
    after = evaluate(tuned, task.type, train).metrics[task.config.metric]
    assert after > max(0.9, before)
    assert tuned._whole.experimental_get_tracing_count() == 1
    assert len(shapes) > 1
    assert predict(tuned, task.type, train, lambda: True) is None
