// SPDX-License-Identifier: GPL-2.0
/*
 * `ethtool -t`. Online: the link, the NVM, an interrupt. Offline also: the registers, and
 * frames through the PHY's loopback. Offline resets the NIC, so not while there are VFs.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/mii.h>

#include "eswitch.h"
#include "pf.h"

#define VPF_SELFTEST_FRAMES	64
#define VPF_SELFTEST_LEN	512

const char vpf_selftest_names[VPF_SELFTESTS][ETH_GSTRING_LEN] = {
	[VPF_SELFTEST_LINK]	= "Link      (on/offline)",
	[VPF_SELFTEST_NVM]	= "NVM       (on/offline)",
	[VPF_SELFTEST_IRQ]	= "Interrupt (on/offline)",
	[VPF_SELFTEST_LOOPBACK]	= "Loopback  (offline)",
	[VPF_SELFTEST_REGS]	= "Registers (offline)",
};

/* Registers that hold what is written to these bits (82576EB datasheet, chapter 8) */
static const struct {
	u32 reg;
	u32 mask;
} vpf_selftest_regs[] = {
	{ R_FCAL, 0xffffffff },
	{ R_FCAH, 0x0000ffff },
	{ R_FCT, 0x0000ffff },
	{ R_FCTTV, 0x0000ffff },
	{ R_QBASE_RX(0) + Q_BAL, 0xffffff80 },
	{ R_QBASE_RX(0) + Q_BAH, 0xffffffff },
	{ R_QBASE_RX(0) + Q_LEN, 0x000fff80 },
	{ R_QBASE_TX(0) + Q_BAL, 0xffffff80 },
	{ R_QBASE_TX(0) + Q_BAH, 0xffffffff },
	{ R_QBASE_TX(0) + Q_LEN, 0x000fff80 },
	{ R_MTA(0), 0xffffffff },
	{ R_MTA(VFP_NUM_MTA - 1), 0xffffffff },
	{ R_VFTA(0), 0xffffffff },
	{ R_VFTA(VFP_NUM_VFTA - 1), 0xffffffff },
	{ R_RAL(1), 0xffffffff },
	{ R_RAL(VFP_NUM_RAR - 1), 0xffffffff },
};

/* The offset of the first register that doesn't hold a pattern, plus one; 0: all do */
static u64 vpf_selftest_registers(struct vpf_adapter *a)
{
	static const u32 patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0, 0xffffffff };
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(vpf_selftest_regs); i++) {
		u32 reg = vpf_selftest_regs[i].reg, mask = vpf_selftest_regs[i].mask;

		for (k = 0; k < ARRAY_SIZE(patterns); k++) {
			vpf_wr32(a, reg, patterns[k] & mask);
			if ((vpf_rd32(a, reg) & mask) != (patterns[k] & mask))
				return reg + 1;
		}
		vpf_wr32(a, reg, 0);
	}
	return 0;
}

/* The misc vector, fired by software */
static u64 vpf_selftest_irq(struct vpf_adapter *a)
{
	int before = atomic_read(&a->misc_irqs);
	unsigned int i;

	vpf_wr32(a, R_EICS, BIT(VPF_VEC_MISC));
	for (i = 0; i < 100; i++) {
		if (atomic_read(&a->misc_irqs) != before)
			return 0;
		usleep_range(1000, 2000);
	}
	return 1;
}

/**
 * vpf_selftest_rx() - a frame came while the self-test runs
 * @a: adapter
 * @skb: frame, after eth_type_trans()
 *
 * Return: true: nobody else is to see it.
 */
bool vpf_selftest_rx(struct vpf_adapter *a, struct sk_buff *skb)
{
	unsigned int i;

	if (skb->protocol != htons(ETH_P_LOOPBACK) || skb->len != VPF_SELFTEST_LEN - ETH_HLEN ||
	    skb_linearize(skb))
		return true;
	for (i = 0; i < skb->len; i++) {
		if (skb->data[i] != (u8)i)
			return true;
	}
	atomic_inc(&a->selftest_frames);
	return true;
}

static int vpf_selftest_send(struct vpf_adapter *a)
{
	struct net_device *netdev = a->netdev;
	struct netdev_queue *txq = netdev_get_tx_queue(netdev, 0);
	struct sk_buff *skb;
	unsigned int i;
	u8 *p;

	skb = netdev_alloc_skb(netdev, VPF_SELFTEST_LEN);
	if (!skb)
		return -ENOMEM;
	p = skb_put(skb, VPF_SELFTEST_LEN - ETH_HLEN);
	for (i = 0; i < VPF_SELFTEST_LEN - ETH_HLEN; i++)
		p[i] = i;
	eth_header(skb, netdev, ETH_P_LOOPBACK, netdev->dev_addr, netdev->dev_addr, skb->len);
	skb_reset_mac_header(skb);
	__netif_tx_lock_bh(txq);
	if (vrg_tx_xmit(skb, a->tx[0]) == NETDEV_TX_BUSY)
		dev_kfree_skb_any(skb);
	__netif_tx_unlock_bh(txq);
	return 0;
}

