"""How an exported model was trained, in the words of a model card."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.config.schedule import ScheduleConfig
from selectra_pipeline.config.source import EMBEDDED
from selectra_pipeline.pretraining.heldout_table import heldout_table
from selectra_pipeline.shards.files import open_stored
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.alphabet import accented_entries

NAMED_SOURCES = 5  # of the files that the text came from
GENERATORS = {
    "small": "a generator, an encoder of its own,",
    "tied": "the encoder itself, with a head that predicts words,",
}


class TrainingRun(NamedTuple):
    """What the stages wrote that made an export."""

    documents: Manifest
    records: Manifest
    pretraining: Manifest
    export: Manifest

    @property
    def is_demonstration(self) -> bool:
        """Whether the text is the embedded corpus."""
        return [source["name"] for source in self.documents.facts["sources"]] == [EMBEDDED]

    @property
    def config(self) -> PretrainingConfig:
        """Of the pre-training."""
        return PretrainingConfig.from_params(self.pretraining.facts["config"])


def training_section(run: TrainingRun) -> str:
    """Text, vocabulary, objective and optimisation."""
    items = [
        *_text_items(run),
        _vocabulary_item(run),
        _objective_item(run.config.objective),
        *_optimization_items(run),
    ]
    return "\n".join(["## Training", "", *(f"- {item}" for item in items)])


def _text_items(run: TrainingRun) -> list[str]:
    facts = run.documents.facts
    kept = facts["kept"]["train"]
    records = run.records.facts
    return [
        f"Text: {kept['documents']:,} documents with {kept['words']:,} words, "
        f"{kept['characters']:,} characters and {kept['bytes']:,} bytes, from "
        f"{_sources(run)}. {facts['accented_share']:.2%} of its characters are accented letters.",
        f"Examples: {records['train']['examples']:,} of up to {records['sequence_length']} tokens, "
        f"{records['train']['tokens']:,} tokens in all.",
    ]


def _sources(run: TrainingRun) -> str:
    """The corpus, or the names of its files, without the folders of the machine."""
    if run.is_demonstration:
        return "the synthetic corpus that comes with selectra_pipeline"
    names = [source["name"].rpartition("/")[2] for source in run.documents.facts["sources"]]
    more = len(names) - NAMED_SOURCES
    named = ", ".join(f"`{name}`" for name in names[:NAMED_SOURCES])
    return f"{named} and {more} more files" if more > 0 else named


def _vocabulary_item(run: TrainingRun) -> str:
    """The vocabulary, and whether its entries with an accent were trained."""
    entries = _entries(run)
    with open_stored(run.records.paths("token_counts")[0]) as opened:
        occurs = np.load(opened) > 0
    accented = accented_entries(entries)
    return (
        f"Vocabulary: {len(entries):,} WordPiece entries. {accented.sum():,} carry a diacritic (ñ "
        f"included), of which {(accented & occurs).sum():,} occur in the training examples. Digest "
        f"of the tokenizer: `{run.export.facts['tokenizer_digest']}`."
    )


def _entries(run: TrainingRun) -> list[str]:
    """The exported vocabulary, in id order."""
    paths = (path for encoder in run.export.shards for path in run.export.paths(encoder))
    vocabulary = next(path for path in paths if path.name == "vocab.txt")
    return vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n")


def _objective_item(objective: ObjectiveConfig) -> str:
    chosen = f"{objective.masking.fraction:.0%} of the tokens are chosen"
    masked = f"{chosen}, {objective.masking.mask_probability:.0%} of these masked"
    if objective.task == "mlm":
        return f"Objective: {masked}, and predicted."
    if objective.task == "electric":
        return (
            f"Objective: the energy of each token (Electric). {chosen} and replaced by what a "
            "two-tower generator draws, which reads the text on both sides and predicts every "
            "token; nothing is masked. Noise-contrastive estimation (NCE) tells them from the "
            f"text. Loss = {objective.mlm_weight:g} MLM + {objective.rtd_weight:g} NCE."
        )
    if objective.generator == "uniform":
        return (
            f"Objective: replaced-token detection. {chosen} and replaced by entries that are drawn "
            "at random from the vocabulary, all as likely; the discriminator tells of every token "
            f"whether it was replaced. Loss = {objective.rtd_weight:g} RTD."
        )
    return (
        f"Objective: replaced-token detection. {masked}; {GENERATORS[objective.generator]} fills "
        "them, and the discriminator tells of every token whether it was replaced. Loss = "
        f"{objective.mlm_weight:g} MLM + {objective.rtd_weight:g} RTD."
    )


def _optimization_items(run: TrainingRun) -> list[str]:
    config, step = run.config, run.export.facts["step"]
    items = [
        f"Optimisation: {step:,} steps of {config.batch_size} examples; "
        f"{_learning_rate(config.schedule, step)}, planned for {config.total_steps:,} steps; "
        f"weight decay {config.optimizer.weight_decay:g}; {config.precision}; seed {config.seed}.",
    ]
    if config.initial_weights is not None:
        name = config.initial_weights.rstrip("/").rpartition("/")[2]
        fresh = config.fresh_encoder
        but = f"; those of the {fresh} are random ones" if fresh else ""
        items.append(f"Initial weights: those of `{name}`{but}.")
    return items


def _learning_rate(schedule: ScheduleConfig, step: int) -> str:
    """What the learning rate did until a step."""
    linear = schedule.kind == "polynomial" and schedule.decay_power == 1
    course = "linear" if linear else schedule.kind.replace("_", " ")
    restarts = ", ".join(f"{restart:,}" for restart in schedule.restarts if restart < step)
    again = f" and a warm restart at {restarts}" if restarts else ""
    return (
        f"learning rate {schedule.peak:g} ({course}) with {schedule.warmup_steps:,} steps of "
        f"warm-up{again}"
    )


def heldout_section(run: TrainingRun) -> str:
    """Metrics on held-out text, and how far accented entries moved; empty if not measured."""
    heldout = _heldout_metrics(run)
    if not heldout:
        return ""
    parts = ["### On held-out text", heldout_table(heldout).rstrip("\n")]
    rows = [
        f"| {name} | {heldout[f'{group}_movement']:.3f} | {heldout[f'{group}_drift']:.3f} |"
        for group, name in (("accented", "with a diacritic"), ("unaccented", "without"))
        if f"{group}_movement" in heldout and f"{group}_drift" in heldout
    ]
    if rows:
        head = ["| entries of the vocabulary | movement | drift |", "|---|---:|---:|"]
        parts += [
            "\n".join([*head, *rows]),
            "Movement: mean distance of the word embeddings from their initial values. Drift: its "
            "part that all entries share; near 1 where entries never occur in the text.",
        ]
    return "\n\n".join(parts)


def _heldout_metrics(run: TrainingRun) -> Mapping[str, float]:
    """Those of the exported step: the run's last or its best one; empty where it has another."""
    facts = run.pretraining.facts
    measured = (facts, facts.get("best") or {})
    step = run.export.facts["step"]
    return next((found["heldout"] for found in measured if found.get("step") == step), {})
