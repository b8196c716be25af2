from pathlib import Path

from selectra_pipeline.reporting.import_report import import_report
from selectra_pipeline.shards.manifest import Manifest, Shard

ENCODER = {
    "hidden_size": 256, "num_layers": 12, "num_heads": 4, "intermediate_size": 1024,
    "embedding_size": 128, "max_position_embeddings": 512, "layer_norm_epsilon": 1e-12,
}  # fmt: skip


def report_of(*names: str, **facts) -> str:
    tokenizer = {"entries": 50_000, "lowercase": False, "strip_accents": False}
    every = {
        "source": "/checkpoints/released",
        "format": "Hugging Face folder",
        "step": None,
        "ignored": [],
        "parameters": dict.fromkeys(names, 22_475_265),
        "weights": dict.fromkeys(names, "abc"),
        "encoders": dict.fromkeys(names, ENCODER),
        "tokenizer": tokenizer,
        **facts,
    }
    files = (Shard("config.json", 1, 600, ""), Shard("model.safetensors", 1, 90_000_000, ""))
    return import_report(Manifest(Path("m"), "import", "f", dict.fromkeys(names, files), every))


def test_both_encoders_stand_side_by_side():
    report = report_of("discriminator", "generator")
    for line in (
        "`/checkpoints/released`, a Hugging Face folder.",
        "Tokenizer: 50,000 entries; it keeps upper case and keeps accents.",
        "|  | discriminator | generator |",
        "| --- | ---: | ---: |",
        "| attention heads | 4 | 4 |",
        "| epsilon of LayerNorm | 1e-12 | 1e-12 |",
        "| parameters | 22,475,265 | 22,475,265 |",
        "| bytes written | 90,000,600 | 90,000,600 |",
        "Every tensor in it was converted.",
    ):
        assert line in report.splitlines()


def test_what_is_missing_is_told_with_what_it_prevents():
    assert "`pretraining.fresh_encoder=generator`" in report_of("discriminator")
    assert "nothing can be detected" in report_of("generator")


def test_step_and_what_was_ignored_are_told():
    slots = [f"electra/{number}/adam_m" for number in range(1_000)]
    report = report_of("discriminator", step=1_000_000, ignored=["global_step", *slots])
    assert "of step 1,000,000." in report
    assert "`global_step`, `electra/0/adam_m`" in report
    assert "and 996 more." in report
