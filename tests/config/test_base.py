import dataclasses
from dataclasses import dataclass, field
from typing import Literal

import pytest

from selectra_pipeline.config.base import Config, ConfigError, differences, fingerprint, require


@dataclass(frozen=True)
class Wheel(Config):
    size: int = 26
    pressure: float = 2.5

    def __post_init__(self):
        require(self.size > 0, f"size={self.size} must be above 0")


@dataclass(frozen=True)
class Bicycle(Config):
    name: str
    wheel: Wheel = field(default_factory=Wheel)
    spare: Wheel | None = None
    colors: tuple[str, ...] = ()
    electric: bool = False
    frame: Literal["steel", "carbon"] = "steel"


def error_of(params, where=""):
    with pytest.raises(ConfigError) as caught:
        Bicycle.from_params(params, where)
    return str(caught.value)


def test_nested_parameters_become_nested_configurations():
    bicycle = Bicycle.from_params({"name": "a", "wheel": {"size": 28}, "colors": ["rojo", "azul"]})
    assert bicycle == Bicycle("a", Wheel(28, 2.5), colors=("rojo", "azul"))


def test_none_counts_as_empty():
    assert Wheel.from_params(None) == Wheel()


def test_what_is_built_goes_back_to_the_same_parameters():
    bicycle = Bicycle("a", spare=Wheel(20), colors=("rojo",))
    assert Bicycle.from_params(bicycle.to_dict()) == bicycle


def test_a_configuration_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Wheel().size = 3


def test_an_unknown_key_gets_the_nearest_known_one():
    message = error_of({"name": "a", "wheel": {"sise": 2}}, "garage")
    assert message == "unknown parameter 'garage.wheel.sise'; did you mean 'size'?"


def test_an_unknown_key_like_no_other_gets_all_known_ones():
    assert "known: colors, electric, frame, name, spare, wheel" in error_of({"xyzzy": 1})


def test_a_missing_key_is_named():
    assert error_of({}, "garage") == "garage.name is missing: it has no default"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"name": 3}, "name must be a text, got 3"),
        ({"wheel": {"size": 2.5}}, "wheel.size must be a whole number, got 2.5"),
        ({"wheel": {"size": True}}, "wheel.size must be a whole number, got True"),
        ({"wheel": {"pressure": "alta"}}, "wheel.pressure must be a number, got 'alta'"),
        ({"wheel": {"pressure": ".nan"}}, "wheel.pressure must be a number, got '.nan'"),
        ({"wheel": {"pressure": float("inf")}}, "wheel.pressure must be a finite number, got inf"),
        ({"wheel": {"pressure": "nan"}}, "wheel.pressure must be a finite number, got nan"),
        ({"wheel": {"pressure": True}}, "wheel.pressure must be a number, got True"),
        ({"wheel": 7}, "wheel must be a mapping, got 7"),
        ({"electric": "no"}, "electric must be true or false, got 'no'"),
        ({"electric": 1}, "electric must be true or false, got 1"),
        ({"frame": "wood"}, "frame must be one of steel, carbon; got 'wood'"),
        ({"colors": ["rojo", 3]}, "colors[1] must be a text, got 3"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_with_its_path(params, message):
    assert error_of({"name": "a", **params}) == message


def test_numbers_that_yaml_reads_as_something_else_are_understood():
    wheel = Wheel.from_params({"size": 28.0, "pressure": "5e-4"})
    assert (wheel.size, wheel.pressure) == (28, 5e-4)
    assert isinstance(wheel.size, int)
    assert isinstance(Wheel.from_params({"pressure": 3}).pressure, float)


def test_one_value_stands_for_a_list_of_one():
    assert Bicycle.from_params({"name": "a", "colors": "rojo"}).colors == ("rojo",)


def test_none_stands_for_an_empty_list():
    assert Bicycle.from_params({"name": "a", "colors": None}).colors == ()


def test_an_optional_part_may_be_left_out_given_or_null():
    assert Bicycle.from_params({"name": "a", "spare": None}).spare is None
    assert Bicycle.from_params({"name": "a", "spare": {"size": 20}}).spare == Wheel(20)


def test_a_failed_check_is_told_with_the_path_of_its_configuration():
    message = error_of({"name": "a", "wheel": {"size": 0}}, "garage")
    assert message == "garage.wheel: size=0 must be above 0"


def test_the_path_is_told_even_if_the_message_begins_like_it():
    with pytest.raises(ConfigError, match=r"^size: size=0 must be above 0"):
        Wheel.from_params({"size": 0}, "size")


def test_a_fingerprint_ignores_the_order_of_keys_but_no_value():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint(Wheel(26)) == fingerprint(Wheel())
    assert fingerprint(Wheel(27)) != fingerprint(Wheel())
    assert len(fingerprint(Wheel())) == 16


def test_differences_name_the_leaves_that_changed():
    old = Bicycle("a", colors=("rojo",)).to_dict()
    new = {**Bicycle("b", Wheel(28)).to_dict(), "colors": ["rojo"]}
    assert differences(old, new) == ["name: 'a' -> 'b'", "wheel.size: 26 -> 28"]


def test_differences_show_what_is_new_or_gone():
    assert differences({"a": 1}, {"b": 2}) == ["a: 1 -> None", "b: None -> 2"]
