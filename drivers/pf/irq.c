// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts of the PF: one vector for the rare things (link, VFs), one for its
 * queues. The misc vector lives as long as the driver is bound, since VFs talk to
 * a PF whose netdev is down as well.
 */
#include <linux/bitfield.h>
#include <linux/interrupt.h>

#include "eswitch.h"
#include "pf.h"

#define VPF_MISC_CAUSES	(INT_LSC | INT_VMMB | INT_RXO)

static irqreturn_t vpf_irq_misc(int irq, void *data)
{
	struct vpf_adapter *a = data;
	u32 icr;

	atomic_inc(&a->misc_irqs);
	/* Reading clears (GPIE.NSICR), and VMMB comes again only after a read */
	icr = vpf_rd32(a, R_ICR);
	if (icr == ~0U)
		return IRQ_HANDLED;
	if (icr & INT_LSC)
		schedule_work(&a->link_work);
	/* Any VF whose ring is full raises this on the emulated NIC, with each frame */
	if (icr & INT_RXO && atomic_inc_return(&a->rxo) >= VPF_IRQ_MAX_RXO)
		vpf_wr32(a, R_IMC, INT_RXO);
	if (icr & INT_VMMB) {
		/* And any VF this, with each write to a register: see vpf_irq_mailbox_enable() */
		vpf_wr32(a, R_IMC, INT_VMMB);
		vpf_mailbox_irq(a);
	}
	return IRQ_HANDLED;
}

static irqreturn_t vpf_irq_queue(int irq, void *data)
{
	struct vpf_adapter *a = data;

	/* Masked by hand: EIAM does not mask on the emulated NIC */
	vpf_wr32(a, R_EIMC, BIT(VPF_VEC_QUEUE));
	a->vec.events++;
	napi_schedule_irqoff(&a->vec.napi);
	return IRQ_HANDLED;
}

static void vpf_irq_rearm(struct vrg_vector *vec)
{
	struct vpf_adapter *a = container_of(vec, struct vpf_adapter, vec);

	/* A cause that came while masked fires now */
	vpf_wr32(a, R_EIMS, BIT(VPF_VEC_QUEUE));
}

static void vpf_irq_mask(struct vrg_vector *vec)
{
	struct vpf_adapter *a = container_of(vec, struct vpf_adapter, vec);

	vpf_wr32(a, R_EIMC, BIT(VPF_VEC_QUEUE));
}

static void vpf_irq_write_itr(struct vpf_adapter *a, u32 usecs)
{
	vpf_wr32(a, R_EITR(VPF_VEC_QUEUE),
		 EITR_CNT_IGNR | FIELD_PREP(EITR_INTERVAL, min(usecs, VPF_ITR_MAX)));
}

static void vpf_irq_dim_itr(struct vrg_vector *vec, u32 usecs)
{
	vpf_irq_write_itr(container_of(vec, struct vpf_adapter, vec), usecs);
}

/**
 * vpf_irq_alloc() - vectors, and the misc handler
 * @a: adapter
 *
 * Return: 0 or an error.
 */
int vpf_irq_alloc(struct vpf_adapter *a)
{
	int err;

	err = pci_alloc_irq_vectors(a->pdev, VPF_NUM_VEC, VPF_NUM_VEC, PCI_IRQ_MSIX);
	if (err < 0)
		return err;
	err = request_irq(pci_irq_vector(a->pdev, VPF_VEC_MISC), vpf_irq_misc, 0,
			  pci_name(a->pdev), a);
	if (err) {
		pci_free_irq_vectors(a->pdev);
		return err;
	}
	a->vec.irq = pci_irq_vector(a->pdev, VPF_VEC_QUEUE);
	a->vec.index = VPF_VEC_QUEUE;
	a->vec.io = &a->io;
	a->vec.irq_rearm = vpf_irq_rearm;
	a->vec.irq_mask = vpf_irq_mask;
	vrg_dim_init(&a->vec, vpf_irq_dim_itr);
	return 0;
}

/**
 * vpf_irq_free() - undo vpf_irq_alloc()
 * @a: adapter
 */
void vpf_irq_free(struct vpf_adapter *a)
{
	free_irq(pci_irq_vector(a->pdev, VPF_VEC_MISC), a);
	pci_free_irq_vectors(a->pdev);
}

int vpf_irq_queue_request(struct vpf_adapter *a)
{
	snprintf(a->vec.name, sizeof(a->vec.name), "%s-TxRx-0", a->netdev->name);
	return request_irq(a->vec.irq, vpf_irq_queue, 0, a->vec.name, a);
}

void vpf_irq_queue_free(struct vpf_adapter *a)
{
	free_irq(a->vec.irq, a);
}

/**
 * vpf_irq_program() - which cause fires which vector
 * @a: adapter, just reset; all is masked
 */
void vpf_irq_program(struct vpf_adapter *a)
{
	u32 q = IVAR_VALID | VPF_VEC_QUEUE;

	vpf_wr32(a, R_GPIE, GPIE_MSIX_MODE | GPIE_NSICR | GPIE_PBA | GPIE_EIAME);
	vpf_wr32(a, R_IVAR_MISC, FIELD_PREP(IVAR_MISC_OTHER, IVAR_VALID | VPF_VEC_MISC));
	/* Word 7 holds queues 7 and 15; 15 never receives */
	vpf_wr32(a, R_IVAR(VFP_PF_POOL), q | q << 8 | q << 24);
	/* Auto-clear: without it the emulated NIC has no further edge */
	vpf_wr32(a, R_EIAC, BIT(VPF_VEC_MISC) | BIT(VPF_VEC_QUEUE));
	vpf_irq_set_itr(a);
}

/* Interrupt interval; 0 (no limit) avoids the emulated NIC's extra MSI at its end */
void vpf_irq_set_itr(struct vpf_adapter *a)
{
	vpf_wr32(a, R_EITR(VPF_VEC_MISC), EITR_CNT_IGNR);
	vpf_irq_write_itr(a, a->itr_us);
}

void vpf_irq_misc_enable(struct vpf_adapter *a)
{
	vpf_rd32(a, R_ICR);
	vpf_wr32(a, R_IMS, VPF_MISC_CAUSES);
	vpf_wr32(a, R_EIMS, BIT(VPF_VEC_MISC));
}

/* The mailboxes have been looked at; what came meanwhile fires now */
void vpf_irq_mailbox_enable(struct vpf_adapter *a)
{
	vpf_wr32(a, R_IMS, INT_VMMB);
}

/* How many overruns there were since the last time; their interrupt is on again */
unsigned int vpf_irq_rxo(struct vpf_adapter *a)
{
	unsigned int num = atomic_xchg(&a->rxo, 0);

	if (num >= VPF_IRQ_MAX_RXO)
		vpf_wr32(a, R_IMS, INT_RXO);
	return num;
}

void vpf_irq_misc_disable(struct vpf_adapter *a)
{
	vpf_wr32(a, R_IMC, ~0U);
	vpf_wr32(a, R_EIMC, ~0U);
	vfp_io_flush(&a->io);
	synchronize_irq(pci_irq_vector(a->pdev, VPF_VEC_MISC));
}
