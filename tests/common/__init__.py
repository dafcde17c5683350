# SPDX-License-Identifier: GPL-2.0
"""What the end-to-end cases and the demo share."""
