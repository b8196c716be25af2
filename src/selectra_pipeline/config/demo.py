"""Configuration of the demonstration page."""

import ipaddress
from dataclasses import dataclass
from typing import Literal

from selectra_pipeline.config.base import Config, require

Language = Literal["es", "en"]

HIGHEST_PORT = 65_535


@dataclass(frozen=True)
class DemoConfig(Config):
    """A page on which people try the models out in their browser.

    Attributes:
        model: folder of a discriminator, or of an export; None is this run's export.
        classifier: folder of a model that was fine-tuned on natural-language inference; None is
            this run's on `inference_task`, where there is one.
        tagger: folder of a model that was fine-tuned on named-entity recognition; None is this
            run's on `entities_task`, where there is one.
        inference_task: see `classifier`.
        entities_task: see `tagger`.
        language: of the page, until its visitor chooses another one.
        host: address that the page is served at. Any but this machine's own lets others in.
        port: of that address.
        replaced_sentences: examples, each with a word that does not belong there.
        classified_texts: examples to be labelled.
        labels: examples of classes, separated by "," or ";".
        template: the hypothesis, with "{}" in the label's place.
        entity_sentences: examples with entities.
    """

    model: str | None = None
    classifier: str | None = None
    tagger: str | None = None
    inference_task: str = "world_inference"
    entities_task: str = "world_entities"
    language: Language = "es"
    host: str = "127.0.0.1"
    port: int = 7860
    replaced_sentences: tuple[str, ...] = ()
    classified_texts: tuple[str, ...] = ()
    labels: str = ""
    template: str = "Este ejemplo es {}."
    entity_sentences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(
            1 <= self.port <= HIGHEST_PORT,
            f"port={self.port} is no port; choose one from 1024 to {HIGHEST_PORT}",
        )
        require(
            bool(self.host.strip()),
            'host is empty; set it to 127.0.0.1, or to "0.0.0.0" to let other machines in',
        )

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine reaches `host`."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:  # a name, which may mean any address
            return False
