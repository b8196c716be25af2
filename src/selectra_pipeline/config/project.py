"""All parameters of the project, checked together before any work starts."""

from dataclasses import dataclass, field

from selectra_pipeline.config.base import Config, require
from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.config.comparison import ComparisonConfig
from selectra_pipeline.config.demo import DemoConfig
from selectra_pipeline.config.evaluation import EvaluationConfig
from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.export import ExportConfig
from selectra_pipeline.config.import_checkpoint import ImportConfig
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.config.zero_shot import ZeroShotConfig


@dataclass(frozen=True)
class DetectionConfig(Config):
    """The demonstration: a text, each line of which is one input to the discriminator."""

    text: str = ""


@dataclass(frozen=True)
class DirectoriesConfig(Config):
    """Where each stage writes; the catalog names the same places."""

    documents: str
    vocabulary: str
    records: str
    pretraining: str
    model: str
    finetuned: str
    original: str
    serving: str

    def __post_init__(self) -> None:
        for name in self.to_dict().values():
            require(
                not name.startswith("~"),
                f"{name}: ~ is not replaced here; set data_root to the whole path of the folder",
            )


@dataclass(frozen=True)
class ProjectConfig(Config):
    """The parameters of a Kedro run, by stage.

    Attributes:
        execution: where the tasks of ingestion and of the records stage run.
        run, language, data_root, corpus, strategy, executor, workers, text, tasks: parameters for
            the command line (`--params run=NAME`), which the configuration files refer to.
    """

    directories: DirectoriesConfig
    execution: ExecutionConfig = field(default_factory=ExecutionConfig)
    ingestion: IngestionConfig = field(default_factory=IngestionConfig)
    vocabulary: VocabularyConfig = field(default_factory=VocabularyConfig)
    records: RecordsConfig = field(default_factory=RecordsConfig)
    pretraining: PretrainingConfig = field(default_factory=PretrainingConfig)
    export: ExportConfig = field(default_factory=ExportConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    card: CardConfig = field(default_factory=CardConfig)
    import_checkpoint: ImportConfig = field(default_factory=ImportConfig)
    detection: DetectionConfig = field(default_factory=DetectionConfig)
    zeroshot: ZeroShotConfig = field(default_factory=ZeroShotConfig)
    demo: DemoConfig = field(default_factory=DemoConfig)
    compare: ComparisonConfig = field(default_factory=ComparisonConfig)
    serving: ServingConfig = field(default_factory=ServingConfig)
    run: str | None = None
    language: str | None = None
    data_root: str | None = None
    corpus: tuple[str, ...] | None = None
    strategy: str | None = None
    executor: str | None = None
    workers: int | None = None
    text: str | None = None
    tasks: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        length = self.records.sequence_length
        positions = self.pretraining.architecture.max_position_embeddings
        require(
            length <= positions,
            f"records.sequence_length={length} is longer than "
            f"pretraining.architecture.max_position_embeddings={positions}; raise the latter to "
            f"{length} or more, or shorten the sequences",
        )
        buckets = self.pretraining.length_buckets
        require(
            not buckets or buckets[-1] < length,
            f"pretraining.length_buckets={list(buckets)} must be shorter than "
            f"records.sequence_length={length}, which is a bucket anyway",
        )
        require(
            self.export.checkpoint == "last" or self.pretraining.checkpoint.keep_best > 0,
            "export.checkpoint=best, but pretraining.checkpoint.keep_best=0 keeps none; "
            "set it to 1 or more",
        )
