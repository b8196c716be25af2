"""Kedro dataset classes."""
