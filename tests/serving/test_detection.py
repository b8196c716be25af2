import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.interchange.huggingface import export
from selectra_pipeline.model.trained import load_tokenizer, load_trained
from selectra_pipeline.serving.detection import (
    Detection,
    detect_replaced,
    encode_lines,
    format_detection,
    load_discriminator,
)


@pytest.fixture(scope="module")
def exported(wide_run, tmp_path_factory):
    return export(wide_run, tmp_path_factory.mktemp("export") / "model")


@pytest.fixture(scope="module")
def discriminator(exported):
    return load_discriminator(exported, VocabularyConfig())


def test_a_model_without_discriminator_is_refused(exported):
    generator = dataclasses.replace(exported, shards={"generator": exported.shards["generator"]})
    with pytest.raises(ConfigError, match=r"holds no discriminator: .*task=mlm"):
        load_discriminator(generator, VocabularyConfig())


def test_every_piece_of_a_sentence_is_judged(discriminator):
    (detections,) = detect_replaced(discriminator, "El camión cruzó la frontera.")
    assert [detection.piece for detection in detections] == [
        "[CLS]", "El", "camión", "cruzó", "la", "frontera", ".", "[SEP]",
    ]  # fmt: skip


def test_logits_are_the_discriminators_and_probabilities_their_sigmoid(wide_run, discriminator):
    (detections,) = detect_replaced(discriminator, "El año")
    model, tokenizer, _ = load_trained(wide_run)
    ids = tf.constant([[tokenizer.cls_id, *tokenizer.encode("El año"), tokenizer.sep_id]])
    expected = model.detect_replaced(ids, tf.ones_like(ids), tf.zeros_like(ids))[0].numpy()
    logits = np.array([detection.logit for detection in detections])
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    probabilities = [detection.probability for detection in detections]
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), rtol=1e-5)


def test_a_line_is_judged_as_if_it_stood_alone(discriminator):
    short, long = "El año.", "El camión cruzó la frontera sólo."
    together = detect_replaced(discriminator, f"{short}\n\n{long}\n")
    alone = [detect_replaced(discriminator, line)[0] for line in (short, long)]
    for in_batch, single in zip(together, alone, strict=True):
        assert [d.piece for d in in_batch] == [d.piece for d in single]
        np.testing.assert_allclose(
            [d.logit for d in in_batch], [d.logit for d in single], atol=1e-5
        )


def test_a_line_that_is_too_long_is_named(wide_run):
    tokenizer = load_tokenizer(wide_run)
    assert len(encode_lines(tokenizer, "la " * 22, max_length=24)[0]) == 24
    with pytest.raises(ConfigError, match=r"line 2 has 25 word pieces.*reads 24 at most"):
        encode_lines(tokenizer, "El año\n" + "la " * 23, max_length=24)


def test_a_blank_text_is_refused(wide_run):
    with pytest.raises(ConfigError, match="the text is blank"):
        encode_lines(load_tokenizer(wide_run), " \n\n", max_length=24)


def test_table_marks_the_pieces_with_a_positive_logit():
    lines = [
        [Detection("[CLS]", -3.25, 0.037), Detection("rosa", 1.5, 0.818)],
        [Detection("##ón", 0.0, 0.5)],
    ]
    assert format_detection(lines) == (
        "piece    logit   prob.\n"
        "[CLS]    -3.25   0.037\n"
        "rosa      1.50   0.818  replaced\n"
        "\n"
        "piece    logit   prob.\n"
        "##ón      0.00   0.500"
    )
