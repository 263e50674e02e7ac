"""Public data to regions and origins: where people live, how rural it is, what they need and what bars them."""
