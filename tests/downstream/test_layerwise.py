import pytest

from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.downstream.layerwise import rate_factors

PATHS = [
    "electra/embeddings/word_embeddings",
    "electra/embeddings/LayerNorm/gamma",
    "electra/discriminator/embeddings_project/kernel",
    "electra/discriminator/layer_0/attention/query/kernel",
    "electra/discriminator/layer_1/output_LayerNorm/beta",
    "electra/discriminator/layer_11/output/kernel",
    "electra/head/classifier/kernel",
]


@pytest.mark.parametrize(
    ("form", "exponents"),
    [("original", [14, 14, 14, 13, 12, 2, 0]), ("corrected", [13, 13, 13, 12, 11, 1, 0])],
)
def test_the_learning_rate_falls_from_the_head_to_the_words(form, exponents):
    config = FinetuningConfig(layer_decay=0.8, layer_decay_form=form)
    expected = [0.8**exponent for exponent in exponents]
    assert rate_factors(PATHS, 12, config) == pytest.approx(expected)


def test_without_decay_all_variables_learn_at_the_same_rate():
    assert set(rate_factors(PATHS, 12, FinetuningConfig(layer_decay=1.0))) == {1.0}
