// SPDX-License-Identifier: GPL-2.0
#include "suites.h"
#include "vf/filter.h"

/* A PF of which the test decides what it grants and when it answers */
struct vfk_pf {
	bool mute;
	bool trusted;
	bool port_vlan;
	unsigned int vlan_room;		/* 0: as many as there are */
	unsigned int room;		/* for addresses */
	unsigned int max_mc;
	struct vvf_filter_set set;	/* what it has in force */
	DECLARE_BITMAP(vlan, VLAN_N_VID);
	u32 frame;
	unsigned int asked;
};

static enum vvf_filter_result vfk_pf_uc_add(struct vfk_pf *pf, const u8 *mac, u8 *nack)
{
	*nack = pf->trusted ? VFP_NACK_NO_ROOM : VFP_NACK_UNTRUSTED;
	if (!pf->trusted || pf->set.num_uc >= pf->room)
		return VVF_FILTER_NO;
	memcpy(pf->set.uc[pf->set.num_uc++], mac, ETH_ALEN);
	return VVF_FILTER_OK;
}

static enum vvf_filter_result vfk_pf_serve(struct vfk_pf *pf, const struct vvf_filter *f,
					   const struct vvf_filter_step *step, u8 *nack)
{
	pf->asked++;
	*nack = VFP_NACK_NONE;
	if (pf->mute)
		return VVF_FILTER_LOST;
	switch (step->op) {
	case VVF_FILTER_JOIN:
		*nack = VFP_NACK_PORT_VLAN;
		if (pf->port_vlan)
			return VVF_FILTER_NO;
		*nack = VFP_NACK_NO_ROOM;
		if (pf->vlan_room && bitmap_weight(pf->vlan, VLAN_N_VID) >= pf->vlan_room)
			return VVF_FILTER_NO;
		__set_bit(step->vid, pf->vlan);
		return VVF_FILTER_OK;
	case VVF_FILTER_LEAVE:
		__clear_bit(step->vid, pf->vlan);
		return VVF_FILTER_OK;
	case VVF_FILTER_MC:
		if (f->want.num_mc > pf->max_mc)
			return VVF_FILTER_NO;
		memcpy(pf->set.mc, f->want.mc, sizeof(pf->set.mc));
		pf->set.num_mc = f->want.num_mc;
		return VVF_FILTER_OK;
	case VVF_FILTER_MODE:
		*nack = VFP_NACK_UNTRUSTED;
		if (step->mode && !pf->trusted)
			return VVF_FILTER_NO;
		pf->set.mode = step->mode;
		return VVF_FILTER_OK;
	case VVF_FILTER_UC_CLEAR:
		pf->set.num_uc = 0;
		memset(pf->set.uc, 0, sizeof(pf->set.uc));
		return VVF_FILTER_OK;
	case VVF_FILTER_UC_ADD:
		return vfk_pf_uc_add(pf, step->mac, nack);
	case VVF_FILTER_FRAME:
		pf->frame = f->frame_want;
		return VVF_FILTER_OK;
	default:
		return VVF_FILTER_OK;
	}
}

/* As the driver does it; how many messages that took */
static unsigned int vfk_filter_sync(struct kunit *test, struct vvf_filter *f, struct vfk_pf *pf)
{
	struct vvf_filter_step step;
	enum vvf_filter_result result;
	u8 nack;

	pf->asked = 0;
	for (;;) {
		vvf_filter_next(f, &step);
		if (step.op == VVF_FILTER_DONE)
			return pf->asked;
		result = vfk_pf_serve(pf, f, &step, &nack);
		vvf_filter_result(f, &step, result, nack);
		if (result == VVF_FILTER_LOST)
			return pf->asked;
		KUNIT_ASSERT_LT_MSG(test, pf->asked, 5000, "no end: %d", step.op);
	}
}

struct vfk_filter {
	struct vvf_filter f;
	struct vvf_filter_set want;
	struct vfk_pf pf;
};

static struct vfk_filter *vfk_filter_make(struct kunit *test)
{
	struct vfk_filter *k = kunit_kzalloc(test, sizeof(*k), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, k);
	k->pf.room = VVF_FILTER_UC;
	k->pf.max_mc = VFP_MBX_MC_LIST_MAX;
	vvf_filter_reset(&k->f);
	vvf_filter_want_frame(&k->f, 1522);
	vvf_filter_want(&k->f, &k->want, false);
	return k;
}

static void vfk_filter_uc(struct vfk_filter *k, unsigned int num)
{
	unsigned int i;

	memset(k->want.uc, 0, sizeof(k->want.uc));
	for (i = 0; i < num; i++) {
		k->want.uc[i][0] = 2;
		k->want.uc[i][5] = i + 1;
	}
	k->want.num_uc = num;
	vvf_filter_want(&k->f, &k->want, false);
}

