"""Learn the linkage models that ship from generated directories: run as ``python data/train_linkage.py``."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analysis.providers.linkage.listings import tables  # noqa: E402
from analysis.providers.linkage.training import learned  # noqa: E402
from analysis.providers.linkage.workbench import workbench  # noqa: E402
from demonstration.doubles import listings  # noqa: E402

COUNT, SEED = 200_000, 7


def main() -> None:
    """Train both models and write them into ``data/reference``."""
    records = sorted((one.record for one in listings(COUNT, SEED)), key=lambda record: record.key)
    for kind, table in tables(records).items():
        with workbench(kind, table) as bench:
            weights = learned(bench, None)
        file = ROOT / "data" / "reference" / f"linkage_{kind}.json"
        file.write_text(weights.as_json(), encoding="utf-8")
        print(f"{file.relative_to(ROOT)}: chance {weights.chance:.3g} of {bench.listings:,} listings")


if __name__ == "__main__":
    main()
