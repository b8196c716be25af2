"""Running stages of many tasks on one machine or a cluster."""
