"""How the kernels are compiled: once, and kept on disk beside the package.

Kernels borrow their arrays and allocate nothing, so reference counting is switched off; with it a step of the forward
pass took 270 ns, without it 16 ns. What allocates uses `allocating`; what runs long beside another thread `unlocked`.

Numba recompiles a cached function when its own file changes, but not when a function that it calls does: an unchanged
caller would go on with the callee of yesterday. So the cache lies in a folder named after the content of all kernels.
"""

from hashlib import blake2b
from os import W_OK, access
from pathlib import Path

import numba
from numba import njit

PACKAGE = Path(__file__).parents[1]


def cache_folder() -> Path:
    """Where compiled kernels of exactly this source are kept; in the home if the package cannot be written."""
    digest = blake2b(numba.__version__.encode(), digest_size=8)
    for source in [*sorted(PACKAGE.glob("**/*kernel*.py")), PACKAGE / "schedule" / "world.py", Path(__file__)]:
        digest.update(source.read_bytes())
    base = PACKAGE / "__pycache__"
    writable = access(base if base.exists() else PACKAGE, W_OK)
    return (base if writable else Path.home() / ".cache" / "rounds") / f"kernels-{digest.hexdigest()}"


numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]

kernel = njit(cache=True, error_model="numpy", _nrt=False)  # type: ignore[call-overload]
inlined = njit(cache=True, error_model="numpy", _nrt=False, forceinline=True)  # type: ignore[call-overload]
unlocked = njit(cache=True, error_model="numpy", _nrt=False, nogil=True)  # type: ignore[call-overload]
allocating = njit(cache=True, error_model="numpy")
