import dataclasses

import pytest

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.base import ConfigError

SMALL = ArchitectureConfig(
    hidden_size=256,
    num_layers=12,
    num_heads=4,
    intermediate_size=1024,
    max_position_embeddings=512,
)
MEDIUM = dataclasses.replace(SMALL, hidden_size=384, num_heads=6, intermediate_size=1536)


def error_of(**params):
    with pytest.raises(ConfigError) as caught:
        ArchitectureConfig.from_params(params, "pretraining.architecture")
    return str(caught.value)


@pytest.mark.parametrize(
    ("architecture", "width", "heads", "intermediate"),
    [(SMALL, 64, 1, 256), (MEDIUM, 96, 1, 384)],
    ids=["small", "medium"],
)
def test_the_generators_of_selectra_have_the_published_shape(
    architecture, width, heads, intermediate
):
    generator = architecture.generator(50_000)
    assert generator.hidden_size == width
    assert generator.num_heads == heads
    assert generator.intermediate_size == intermediate
    assert generator.num_layers == 12
    assert generator.embedding_size == architecture.hidden_size


def test_a_generator_of_128_units_has_two_heads():
    wide = dataclasses.replace(SMALL, hidden_size=512, num_heads=8)
    assert wide.generator(100).num_heads == 2
    assert wide.generator(100).head_size == 64


def test_the_discriminator_has_the_shape_that_was_asked_for():
    discriminator = MEDIUM.discriminator(50_000)
    assert discriminator.vocab_size == 50_000
    assert discriminator.hidden_size == discriminator.embedding_size == 384
    assert discriminator.num_heads == 6
    assert discriminator.head_size == 64
    assert discriminator.intermediate_size == 1536


def test_both_encoders_agree_on_what_they_share():
    narrow = dataclasses.replace(SMALL, embedding_size=128, dropout=0.2, initializer_range=0.01)
    own = {"hidden_size", "num_layers", "num_heads", "intermediate_size"}
    generator, discriminator = narrow.generator(77).to_dict(), narrow.discriminator(77).to_dict()
    assert {name for name in generator if generator[name] != discriminator[name]} <= own
    assert generator["embedding_size"] == 128


def test_the_generator_may_have_fewer_layers():
    shallow = dataclasses.replace(SMALL, generator_layers=3)
    assert shallow.generator(100).num_layers == 3
    assert shallow.discriminator(100).num_layers == 12


def test_a_width_that_the_heads_do_not_divide_comes_with_the_nearest_that_they_do():
    message = error_of(hidden_size=250, num_heads=4)
    assert message.startswith("pretraining.architecture: hidden_size=250 is not divisible by")
    assert "use 248 or 252" in message


def test_more_heads_than_units_suggests_no_width_of_0():
    assert "use 8 in" in error_of(hidden_size=4, num_heads=8)


def test_a_generator_whose_heads_do_not_divide_it_is_refused():
    assert "generator 145 wide" in error_of(hidden_size=290, num_heads=2, generator_size=0.5)


@pytest.mark.parametrize(
    "params",
    [
        {"num_layers": 0},
        {"intermediate_size": 0},
        {"dropout": 1.0},
        {"attention_dropout": -0.1},
        {"type_vocab_size": 1},
        {"generator_size": 0.0},
        {"generator_size": 1.5},
    ],
)
def test_what_cannot_work_is_refused_by_name_and_value(params):
    ((name, value),) = params.items()
    assert f"{name}={value} must be" in error_of(**params)


def test_a_misspelt_key_is_an_error_that_names_the_right_one():
    assert "did you mean 'num_layers'?" in error_of(num_layer=3)
