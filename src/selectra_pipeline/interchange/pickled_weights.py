"""Reading `pytorch_model.bin` without PyTorch, and without running what a pickle may run.

A pickle is a program that may call anything. The unpickler here knows the few names that a file of
weights needs, each of which only builds a description; any other name is refused before it is
looked up. Both of PyTorch's formats are read: the zip archive, and the older sequence of pickles
with the numbers after them.
"""

import io
import math
import pathlib
import pickle
import sys
import zipfile
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.base import ConfigError

OLD_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C  # the first pickle of the older format
OLD_VERSION = 1001

# Element types by the name of PyTorch's storage class; those of no weights are refused.
STORAGE_TYPES = {
    "FloatStorage": np.dtype(np.float32),
    "HalfStorage": np.dtype(np.float16),
    "BFloat16Storage": np.dtype(tf.bfloat16.as_numpy_dtype),
    "DoubleStorage": np.dtype(np.float64),
    "LongStorage": np.dtype(np.int64),
    "IntStorage": np.dtype(np.int32),
    "BoolStorage": np.dtype(np.bool_),
    "ByteStorage": np.dtype(np.uint8),
}


class PickledWeightsError(ConfigError):
    """A pickle that holds more than weights, or is damaged."""


class Storage(NamedTuple):
    """A run of numbers in the file, which tensors are views of.

    Attributes:
        size: in elements.
    """

    key: str
    dtype: np.dtype
    size: int


class View(NamedTuple):
    """A tensor before its numbers are read; offset and strides are in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Mapped(dict):
    """Stands for `OrderedDict`; the attributes that PyTorch hangs on it are passed over."""

    def __setstate__(self, state: Any) -> None:
        pass


class _Known:
    """Something that a pickle may name: it can be called, and not be changed."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *args: Any) -> Any:
        return self._function(*args)

    def __setstate__(self, state: Any) -> None:
        raise pickle.UnpicklingError("it changes what it is read with")


def _view(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> View:
    numbers = (offset, *shape, *strides)
    valid = isinstance(storage, Storage) and len(shape) == len(strides)
    if not valid or not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise pickle.UnpicklingError("a tensor is described wrongly")
    return View(storage, offset, tuple(shape), tuple(strides))


def _parameter(view: Any, *_: Any) -> Any:
    return view


KNOWN: Mapping[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): Mapped,
    ("torch._utils", "_rebuild_tensor_v2"): _Known(_view),
    ("torch._utils", "_rebuild_parameter"): _Known(_parameter),
    **{("torch", name): name for name in STORAGE_TYPES},  # a pickle could change a dtype itself
}


class _WeightsUnpickler(pickle.Unpickler):
    """Gives a mapping of names to `View`s.

    Attributes:
        storages: those that the pickle named, by key.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        try:
            return KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it names {module}.{name}, which no file of weights needs"
            ) from None

    def persistent_load(self, given: Any) -> Storage:
        kind, name, key, _, size = given[:5]
        known = kind == "storage" and name in STORAGE_TYPES and isinstance(key, str)
        parts = given[5] if len(given) > 5 else None  # of a storage, in the oldest files
        if not known or not isinstance(size, int) or size < 0 or parts is not None:
            raise pickle.UnpicklingError("a storage is described wrongly")
        return self.storages.setdefault(key, Storage(key, STORAGE_TYPES[name], size))


def read_pickled_weights(path: pathlib.Path) -> dict[str, np.ndarray]:
    """All tensors of a state dict by name.

    Raises:
        PickledWeightsError: the file holds anything but tensors by name, or is damaged.
    """
    try:
        if zipfile.is_zipfile(path):
            return _read_archive(path)
        return _read_sequence(path)
    except (
        pickle.UnpicklingError, zipfile.BadZipFile, EOFError, KeyError, ValueError, TypeError,
        IndexError, AttributeError, OverflowError, UnicodeDecodeError, NotImplementedError,
    ) as error:  # fmt: skip
        raise PickledWeightsError(
            f"{path} can't be read as weights alone: {error}. Nothing of it was run; use another "
            "release of the checkpoint, best one with model.safetensors"
        ) from error


def _read_archive(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The zip format: NAME/data.pkl, and each storage as NAME/data/KEY."""
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        found = [name for name in entries if name.endswith("/data.pkl")]
        if len(found) != 1:
            raise ValueError("it holds no data.pkl, or several")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
            raise ValueError("it is compressed, which PyTorch never does")
        root = found[0].removesuffix("data.pkl")
        order = archive.read(root + "byteorder") if root + "byteorder" in entries else b"little"
        if order.decode() != sys.byteorder:
            raise ValueError("its numbers have the byte order of another kind of machine")
        unpickler = _WeightsUnpickler(io.BytesIO(archive.read(found[0])))
        views = _views(unpickler.load())
        contents = {
            key: np.frombuffer(archive.read(f"{root}data/{key}"), storage.dtype)
            for key, storage in unpickler.storages.items()
        }
    return {name: _array(name, view, contents) for name, view in views.items()}


def _read_sequence(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The format before PyTorch 1.6: pickles one after another, then all storages."""
    with path.open("rb") as file:
        for expected in (OLD_MAGIC_NUMBER, OLD_VERSION):
            if _WeightsUnpickler(file).load() != expected:
                raise ValueError("it is no file of PyTorch's")
        if _WeightsUnpickler(file).load().get("little_endian") is not (sys.byteorder == "little"):
            raise ValueError("its numbers have the byte order of another kind of machine")
        unpickler = _WeightsUnpickler(file)
        views = _views(unpickler.load())
        contents = {}
        for key in _WeightsUnpickler(file).load():
            storage = unpickler.storages[key]
            (size,) = np.frombuffer(file.read(8), np.int64)
            if size != storage.size:
                raise ValueError(f"storage {key} has {size} elements, not {storage.size}")
            numbers = file.read(storage.size * storage.dtype.itemsize)
            contents[key] = np.frombuffer(numbers, storage.dtype)
    return {name: _array(name, view, contents) for name, view in views.items()}


def _views(loaded: Any) -> dict[str, View]:
    if not isinstance(loaded, dict):
        raise ValueError("it holds no weights by name")
    for name, view in loaded.items():
        if not isinstance(name, str) or not isinstance(view, View):
            raise ValueError(f"{name!r} is no tensor")
    return dict(loaded)


def _array(name: str, view: View, contents: Mapping[str, np.ndarray]) -> np.ndarray:
    """A copy of the numbers that a view shows, none of which may lie outside its storage."""
    storage, size = contents[view.storage.key], math.prod(view.shape)
    steps = zip(view.shape, view.strides, strict=True)
    last = view.offset + sum((length - 1) * stride for length, stride in steps)
    # A stride of 0 would make a tensor of any size from one number.
    if storage.size != view.storage.size or size > storage.size or (size and last >= storage.size):
        raise ValueError(f"{name} has fewer numbers than its shape says")
    strides = [stride * storage.dtype.itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, strides).copy()
