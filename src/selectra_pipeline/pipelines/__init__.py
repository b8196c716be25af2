"""One folder per stage: nodes.py and pipeline.py, nothing but wiring."""
