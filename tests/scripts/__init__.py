"""Tests of the scripts by node, and what checks them."""
