"""Maximum quantities as data: one file per region, each figure with its source."""

from vein_imaging.domain.limits.reading import REGIONS, load_limits
from vein_imaging.domain.limits.table import (
    Advice,
    ClinicPolicy,
    Limit,
    LimitTable,
    Product,
    Severity,
    Source,
    Strength,
    TestDose,
    VeinRange,
)

__all__ = [
    "REGIONS",
    "Advice",
    "ClinicPolicy",
    "Limit",
    "LimitTable",
    "Product",
    "Severity",
    "Source",
    "Strength",
    "TestDose",
    "VeinRange",
    "load_limits",
]
