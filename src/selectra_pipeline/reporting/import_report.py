"""What a released checkpoint held, as Markdown."""

from selectra_pipeline.shards.manifest import Manifest

NAMED_IGNORED = 5
ROWS = {  # fields of an encoder's configuration, and what people call them
    "hidden_size": "width",
    "num_layers": "layers",
    "num_heads": "attention heads",
    "intermediate_size": "inner width",
    "embedding_size": "width of the embeddings",
    "max_position_embeddings": "positions",
    "layer_norm_epsilon": "epsilon of LayerNorm",
}


def import_report(model: Manifest) -> str:
    """Source, tokenizer, sizes and parameters of each encoder, and what was ignored."""
    facts, names = model.facts, list(model.shards)
    configs = [facts["encoders"][name] for name in names]
    lines = [
        "# Imported checkpoint",
        "",
        f"`{facts['source']}`, a {facts['format']}{_step(facts['step'])}.",
        "",
        f"Tokenizer: {facts['tokenizer']['entries']:,} entries; it {_case(facts['tokenizer'])}.",
        "",
        _row("", names),
        _row("---", ["---:"] * len(names)),
        *(_row(called, [f"{c[field]:g}" for c in configs]) for field, called in ROWS.items()),
        _row("parameters", [f"{facts['parameters'][name]:,}" for name in names]),
        _row("bytes written", [f"{_bytes(model, name):,}" for name in names]),
        _row("digest of the weights", [f"`{facts['weights'][name]}`" for name in names]),
        "",
    ]
    return "\n".join([*lines, *_missing(names), _ignored(facts["ignored"])]) + "\n"


def _row(name: str, cells: list[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _bytes(model: Manifest, encoder: str) -> int:
    return sum(file.bytes for file in model.shards[encoder])


def _step(step: int | None) -> str:
    return "" if step is None else f" of step {step:,}"


def _case(tokenizer: dict) -> str:
    case = "lower-cases" if tokenizer["lowercase"] else "keeps upper case"
    return f"{case} and {'strips' if tokenizer['strip_accents'] else 'keeps'} accents"


def _missing(names: list[str]) -> list[str]:
    """What can't be done without one of the encoders."""
    if "generator" not in names:
        return [
            "There is no generator: fine-tuning, detection and serving need none; to go on with "
            "pre-training set `pretraining.fresh_encoder=generator`.",
            "",
        ]
    if "discriminator" not in names:
        return [
            "There is no discriminator: the generator's encoder can be fine-tuned, and nothing "
            "can be detected.",
            "",
        ]
    return []


def _ignored(ignored: list[str]) -> str:
    """What in the files is no weight, such as the optimizer's state."""
    if not ignored:
        return "Every tensor in it was converted."
    named = ", ".join(f"`{name}`" for name in ignored[:NAMED_IGNORED])
    more = len(ignored) - NAMED_IGNORED
    return (
        f"Ignored, as no weights of the model: {named}{f' and {more:,} more' if more > 0 else ''}."
    )
