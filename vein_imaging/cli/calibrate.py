"""`vein-imaging calibrate`: pixels into millimetres, from print to profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vein_imaging.cli.calibrating import (
    camera_options,
    pictures_of,
    target_options,
    telling_faults,
)
from vein_imaging.cli.profiles import ProfileChoice
from vein_imaging.words import translate as _

if TYPE_CHECKING:
    from vein_calibration.profile import Profile
    from vein_calibration.target import Target

__all__ = ["calibrate"]

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def calibrate() -> None:
    """Turn pixels into millimetres one can stand behind: once for each camera."""


@calibrate.command("target")
@click.option("--out", type=_OUT, required=True, help="File: .pdf, .svg or .png.")
@click.option(
    "--kind",
    type=click.Choice(["sheet", "checkerboard", "stickers"]),
    default="sheet",
    show_default=True,
    help="The usual sheet; one without markers; stickers for scale in every frame.",
)
@click.option(
    "--paper",
    type=click.Choice(["a4", "letter"]),
    default="a4",
    show_default=True,
    help="Paper it is printed on.",
)
@click.option("--squares", help="Other than the usual number of squares, as in 7x9.")
@click.option("--square-mm", type=float, help="Other than the usual side of a square.")
@click.option("--dpi", type=click.IntRange(72, 1200), default=300, help="Of a PNG.")
@telling_faults
def target_command(
    out: Path, kind: str, paper: Any, squares: str | None, square_mm: float | None,
    dpi: int,
) -> None:  # fmt: skip
    """Write the target to be printed at true size, with rulers to check the printer."""
    from vein_calibration.sheet import sticker_sheet, target_sheet
    from vein_imaging.cli.calibrating import chosen_target
    from vein_imaging.cli.printing import write_sheet

    if kind == "stickers":
        sheet = sticker_sheet(paper)
    else:
        plain = kind == "checkerboard"
        sheet = target_sheet(chosen_target(squares, square_mm, plain=plain), paper)
    write_sheet(sheet, out, dpi)
    click.echo(
        _("{title}: {out}. Print at 100 %, and measure both rulers.").format(
            title=sheet.title, out=out
        )
    )


@calibrate.command("lens")
@click.argument(
    "pictures", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@camera_options
@target_options
@click.option("--lens-position", default="", help="Focus and zoom, in your own words.")
@click.option("--coverage", type=_OUT, help="Draw there where corners were seen.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@telling_faults
def lens_command(
    pictures: tuple[Path, ...], camera: str, out: Path | None, target: Target,
    lens_position: str, coverage: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Calibrate the lens from 8 or more PICTURES (or folders) of the target.

    Tilt the target in some by about 20 degrees, to all four sides, and show it in every
    part of the picture. Focus and zoom stay as they are from now on.
    """
    from vein_calibration import CalibrationError, find_target, fit_lens
    from vein_calibration.drawing import draw_coverage
    from vein_calibration.view_blur import typical_blur
    from vein_imaging.cli.calibrating import write_picture

    views, unusable = [], []
    for name, picture in pictures_of(pictures):
        try:
            views.append((find_target(picture, target, name), picture))
        except CalibrationError as error:
            unusable.append(str(error))
            click.echo(_("not used: {error}").format(error=error), err=True)
    fit = fit_lens([view for view, _picture in views])
    for line in fit.left_out:
        click.echo(_("left out: {view}").format(view=line), err=True)
    if coverage is not None:
        write_picture(coverage, draw_coverage(fit))
    profile = _changed(
        camera, out, fit.lens.size_px,
        lens=fit.lens, lens_position=lens_position, scale=None,
        blur=typical_blur(views),
    )  # fmt: skip
    lens = fit.lens
    words = _(
        "lens of {camera}: {views} views, {corners} corners, reprojection {error:.2f} "
        "px, focal length {focal:.1f} px +- {spread:.2f} % (95 %), seen in {share:.0f} "
        "% of the picture"
    )
    _tell(
        profile,
        as_json,
        words.format(
            camera=profile[0].camera,
            views=lens.views,
            corners=lens.corners,
            error=lens.reprojection_px,
            focal=lens.focal_px,
            spread=196 * lens.focal_error,
            share=100 * lens.coverage,
        ),
        _("next: lay the target where the skin will be: vein-imaging calibrate scale"),
    )


