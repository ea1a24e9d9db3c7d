"""What was planted for a check to find is taken out again, whatever it stood in for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from onvif_privacy.core.promises.planting import altered


class Form:
    @staticmethod
    def still(value: int) -> int:
        return value

    @classmethod
    def known(cls) -> str:
        return cls.__name__

    def asked(self) -> str:
        return "asked"

    @property
    def shown(self) -> str:
        return "shown"


class Child(Form):
    pass


@pytest.mark.parametrize("place", [Form, Child])
def test_methods_of_every_kind_work_as_before(place: type[Form]) -> None:
    before = {name: dict(vars(one)) for name, one in (("Form", Form), ("Child", Child))}
    for name in ("still", "known", "asked", "shown"):
        with altered(place, name, staticmethod(lambda *_given: "planted")):
            assert dict(vars(place)) != before[place.__name__]
    assert {name: dict(vars(one)) for name, one in (("Form", Form), ("Child", Child))} == before
    assert (place().still(1), place.known(), place().asked(), place().shown) == (1, place.__name__, "asked", "shown")


def test_an_attribute_of_an_object_is_put_back_after_an_error() -> None:
    place = SimpleNamespace(index=1)
    with pytest.raises(ZeroDivisionError), altered(place, "index", 2):
        assert place.index / 0
    assert place.index == 1
