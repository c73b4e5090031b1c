"""Which records of a dataset can matter to a query, by what the provider can filter them by."""
