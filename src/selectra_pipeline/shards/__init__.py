"""Directories of shard files that are complete when their manifest is there."""
