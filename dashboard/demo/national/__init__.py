"""A made nation around the made county: by rule, the same at every start, nobody's data."""
