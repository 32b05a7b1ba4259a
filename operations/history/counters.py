"""What a store of histories counts."""

import threading
from collections import Counter


class Counters(Counter[str]):
    """How often what happened; several threads count."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def add(self, name: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self[name] += number
