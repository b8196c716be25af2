"""What pre-training and fine-tuning share: the optimizer, its schedule, sums over replicas."""
