"""`analyse`: one picture, all stages."""

from __future__ import annotations

import dataclasses

from vein_calibration.pixel_size import PixelSize
from vein_calibration.profile import Profile
from vein_imaging.imaging.arrays import Mask, Picture, check_picture, fit_mask
from vein_imaging.imaging.field.find_field import look_for_field
from vein_imaging.imaging.light import tell_subject
from vein_imaging.imaging.vein_map import VeinMap
from vein_imaging.pipeline.calibrated import (
    calibrated_settings,
    chosen_scale,
    exact_mm,
    with_scale_error,
)
from vein_imaging.pipeline.network import measure_network
from vein_imaging.pipeline.recipe import recipe_for
from vein_imaging.pipeline.settings import AnalysisSettings
from vein_imaging.pipeline.stages import (
    PreparedPicture,
    assemble,
    check_scale,
    find_mask,
    pick_channel,
    respond,
    score_response,
    take_plane,
)

__all__ = ["analyse"]


def analyse(
    image: Picture,
    *,
    mm_per_pixel: float | PixelSize | None = None,
    field: Mask | None = None,
    settings: AnalysisSettings = AnalysisSettings(),  # noqa: B008 (frozen)
    profile: Profile | None = None,
    light: str = "",
) -> VeinMap:
    """Find the veins of a picture, follow them and measure their width.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) RGB, uint8, uint16 or float32 in [0, 1]
    mm_per_pixel : mm or PixelSize, optional
        Size of a pixel on the skin, with its error where it is a calibrated one;
        without it nothing is given in mm, and veins up to a sixtieth of the picture's
        longer side are sought.
    field : (H, W) bool, optional
        Where to look; found from the picture where it is left out.
        With a profile, in the corrected picture.
    settings : AnalysisSettings
    profile : Profile, optional
        Calibration of the camera: the picture is corrected by it, and what is found
        lies in the corrected picture (`profile.correct`). Its scale and blur count
        where `mm_per_pixel` and `settings.blur_sigma_px` say nothing.
    light : str
        Channel of the illuminator that was on.

    Returns
    -------
    VeinMap

    Raises
    ------
    TypeError, ValueError
        If `image`, `field` or `mm_per_pixel` cannot be used; the message says why.
    """
    picture = check_picture(image)
    scale = chosen_scale(mm_per_pixel, profile)
    mm_per_pixel = exact_mm(scale)
    check_scale(mm_per_pixel)
    if profile is not None:
        picture = profile.correct(picture, light)
        settings = calibrated_settings(settings, profile)
    channel = pick_channel(picture, settings)
    recipe = recipe_for(tell_subject(picture, mm_per_pixel), settings.quality)
    plane = take_plane(picture, channel, recipe, settings)
    shape = plane.shape[0], plane.shape[1]
    found = look_for_field(picture) if field is None else None
    looked_at = fit_mask(field, shape) if found is None else found.mask
    scene = PreparedPicture.of(plane, looked_at, recipe, mm_per_pixel, settings)
    response, noise, coarse = respond(scene)
    score = score_response(response, noise, scene)
    mask = find_mask(score, recipe, settings)
    network = measure_network(
        picture,
        scene.plane,
        mask,
        score=score,
        field=looked_at,
        coarse=coarse,
        size=scene.size,
        mm_per_pixel=mm_per_pixel,
        recipe=recipe,
        settings=settings,
    )
    branches = with_scale_error(network.branches, scale, looked_at, settings)
    network = dataclasses.replace(network, branches=branches)
    return assemble(
        scene,
        score,
        mask,
        network,
        mm_per_pixel=mm_per_pixel,
        channel=channel,
        scale_error=scale.relative_error if isinstance(scale, PixelSize) else 0.0,
        advice="" if found is None else found.advice,
    )
