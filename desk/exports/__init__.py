"""Results of ``hesuan check`` in the formats of other programs."""
