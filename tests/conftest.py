"""How every test of a law runs: the same cases each time, and never against the clock.

`HYPOTHESIS_PROFILE=search` looks for new cases instead.
"""

import os

from hypothesis import settings

settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

# What is installed here decides no test: the better matcher has tests of its own.
os.environ["VEIN_IMAGING_MATCHER"] = os.devnull
