"""Configuration of the model card: what no run can know."""

import re
from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require

LANGUAGE = re.compile(r"[a-z]{2,3}|multilingual|code")
LICENSE = re.compile(r"[a-z0-9][a-z0-9.-]*")
REPOSITORY = re.compile(r"[\w.-]+(/[\w.-]+)?")


@dataclass(frozen=True)
class CardConfig(Config):
    """The `README.md` of an exported folder, as the Hugging Face hub shows it.

    Attributes:
        model_name: its title, and the name that results are listed under.
        language: ISO 639 codes of the text ("es").
        license: of the weights, by the hub's identifier ("apache-2.0"); None says nothing.
        datasets: of the hub that the model was trained on ("oscar-corpus/OSCAR-2301").
        tags: more words that the hub finds the model by.
        authors: names.
    """

    model_name: str = "electra"
    language: tuple[str, ...] = ("es",)
    license: str | None = None
    datasets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(bool(self.model_name.strip()), "model_name is empty: name the model")
        for code in self.language:
            require(
                bool(LANGUAGE.fullmatch(code)),
                f"language={code!r} is no ISO 639 code of two or three letters; write es for "
                "Spanish",
            )
        require(
            self.license is None or bool(LICENSE.fullmatch(self.license)),
            f"license={self.license!r} is no identifier of the hub, such as apache-2.0 or "
            "cc-by-4.0 (huggingface.co/docs/hub/repositories-licenses)",
        )
        for name in self.datasets:
            require(
                bool(REPOSITORY.fullmatch(name)),
                f"datasets: {name!r} is no data set of the hub; write OWNER/NAME",
            )