/* Frames to ourselves by the PHY's loopback; how many were lost */
static u64 vpf_selftest_loopback(struct vpf_adapter *a)
{
	unsigned int i;

	/* At a forced gigabit: the PHY negotiates with nobody now */
	if (vpf_hw_phy_write(a, MII_BMCR, BMCR_LOOPBACK | BMCR_SPEED1000 | BMCR_FULLDPLX))
		return VPF_SELFTEST_FRAMES;
	vfp_rmw32(&a->io, R_CTRL, CTRL_SPEED, CTRL_SLU | CTRL_FD | CTRL_FRCSPD | CTRL_FRCDPX |
		  FIELD_PREP(CTRL_SPEED, STATUS_SPEED_1000));
	msleep(50);
	atomic_set(&a->selftest_frames, 0);
	set_bit(VPF_F_SELFTEST, &a->flags);
	for (i = 0; i < VPF_SELFTEST_FRAMES; i++) {
		if (vpf_selftest_send(a))
			break;
		usleep_range(100, 200);
	}
	for (i = 0; i < 100 && atomic_read(&a->selftest_frames) < VPF_SELFTEST_FRAMES; i++)
		usleep_range(1000, 2000);
	clear_bit(VPF_F_SELFTEST, &a->flags);
	return VPF_SELFTEST_FRAMES - min(atomic_read(&a->selftest_frames), VPF_SELFTEST_FRAMES);
}

/* What needs the NIC for itself. Ends with a reset. */
static void vpf_selftest_offline(struct vpf_adapter *a, u64 *data)
{
	struct net_device *netdev = a->netdev;
	bool opened = false;

	if (!netif_running(netdev)) {
		data[VPF_SELFTEST_LOOPBACK] = dev_open(netdev, NULL) ? VPF_SELFTEST_FRAMES : 0;
		opened = netif_running(netdev);
	}
	if (netif_running(netdev)) {
		netif_carrier_off(netdev);
		vrg_stop_tx(&a->vec, 1);
		data[VPF_SELFTEST_LOOPBACK] = vpf_selftest_loopback(a);
	}
	vpf_netdev_quiesce(a);
	if (vpf_hw_reset(a))
		data[VPF_SELFTEST_REGS] = 1;
	else
		data[VPF_SELFTEST_REGS] = vpf_selftest_registers(a);
	vpf_netdev_revive(a);
	if (opened)
		dev_close(netdev);
}

/**
 * vpf_selftest() - ethtool_ops.self_test
 * @netdev: the PF's; RTNL
 * @test: what to do, and whether it failed
 * @data: by test: 0 is well. NVM: -errno. Loopback: frames lost. Registers: the first bad
 *	one's offset plus one.
 */
void vpf_selftest(struct net_device *netdev, struct ethtool_test *test, u64 *data)
{
	struct vpf_adapter *a = vpf_adapter(netdev);
	unsigned int i;

	memset(data, 0, VPF_SELFTESTS * sizeof(*data));
	if (!vfp_io_present(&a->io)) {
		memset(data, 0xff, VPF_SELFTESTS * sizeof(*data));
		test->flags |= ETH_TEST_FL_FAILED;
		return;
	}
	data[VPF_SELFTEST_LINK] = !(vpf_rd32(a, R_STATUS) & STATUS_LU);
	data[VPF_SELFTEST_NVM] = vpf_hw_nvm_check(a);
	data[VPF_SELFTEST_IRQ] = vpf_selftest_irq(a);
	if (test->flags & ETH_TEST_FL_OFFLINE) {
		if (pci_num_vf(a->pdev)) {
			netdev_err(netdev, "the offline tests reset the NIC: remove its %d VFs first\n",
				   pci_num_vf(a->pdev));
			data[VPF_SELFTEST_LOOPBACK] = 1;
			data[VPF_SELFTEST_REGS] = 1;
		} else {
			vpf_selftest_offline(a, data);
		}
	}
	for (i = 0; i < VPF_SELFTESTS; i++) {
		if (data[i])
			test->flags |= ETH_TEST_FL_FAILED;
	}
}
