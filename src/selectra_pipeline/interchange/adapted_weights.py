"""Initial weights adapted to a run that is not like the one that they are from."""

import dataclasses

import numpy as np

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.interchange.names import MODEL
from selectra_pipeline.model.initial_weights import InitialWeights

POSITION_TABLES = tuple(
    f"{MODEL}{part}/position_embeddings" for part in ("embeddings", "generator_embeddings")
)


def adapt(weights: InitialWeights, config: PretrainingConfig) -> InitialWeights:
    """Weights for the one encoder of a run, or for longer texts, as its configuration says.

    Raises:
        ConfigError: they have no positions, or fewer than are to be repeated.
    """
    objective = config.objective
    if list(weights.sizes) == ["generator"] and (
        objective.has_one_encoder or not objective.predicts_words
    ):
        weights = _as_one_encoder(weights, objective)
    if config.repeat_positions is not None:
        positions = config.architecture.max_position_embeddings
        weights = _repeat_positions(weights, config.repeat_positions, positions)
    return weights


def _as_one_encoder(weights: InitialWeights, objective: ObjectiveConfig) -> InitialWeights:
    """The encoder of a generator as the discriminator's.

    It predicts words with the generator's head, unless the objective has no use for one. The head
    that detects, if there is to be one, starts from random weights.
    """
    head = f"{MODEL}generator_head/"
    return dataclasses.replace(
        weights,
        values={
            path.replace(f"{MODEL}generator/", f"{MODEL}discriminator/"): value
            for path, value in weights.values.items()
            if objective.predicts_words or not path.startswith(head)
        },
        sizes={"discriminator": weights.sizes["generator"]},
        fresh_head=objective.detects,
    )


def _repeat_positions(weights: InitialWeights, trained: int, positions: int) -> InitialWeights:
    """The first `trained` positions, again and again.

    So neighbours are seen as neighbours all along the text from the first step (Beltagy et al.
    2020, "Longformer", section 5).
    """
    tables = {path: weights.values[path] for path in POSITION_TABLES if path in weights.values}
    known = min((len(table) for table in tables.values()), default=0)
    if known < trained:
        raise ConfigError(
            f"{weights.source} has {known} positions, fewer than pretraining.repeat_positions="
            f"{trained}; set it to the length that the weights were trained with"
        )
    repeated = {
        path: np.resize(table[:trained], (positions, table.shape[1]))
        for path, table in tables.items()
    }
    sizes = {
        encoder: {**known_sizes, "max_position_embeddings": positions}
        for encoder, known_sizes in weights.sizes.items()
    }
    return dataclasses.replace(weights, values={**weights.values, **repeated}, sizes=sizes)
