import logging

import numpy as np

from selectra_pipeline.interchange.encoder_sizes import encoder_config, encoder_sizes
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


def test_heads_that_no_file_states_are_taken_to_be_of_64_units(caplog):
    sizes = {
        "vocab_size": 9, "embedding_size": 128, "hidden_size": 256, "num_layers": 1,
        "intermediate_size": 8, "max_position_embeddings": 8, "type_vocab_size": 2,
    }  # fmt: skip
    with caplog.at_level(logging.WARNING):
        assert encoder_config(sizes).num_heads == 4
    assert "4 of 64 units" in caplog.text
