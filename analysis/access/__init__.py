"""How hard it is to reach a provider: travel, decay, catchments and the measures built on them."""
