import json
import logging

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.classification import Classification
from selectra_pipeline.downstream.tasks.question_answering import QuestionAnswering
from selectra_pipeline.downstream.tasks.regression import Regression
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.interchange.task_folder import write_task_folder
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.records.reader import Batch

TASKS = {
    "classification": Classification(("contradicción", "neutral", "sí")),
    "regression": Regression(),
    "tokens": TokenClassification(("O", "B-LOC", "I-LOC")),
    "questions": QuestionAnswering(),
}
LENGTH = 24


@pytest.fixture(scope="module", params=TASKS)
def exported(request, narrow_run, tmp_path_factory):
    """The task, our model with weights that no seed gives, the tokenizer, and the folder."""
    task, (electra, tokenizer, _) = TASKS[request.param], load_trained(narrow_run)
    encoder = electra.discriminator_config
    model = TaskModel.create(encoder, task.head(encoder), electra.weights_by_path(), seed=1)
    draw = np.random.default_rng(2)
    for variable in model.trainable_variables:
        variable.assign_add(draw.normal(0, 0.3, variable.shape))
    folder = tmp_path_factory.mktemp("task") / "model"
    write_task_folder(
        folder,
        encoder,
        model.trainable_variables,
        tokenizer,
        task.hugging_face_class,
        task.label_names,
        task.problem_type,
    )
    return task, model, tokenizer, folder


@pytest.fixture(scope="module")
def loaded(exported):
    """What transformers makes of the folder, and what it says of the loading."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.set_num_threads(1)
    task, _, _, folder = exported
    theirs, information = getattr(transformers, task.hugging_face_class).from_pretrained(
        folder, output_loading_info=True
    )
    return theirs.eval(), information


def test_labels_stand_by_name_in_the_configuration(exported):
    task, _, _, folder = exported
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == [task.hugging_face_class]
    assert config.get("problem_type") == task.problem_type
    names = task.label_names or (("value",) if task.problem_type == "regression" else ())
    assert list(config.get("id2label", {}).values()) == list(names)
    assert config.get("label2id", {}) == {name: number for number, name in enumerate(names)}


def test_transformers_loads_every_weight_and_misses_none(loaded):
    _, information = loaded
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        assert not information[problem], problem


def test_loading_logs_no_warning(exported, caplog):
    transformers = pytest.importorskip("transformers")
    task, _, _, folder = exported
    logger = logging.getLogger("transformers")  # does not hand its records on to the root logger
    logger.addHandler(caplog.handler)
    try:
        getattr(transformers, task.hugging_face_class).from_pretrained(folder)
        transformers.AutoTokenizer.from_pretrained(folder)
    finally:
        logger.removeHandler(caplog.handler)
    assert [record.getMessage() for record in caplog.records] == []


def test_logits_agree_with_padding_and_two_segments(exported, loaded):
    import torch

    task, model, tokenizer, _ = exported
    draw = np.random.default_rng(5)
    ids = draw.integers(5, tokenizer.size, (3, LENGTH))
    segments = (np.arange(LENGTH) >= [[10], [LENGTH], [3]]).astype(np.int64)
    mask = (np.arange(LENGTH) < [[LENGTH], [15], [7]]).astype(np.int64)
    with torch.no_grad():
        outputs = loaded[0](
            input_ids=torch.tensor(ids),
            attention_mask=torch.tensor(mask),
            token_type_ids=torch.tensor(segments),
        )
    if isinstance(task, QuestionAnswering):
        expected = torch.stack([outputs.start_logits, outputs.end_logits], -1).numpy()
    else:
        expected = outputs.logits.numpy()
    ours = model(Batch(*(tf.constant(x, tf.int32) for x in (ids, mask, segments)))).numpy()
    if ours.ndim == 3:
        real = mask.astype(bool)
        ours, expected = ours[real], expected[real]
    assert np.abs(ours).max() > 0.5  # not agreement of zeros
    assert np.ptp(ours) > 0.1
    np.testing.assert_allclose(ours, expected, atol=1e-4)
