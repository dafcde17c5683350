// SPDX-License-Identifier: GPL-2.0
/*
 * The NIC outside of its queues and its switch: reset, NVM, PHY access.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/iopoll.h>
#include <linux/mii.h>

#include "eswitch.h"
#include "pf.h"

/**
 * vpf_hw_reset() - reset the function
 * @a: adapter; its queues are stopped
 *
 * All registers but EITR and PBS fall back to their defaults, VFs are told that
 * the PF is in reset (RSTI), and interrupts are masked afterwards. Neither
 * EECD.AUTO_RD nor CFG_DONE is waited for: the emulated NIC never sets them, and
 * hardware has loaded its NVM long before the PHY is ready.
 *
 * Return: 0, or -ETIMEDOUT when the NIC doesn't come back, -ENODEV when it is gone.
 */
int vpf_hw_reset(struct vpf_adapter *a)
{
	u32 ctrl;
	int err;

	vpf_wr32(a, R_EIMC, ~0U);
	vpf_wr32(a, R_IMC, ~0U);
	vpf_wr32(a, R_RCTL, 0);
	vpf_wr32(a, R_TCTL, TCTL_PSP);
	vfp_io_flush(&a->io);
	/* What is under way on the bus comes to an end */
	usleep_range(10000, 11000);

	vpf_wr32(a, R_CTRL, vpf_rd32(a, R_CTRL) | CTRL_RST);
	usleep_range(3000, 4000);
	err = read_poll_timeout(vpf_rd32, ctrl, !(ctrl & CTRL_RST), 1000, 100000, false, a, R_CTRL);
	if (!vfp_io_present(&a->io))
		return -ENODEV;
	if (err)
		return err;

	vpf_wr32(a, R_EIMC, ~0U);
	vpf_wr32(a, R_IMC, ~0U);
	vpf_rd32(a, R_ICR);
	return 0;
}

/**
 * vpf_hw_start() - from reset to a NIC that receives and transmits
 * @a: adapter, just reset
 *
 * The switch comes before the receiver, so that no frame meets an empty table.
 * RCTL.EN and TCTL.EN stay set from here on, whether the PF's netdev is up or not:
 * VFs need them (and without RCTL.EN traffic among VFs would leak to the wire).
 */
void vpf_hw_start(struct vpf_adapter *a)
{
	/* Queue 0 is on after reset, and belongs to VF 0 */
	vpf_wr32(a, R_QBASE_TX(0) + Q_DCTL, 0);
	vpf_wr32(a, R_QBASE_RX(0) + Q_DCTL, 0);

	vpf_irq_program(a);
	vpf_eswitch_restore(a);

	vpf_wr32(a, R_RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL | RXCSUM_CRCOFL);
	vpf_wr32(a, R_FCAL, 0x00c28001);
	vpf_wr32(a, R_FCAH, 0x0100);
	vpf_wr32(a, R_FCT, 0x8808);
	vpf_wr32(a, R_FCTTV, 0xffff);
	vpf_wr32(a, R_TCTL, TCTL_EN | TCTL_PSP | TCTL_RTLC | FIELD_PREP(TCTL_CT, 0x0f) |
		 FIELD_PREP(TCTL_COLD, 0x40));
	vfp_rmw32(&a->io, R_RCTL, 0, RCTL_EN | RCTL_LPE | RCTL_BAM | RCTL_SECRC);
	vfp_rmw32(&a->io, R_CTRL, 0, CTRL_SLU);
	vfp_rmw32(&a->io, R_CTRL_EXT, 0, CTRL_EXT_DRV_LOAD);
}

/**
 * vpf_hw_nvm_read() - read a word of the NVM
 * @a: adapter
 * @word: address, 0..2047
 * @val: result
 *
 * Return: 0 or -ETIMEDOUT.
 */
