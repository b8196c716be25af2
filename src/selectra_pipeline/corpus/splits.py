"""Which split and shard a text belongs to: by its digest alone, whatever else is in the corpus."""

TRAIN, HELDOUT = "train", "heldout"


def split_of(digest: bytes, heldout_fraction: float) -> str:
    """The split of a text by its digest, read as a fraction: held out below `heldout_fraction`.

    So a text stays on its side when the corpus grows, and the held-out texts of a small fraction
    are among those of a larger one.
    """
    fraction = int.from_bytes(digest[:8], "big") / 2**64
    return HELDOUT if fraction < heldout_fraction else TRAIN


def shard_of(digest: bytes, shards: int) -> int:
    """The training shard of a text: by the half of its digest that `split_of` does not use."""
    return int.from_bytes(digest[8:], "big") % shards
