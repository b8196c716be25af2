import dataclasses

import numpy as np
import pytest

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.model.assignment import InitialWeightsError, assign_weights, check_weights
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.initial_weights import InitialWeights, own_encoder

ARCHITECTURE = ArchitectureConfig(
    hidden_size=16, num_layers=3, num_heads=2, intermediate_size=24, max_position_embeddings=20
)
KERNEL = "electra/discriminator/layer_{}/attention/query/kernel"
WORD_TABLE = "electra/embeddings/word_embeddings"
SIZES = ("vocab_size", "hidden_size", "num_layers", "num_heads", "max_position_embeddings")


def create(vocab_size: int = 30, **changes) -> Electra:
    architecture = dataclasses.replace(ARCHITECTURE, **changes)
    return Electra.create(architecture, vocab_size, "float32", seed=1)


def weights_of(model: Electra, without: tuple[str, ...] = (), **extra) -> InitialWeights:
    """Weights as an import gives them: those of the model, plus one."""
    values = {v.path: v.numpy() + 1 for v in model.trainable_variables if v.path not in without}
    configs = {"discriminator": model.discriminator_config, "generator": model.generator_config}
    sizes = {
        name: {field: getattr(config, field) for field in SIZES} for name, config in configs.items()
    }
    return InitialWeights("elsewhere", {**values, **extra.pop("values", {})}, sizes, **extra)


@pytest.fixture(scope="module")
def model() -> Electra:
    return create()


def problems(weights: InitialWeights, model: Electra) -> list[str]:
    with pytest.raises(InitialWeightsError) as caught:
        check_weights(weights, model)
    first, *lines = str(caught.value).split("\n")
    assert first == "the weights in elsewhere do not fit the model:"
    return [line.strip() for line in lines]


def test_every_variable_gets_its_value():
    model = create()
    weights = weights_of(model)
    assign_weights(model, weights)
    for variable in model.trainable_variables:
        np.testing.assert_array_equal(variable, weights.values[variable.path], variable.path)


def test_a_fresh_generator_keeps_the_values_of_the_seed():
    model, untouched = create(), create()
    whole = weights_of(model)
    own = {p: v for p, v in whole.values.items() if own_encoder(p) != "generator"}
    sizes = {"discriminator": whole.sizes["discriminator"]}
    assign_weights(model, InitialWeights("elsewhere", own, sizes, fresh_encoder="generator"))
    for variable, initial in zip(
        model.trainable_variables, untouched.trainable_variables, strict=True
    ):
        fresh = own_encoder(variable.path) == "generator"
        np.testing.assert_array_equal(variable, initial.numpy() + (not fresh), variable.path)


def test_missing_and_unexpected_variables_are_named_once_for_all_layers(model):
    weights = weights_of(
        model,
        without=(KERNEL.format(0), KERNEL.format(2), "electra/generator_head/bias"),
        values={"electra/generator/layer_7/output/bias": np.zeros(4)},
        unknown=("classifier.weight",),
    )
    assert problems(weights, model) == [
        f"{KERNEL.format('#')} (# = 0, 2) is missing in the weights",
        "electra/generator_head/bias is missing in the weights",
        "electra/generator/layer_#/output/bias (# = 7) is not in the model",
        "classifier.weight is no variable of an ELECTRA",
    ]


def test_a_vocabulary_of_another_size_says_where_to_take_it_from(model):
    assert problems(weights_of(create(vocab_size=44)), model) == [
        "vocab_size is 30 in the model, 44 in the weights; set vocabulary.import_from to the "
        "folder of their vocab.txt",
        "electra/embeddings/word_embeddings has shape [30, 16], in the weights [44, 16]",
        "electra/generator_head/bias has shape [30], in the weights [44]",
    ]


def test_other_positions_say_what_to_set(model):
    assert problems(weights_of(create(max_position_embeddings=64)), model) == [
        "max_position_embeddings is 20 in the model, 64 in the weights; "
        "set pretraining.architecture.max_position_embeddings=64",
        "electra/embeddings/position_embeddings has shape [20, 16], in the weights [64, 16]",
    ]


def test_another_number_of_heads_is_a_mismatch_although_shapes_agree(model):
    assert problems(weights_of(create(num_heads=4)), model) == [
        "num_heads of the discriminator is 2 in the model, 4 in the weights; "
        "set pretraining.architecture.num_heads=4"
    ]


def test_more_layers_say_what_to_set_for_each_encoder(model):
    lines = problems(weights_of(create(num_layers=4, generator_layers=5)), model)
    assert lines[:2] == [
        "num_layers of the discriminator is 3 in the model, 4 in the weights; "
        "set pretraining.architecture.num_layers=4",
        "num_layers of the generator is 3 in the model, 5 in the weights; "
        "set pretraining.architecture.generator_layers=5",
    ]
    assert f"{KERNEL.format('#')} (# = 3) is not in the model" in lines


def test_another_generator_width_says_its_share_of_the_discriminators_in_the_weights(model):
    lines = problems(weights_of(create(hidden_size=48, generator_size=1 / 3)), model)
    assert lines[1] == (
        "hidden_size of the generator is 4 in the model, 16 in the weights; "
        "set pretraining.architecture.generator_size=0.333333"
    )
    assert create(hidden_size=48, generator_size=0.333333).generator_config.hidden_size == 16


def test_a_generator_of_another_make_is_left_out(model):
    weights = weights_of(model)
    weights.sizes["generator"]["num_heads"] = 3
    (line,) = problems(weights, model)
    assert line.startswith("num_heads of the generator is 1 in the model, 3 in the weights; it fol")
    assert line.endswith("set pretraining.fresh_encoder=generator")


def test_an_absent_encoder_is_one_problem(model):
    whole = weights_of(model)
    own = {p: v for p, v in whole.values.items() if own_encoder(p) != "generator"}
    (line,) = problems(
        InitialWeights("elsewhere", own, {"discriminator": whole.sizes["discriminator"]}), model
    )
    assert line.startswith("there is no generator in the weights; ")
    assert line.endswith("set pretraining.fresh_encoder=generator to start it from random weights")


@pytest.mark.parametrize("generator", ["uniform", "tied"])
def test_a_generator_that_the_objective_has_no_place_for_is_one_problem(model, generator):
    objective = ObjectiveConfig(generator=generator)
    other = Electra.create(ARCHITECTURE, 30, "float32", seed=1, objective=objective)
    (line,) = problems(weights_of(model), other)
    assert line.startswith("the model has no generator of its own")
    whole = weights_of(model)
    own = {p: v for p, v in whole.values.items() if own_encoder(p) != "generator"}
    sizes = {"discriminator": whole.sizes["discriminator"]}
    assign_weights(other, InitialWeights("elsewhere", own, sizes, fresh_encoder="generator"))
    np.testing.assert_array_equal(other.embeddings.word_embeddings, own[WORD_TABLE])


def test_nothing_is_assigned_where_something_does_not_fit():
    model = create()
    before = model.embeddings.word_embeddings.numpy()
    with pytest.raises(InitialWeightsError):
        assign_weights(model, weights_of(create(max_position_embeddings=64)))
    np.testing.assert_array_equal(model.embeddings.word_embeddings, before)
