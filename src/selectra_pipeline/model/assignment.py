"""Putting the weights of an earlier training into a model, if they fit."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from selectra_pipeline.config.architecture import EncoderName
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.initial_weights import ENCODERS, InitialWeights, own_encoder

# What discriminator and generator have in common, because they share their embeddings.
SHARED_SIZES = (
    "vocab_size",
    "embedding_size",
    "max_position_embeddings",
    "type_vocab_size",
    "layer_norm_epsilon",
)


class InitialWeightsError(ConfigError):
    """Weights that do not fit the model. The message names every mismatch and how to mend it."""


def assign_weights(model: Electra, weights: InitialWeights) -> None:
    """Replace the model's random weights by the given ones.

    Raises:
        InitialWeightsError: they do not fit; no variable is changed.
    """
    check_weights(weights, model)
    for variable in model.trainable_variables:
        if variable.path in weights.values:
            variable.assign(weights.values[variable.path])


def check_weights(weights: InitialWeights, model: Electra) -> None:
    """Compare the weights with the model: sizes, then names and shapes of all variables.

    A source without one of the encoders does not fit, unless `fresh_encoder` says so: a random
    generator beside a trained discriminator costs part of what the discriminator has learned, and
    a folder named by mistake would go unnoticed until the curves look wrong.

    Raises:
        InitialWeightsError: names every mismatch.
    """
    shapes = {
        variable.path: tuple(variable.shape)
        for variable in model.trainable_variables
        if not weights.leaves_random(variable.path)
    }
    parts = {path.split("/")[1] for path in shapes}
    compared = [encoder for encoder in ENCODERS if encoder in weights.sizes and encoder in parts]
    # The generator, where its head stands on the discriminator's encoder.
    heads_alone = {own_encoder(path) for path in weights.values} - {*weights.sizes, None}
    problems = [
        *_encoder_problems(weights, shapes, heads_alone),
        *_size_problems(weights, model, compared),
        *_variable_problems(weights, shapes, {*compared, *heads_alone, None}),
        *(f"{name} is no variable of an ELECTRA" for name in weights.unknown),
    ]
    if problems:
        raise InitialWeightsError(
            "\n  ".join([f"the weights in {weights.source} do not fit the model:", *problems])
        )


def _encoder_problems(
    weights: InitialWeights, paths: Iterable[str], heads_alone: set[EncoderName]
) -> Iterator[str]:
    """Encoders that only one side has: one line each, not one a variable."""
    parts = {path.split("/")[1] for path in paths}
    for encoder in ENCODERS:
        if encoder in weights.sizes and encoder not in parts:
            yield (
                f"the model has no {encoder} of its own, for its pretraining.objective; set "
                f"pretraining.fresh_encoder={encoder} to leave that of the weights out"
            )
        needed = encoder in parts or f"{encoder}_head" in parts
        if needed and encoder not in weights.sizes and encoder not in heads_alone:
            yield (
                f"there is no {encoder} in the weights; name a folder that holds discriminator/ "
                f"and generator/, or set pretraining.fresh_encoder={encoder} to start it from "
                "random weights"
            )


def _size_problems(
    weights: InitialWeights, model: Electra, compared: Iterable[EncoderName]
) -> list[str]:
    configs = {"discriminator": model.discriminator_config, "generator": model.generator_config}
    width = weights.sizes.get("discriminator", {}).get(
        "hidden_size", model.discriminator_config.hidden_size
    )
    lines = []
    for encoder in compared:
        for field, theirs in weights.sizes[encoder].items():
            ours = getattr(configs[encoder], field)
            if ours != theirs:
                whose = "" if field in SHARED_SIZES else f" of the {encoder}"
                remedy = _size_remedy(encoder, field, theirs, width)
                lines.append(
                    f"{field}{whose} is {ours} in the model, {theirs} in the weights; {remedy}"
                )
    return list(dict.fromkeys(lines))  # both encoders tell the sizes of the embeddings


def _size_remedy(encoder: EncoderName, field: str, theirs: float, width: float) -> str:
    """What to set to make a field of the encoder's configuration `theirs`.

    Args:
        width: of the discriminator that the generator's is a share of.
    """
    if field == "vocab_size":
        return "set vocabulary.import_from to the folder of their vocab.txt"
    if encoder == "discriminator" or field in SHARED_SIZES:
        return f"set pretraining.architecture.{field}={theirs}"
    if field == "num_layers":
        return f"set pretraining.architecture.generator_layers={theirs}"
    if field == "hidden_size":
        return f"set pretraining.architecture.generator_size={theirs / width:.6g}"
    return (
        "it follows from the generator's width (max(1, width // 64) heads, an inner width of 4 "
        "widths); where that is right, such a generator can't be used: set "
        "pretraining.fresh_encoder=generator"
    )


def _variable_problems(
    weights: InitialWeights,
    shapes: Mapping[str, tuple[int, ...]],
    compared: set[EncoderName | None],
) -> Iterator[str]:
    ours = {path for path in shapes if own_encoder(path) in compared}
    theirs = {path for path in weights.values if own_encoder(path) in compared}
    missing = [path for path in shapes if path in ours - theirs]
    unexpected = [path for path in weights.values if path in theirs - ours]
    reshaped = [
        (path, f"has shape {list(shapes[path])}, in the weights {list(value.shape)}")
        for path, value in weights.values.items()
        if path in ours & theirs and value.shape != shapes[path]
    ]
    yield from _by_layer((path, "is missing in the weights") for path in missing)
    yield from _by_layer((path, "is not in the model") for path in unexpected)
    yield from _by_layer(reshaped)


def _by_layer(problems: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Lines "path problem"; those that only differ by the number of a layer become one."""
    layers: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path, problem in problems:
        number = re.search(r"(?<=/layer_)\d+", path)
        pattern = re.sub(r"(?<=/layer_)\d+", "#", path)
        layers[pattern, problem] += [number[0]] if number else []
    for (pattern, problem), numbers in layers.items():
        where = f" (# = {', '.join(numbers)})" if numbers else ""
        yield f"{pattern}{where} {problem}"
