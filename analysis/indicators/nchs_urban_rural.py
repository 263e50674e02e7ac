"""How urban a county is on the scale that health statistics go by."""

from analysis.indicator import Indicator, Source

INDICATOR = Indicator(
    meaning="NCHS Urban-Rural Classification of 2013: 1 large central metro, 2 large fringe metro, 3 medium metro, 4 "
    "small metro, 5 micropolitan, 6 noncore.",
    direction="context",
    source="National Center for Health Statistics (CDC)",
    sources=(Source("nchs_urban_rural", "nchs_2013"),),
    kind="class",
    low=1,
    high=6,
)
