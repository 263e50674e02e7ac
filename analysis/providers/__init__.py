"""Records of many directories to providers, sites and supply: each therapist once, somewhere, with hours."""
