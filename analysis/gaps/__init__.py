"""Need beside access: what is missing where, in which specialty."""
