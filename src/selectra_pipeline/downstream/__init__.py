"""A pre-trained discriminator put to work on tasks."""
