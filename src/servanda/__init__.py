"""Servanda keeps the ledger of what states say they will do together.

Source bytes become documents (``reading``), documents become claims with quoted
evidence (``language``, ``extracting``), claims become entries with a history, a due
date and a status (``ledger``), and entries become what a reader gets (``exporting``).
"""

__version__ = "0.1.0"
