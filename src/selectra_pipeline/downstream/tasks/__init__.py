"""The types of tasks: what the model learns from a row, and what its output says of one."""
