"""What a store must still have after a crash: for each key, the answers that a read may give.

A key has one writer at a time, so its operations are in order. An operation that was answered is true from then on. One
whose answer never came may have happened or not, until a later one of that key was answered. A cut of the power is an
interval rather than an instant, because taking a snapshot takes time.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Content:
    """Bytes that are made from a seed, so that they need not be kept."""

    seed: int
    size: int

    def body(self) -> bytes:
        return random.Random(self.seed).randbytes(self.size)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body()).hexdigest()


# What a key has: some content, or nothing.
State = Content | None


@dataclass
class Operation:
    state: State
    begun: float
    # None: never answered.
    answered: float | None = None


@dataclass
class History:
    """The operations on one key since it was last looked at."""

    base: State = None
    operations: list[Operation] = field(default_factory=list)

    def candidates(self, cut_begun: float, cut_ended: float) -> list[State]:
        """What the key may have when the power was cut in this interval."""
        states = [self.base]
        for operation in self.operations:
            if operation.begun > cut_ended:
                break
            if operation.answered is not None and operation.answered < cut_begun:
                states = [operation.state]
            else:
                states.append(operation.state)
        return states

    @property
    def certain(self) -> tuple[bool, State]:
        """Whether it is certain what the key has now, and what."""
        if not self.operations:
            return True, self.base
        return self.operations[-1].answered is not None, self.operations[-1].state


class ExpectedState:
    def __init__(self):
        self._histories: dict[tuple[str, str], History] = {}
        self._lock = threading.Lock()

    def begin(self, bucket: str, key: str, state: State) -> Operation:
        """To be called before the request is sent."""
        operation = Operation(state, time.monotonic())
        with self._lock:
            self._histories.setdefault((bucket, key), History()).operations.append(operation)
        return operation

    def answer(self, operation: Operation) -> None:
        """To be called when the request was answered with success."""
        operation.answered = time.monotonic()

    def withdraw(self, bucket: str, key: str, operation: Operation) -> None:
        """The store refused: the operation did not take place."""
        with self._lock:
            self._histories[bucket, key].operations.remove(operation)

    def certain(self, bucket: str, key: str) -> tuple[bool, State]:
        with self._lock:
            history = self._histories.get((bucket, key))
        return (True, None) if history is None else history.certain

    def candidates(self, bucket: str, cut_begun: float, cut_ended: float) -> dict[str, list[State]]:
        """Of every key of a bucket that was ever written."""
        with self._lock:
            return {key: history.candidates(cut_begun, cut_ended)
                    for (owner, key), history in self._histories.items() if owner == bucket}

    def settle(self, bucket: str, key: str, state: State) -> None:
        """What was seen after a restart is true from now on, and what came after the cut never was."""
        with self._lock:
            self._histories[bucket, key] = History(base=state)

    @property
    def answered_count(self) -> int:
        with self._lock:
            return sum(operation.answered is not None
                       for history in self._histories.values() for operation in history.operations)
