"""The invented mix of professions: how common, how scarce in the country, and how directories word and code them."""

from typing import NamedTuple


class Code(NamedTuple):
    """A taxonomy code with the two words by which the registry is searched for it."""

    code: str
    classification: str
    specialization: str = ""

    def wording(self, separator: str) -> str:
        """Return the description as one text; the registry's older shape joins with a blank, the newer with comma."""
        return separator.join(filter(None, (self.classification, self.specialization)))


class Profession(NamedTuple):
    """A profession of the demonstration.

    ``share`` of all therapists; ``absent_share`` of the non-metro counties that have none at all;
    ``further_licence_share`` of its members hold a licence in more than one state; ``codes`` come with their weights;
    ``titles`` and ``credentials`` are what directories print; ``role`` is the Plan-Net role.
    """

    key: str
    share: float
    absent_share: float
    further_licence_share: float
    codes: tuple[tuple[Code, float], ...]
    titles: tuple[str, ...]
    credentials: tuple[str, ...]
    role: tuple[str, str]


_COUNSELOR = "Counselor"
_PSYCHOLOGIST = "Psychologist"
_SOCIAL_WORKER = "Social Worker"
_PSYCHIATRY = "Psychiatry & Neurology"
_CLINIC = "Clinic/Center"

PROFESSIONS = (
    Profession(
        "counselor", 0.38, 0.20, 0.09,
        (
            (Code("101YM0800X", _COUNSELOR, "Mental Health"), 0.55),
            (Code("101YP2500X", _COUNSELOR, "Professional"), 0.28),
            (Code("101YA0400X", _COUNSELOR, "Addiction (Substance Use Disorder)"), 0.12),
            (Code("101Y00000X", _COUNSELOR), 0.04),
            (Code("101YP1600X", _COUNSELOR, "Pastoral"), 0.01),
        ),
        ("Mental Health Counselor", "Licensed Professional Counselor", "LMHC", "LPC", "Professional Counselor"),
        ("LMHC", "LPC", "LCPC", "M.A., LMHC"),
        ("co", "Counselor"),
    ),
    Profession(
        "social_worker", 0.26, 0.27, 0.10,
        (
            (Code("1041C0700X", _SOCIAL_WORKER, "Clinical"), 0.82),
            (Code("104100000X", _SOCIAL_WORKER), 0.18),
        ),
        ("Licensed Clinical Social Worker", "LCSW", "LICSW", "Clinical Social Worker"),
        ("LCSW", "LICSW", "MSW"),
        ("co", "Counselor"),
    ),
    Profession(
        "psychologist", 0.11, 0.45, 0.12,
        (
            (Code("103TC0700X", _PSYCHOLOGIST, "Clinical"), 0.62),
            (Code("103T00000X", _PSYCHOLOGIST), 0.20),
            (Code("103TC2200X", _PSYCHOLOGIST, "Clinical Child & Adolescent"), 0.07),
            (Code("103TC1900X", _PSYCHOLOGIST, "Counseling"), 0.06),
            (Code("103TB0200X", _PSYCHOLOGIST, "Cognitive & Behavioral"), 0.03),
            (Code("103TF0000X", _PSYCHOLOGIST, "Family"), 0.02),
        ),
        ("Clinical Psychologist", "Licensed Psychologist", "Psychologist"),
        ("PSYD", "PH.D.", "PhD"),
        ("ph", "Physician"),
    ),
    Profession(
        "marriage_family_therapist", 0.095, 0.50, 0.08,
        ((Code("106H00000X", "Marriage & Family Therapist"), 1.0),),
        ("Marriage and Family Therapist", "LMFT", "Marriage & Family Therapist"),
        ("LMFT", "MFT"),
        ("co", "Counselor"),
    ),
    Profession(
        "psychoanalyst", 0.003, 0.99, 0.05,
        ((Code("102L00000X", "Psychoanalyst"), 1.0),),
        ("Psychoanalyst",),
        ("PHD", ""),
        ("co", "Counselor"),
    ),
    Profession(
        "psychiatrist", 0.064, 2 / 3, 0.20,
        (
            (Code("2084P0800X", _PSYCHIATRY, "Psychiatry"), 0.80),
            (Code("2084P0804X", _PSYCHIATRY, "Child & Adolescent Psychiatry"), 0.13),
            (Code("2084P0805X", _PSYCHIATRY, "Geriatric Psychiatry"), 0.03),
            (Code("2084P0802X", _PSYCHIATRY, "Addiction Psychiatry"), 0.02),
            (Code("2084A0401X", _PSYCHIATRY, "Addiction Medicine"), 0.02),
        ),
        ("Psychiatrist", "Psychiatry"),
        ("M.D.", "MD", "DO"),
        ("ph", "Physician"),
    ),
    Profession(
        "psychiatric_nurse", 0.088, 0.45, 0.18,
        (
            (Code("363LP0808X", "Nurse Practitioner", "Psych/Mental Health"), 0.92),
            (Code("364SP0808X", "Clinical Nurse Specialist", "Psych/Mental Health"), 0.08),
        ),
        ("Psychiatric Nurse Practitioner", "PMHNP"),
        ("PMHNP", "ARNP", "PMHNP-BC"),
        ("nu", "Nurse"),
    ),
)  # fmt: skip

