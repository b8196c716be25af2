"""What goes wrong with the tasks of a stage."""

from selectra_pipeline.config.base import UserError


class StageError(UserError, RuntimeError):
    """A stage whose tasks did not all end well. The message says how to mend it."""
