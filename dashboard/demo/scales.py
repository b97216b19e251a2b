"""How large a demo's made basin is: chosen when it is made, kept in its folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from data.errors import BadInput

COUNTY, NATIONAL = "county", "national"
KEY: Final = "ONEMAP_DEMO__SCALE"


def chosen(settings: Mapping[str, str], folder: Path, scale: str | None, basin: Path | None) -> str:
    """Returns the scale of the folder's basin, or the one to make it at: a county unless told.

    Raises BadInput when the folder holds a basin of another scale, and for a scale of a basin that
    is read from files.
    """
    if scale is not None and basin is not None:
        raise BadInput(
            "A basin from files has no scale.", mend="Give either --basin or --scale, not both."
        )
    kept = settings.get(KEY, COUNTY) if (folder / "filled").exists() else None
    if kept is not None and scale is not None and scale != kept:
        raise BadInput(
            "{folder} holds a demo of the scale {kept}, not {scale}.",
            mend="Leave --scale out, or choose another --dir.",
            folder=folder,
            kept=kept,
            scale=scale,
        )
    return kept or scale or COUNTY
