"""What ready-made groups of staff may do; each room says so for its own screens."""

from __future__ import annotations

from dataclasses import dataclass, field

from onvif_privacy.core.registry.base import Registry


@dataclass(frozen=True)
class StaffRights:
    """Permissions (``app_label.codename``) that a room gives to the ready-made groups.

    Everybody in one of the groups may view the room's screens; ``privacy_groups`` adds that by itself.
    """

    room: str
    officer: tuple[str, ...] = field(default=())
    approver: tuple[str, ...] = field(default=())
    support: tuple[str, ...] = field(default=())
    auditor: tuple[str, ...] = field(default=())


staff_rights: Registry[StaffRights] = Registry(StaffRights, "staff rights", lambda item: item.room)
