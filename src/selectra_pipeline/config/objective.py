"""Configuration of the objective: what is masked, predicted and detected."""

from dataclasses import dataclass, field
from typing import Literal

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class MaskingConfig(Config):
    """Which tokens the generator must predict (original: pretrain/pretrain_helpers.py).

    Attributes:
        fraction: share of an example's tokens that is chosen.
        mask_probability: a chosen token becomes [MASK] with this probability, else stays.
        replacement: draw positions with replacement, as the original does. A position drawn twice
            is then counted twice and gets a meaningless token, so the default is without.
        whole_words: choose all pieces of a word or none. A word that would be the last one and
            does not fit into the number of predictions is left alone.
    """

    fraction: float = 0.15
    mask_probability: float = 0.85
    replacement: bool = False
    whole_words: bool = False

    def __post_init__(self) -> None:
        require(0 < self.fraction < 1, f"fraction={self.fraction} must be above 0 and below 1")
        require(
            0 <= self.mask_probability <= 1,
            f"mask_probability={self.mask_probability} must be from 0 to 1",
        )
        require(
            not (self.whole_words and self.replacement),
            "whole_words=true chooses each word once: set replacement=false",
        )

    def max_predictions(self, sequence_length: int) -> int:
        """Predictions per example, N = int((fraction + 0.005) L): 19 at 128, 79 at 512."""
        wanted = int((self.fraction + 0.005) * sequence_length)
        return min(sequence_length, max(1, wanted))


@dataclass(frozen=True)
class ObjectiveConfig(Config):
    """What is learned: loss = mlm_weight * MLM + rtd_weight * RTD.

    Attributes:
        task: "electra" detects replaced tokens; "mlm" predicts masked words with the full-size
            encoder and detects nothing (BERT); "electric" learns an energy of each token by
            noise-contrastive estimation against a two-tower generator (Clark et al., EMNLP 2020).
        generator: what proposes the replacements. "small" is an encoder of its own; "tied" the
            discriminator's encoder itself, with a word prediction head (paper, section 3.2);
            "uniform" draws any word of the vocabulary and has no weights.
        generator_embeddings: "shared" with the discriminator, or the generator's "own", as wide as
            itself.
        mlm_weight, rtd_weight: the RTD loss is about 50 times smaller (paper, section 3.1).
        temperature: of the distribution that replacements are drawn from.
        disallow_correct: never draw the original token as its own replacement.
    """

    task: Literal["electra", "mlm", "electric"] = "electra"
    generator: Literal["small", "tied", "uniform"] = "small"
    generator_embeddings: Literal["shared", "own"] = "shared"
    masking: MaskingConfig = field(default_factory=MaskingConfig)
    mlm_weight: float = 1.0
    rtd_weight: float = 50.0
    temperature: float = 1.0
    disallow_correct: bool = False

    def __post_init__(self) -> None:
        require(self.temperature > 0, f"temperature={self.temperature} must be above 0")
        require(
            self.temperature == 1.0 or self.generator != "uniform",
            f"temperature={self.temperature} has no effect with generator=uniform; leave it out",
        )
        hides = self.generator != "uniform" and self.task != "electric"
        require(
            hides or self.masking.mask_probability == MaskingConfig.mask_probability,
            f"masking.mask_probability={self.masking.mask_probability} has no effect with "
            "generator=uniform and with task=electric, which mask nothing; leave it out",
        )
        require(
            self.task != "mlm" or (self.temperature == 1.0 and not self.disallow_correct),
            "temperature and disallow_correct have no effect with task=mlm, which replaces "
            "nothing; leave them out",
        )
        require(
            self.generator == "small" or self.task == "electra",
            f"generator={self.generator} needs task=electra: task={self.task} has its own",
        )
        self._check_weights()
        require(
            self.generator_embeddings == "shared" or self.has_small_generator,
            "generator_embeddings=own needs an encoder of the generator's own: task=electra and "
            "generator=small",
        )
        if self.task == "electric":
            # Its loss needs the probability that a token was drawn with.
            require(
                self.temperature == 1.0
                and not self.disallow_correct
                and not self.masking.replacement
                and not self.masking.whole_words,
                "task=electric needs temperature=1, disallow_correct=false, "
                "masking.replacement=false and masking.whole_words=false: its loss counts on "
                "samples from the generator's own distribution at places that are all as likely",
            )

    def _check_weights(self) -> None:
        for name in ("mlm_weight", "rtd_weight"):
            require(getattr(self, name) >= 0, f"{name}={getattr(self, name)} must not be negative")
        require(
            self.mlm_weight in (0, ObjectiveConfig.mlm_weight) or self.predicts_words,
            f"mlm_weight={self.mlm_weight} has no effect with generator=uniform, which predicts no "
            "words; leave it out",
        )
        require(
            self.rtd_weight in (0, ObjectiveConfig.rtd_weight) or self.detects,
            f"rtd_weight={self.rtd_weight} has no effect with task=mlm, which detects nothing; "
            "leave it out",
        )
        trained = {"mlm_weight": self.predicts_words, "rtd_weight": self.detects}
        counted = [name for name, counts in trained.items() if counts]
        require(
            any(getattr(self, name) > 0 for name in counted),
            f"with {' and '.join(f'{name}=0' for name in counted)} nothing is learned; set "
            f"{' or '.join(counted)} above 0",
        )

    @property
    def has_small_generator(self) -> bool:
        """Whether words are predicted by an encoder beside the discriminator's that sees masks."""
        return self.task == "electra" and self.generator == "small"

    @property
    def has_one_encoder(self) -> bool:
        """Whether the discriminator's encoder is all that there is, and predicts words itself."""
        return self.task == "mlm" or (self.task == "electra" and self.generator == "tied")

    @property
    def predicts_words(self) -> bool:
        """Whether anything learns to predict words."""
        return self.generator != "uniform"

    @property
    def detects(self) -> bool:
        """Whether there is a discriminator."""
        return self.task != "mlm"
