"""What pre-training and fine-tuning share: the optimizer and its schedule."""
