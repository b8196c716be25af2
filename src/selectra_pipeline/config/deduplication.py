"""Configuration of the removal of near-duplicates."""

from dataclasses import dataclass

from selectra_pipeline.config.base import Config, require


@dataclass(frozen=True)
class NearDuplicatesConfig(Config):
    """Documents that are almost equal, found by MinHash (Broder 1997).

    The similarity of two documents is the share of their distinct n-grams of words that they have
    in common (Jaccard). It is never computed: documents count as near-duplicates when all
    `hashes_per_bucket` of at least one of `buckets` are equal, for which the probability at
    similarity s is 1 - (1 - s ** hashes_per_bucket) ** buckets.

    Attributes:
        enabled: off by default: a small corpus has few, and they are worth a look first.
        ngram: words in an n-gram. Documents with fewer words have no near-duplicates.
        buckets, hashes_per_bucket: more buckets find more pairs, more hashes in each find fewer.
    """

    enabled: bool = False
    ngram: int = 5
    buckets: int = 14
    hashes_per_bucket: int = 8

    def __post_init__(self) -> None:
        for name, most in (("ngram", 100), ("buckets", 1_000), ("hashes_per_bucket", 100)):
            value = getattr(self, name)
            require(1 <= value <= most, f"{name}={value} must be from 1 to {most}")
