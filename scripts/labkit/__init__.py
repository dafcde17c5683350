# SPDX-License-Identifier: GPL-2.0
"""The lab of vfpath: virtual machines with an SR-IOV NIC, and tests that run in them."""
