"""What goes wrong with the text that is to be read."""

from selectra_pipeline.config.base import UserError

DAMAGED_FILE = "damaged_file"  # what comes after the damage can't be read


class SourceError(UserError, ValueError):
    """Text that cannot be read. The message says where, and how to mend it.

    Attributes:
        reason: the name under which it is counted when it is skipped ("bad_utf8").
    """

    def __init__(self, message: str, reason: str = "not_found") -> None:
        super().__init__(message)
        self.reason = reason
