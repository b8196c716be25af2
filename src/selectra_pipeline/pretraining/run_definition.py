"""What defines a run: configuration, records, vocabulary and initial weights that fit together."""

from selectra_pipeline.config.base import ConfigError, fingerprint
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.initial_weights import InitialWeights
from selectra_pipeline.records.reader import steps_per_epoch
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

# Settings that change how a run is watched or where it runs, not what it computes.
NOT_DEFINING = (
    "accumulation_steps",  # these two change in which parts the same sums are taken
    "logit_rows",
    "checkpoint",
    "evaluation",
    "hosts",
    "log_every",
    "peak_teraflops",
    "probe",
    "steps_per_loop",
    "strategy",
    "tpu",
)
# Settings that may differ between the hosts of a run.
OF_A_HOST = ("hosts", "peak_teraflops", "tpu")
# Settings that say where to find weights: the weights define the run, wherever they lie.
DEFINED_BY_DIGEST = ("initial_weights", "fresh_encoder")


def check_fit(config: PretrainingConfig, records: Manifest, tokenizer: Tokenizer) -> None:
    """Raise `ConfigError` where records, tokenizer and configuration do not belong together."""
    length = records.facts["sequence_length"]
    positions = config.architecture.max_position_embeddings
    if length > positions:
        raise ConfigError(
            f"records.sequence_length={length} is longer than pretraining.architecture."
            f"max_position_embeddings={positions}; raise the latter to {length} or more"
        )
    if records.facts["tokenizer_digest"] != tokenizer.digest:
        raise ConfigError(
            f"the records in {records.directory} were made with another vocabulary; "
            "run the records stage again"
        )
    buckets = config.length_buckets
    if buckets and buckets[-1] >= length:
        raise ConfigError(
            f"pretraining.length_buckets={list(buckets)} must be shorter than "
            f"records.sequence_length={length}, which is a bucket anyway"
        )
    try:
        steps_per_epoch(records, config.batch_size)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def hosts_fingerprint(run_fingerprint: str, config: PretrainingConfig) -> str:
    """Hash of all that the hosts of a run must share: also when each of them stops to look."""
    settings = {key: value for key, value in config.to_dict().items() if key not in OF_A_HOST}
    return fingerprint(run_fingerprint, settings)


def defining_facts(
    config: PretrainingConfig,
    records: Manifest,
    tokenizer: Tokenizer,
    initial_weights: InitialWeights | None = None,
) -> dict:
    """All that the final weights depend on: a run resumes only where this is the same."""
    left_out = (*NOT_DEFINING, *DEFINED_BY_DIGEST)
    settings = {key: value for key, value in config.to_dict().items() if key not in left_out}
    return {
        "pretraining": settings,
        "records": fingerprint(records.content_digest, records.facts["sequence_length"]),
        "tokenizer": tokenizer.digest,
        "initial_weights": initial_weights.digest if initial_weights else None,
    }
