import logging

import pytest

from selectra_pipeline.pretraining.progress import Progress

METRICS = {"loss": 20.0, "mlm_loss": 6.5, "rtd_loss": 0.27, "tokens_per_second": 1234.0, "mfu": 0.5}


@pytest.mark.parametrize(
    ("missing", "shown"),
    [
        (None, "loss 20.00, MLM 6.500, RTD 0.2700, 1,234 tokens/s, MFU 50%"),
        ("rtd_loss", "loss 20.00, MLM 6.500, 1,234 tokens/s"),
        ("mlm_loss", "loss 20.00, RTD 0.2700, 1,234 tokens/s"),
    ],
)
def test_a_line_shows_the_losses_that_the_run_has(caplog, missing, shown):
    caplog.set_level(logging.INFO)
    progress = Progress(total_steps=4, start_step=0)
    progress.advance(4)
    progress.show({name: value for name, value in METRICS.items() if name != missing})
    assert shown in caplog.text
    assert caplog.messages[-1].startswith("step 4 of 4")
