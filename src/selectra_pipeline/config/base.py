"""Frozen configuration dataclasses that are checked once, at the door.

A configuration class derives from `Config`, is a frozen dataclass, and checks what its types cannot
say in `__post_init__` by raising `ConfigError`. `from_params` turns the nested dictionaries of a
YAML file into it; an unknown key is an error that names the nearest known one.
"""

import contextlib
import dataclasses
import difflib
import hashlib
import json
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Self

SCALAR_NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


class UserError(Exception):
    """Wrong input or bad circumstances: the message says how to mend it, no traceback is needed."""

    exit_code = 1  # of a process that ends with it


class ConfigError(UserError, ValueError):
    """A configuration that cannot work. The message says how to mend it."""


@dataclasses.dataclass(frozen=True)
class Config:
    """Base of all configuration classes."""

    @classmethod
    def from_params(cls, params: Mapping[str, Any] | None, where: str = "") -> Self:
        """Build the configuration from a (nested) mapping.

        Args:
            params: parameters as they stand in YAML; None counts as empty.
            where: dotted path of `params` in the parameters, for messages ("pretraining.schedule").

        Raises:
            ConfigError: on an unknown key, a missing key or a value of the wrong type.
        """
        params = {} if params is None else params
        if not isinstance(params, Mapping):
            raise ConfigError(f"{where or cls.__name__} must be a mapping, got {params!r}")
        known = {field.name: field for field in dataclasses.fields(cls)}
        for key in params:
            if key not in known:
                raise ConfigError(_unknown_key_message(_join(where, str(key)), str(key), known))
        annotations = typing.get_type_hints(cls)
        values = {
            key: _convert(value, annotations[key], _join(where, key))
            for key, value in params.items()
        }
        for name, field in known.items():
            required = (
                field.default is dataclasses.MISSING
                and field.default_factory is dataclasses.MISSING
            )
            if required and name not in values:
                raise ConfigError(f"{_join(where, name)} is missing: it has no default")
        try:
            return cls(**values)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}" if where else str(error)) from None

    def to_dict(self) -> dict[str, Any]:
        """The configuration as nested plain dictionaries, ready for JSON."""
        return dataclasses.asdict(self)


def fingerprint(*parts: Any) -> str:
    """SHA-256 (first 16 hex digits) of configurations and plain values, whatever the key order."""
    plain = [part.to_dict() if isinstance(part, Config) else part for part in parts]
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(old: Mapping[str, Any], new: Mapping[str, Any], where: str = "") -> list[str]:
    """Lines "path: old -> new" for every leaf in which two nested mappings differ."""
    lines = []
    for key in sorted(set(old) | set(new), key=str):
        path, before, after = _join(where, str(key)), old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            lines += differences(before, after, path)
        elif before != after and json.dumps(before) != json.dumps(after):  # (1, 2) equals [1, 2]
            lines.append(f"{path}: {before!r} -> {after!r}")
    return lines


def require(condition: bool, message: str) -> None:
    """Raise `ConfigError(message)` unless `condition` holds."""
    if not condition:
        raise ConfigError(message)


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _unknown_key_message(path: str, key: str, known: Mapping[str, Any]) -> str:
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"known: {', '.join(sorted(known))}"
    return f"unknown parameter {path!r}; {hint}"


def _convert(value: Any, annotation: Any, path: str) -> Any:
    """Check `value` against a type annotation; lists become tuples, mappings become Configs.

    A mapping from names may hold anything that a field may.
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        inner = [argument for argument in arguments if argument is not type(None)]
        return _convert(value, inner[0], path)
    if origin is typing.Literal:
        if value not in arguments:
            choices = ", ".join(map(str, arguments))
            raise ConfigError(f"{path} must be one of {choices}; got {value!r}")
        return value
    if origin is tuple:
        given = () if value is None else value
        items = given if isinstance(given, list | tuple) else [given]
        return tuple(_convert(item, arguments[0], f"{path}[{i}]") for i, item in enumerate(items))
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise ConfigError(f"{path} must be a mapping, got {value!r}")
        return {
            str(name): _convert(item, arguments[1], _join(path, str(name)))
            for name, item in value.items()
        }
    if isinstance(annotation, type) and issubclass(annotation, Config):
        if isinstance(value, annotation):
            return value
        return annotation.from_params(value, path)
    return _convert_scalar(value, annotation, path)


def _convert_scalar(value: Any, annotation: type, path: str) -> Any:
    if annotation is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if annotation is float and isinstance(value, str):  # YAML 1.1 reads 5e-4 as a text
        with contextlib.suppress(ValueError):
            value = float(value)
    if annotation is float and isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{path} must be a finite number, got {value!r}")
    if annotation is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, annotation) or (isinstance(value, bool) and annotation is not bool):
        raise ConfigError(f"{path} must be {SCALAR_NAMES[annotation]}, got {value!r}")
    return value
