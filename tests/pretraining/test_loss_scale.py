import pytest
import tensorflow as tf

from selectra_pipeline.pretraining.loss_scale import GROWTH_STEPS, INITIAL, SMALLEST, LossScale


def test_an_overflow_halves_the_scale_and_starts_counting_anew():
    scale = LossScale()
    scale.update(tf.constant(True))
    scale.update(tf.constant(False))
    assert (scale.value.numpy(), scale.quiet_steps.numpy()) == (INITIAL / 2, 0)


def test_quiet_steps_in_a_row_double_it():
    scale = LossScale()
    scale.quiet_steps.assign(GROWTH_STEPS - 2)
    scale.update(tf.constant(True))
    assert scale.value.numpy() == INITIAL
    scale.update(tf.constant(True))
    assert (scale.value.numpy(), scale.quiet_steps.numpy()) == (2 * INITIAL, 0)


def test_it_never_falls_below_the_smallest():
    scale = LossScale()
    for _ in range(40):
        scale.update(tf.constant(False))
    assert scale.value.numpy() == SMALLEST


def test_its_state_is_in_a_checkpoint(tmp_path):
    scale = LossScale()
    scale.update(tf.constant(False))
    saved = tf.train.Checkpoint(**scale.state()).save(str(tmp_path / "scale"))
    other = LossScale()
    tf.train.Checkpoint(**other.state()).restore(saved).assert_consumed()
    assert other.value.numpy() == pytest.approx(INITIAL / 2)
