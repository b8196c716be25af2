"""The model card: `README.md` of an exported folder, filled from the facts of the run.

The card is no part of the export: the export's manifest does not list it. So writing it leaves an
export up to date, and an export that is made anew, which replaces the folder as a whole, takes the
card of the old weights with it.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from huggingface_hub import ModelCardData

from selectra_pipeline.config.architecture import EncoderName
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.downstream.results import TaskResult
from selectra_pipeline.reporting.card_metadata import card_metadata
from selectra_pipeline.reporting.published import published_for
from selectra_pipeline.reporting.results_table import comparison_table
from selectra_pipeline.reporting.training_facts import (
    TrainingRun,
    heldout_section,
    training_section,
)
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.paths import Path

logger = logging.getLogger(__name__)

CARD_FILE = "README.md"
METADATA = re.compile(r"\A---\n.*?\n---\n+", re.DOTALL)
PAPER = "[Clark et al., 2020](https://openreview.net/forum?id=r1xMH1BtvB)"
ROLES = {
    ("electra", "discriminator"): f"the discriminator of an ELECTRA ({PAPER}): an encoder that "
    "learned to tell which tokens of a text were replaced",
    ("electra", "generator"): f"the generator of an ELECTRA ({PAPER}): it predicts masked words, "
    "and proposed the replacements that the discriminator learned to detect. For tasks, take the "
    "discriminator",
    ("electric", "discriminator"): "the energy model of an Electric (Clark et al., EMNLP 2020)",
    ("mlm", "generator"): "an encoder with ELECTRA's architecture that learned to predict masked "
    "words, as BERT does",
}
# No task of the hub is what a discriminator does before it is fine-tuned.
PIPELINE_TAGS: dict[EncoderName, str | None] = {"discriminator": None, "generator": "fill-mask"}


def write_model_cards(
    config: CardConfig,
    run: TrainingRun,
    results: Sequence[TaskResult] = (),
) -> dict[EncoderName, str]:
    """Write `README.md` into the folder of each exported encoder.

    Args:
        results: of the encoder for tasks, the discriminator; they stand in its card alone.

    Returns:
        the cards by encoder.

    Raises:
        ConfigError: the records are not of the exported model's vocabulary.
    """
    _check_belongs(run)
    cards: dict[EncoderName, str] = {}
    # A run of masked words alone has one encoder, in the folder "generator".
    evaluated = "discriminator" if "discriminator" in run.export.shards else "generator"
    for encoder in run.export.shards:
        own = results if encoder == evaluated else ()
        cards[encoder] = model_card(config, run, encoder, own)
        write_text(run.export.directory / encoder / CARD_FILE, cards[encoder])
    return cards


def read_card(folder: Path) -> str | None:
    """The card of an exported folder without its metadata, in Markdown; None where it has none."""
    file = folder / CARD_FILE
    if not file.is_file():
        return None
    return METADATA.sub("", file.read_text(encoding="utf-8"))


def complete_model_cards(config: CardConfig, run: TrainingRun) -> dict[EncoderName, str]:
    """Write the cards that an export lacks; those that are there stay as they are.

    Returns and raises:
        as `write_model_cards`.
    """
    paths = {encoder: run.export.directory / encoder / CARD_FILE for encoder in run.export.shards}
    if not all(path.exists() for path in paths.values()):
        _check_belongs(run)
    for encoder, path in paths.items():
        if path.exists():
            logger.info(
                "the card %s stays as it is, with its results and what was added by hand; delete "
                "it to have it written anew",
                path,
            )
        else:
            write_text(path, model_card(config, run, encoder))
    return {encoder: path.read_text(encoding="utf-8") for encoder, path in paths.items()}


def model_card(
    config: CardConfig,
    run: TrainingRun,
    encoder: EncoderName,
    results: Sequence[TaskResult] = (),
) -> str:
    """The card of an encoder that this project trained: YAML metadata, then Markdown."""
    if run.is_demonstration:
        config = replace(config, datasets=())  # those are of the text that it was meant for
    folder = run.export.directory / encoder
    shape, tokenizer = (
        _read_json(folder / name) for name in ("config.json", "tokenizer_config.json")
    )
    task = run.config.objective.task
    title = config.model_name if encoder == "discriminator" else f"{config.model_name}, {encoder}"
    parameters = run.export.facts["parameters"][encoder]
    sections = [
        f"# {title}",
        f"{title} is {ROLES[task, encoder]}.",
        _size(shape, tokenizer, parameters),
        _authors(config),
        _use(shape, task, encoder),
        training_section(run),
        heldout_section(run),
        _results(config, results),
        _limits(run, shape, tokenizer),
    ]
    return _card(card_metadata(config, results, PIPELINE_TAGS[encoder]), sections)


def results_card(config: CardConfig, results: Sequence[TaskResult]) -> str:
    """The card of a checkpoint that somebody else trained: all that is known are its results."""
    sections = [f"# {config.model_name}", _authors(config), _results(config, results)]
    return _card(card_metadata(config, results), sections)


def _check_belongs(run: TrainingRun) -> None:
    if run.records.facts["tokenizer_digest"] != run.export.facts["tokenizer_digest"]:
        raise ConfigError(
            f"the records in {run.records.directory} were made with another vocabulary than the "
            f"model in {run.export.directory}: the card would tell of text that it was not trained "
            "on; run the pre-training and export stages again"
        )


def _card(metadata: ModelCardData, sections: Sequence[str]) -> str:
    return f"---\n{metadata.to_yaml()}\n---\n\n" + "\n\n".join(filter(None, sections)) + "\n"


def _read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _authors(config: CardConfig) -> str:
    return f"Authors: {', '.join(config.authors)}." if config.authors else ""


def _size(shape: Mapping[str, Any], tokenizer: Mapping[str, Any], parameters: int) -> str:
    case = "an uncased" if tokenizer["do_lower_case"] else "a cased"
    return (
        f"{parameters:,} parameters with its head, {case} vocabulary of {shape['vocab_size']:,} "
        f"entries, texts of up to {shape['max_position_embeddings']} tokens. Layers: "
        f"{shape['num_hidden_layers']}; width: {shape['hidden_size']}; attention heads: "
        f"{shape['num_attention_heads']}."
    )


def _use(shape: Mapping[str, Any], task: str, encoder: EncoderName) -> str:
    """How to load it, and what its outputs mean."""
    [class_name] = shape["architectures"]
    meaning = {
        ("electra", "discriminator"): "above 0 where a token seems replaced",
        ("electric", "discriminator"): "one number a token",
    }.get((task, encoder), "of every word of the vocabulary, at each token")
    lines = [
        "## Use",
        "",
        "```python",
        f"from transformers import AutoTokenizer, {class_name}",
        "",
        'folder = "."  # this folder, or the name of the model on the hub',
        "tokenizer = AutoTokenizer.from_pretrained(folder)",
        f"model = {class_name}.from_pretrained(folder)",
        'text = "..."',
        'logits = model(**tokenizer(text, return_tensors="pt")).logits  # ' + meaning,
        "```",
    ]
    if encoder == "discriminator" or task == "mlm":
        lines += [
            "",
            "It is meant to be fine-tuned: `ElectraForSequenceClassification`, "
            "`ElectraForTokenClassification` and `ElectraForQuestionAnswering` load the same "
            "folder.",
        ]
    return "\n".join(lines)


def _results(config: CardConfig, results: Sequence[TaskResult]) -> str:
    """What fine-tuning came to; empty without results."""
    return (
        f"## Results\n\n{comparison_table(results, published_for(config.language))}"
        if results
        else ""
    )


def _limits(run: TrainingRun, shape: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> str:
    items = [
        f"Longer texts than {shape['max_position_embeddings']} tokens have to be cut or read in "
        "windows.",
        "It was trained on synthetic text for demonstration: it knows no language."
        if run.is_demonstration
        else "It learned from text as people write it, and may repeat their prejudices.",
    ]
    if not tokenizer["strip_accents"]:
        items.append(
            "Its tokenizer keeps accents: anything that strips them before costs what was learned "
            "about accented words."
        )
    return "\n".join(["## Limits", "", *(f"- {item}" for item in items)])
