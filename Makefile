# SPDX-License-Identifier: GPL-2.0
#
# `make help` tells what there is.

KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
CASES	?=
V	?= 0

# The directory of this file, wherever make was called from
TOP	:= $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
VERSION	:= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' $(TOP)/dkms.conf)

KBUILD_ARGS := -C $(KDIR) M=$(TOP) V=$(V)
ifeq ($(KUNIT),1)
KBUILD_ARGS += CONFIG_VFPATH_KUNIT_TEST=m
endif

.PHONY: all modules modules_install clean help setup demo test kunit check tools \
	dkms-install dkms-remove shell

all: modules

modules:
	+$(MAKE) $(KBUILD_ARGS) modules

modules_install:
	+$(MAKE) $(KBUILD_ARGS) INSTALL_MOD_DIR=updates modules_install

clean:
	+$(MAKE) $(KBUILD_ARGS) clean
	rm -rf $(TOP)/build

setup:
	$(TOP)/scripts/lab setup

demo:
	$(TOP)/scripts/lab demo $(LABFLAGS)

test:
	$(TOP)/scripts/lab test $(LABFLAGS) $(CASES)

kunit:
	$(TOP)/scripts/lab kunit $(LABFLAGS)

shell:
	$(TOP)/scripts/lab shell $(LABFLAGS)

check:
	$(TOP)/scripts/check

tools:
	cmake -S $(TOP)/tools -B $(TOP)/build/tools
	cmake --build $(TOP)/build/tools
	ctest --test-dir $(TOP)/build/tools --output-on-failure

dkms-install:
	mkdir -p /usr/src/vfpath-$(VERSION)
	cp -r $(addprefix $(TOP)/,Kbuild Kconfig Makefile dkms.conf include drivers kunit) \
		/usr/src/vfpath-$(VERSION)/
	dkms install vfpath/$(VERSION)

dkms-remove:
	dkms remove vfpath/$(VERSION) --all
	rm -rf /usr/src/vfpath-$(VERSION)

help:
	@echo 'make modules [KDIR=dir]    build the modules (for the running kernel)'
	@echo 'make modules_install       install them under /lib/modules'
	@echo 'make dkms-install          install them by DKMS, for every kernel to come'
	@echo 'make dkms-remove           undo that'
	@echo 'make setup                 install what the lab needs, fill its cache'
	@echo 'make demo                  the whole story in virtual machines, with a picture'
	@echo 'make test [CASES="a b"]    all tests, or some'
	@echo 'make check                 build with W=1 and sparse, checkpatch and others'
	@echo 'make kunit                 the unit tests, on the debug kernel'
	@echo 'make tools                 build and test the measuring programs'
	@echo 'make shell                 a shell in the lab'"'"'s host'
	@echo 'make clean'
	@echo
	@echo 'LABFLAGS="--kernel 6.1|6.12|debug --verbose" goes to scripts/lab.'
