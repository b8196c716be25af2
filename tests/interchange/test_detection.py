import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.interchange.detection import (
    Detection,
    detect_replaced,
    encode_lines,
    format_detection,
)
from selectra_pipeline.model.trained import load_tokenizer, load_trained


def test_every_piece_of_a_sentence_is_judged(wide_run):
    (detections,) = detect_replaced(wide_run, "El camión cruzó la frontera.")
    assert [detection.piece for detection in detections] == [
        "[CLS]", "El", "camión", "cruzó", "la", "frontera", ".", "[SEP]",
    ]  # fmt: skip


def test_logits_are_the_discriminators_and_probabilities_their_sigmoid(wide_run):
    (detections,) = detect_replaced(wide_run, "El año")
    model, tokenizer, _ = load_trained(wide_run)
    ids = tf.constant([[tokenizer.cls_id, *tokenizer.encode("El año"), tokenizer.sep_id]])
    expected = model.detect_replaced(ids, tf.ones_like(ids), tf.zeros_like(ids))[0].numpy()
    logits = np.array([detection.logit for detection in detections])
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    probabilities = [detection.probability for detection in detections]
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), rtol=1e-5)


def test_a_line_is_judged_as_if_it_stood_alone(wide_run):
    short, long = "El año.", "El camión cruzó la frontera sólo."
    together = detect_replaced(wide_run, f"{short}\n\n{long}\n")
    alone = [detect_replaced(wide_run, line)[0] for line in (short, long)]
    for in_batch, single in zip(together, alone, strict=True):
        assert [d.piece for d in in_batch] == [d.piece for d in single]
        np.testing.assert_allclose(
            [d.logit for d in in_batch], [d.logit for d in single], atol=1e-5
        )


def test_a_line_that_is_too_long_is_named(wide_run):
    tokenizer = load_tokenizer(wide_run)
    assert len(encode_lines(tokenizer, "la " * 22, max_length=24)[0]) == 24
    with pytest.raises(ValueError, match=r"line 2 has 25 word pieces.*reads 24 at most"):
        encode_lines(tokenizer, "El año\n" + "la " * 23, max_length=24)


def test_a_blank_text_is_refused(wide_run):
    with pytest.raises(ValueError, match="the text is blank"):
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
