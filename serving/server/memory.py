"""What the server keeps of the memory that it no longer uses."""

import ctypes
import gc
from contextlib import suppress

# <malloc.h>: above this many free bytes at its top, the heap goes back to the system.
_M_TRIM_THRESHOLD = -1
# glibc's own 128 KB would be given back and taken again with every batch of rows.
_TRIM_THRESHOLD_BYTES = 2 * 1024 * 1024


def settle() -> None:
    """Give back what loading the model needed, and keep the rest as it is.

    To be called before workers fork: the collector then neither looks at what they
    share nor copies its pages. glibc raises its threshold with every large body
    unless it is set; other C libraries have no such calls and need none.
    """
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(None)
    with suppress(AttributeError):
        library.mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD_BYTES)
        library.malloc_trim(0)
