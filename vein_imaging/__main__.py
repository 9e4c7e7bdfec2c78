"""`python -m vein_imaging` is the `vein-imaging` command."""

from vein_imaging.cli import main

main()
