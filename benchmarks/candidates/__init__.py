"""The candidates of benchmarks.flatten: gzip pages in, row counts by table out."""
