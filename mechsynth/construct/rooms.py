"""The classes of transfers that are built block by block, by name."""

from __future__ import annotations

from mechsynth.construct import contingent, vcg_type

ROOMS = {room.ask: room for room in (contingent.ROOM, vcg_type.ROOM)}
