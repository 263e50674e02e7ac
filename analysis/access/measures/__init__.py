"""Measures of access: one measure = one file, its steps in the paper's order."""
