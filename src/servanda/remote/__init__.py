"""A ledger that is served elsewhere, asked through its API with the same words as one at hand.

Invariant: a token goes only to the address that it was given for, and only over https, or
within this machine.
"""

from servanda.remote.ledger import RemoteLedger

__all__ = ["RemoteLedger"]
