"""The sub-commands of `coach`, one module for each group of them."""
