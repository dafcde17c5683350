// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts of the VF: a vector to send, one to receive. Mail comes on either: the
 * emulated NIC raises it on the vector below the one that was programmed.
 */
#include <linux/bitfield.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>

#include "vf.h"

static struct vvf_adapter *vvf_irq_adapter(struct vrg_vector *vec)
{
	return netdev_priv(vec->netdev);
}

static irqreturn_t vvf_irq_handler(int irq, void *data)
{
	struct vrg_vector *vec = data;

	/* Masked by hand: EIAM does not mask on the emulated NIC */
	vvf_wr32(vvf_irq_adapter(vec), R_EIMC, BIT(vec->index));
	vec->events++;
	napi_schedule_irqoff(&vec->napi);
	return IRQ_HANDLED;
}

static void vvf_irq_rearm(struct vrg_vector *vec)
{
	vvf_wr32(vvf_irq_adapter(vec), R_EIMS, BIT(vec->index));
}

static void vvf_irq_mask(struct vrg_vector *vec)
{
	vvf_wr32(vvf_irq_adapter(vec), R_EIMC, BIT(vec->index));
}

/*
 * Was this interrupt mail? A look costs a trip to the NIC, so under load once in a
 * jiffy will do; an interrupt without frames is most likely mail.
 */
static void vvf_irq_mail(struct vrg_vector *vec)
{
	struct vvf_adapter *a = vvf_irq_adapter(vec);
	bool idle = vec->rx ? !vrg_rx_pending(vec->rx) : !vrg_tx_pending(vec->tx[0]);

	if (!idle && !time_after(jiffies, READ_ONCE(a->mail_jiffies)))
		return;
	/* Whoever awaits a reply looks by himself */
	if (mutex_is_locked(&a->mbx_lock))
		return;
	if (vvf_mbx_look(a) & V2PMAILBOX_PFSTS)
		queue_work(a->wq, &a->mail_work);
}

/**
 * vvf_irq_alloc() - the vectors
 * @a: adapter
 *
 * Return: 0 or an error.
 */
int vvf_irq_alloc(struct vvf_adapter *a)
{
	unsigned int i;
	int err;

	err = pci_alloc_irq_vectors(a->pdev, VVF_NUM_VEC, VVF_NUM_VEC, PCI_IRQ_MSIX);
	if (err < 0)
		return err;
	for (i = 0; i < VVF_NUM_VEC; i++) {
		a->vec[i].irq = pci_irq_vector(a->pdev, i);
		a->vec[i].index = i;
		a->vec[i].io = &a->io;
		a->vec[i].irq_rearm = vvf_irq_rearm;
		a->vec[i].irq_mask = vvf_irq_mask;
		a->vec[i].poll_extra = vvf_irq_mail;
	}
	return 0;
}

void vvf_irq_free(struct vvf_adapter *a)
{
	pci_free_irq_vectors(a->pdev);
}

int vvf_irq_request(struct vvf_adapter *a)
{
	static const char * const names[VVF_NUM_VEC] = { "tx", "rx" };
	unsigned int i;
	int err;

	for (i = 0; i < VVF_NUM_VEC; i++) {
		struct vrg_vector *vec = &a->vec[i];

		snprintf(vec->name, sizeof(vec->name), "%s-%s-0", a->netdev->name, names[i]);
		err = request_irq(vec->irq, vvf_irq_handler, 0, vec->name, vec);
		if (err)
			goto err;
	}
	return 0;

err:
	while (i--)
		free_irq(a->vec[i].irq, &a->vec[i]);
	return err;
}

void vvf_irq_release(struct vvf_adapter *a)
{
	unsigned int i;

	for (i = 0; i < VVF_NUM_VEC; i++)
		free_irq(a->vec[i].irq, &a->vec[i]);
}

/**
 * vvf_irq_program() - which cause fires which vector
 * @a: adapter, just reset
 */
void vvf_irq_program(struct vvf_adapter *a)
{
	unsigned int i;

	vvf_wr32(a, R_VTIVAR, IVAR_VALID | VVF_VEC_RX | (IVAR_VALID | VVF_VEC_TX) << 8);
	vvf_wr32(a, R_VTIVAR_MISC, IVAR_VALID | VVF_VEC_RX);
	vvf_wr32(a, R_EIAC, VVF_VEC_ALL);
	/* 0 (no limit) avoids the emulated NIC's extra MSI at the interval's end */
	for (i = 0; i < VVF_NUM_VEC; i++)
		vvf_wr32(a, R_VF_EITR(i), EITR_CNT_IGNR |
			 FIELD_PREP(EITR_INTERVAL, min(a->itr_us, 0x1fffU)));
}