static void vfk_filter_as_wanted(struct kunit *test, const struct vfk_filter *k)
{
	u8 nack;

	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_NONE);
	KUNIT_EXPECT_EQ(test, k->pf.set.num_uc, k->want.num_uc);
	KUNIT_EXPECT_EQ(test, memcmp(k->pf.set.uc, k->want.uc, sizeof(k->want.uc)), 0);
	KUNIT_EXPECT_EQ(test, k->pf.set.num_mc, k->want.num_mc);
	KUNIT_EXPECT_EQ(test, k->pf.set.mode, k->want.mode);
	KUNIT_EXPECT_EQ(test, k->pf.frame, k->f.frame_want);
	KUNIT_EXPECT_TRUE(test, bitmap_equal(k->pf.vlan, k->f.vlan_want, VLAN_N_VID));
}

/* All is told once, and then nothing any more */
static void vfk_filter_told_once(struct kunit *test)
{
	struct vfk_filter *k = vfk_filter_make(test);

	k->pf.trusted = true;
	vfk_filter_uc(k, 3);
	vvf_filter_want_vlan(&k->f, 7, true);
	vvf_filter_want_vlan(&k->f, 4094, true);
	KUNIT_EXPECT_GT(test, vfk_filter_sync(test, &k->f, &k->pf), 0);
	vfk_filter_as_wanted(test, k);
	KUNIT_EXPECT_EQ(test, vfk_filter_sync(test, &k->f, &k->pf), 0);
	/* One more address takes one more message, and no gap for those that are there */
	memcpy(k->want.uc[3], k->want.uc[2], ETH_ALEN);
	k->want.uc[3][5] = 0x77;
	k->want.num_uc = 4;
	vvf_filter_want(&k->f, &k->want, false);
	KUNIT_EXPECT_EQ(test, vfk_filter_sync(test, &k->f, &k->pf), 1);
	vfk_filter_as_wanted(test, k);
	vfk_filter_uc(k, 2);
	vvf_filter_want_vlan(&k->f, 7, false);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
}

/* A PF that was mute for a message, whichever it was, knows it all in the end */
static void vfk_filter_after_silence(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < 12; n++) {
		struct vfk_filter *k = vfk_filter_make(test);
		struct vvf_filter_step step;
		unsigned int i;
		u8 nack;

		k->pf.trusted = true;
		k->want.mode = VFP_RX_ALLMULTI;
		k->want.num_mc = 2;
		k->want.mc[1] = 0x123;
		vfk_filter_uc(k, 3);
		vvf_filter_want_vlan(&k->f, 7, true);
		for (i = 0; i < n; i++) {
			vvf_filter_next(&k->f, &step);
			vvf_filter_result(&k->f, &step, vfk_pf_serve(&k->pf, &k->f, &step, &nack),
					  nack);
		}
		vvf_filter_next(&k->f, &step);
		if (n & 1) {
			/* Done, but the answer was lost */
			vfk_pf_serve(&k->pf, &k->f, &step, &nack);
		}
		vvf_filter_result(&k->f, &step, VVF_FILTER_LOST, VFP_NACK_NONE);
		vfk_filter_sync(test, &k->f, &k->pf);
		vfk_filter_as_wanted(test, k);
	}
}

/* Refused is said, and isn't asked for again; trust makes it good, its end takes it away */
static void vfk_filter_trust(struct kunit *test)
{
	struct vfk_filter *k = vfk_filter_make(test);
	u8 nack;

	vfk_filter_uc(k, 2);
	vfk_filter_sync(test, &k->f, &k->pf);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_UC_LIST);
	KUNIT_EXPECT_EQ(test, nack, VFP_NACK_UNTRUSTED);
	KUNIT_EXPECT_EQ(test, vfk_filter_sync(test, &k->f, &k->pf), 0);
	k->pf.trusted = true;
	vvf_filter_ask_again(&k->f);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
	/* What trust gave goes with it */
	k->pf.trusted = false;
	k->pf.set.num_uc = 0;
	vvf_filter_doubt(&k->f, true, false);
	vfk_filter_sync(test, &k->f, &k->pf);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_UC_LIST);
	/* What isn't wanted any more isn't refused any more */
	vfk_filter_uc(k, 0);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
}

static void vfk_filter_modes(struct kunit *test)
{
	struct vfk_filter *k = vfk_filter_make(test);
	u8 nack;

	k->want.mode = VFP_RX_PROMISC | VFP_RX_ALLMULTI;
	vvf_filter_want(&k->f, &k->want, false);
	vfk_filter_sync(test, &k->f, &k->pf);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_PROMISC);
	k->want.mode = VFP_RX_ALLMULTI;
	vvf_filter_want(&k->f, &k->want, false);
	vfk_filter_sync(test, &k->f, &k->pf);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_ALLMULTI);
	k->pf.trusted = true;
	vvf_filter_ask_again(&k->f);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
}

