# SPDX-License-Identifier: GPL-2.0
"""Benchmarks: what scripts/lab bench plays."""