@calibrate.command("scale")
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@camera_options
@target_options
@click.option("--sticker-mm", type=float, help="A sticker is in view, of this side.")
@click.option("--sticker-number", type=int, default=0, help="The sticker's number.")
@click.option(
    "--marks",
    help="Both ends of a known length, px: 'x,y x,y'. Left out with --length-mm or "
    "--coin, a window opens for two clicks.",
)
@click.option("--length-mm", type=float, help="That length.")
@click.option("--coin", help="A coin of known diameter, as in '1 euro'.")
@click.option(
    "--skin-error-mm",
    type=click.FloatRange(0, 50),
    default=0.2,
    show_default=True,
    help="How far the skin may lie before or behind the target (standard deviation).",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@telling_faults
def scale_command(
    picture: Path, camera: str, out: Path | None, target: Target, as_json: bool,
    **how: Any,
) -> None:  # fmt: skip
    """Calibrate mm per pixel from one PICTURE taken at the working distance.

    Of the target laid where the skin will be; of a sticker; of a ruler or a coin.
    """
    from vein_imaging.cli.scaling import scale_of

    (_name, pixels), *others = pictures_of((picture,))
    if others:
        words = _("{path} holds several pictures; save the one as a file of its own")
        raise click.UsageError(words.format(path=picture))
    before = _kept(camera, out)
    lens = None if before is None else before.lens
    size_px = pixels.shape[1], pixels.shape[0]
    made = scale_of(pixels, target, lens, picture, **how)
    scale = made.scale
    changes: dict[str, Any] = {"scale": scale}
    if made.blur is not None:
        changes["blur"] = made.blur
    if made.sticker is not None:
        changes["sticker"] = made.sticker
    profile = _changed(camera, out, size_px, **changes)
    lines = [f"{scale.pixel_size}: {scale.pixel_size.source}"]
    if scale.spread > 0.01:
        words = _(
            "tilted: the scale differs by {spread:.1f} % over the picture; pictures "
            "are straightened"
        )
        lines.append(words.format(spread=100 * scale.spread))
    if lens is None:
        lines.append(_("no lens calibrated: towards the corners the scale may differ"))
    _tell(profile, as_json, *lines)


@calibrate.command("flat")
@click.argument(
    "card", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@camera_options
@click.option(
    "--dark",
    "dark",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Picture or folder taken with the lens capped. May be repeated.",
)
@click.option("--light", default="", help="Which channel of the illuminator was on.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@telling_faults
def flat_command(
    card: tuple[Path, ...], camera: str, out: Path | None, dark: tuple[Path, ...],
    light: str, as_json: bool,
) -> None:  # fmt: skip
    """Calibrate the light from 4 or more pictures (or a folder) of an even CARD.

    White or skin-toned, filling the picture, out of focus, no part of it saturated.
    """
    from vein_calibration.flat_field import fit_flat_field

    frames = [picture for _name, picture in pictures_of(card)]
    off = [picture for _name, picture in pictures_of(dark)]
    flat = fit_flat_field(frames, off, light)
    before = _kept(camera, out)
    others = () if before is None else before.flats
    flats = (*(one for one in others if one.light != light), flat)
    profile = _changed(camera, out, flat.size_px, flats=flats)
    words = _(
        "light {light}: uneven by {spread:.0f} %, gain {least:.2f} to {most:.2f}, "
        "{bad} bad pixels"
    )
    told = words.format(
        light=light or _("(unnamed)"),
        spread=100 * flat.unevenness,
        least=flat.gain.min(),
        most=flat.gain.max(),
        bad=len(flat.bad_rc),
    )
    _tell(profile, as_json, told)


@calibrate.command("show")
@click.argument("file", required=False, type=_OUT)
@click.option("--camera", help="Address of a camera, instead of a FILE.")
@click.option("--out", type=_OUT, help="Draw it there, as PNG.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@telling_faults
def show_command(
    file: Path | None, camera: str | None, out: Path | None, as_json: bool
) -> None:
    """Print and draw a profile: FILE, or a camera's; without either list all."""
    from vein_calibration.profile_file import profile_id
    from vein_imaging.cli.calibrating import described, every_profile, write_picture

    if file is None and camera is None:
        rows = every_profile()
        if as_json:
            click.echo(json.dumps(rows, indent=2))
        else:
            for row in rows:
                click.echo(f"{row['camera']}  {row['made_at'][:10]}  {row['file']}")
        return
    profile = ProfileChoice(file, None if file else camera).find()
    if profile is None:
        raise click.ClickException(
            _(
                "no calibration of {camera}; begin with: vein-imaging calibrate target"
            ).format(camera=camera)
        )
    if as_json:
        click.echo(json.dumps(described(profile) | {"id": profile_id(profile)}))
    else:
        for name, value in described(profile).items():
            click.echo(f"{name:>14}  {value}")
    if out is not None:
        from vein_calibration.drawing import draw_profile

        write_picture(out, draw_profile(profile, described(profile)))


def _kept(camera: str, out: Path | None) -> Profile | None:
    """The profile that is being added to."""
    from vein_imaging.capture.camera_profiles import camera_identity, own_profile

    return own_profile(camera_identity(camera), out)


def _changed(
    camera: str, out: Path | None, size_px: tuple[int, int], **parts: Any
) -> tuple[Profile, Path]:
    """Add parts to the camera's profile, or begin one, and write it."""
    from vein_imaging.capture.camera_profiles import add_to_profile, camera_identity

    return add_to_profile(camera_identity(camera), size_px, out, **parts)


def _tell(written: tuple[Profile, Path], as_json: bool, *lines: str) -> None:
    from vein_imaging.cli.calibrating import described

    profile, path = written
    if as_json:
        click.echo(json.dumps(described(profile) | {"file": str(path)}))
        return
    for line in lines:
        click.echo(line)
    click.echo(_("profile: {path}").format(path=path))
