"""Language models may read for us; they may not speak for the source.

    reader = Reader(settings(), ask=True)
    for document, extraction in reader.read_all(documents): ...

Invariant: whatever a model answers, a claim leaves this room only with a quotation that
stands in its document, and with what our own code found wrong with it.
"""

from servanda.asking.reader import Reader
from servanda.asking.settings import Settings, settings

__all__ = ["Reader", "Settings", "settings"]
