#!/usr/bin/env bash
# Mutation testing of the dose rules and quantities. Needs `pip install mutmut`; takes about
# 20 minutes on two cores. Results of the last run, survivors with why: results/mutants.txt.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
mkdir -p "$work/vein_imaging" "$work/tests/vein_imaging"
cp -r "$root/vein_imaging/domain" "$work/vein_imaging/"
touch "$work/vein_imaging/__init__.py" # the domain alone: no camera, no window
cp -r "$root/tests/vein_imaging/domain" "$work/tests/vein_imaging/"
cp -r "$root/docs" "$work/"
cat > "$work/pyproject.toml" <<'TOML'
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
pythonpath = ["."]
[tool.mutmut]
source_paths = ["vein_imaging"]
only_mutate = ["vein_imaging/domain/dose/*", "vein_imaging/domain/quantity.py", "vein_imaging/domain/exact.py"]
also_copy = ["docs", "vein_imaging"]
pytest_add_cli_args_test_selection = ["tests", "--deselect", "tests/vein_imaging/domain/dose/test_laws.py", "--ignore=tests/vein_imaging/domain/limits/test_documentation.py"]
use_git_change_detection = false
TOML
cd "$work"
"$root/.venv/bin/mutmut" run --max-children "$(nproc)"
"$root/.venv/bin/mutmut" results
echo "mutants and their differences: $work (mutmut show NAME)"
