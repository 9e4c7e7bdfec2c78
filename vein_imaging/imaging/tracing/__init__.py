"""From a mask to lines with a width: centrelines, chains, gaps and diameters."""
