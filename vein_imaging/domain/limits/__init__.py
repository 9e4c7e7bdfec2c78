"""Maximum quantities as data: one file per region, each figure with its source."""

from vein_imaging.domain.limits.naming import Named
from vein_imaging.domain.limits.reading import REGIONS, load_limits
from vein_imaging.domain.limits.table import (
    Advice,
    ClinicPolicy,
    FoamMix,
    Limit,
    LimitTable,
    Product,
    Severity,
    Source,
    Strength,
    TestDose,
    Usual,
    VeinRange,
)

__all__ = [
    "REGIONS",
    "Advice",
    "ClinicPolicy",
    "FoamMix",
    "Limit",
    "LimitTable",
    "Named",
    "Product",
    "Severity",
    "Source",
    "Strength",
    "TestDose",
    "Usual",
    "VeinRange",
    "load_limits",
]