CLINIC_CODES = (
    (Code("261QM0801X", _CLINIC, "Mental Health (Including Community Mental Health Center)"), 0.40),
    (Code("251S00000X", "Community/Behavioral Health"), 0.30),
    (Code("261QM0850X", _CLINIC, "Adult Mental Health"), 0.12),
    (Code("261QR0405X", _CLINIC, "Rehabilitation, Substance Use Disorder"), 0.12),
    (Code("261QM0855X", _CLINIC, "Adolescent and Children Mental Health"), 0.06),
)

BYSTANDER_CODES = (
    (Code("2084N0400X", _PSYCHIATRY, "Neurology"), 0.42),
    (Code("101YS0200X", _COUNSELOR, "School"), 0.20),
    (Code("103TS0200X", _PSYCHOLOGIST, "School"), 0.16),
    (Code("1041S0200X", _SOCIAL_WORKER, "School"), 0.14),
    (Code("2084P2900X", _PSYCHIATRY, "Pain Medicine"), 0.08),
)
"""Listings that a search for psychotherapy brings along and that are none."""

SIDE_CODES = (
    Code("171M00000X", "Case Manager/Care Coordinator"),
    Code("390200000X", "Student in an Organized Health Care Education/Training Program"),
)
"""What some therapists keep in a slot before their real profession."""

ALL_CODES: tuple[Code, ...] = (
    *(code for profession in PROFESSIONS for code, _ in profession.codes),
    *(code for code, _ in (*CLINIC_CODES, *BYSTANDER_CODES)),
    *SIDE_CODES,
)

SPECIALTIES: dict[str, tuple[float, tuple[str, ...]]] = {
    "general": (0.85, ("Depression", "Anxiety", "Stress")),
    "trauma": (0.38, ("Trauma and PTSD", "PTSD", "EMDR")),
    "eating_disorders": (0.045, ("Eating Disorders", "Binge Eating")),
    "substance_use": (0.20, ("Substance Use", "Addiction", "Alcohol")),
    "children": (0.28, ("Children", "Adolescents", "Teens")),
    "couples": (0.24, ("Couples Therapy", "Family Therapy", "Relationship Issues")),
    "perinatal": (0.05, ("Perinatal", "Postpartum")),
    "ocd": (0.055, ("OCD", "Obsessive-Compulsive")),
    "severe_mental_illness": (0.11, ("Bipolar Disorder", "Schizophrenia", "Serious Mental Illness")),
    "older_adults": (0.10, ("Older Adults", "Seniors")),
    "neurodevelopmental": (0.16, ("ADHD", "Autism")),
    "lgbtq": (0.17, ("LGBTQ+", "LGBTQ")),
}
"""Specialty -> how many therapists have it and how directories word it. Spanish and prescribing follow from
languages and profession."""

UNMET_WORDS = ("Life Transitions", "Grief", "Mindfulness")
"""Categories a directory prints that stand in no vocabulary; a crawl reports them."""

LANGUAGES = (("", 0.865), ("es", 0.075), ("ru", 0.012), ("zh", 0.012), ("vi", 0.009), ("ko", 0.009), ("de", 0.018))
"""A language besides English, ISO 639-1, with the share of therapists who speak it."""
