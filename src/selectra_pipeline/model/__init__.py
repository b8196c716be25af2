"""The ELECTRA model: Keras 3 layers, one concept a file."""
