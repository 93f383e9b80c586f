"""Loading the compiler without what coxa's compiled code never uses, so that a command answers sooner."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Numba looks for these as it loads, for linear algebra and for C interfaces; SciPy alone takes half as long as Numba.
UNUSED = ("scipy.linalg.cython_blas", "cffi")


def load_compiler() -> None:
    """Load Numba without `UNUSED`; for a command's own process only, not for a library inside another program."""
    with absent(*UNUSED), suppress(ImportError):
        # Numba loads these at the first call of something compiled; asked now, they find `UNUSED` absent.
        import numba.core.typing.cffi_utils
        import numba.np.arraymath  # noqa: F401


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """Let modules that are not loaded yet look as if they were not installed.

    >>> with absent("pyclbr"):
    ...     try:
    ...         import pyclbr
    ...     except ImportError:
    ...         print("not there")
    not there
    >>> import pyclbr
    """
    hidden = [name for name in names if name not in sys.modules]
    # None stands for "looked for, not found".
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
