"""Three invented directories on loopback: invented therapists over the real population of five states.

Real people are not sample data, so the therapists, clinics, names, streets, numbers and addresses here are generated
from a seed: NPIs begin with 9 and pass Luhn, phones are 555-01xx, web addresses end in ``.example``. ZIP codes,
counties and population are real. No room of the flow imports this package.
"""
