// SPDX-License-Identifier: GPL-2.0
/*
 * Registers as the operator sees them: `ethtool -d`, the devlink region and health
 * reports. Only registers that a read doesn't change: no interrupt cause, no counter,
 * no semaphore.
 */
#include "eswitch.h"
#include "regdump.h"

struct vpf_reg_range {
	u32 first;
	u16 num;	/* registers, 4 bytes apart */
};

static const struct vpf_reg_range vpf_reg_ranges[] = {
	{ R_CTRL, 1 }, { R_STATUS, 1 }, { R_EECD, 1 }, { R_CTRL_EXT, 1 }, { R_FCAL, 3 },
	{ R_VET, 1 }, { R_FCTTV, 1 }, { R_FCRTL, 1 }, { R_FCRTH, 1 }, { R_LEDCTL, 1 },
	{ R_RCTL, 1 }, { R_TCTL, 2 }, { R_TIPG, 1 }, { R_DTXCTL, 1 },
	{ R_IMS, 1 }, { R_IAM, 1 }, { R_GPIE, 1 }, { R_EIMS, 1 }, { R_EIAC, 2 },
	{ R_EITR(0), 25 }, { R_IVAR(0), 8 }, { R_IVAR_MISC, 1 },
	{ R_MBVFICR, 5 }, { R_QDE, 1 }, { R_DTXSWC, 1 }, { R_VMVIR(0), VFP_NUM_POOLS },
	{ R_RXCSUM, 3 }, { R_MTA(0), VFP_NUM_MTA }, { R_RAL(0), 32 }, { R_RAL(16), 16 },
	{ R_VFTA(0), VFP_NUM_VFTA }, { R_MRQC, 2 },
	{ R_VMOLR(0), VFP_NUM_POOLS }, { R_RPLOLR, 1 }, { R_VLVF(0), VFP_NUM_VLVF },
};

/* Of a queue, from its base */
static const u16 vpf_reg_rx[] = { Q_BAL, Q_BAH, Q_LEN, Q_SRRCTL, Q_HEAD, Q_TAIL, Q_DCTL };
static const u16 vpf_reg_tx[] = { Q_BAL, Q_BAH, Q_LEN, Q_HEAD, Q_TAIL, Q_DCTL };

#define VPF_REG_QUEUE	(ARRAY_SIZE(vpf_reg_rx) + ARRAY_SIZE(vpf_reg_tx))

/**
 * vpf_regdump_count() - how many registers a dump has
 *
 * Return: their number.
 */
unsigned int vpf_regdump_count(void)
{
	unsigned int i, num = VFP_NUM_QUEUES * VPF_REG_QUEUE;

	for (i = 0; i < ARRAY_SIZE(vpf_reg_ranges); i++)
		num += vpf_reg_ranges[i].num;
	return num;
}

static struct vpf_reg *vpf_regdump_one(struct vpf_adapter *a, struct vpf_reg *reg, u32 offset)
{
	reg->offset = offset;
	reg->value = vpf_rd32(a, offset);
	return reg + 1;
}

/**
 * vpf_regdump_read() - read all of them
 * @a: adapter
 * @reg: vpf_regdump_count() entries; all-ones in a device that is gone
 */
void vpf_regdump_read(struct vpf_adapter *a, struct vpf_reg *reg)
{
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(vpf_reg_ranges); i++) {
		for (k = 0; k < vpf_reg_ranges[i].num; k++)
			reg = vpf_regdump_one(a, reg, vpf_reg_ranges[i].first + 4 * k);
	}
	for (i = 0; i < VFP_NUM_QUEUES; i++) {
		for (k = 0; k < ARRAY_SIZE(vpf_reg_rx); k++)
			reg = vpf_regdump_one(a, reg, R_QBASE_RX(i) + vpf_reg_rx[k]);
		for (k = 0; k < ARRAY_SIZE(vpf_reg_tx); k++)
			reg = vpf_regdump_one(a, reg, R_QBASE_TX(i) + vpf_reg_tx[k]);
	}
}
