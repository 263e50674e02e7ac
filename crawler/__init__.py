"""Pages to records: the only part of therapygap that talks to the network."""
