"""The web app: pages for people, ``/api/v1`` for programs, over one ledger.

Needs the extra ``servanda[web]``. Invariant: nothing a document says is ever run or becomes
markup, and every statement shown links to its quotation, marked in the text.
"""

from servanda.web.app import app_for

__all__ = ["app_for"]