/* More than there is room for: of addresses here and there, of groups by hearing them all */
static void vfk_filter_room(struct kunit *test)
{
	struct vfk_filter *k = vfk_filter_make(test);
	u8 nack;

	k->pf.trusted = true;
	k->pf.room = 5;
	vfk_filter_uc(k, 6);
	vfk_filter_sync(test, &k->f, &k->pf);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_UC_LIST);
	KUNIT_EXPECT_EQ(test, nack, VFP_NACK_NO_ROOM);
	vfk_filter_uc(k, 5);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
	vvf_filter_want(&k->f, &k->want, true);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_UC_LIST);
	KUNIT_EXPECT_EQ(test, nack, VFP_NACK_NO_ROOM);
	vvf_filter_want(&k->f, &k->want, false);

	k->pf.max_mc = 30;
	k->want.num_mc = 31;
	vvf_filter_want(&k->f, &k->want, false);
	vfk_filter_sync(test, &k->f, &k->pf);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_NONE);
	KUNIT_EXPECT_EQ(test, k->pf.set.mode, VFP_RX_ALLMULTI);
	k->want.num_mc = 30;
	vvf_filter_want(&k->f, &k->want, false);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
}

/* VLANs come back when a port VLAN goes; those that were left meanwhile don't */
static void vfk_filter_port_vlan(struct kunit *test)
{
	struct vfk_filter *k = vfk_filter_make(test);
	u8 nack;

	vvf_filter_want_vlan(&k->f, 50, true);
	vvf_filter_want_vlan(&k->f, 51, true);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
	k->pf.port_vlan = true;
	bitmap_zero(k->pf.vlan, VLAN_N_VID);
	vvf_filter_doubt(&k->f, false, true);
	vfk_filter_sync(test, &k->f, &k->pf);
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_VLAN);
	KUNIT_EXPECT_EQ(test, nack, VFP_NACK_PORT_VLAN);
	vvf_filter_want_vlan(&k->f, 51, false);
	k->pf.port_vlan = false;
	vvf_filter_ask_again(&k->f);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
	KUNIT_EXPECT_TRUE(test, test_bit(50, k->pf.vlan));
}

/* More VLANs than there is room for: the PF isn't asked for each, and is when there is room */
static void vfk_filter_many_vlans(struct kunit *test)
{
	struct vfk_filter *k = vfk_filter_make(test);
	unsigned int vid;
	u8 nack;

	k->pf.vlan_room = 4;
	vfk_filter_sync(test, &k->f, &k->pf);
	for (vid = 1; vid < VLAN_N_VID - 1; vid++) {
		vvf_filter_want_vlan(&k->f, vid, true);
		KUNIT_EXPECT_LE(test, vfk_filter_sync(test, &k->f, &k->pf), vid <= 5);
		KUNIT_EXPECT_EQ(test, vvf_filter_vlan_refused(&k->f, vid), vid > 4);
	}
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_VLAN);
	KUNIT_EXPECT_EQ(test, nack, VFP_NACK_NO_ROOM);
	/* One that it hasn't got makes no room; one that it has makes room for one */
	vvf_filter_want_vlan(&k->f, 1000, false);
	KUNIT_EXPECT_EQ(test, vfk_filter_sync(test, &k->f, &k->pf), 0);
	vvf_filter_want_vlan(&k->f, 2, false);
	KUNIT_EXPECT_EQ(test, vfk_filter_sync(test, &k->f, &k->pf), 3);
	KUNIT_EXPECT_FALSE(test, vvf_filter_vlan_refused(&k->f, 5));
	KUNIT_EXPECT_EQ(test, vvf_filter_refused(&k->f, &nack), VVF_FILTER_VLAN);
	for (vid = 6; vid < VLAN_N_VID - 1; vid++)
		vvf_filter_want_vlan(&k->f, vid, false);
	vfk_filter_sync(test, &k->f, &k->pf);
	vfk_filter_as_wanted(test, k);
}

static struct kunit_case vfk_vf_filter_cases[] = {
	KUNIT_CASE(vfk_filter_told_once),
	KUNIT_CASE(vfk_filter_after_silence),
	KUNIT_CASE(vfk_filter_trust),
	KUNIT_CASE(vfk_filter_modes),
	KUNIT_CASE(vfk_filter_room),
	KUNIT_CASE(vfk_filter_port_vlan),
	KUNIT_CASE(vfk_filter_many_vlans),
	{}
};

struct kunit_suite vfk_vf_filter_suite = {
	.name = "vfpath_vf_filter",
	.test_cases = vfk_vf_filter_cases,
};
