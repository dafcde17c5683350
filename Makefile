# SPDX-License-Identifier: GPL-2.0
#
# `make help` tells what there is.

KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
CASES	?=
SETUPS	?=
V	?= 0

# The directory of this file, wherever make was called from
TOP	:= $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
DKMSFLAGS ?=
DKMS_SRC = $(DESTDIR)/usr/src/vfpath-$(VERSION)
VERSION	:= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' $(TOP)/dkms.conf)

KBUILD_ARGS := -C $(KDIR) M=$(TOP) V=$(V)
ifeq ($(NET_FAILOVER),1)
KBUILD_ARGS += CONFIG_VFPATH_NET_FAILOVER=m
endif
ifeq ($(KUNIT),1)
KBUILD_ARGS += CONFIG_VFPATH_KUNIT_TEST=m
endif

.PHONY: all modules modules_install clean help setup demo bench-failover test kunit check tools \
	dkms-install dkms-remove config-install config-remove shell

all: modules

modules:
	+$(MAKE) $(KBUILD_ARGS) modules

modules_install:
	+$(MAKE) $(KBUILD_ARGS) INSTALL_MOD_DIR=updates modules_install

# As kbuild cleans, but without headers, and what a build with others' has left as well
PRODUCTS := -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' -o \
	-name '.*.d' -o -name 'modules.order' -o -name Module.symvers -o -name '*.symtypes'
clean:
	find $(addprefix $(TOP)/,drivers kunit) \( $(PRODUCTS) \) -type f -delete
	find $(TOP) -maxdepth 1 \( $(PRODUCTS) \) -type f -delete
	rm -rf $(TOP)/build $(TOP)/.tmp_versions

setup:
	$(TOP)/scripts/lab setup $(LABFLAGS)

demo:
	$(TOP)/scripts/lab demo $(LABFLAGS)

bench-failover:
	$(TOP)/scripts/lab bench failover $(LABFLAGS) $(SETUPS)

test:
	$(TOP)/scripts/lab test $(LABFLAGS) $(CASES)

kunit:
	$(TOP)/scripts/lab kunit $(LABFLAGS)

shell:
	$(TOP)/scripts/lab shell $(LABFLAGS)

check:
	$(TOP)/scripts/lab check

tools:
	$(TOP)/scripts/lab tools

# What keeps a guest's network configuration off the lowers
CONFIG_UDEV := $(DESTDIR)/usr/lib/udev
CONFIG_NETWORK := $(DESTDIR)/usr/lib/systemd/network
config-install:
	install -D -m 644 -t $(CONFIG_UDEV)/rules.d $(TOP)/dist/73-vfpath.rules $(TOP)/dist/81-vfpath.rules
	install -D -m 755 $(TOP)/dist/vfpath-name $(CONFIG_UDEV)/vfpath-name
	rm -f $(CONFIG_NETWORK)/10-vfpath-lower.network
	install -D -m 644 -t $(CONFIG_NETWORK) $(TOP)/dist/00-vfpath-lower.network \
		$(TOP)/dist/00-vfpath-upper.link
	install -D -m 755 $(TOP)/dist/ifupdown $(DESTDIR)/etc/network/if-pre-up.d/vfpath

config-remove:
	rm -f $(CONFIG_UDEV)/rules.d/73-vfpath.rules $(CONFIG_UDEV)/rules.d/81-vfpath.rules \
		$(CONFIG_UDEV)/vfpath-name $(CONFIG_NETWORK)/10-vfpath-lower.network \
		$(CONFIG_NETWORK)/00-vfpath-lower.network $(CONFIG_NETWORK)/00-vfpath-upper.link \
		$(DESTDIR)/etc/network/if-pre-up.d/vfpath

# DKMS keeps what it has built of a version: one from before would be installed once more
dkms-install: config-install
	dkms remove vfpath/$(VERSION) --all $(DKMSFLAGS) >/dev/null 2>&1 || :
	rm -rf $(DKMS_SRC)
	mkdir -p $(DKMS_SRC)
	cp -r $(addprefix $(TOP)/,Kbuild Kconfig Makefile dkms.conf include drivers kunit) $(DKMS_SRC)/
ifeq ($(NET_FAILOVER),1)
	cat $(TOP)/drivers/net_failover/dkms.conf >>$(DKMS_SRC)/dkms.conf
endif
	dkms install vfpath/$(VERSION) -k $(KVER) $(DKMSFLAGS)

dkms-remove: config-remove
	dkms remove vfpath/$(VERSION) --all $(DKMSFLAGS)
	rm -rf $(DKMS_SRC)

help:
	@echo 'make modules [KDIR=dir]    build the modules (for the running kernel; KVER= another that is installed)'
	@echo 'make modules_install       install them under /lib/modules'
	@echo '     ... NET_FAILOVER=1    and a net_failover.ko with our upper, for failover=on'
	@echo '     ... KUNIT=1           and the unit tests, for a kernel that has KUnit'
	@echo 'make dkms-install          install them by DKMS, for every kernel to come (KVER=: first for another'
	@echo '                           than the running one; DKMSFLAGS= goes to dkms)'
	@echo 'make dkms-remove           undo that'
	@echo 'make config-install        rules for udev, networkd, NetworkManager, ifupdown (dkms-install does it)'
	@echo 'make config-remove         undo that'
	@echo '     ... DESTDIR=dir       both, and the sources for DKMS: below a directory'
	@echo
	@echo 'make demo                  the whole story in virtual machines, with a picture'
	@echo 'make bench-failover [SETUPS="a b"]  compare with bonding and net_failover on the in-tree drivers'
	@echo 'make test [CASES="a b"]    all tests, or some'
	@echo 'make check                 build with W=1 and sparse, checkpatch and others'
	@echo 'make kunit                 the unit tests, on the debug kernel'
	@echo 'make tools                 build and test the measuring programs, in build/tools'
	@echo 'make shell                 a shell in the lab'"'"'s host'
	@echo 'make setup                 install and build all that these need; newer kernels, if there are'
	@echo 'make clean                 remove what was built here; the cache: scripts/lab clean --cache'
	@echo
	@echo 'LABFLAGS="--kernel 6.1|6.12|debug|backports --minutes N --verbose" goes to scripts/lab.'
	@echo 'scripts/newcomer trixie make demo: any of these in a minimal Debian that is made for it.'
