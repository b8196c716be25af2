import numpy as np

from selectra_pipeline.interchange.encoder_sizes import encoder_sizes
from selectra_pipeline.model.trained import load_trained


def test_sizes_are_those_that_the_model_was_built_with(narrow_run):
    model = load_trained(narrow_run).model
    values = {variable.path: variable.numpy() for variable in model.trainable_variables}
    for encoder in ("discriminator", "generator"):
        config = getattr(model, f"{encoder}_config").to_dict()
        sizes = encoder_sizes(values, encoder)
        assert sizes == {field: config[field] for field in sizes}
        assert len(sizes) == 7


def test_what_a_missing_variable_would_tell_is_left_out():
    values = {"electra/generator/layer_10/output/bias": np.zeros(3)}
    assert encoder_sizes(values, "generator") == {"num_layers": 1}
