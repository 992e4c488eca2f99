"""Readers of recordings that are not HDF5, one module a format, on top of others' libraries."""
