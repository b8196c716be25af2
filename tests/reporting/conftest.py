"""What the stages leave behind of a run, without running them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.reporting.training_facts import TrainingRun
from selectra_pipeline.shards.manifest import Manifest, Shard

VOCABULARY = (*SPECIAL_TOKENS, "la", "casa", "camión", "##ón", "año")
OCCURRENCES = (0, 3, 9, 9, 0, 40, 7, 5, 2, 0)  # "año" never occurs
HELDOUT = {
    "mlm_loss": 4.5,
    "mlm_accuracy": 0.25,
    "mlm_trivial_accuracy": 0.17,
    "accented_movement": 0.61,
    "accented_drift": 0.31,
    "unaccented_movement": 0.62,
    "unaccented_drift": 0.23,
}
CLASSES = {"discriminator": "ElectraForPreTraining", "generator": "ElectraForMaskedLM"}

MakeTrainingRun = Callable[..., TrainingRun]


@pytest.fixture
def make_training_run(tmp_path) -> MakeTrainingRun:
    def make(sources=("/disk/oscar/es_1.jsonl.gz",), encoders=tuple(CLASSES), **facts):
        """`facts` differ from those of the pre-training: step, best, config."""
        return TrainingRun(
            documents=_documents(tmp_path / "documents", sources),
            records=_records(tmp_path / "records"),
            pretraining=_manifest(
                tmp_path / "pretraining",
                "pretraining",
                {"step": 700, "heldout": HELDOUT, "best": None, "config": {}, **facts},
            ),
            export=_export(tmp_path / "export", encoders),
        )

    return make


def _documents(directory: Path, sources: tuple[str, ...]) -> Manifest:
    train = {"documents": 1_234, "words": 56_789, "characters": 345_678, "bytes": 350_000}
    facts = {
        "kept": {"train": train},
        "accented_share": 0.0272,
        "sources": [{"name": name} for name in sources],
    }
    return _manifest(directory, "documents", facts)


def _records(directory: Path) -> Manifest:
    directory.mkdir()
    np.save(directory / "token_counts.npy", np.array(OCCURRENCES))
    counts = (Shard.describe(directory / "token_counts.npy", 1),)
    facts = {
        "sequence_length": 128,
        "tokenizer_digest": "abc",
        "train": {"examples": 4_321, "tokens": 543_210},
    }
    return _manifest(directory, "records", facts, {"token_counts": counts})


def _export(directory: Path, encoders: tuple[str, ...]) -> Manifest:
    shards = {}
    for encoder in encoders:
        folder = directory / encoder
        folder.mkdir(parents=True)
        shape = {
            "architectures": [CLASSES[encoder]],
            "vocab_size": len(VOCABULARY),
            "max_position_embeddings": 512,
            "num_hidden_layers": 12,
            "hidden_size": 256,
            "num_attention_heads": 4,
        }
        (folder / "config.json").write_text(json.dumps(shape))
        (folder / "tokenizer_config.json").write_text(
            json.dumps({"do_lower_case": False, "strip_accents": False})
        )
        (folder / "vocab.txt").write_text("".join(f"{entry}\n" for entry in VOCABULARY))
        shards[encoder] = tuple(
            Shard.describe(path, 1, relative_to=directory) for path in sorted(folder.iterdir())
        )
    parameters = {"discriminator": 22_475_265, "generator": 13_000_000}
    facts = {"step": 700, "tokenizer_digest": "abc", "parameters": parameters}
    return _manifest(directory, "export", facts, shards)


def _manifest(directory: Path, kind: str, facts: dict, shards: dict | None = None) -> Manifest:
    manifest = Manifest(directory, kind, f"{kind} mark", shards or {}, facts)
    manifest.save()
    return manifest
