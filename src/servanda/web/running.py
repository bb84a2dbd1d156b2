"""Running the app on a socket: in this process, or in several that share it.

Invariant: every process opens the ledger for itself, and what must not happen twice at once is
settled by what they share: the ledger's files, and a lock beside them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from socket import socket
from threading import Thread
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from servanda.ledger import Ledger
from servanda.problems import QueryError, ServandaError
from servanda.web.accounts import Accounts, beside
from servanda.web.app import app_for
from servanda.web.figures import stamp_of
from servanda.web.page import templates
from servanda.web.pages import whole
from servanda.web.settings import web_settings

PATIENCE = 10  # seconds that answers on their way have when it is stopped
BREATH = 1.0  # seconds before a process that ended at once is begun anew, and between looks at the ledger
SPARING, LONGEST = 20, 60.0  # times as long as it counted does counting pause, but no longer than so many seconds


@dataclass(frozen=True, slots=True)
class Offer:
    """What is served and how: a ledger, who signs where there are no accounts, the names it answers to, https.

    ``local`` says that only this machine reaches it, ``sample`` files the sample reports.
    """

    path: Path | None
    by: str
    names: tuple[str, ...]
    local: bool
    secure: dict[str, Any]
    sample: Callable[[Ledger], object]
    workers: int = 1


def answer(offer: Offer, door: socket) -> None:
    """Answer at a socket until it is stopped. Raises QueryError for several workers where they cannot be."""
    if offer.workers == 1:
        alone(offer, door)
    elif os.name != "posix":
        raise QueryError("--workers: this system has one only. Leave it out.")
    else:
        together(offer, door)


def alone(offer: Offer, door: socket) -> None:
    """Answer in this process."""
    with Ledger.open(offer.path) as ledger:
        app = app_for(
            ledger,
            by=offer.by,
            sample=offer.sample,
            accounts=Accounts(beside(ledger.path)),
            names=offer.names,
            local=offer.local,
            settings=web_settings(),
            workers=offer.workers,
        )
        Thread(target=kept_up, args=(app,), daemon=True).start()
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=PATIENCE, **offer.secure)
        uvicorn.Server(config).run(sockets=[door])


def kept_up(app: FastAPI) -> None:
    """Count the figures that the first pages tell before anybody asks, and again when the ledger changed."""
    ledger, figures = app.state.ledger, app.state.figures
    counted, pause = None, 0.0
    for name in templates().list_templates():
        templates().get_template(name)  # compiled before the first reader waits for it
    while True:
        time.sleep(pause)
        stamp, began, pause = (date.today(), stamp_of(ledger.path)), time.monotonic(), BREATH
        if stamp == counted:
            continue
        with suppress(ServandaError):  # who asks is told
            for name, count in whole(ledger).items():
                figures.renew(name, count)
            counted = stamp
        pause = min(max(BREATH, SPARING * (time.monotonic() - began)), LONGEST)


def together(offer: Offer, door: socket) -> None:
    """Answer in several processes, and begin one anew where it died, until this one is told to stop."""
    stopped = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        for worker in workers:
            worker.terminate()

    workers = [begun(offer, door) for _ in range(offer.workers)]
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, stop)
    while not stopped:
        gone = wait([worker.sentinel for worker in workers], timeout=1.0)
        if gone and not stopped:
            time.sleep(BREATH)
            workers[:] = [worker if worker.sentinel not in gone else begun(offer, door) for worker in workers]
    for worker in workers:
        worker.terminate()
        worker.join(PATIENCE + 5)


def begun(offer: Offer, door: socket) -> BaseProcess:
    worker = multiprocessing.get_context("spawn").Process(target=alone, args=(offer, door), daemon=True)
    worker.start()
    return worker
