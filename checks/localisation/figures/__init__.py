"""Localise errors in figures that are sums, products and rounded figures of others, such as those of plots."""
