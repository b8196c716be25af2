"""Configuration of the serving stage."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require

FORMATS = ("saved_model", "onnx", "onnx_int8", "mlflow")
SEPARATOR = ";"  # of formats on the command line


@dataclass(frozen=True)
class ServingConfig(Config):
    """In which forms a model is made ready to serve, and what it takes at once.

    Attributes:
        model: folder of a discriminator, or of a fine-tuned classifier or tagger
            (data/06_models/RUN/finetuned/TASK/model); None is this run's export, whose
            discriminator is taken.
        formats: of "saved_model" (TensorFlow, tokenizer inside), "onnx", "onnx_int8", and "mlflow",
            which serves the SavedModel. One text may name several, separated by ";".
        max_length: word pieces of an input, [CLS] and [SEP]s included; None is what the model can
            read. A longer text is an error, nothing is cut.
        max_batch: texts that are taken at once.
        registered_name: under which MLflow's registry gets the model as its next version; None does
            not register it.
    """

    model: str | None = None
    formats: tuple[str, ...] = ("saved_model", "mlflow")
    max_length: int | None = None
    max_batch: int = 256
    registered_name: str | None = None

    def __post_init__(self) -> None:
        names = [name.strip() for given in self.formats for name in given.split(SEPARATOR)]
        object.__setattr__(self, "formats", tuple(dict.fromkeys(filter(None, names))))
        require(bool(self.formats), f"formats names none; choose from {', '.join(FORMATS)}")
        for name in self.formats:
            require(name in FORMATS, f"formats: {name!r} is none of {', '.join(FORMATS)}")
        require(
            "mlflow" not in self.formats or "saved_model" in self.formats,
            "formats: mlflow serves the SavedModel; add saved_model",
        )
        require(
            self.registered_name is None or "mlflow" in self.formats,
            f"registered_name={self.registered_name}, but formats lacks mlflow; add it, or set "
            "registered_name=null",
        )
        require(
            self.max_length is None or self.max_length >= 3,
            f"max_length={self.max_length} leaves no room for a word piece between [CLS] and "
            "[SEP]; choose at least 3, or null for what the model can read",
        )
        require(self.max_batch >= 1, f"max_batch={self.max_batch} must be at least 1")