int vpf_hw_nvm_read(struct vpf_adapter *a, u16 word, u16 *val)
{
	u32 eerd;
	int err;

	mutex_lock(&a->nvm_lock);
	vpf_wr32(a, R_EERD, FIELD_PREP(EERD_ADDR, word) | EERD_START);
	err = read_poll_timeout(vpf_rd32, eerd, eerd & EERD_DONE, 5, 10000, false, a, R_EERD);
	mutex_unlock(&a->nvm_lock);
	if (err)
		return err;
	*val = FIELD_GET(EERD_DATA, eerd);
	return 0;
}

/**
 * vpf_hw_nvm_words() - the size of the NVM
 * @a: adapter
 *
 * Return: words; 64 at least, which is the part that every NVM has.
 */
unsigned int vpf_hw_nvm_words(struct vpf_adapter *a)
{
	unsigned int shift = FIELD_GET(EECD_SIZE, vpf_rd32(a, R_EECD)) + 6;

	/* EERD addresses 14 bits */
	return 1U << min(shift, 14U);
}

/**
 * vpf_hw_nvm_check() - does the NVM's first part add up?
 * @a: adapter
 *
 * Return: 0, -EIO when the checksum is wrong, or an error of reading.
 */
int vpf_hw_nvm_check(struct vpf_adapter *a)
{
	u16 sum = 0, word, i;
	int err;

	for (i = 0; i <= NVM_CHECKSUM; i++) {
		err = vpf_hw_nvm_read(a, i, &word);
		if (err)
			return err;
		sum += word;
	}
	return sum == NVM_SUM ? 0 : -EIO;
}

/**
 * vpf_hw_nvm_mac() - the function's permanent MAC address
 * @a: adapter, just reset
 * @mac: result
 *
 * Hardware has loaded it from the NVM into the first receive address.
 *
 * Return: 0, or -EADDRNOTAVAIL when there is none.
 */
int vpf_hw_nvm_mac(struct vpf_adapter *a, u8 *mac)
{
	u32 lo = vpf_rd32(a, R_RAL(0));
	u32 hi = vpf_rd32(a, R_RAH(0));

	put_unaligned_le32(lo, mac);
	put_unaligned_le16(FIELD_GET(RAH_ADDR, hi), mac + 4);
	return is_valid_ether_addr(mac) ? 0 : -EADDRNOTAVAIL;
}

static int vpf_hw_mdic(struct vpf_adapter *a, u32 cmd, u32 *mdic)
{
	int err;

	vpf_wr32(a, R_MDIC, cmd | FIELD_PREP(MDIC_PHY, VFP_PHY_ADDR));
	err = read_poll_timeout(vpf_rd32, *mdic, *mdic & MDIC_READY, 50, 20000, false, a, R_MDIC);
	if (err)
		return err;
	return *mdic & MDIC_ERROR ? -EIO : 0;
}

/**
 * vpf_hw_phy_read() - read a register of the internal PHY
 * @a: adapter; the caller holds RTNL or is the only user
 * @reg: MII_*
 * @val: result
 *
 * Return: 0, -EIO or -ETIMEDOUT.
 */
int vpf_hw_phy_read(struct vpf_adapter *a, u8 reg, u16 *val)
{
	u32 mdic;
	int err;

	err = vpf_hw_mdic(a, FIELD_PREP(MDIC_OP, MDIC_OP_READ) | FIELD_PREP(MDIC_REG, reg), &mdic);
	if (!err)
		*val = FIELD_GET(MDIC_DATA, mdic);
	return err;
}

/**
 * vpf_hw_phy_write() - write a register of the internal PHY
 * @a: adapter; the caller holds RTNL or is the only user
 * @reg: MII_*
 * @val: value
 *
 * Return: 0, -EIO or -ETIMEDOUT.
 */
int vpf_hw_phy_write(struct vpf_adapter *a, u8 reg, u16 val)
{
	u32 mdic;

	return vpf_hw_mdic(a, FIELD_PREP(MDIC_OP, MDIC_OP_WRITE) | FIELD_PREP(MDIC_REG, reg) |
			   FIELD_PREP(MDIC_DATA, val), &mdic);
}
