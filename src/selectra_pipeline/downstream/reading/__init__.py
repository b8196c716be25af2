"""Rows of labelled data, from files of any format to checked splits."""
