# leat.  Two commands: `make demo`, `make check`.  Others: deps all asan fuzz bench coverage lint format man install clean.
#
# One build directory per flag set: build/<flavour>-<compiler>/, so that they never mix. FLAVOUR=release (default), asan,
# coverage, fuzz; CC=gcc or clang. common/*.c go into libcommon.a, <stage>/*.c into lib<stage>.a, and the mains listed
# below become leat-<tool>, linked with their stage's library, common, and of the system's libraries what they use.

prefix   ?= /usr/local
DATA     ?= ../shared/data
FLAVOUR  ?= release
ifeq ($(origin CC),default)
CC       := gcc
endif
CXX      := $(if $(findstring clang,$(CC)),$(subst clang,clang++,$(CC)),$(subst gcc,g++,$(CC)))
B        := build/$(FLAVOUR)-$(notdir $(CC))
DEPS     := build/deps
JOBS     ?= $(shell nproc)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS) --no-print-directory
endif

MAINS    := ingest/ingest filter/filter filter/code filter/lm filter/classify dedup/dedup tokenizer/tokenizer tokenizer/tokenize \
            shards/shard shards/shards trainer/train trainer/generate pipelines/run pipelines/leat
STAGES   := ingest filter dedup tokenizer shards kernels trainer pipelines
# what a stage may link besides common: the law of the house has these exceptions
NEEDS_trainer := shards kernels
# filter counts tokens
NEEDS_filter := tokenizer

PACKAGES := libzstd zlib libisal liblzma liblz4 libarchive expat libpcre2-8 libxxhash tree-sitter yaml-0.1 icu-uc simdjson libbrotlidec uchardet libpsl
WARN     := -Wall -Wextra -Wshadow -Wpointer-arith -Wno-unused-parameter -Wno-missing-field-initializers
CWARN    := $(WARN) -Wvla -Wstrict-prototypes -Wmissing-prototypes
OPT_release  := -O2 -g
OPT_asan     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_coverage := -O0 -g --coverage -fprofile-update=atomic
OPT_fuzz     := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
OPT      := $(OPT_$(FLAVOUR))
PACKAGES_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGES_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
override CPPFLAGS += -I. -D_GNU_SOURCE -DLEAT_LIBDIR='"$(prefix)/lib/leat"' $(PACKAGES_CFLAGS) -MMD -MP
override CFLAGS   += -std=gnu11 $(OPT) $(CWARN) -pthread -fvisibility=hidden -fno-math-errno -ffp-contract=off
override CXXFLAGS += -std=c++17 $(OPT) $(WARN) -pthread -fvisibility=hidden -fno-exceptions -fno-rtti
override LDFLAGS  += $(OPT) -pthread -Wl,--as-needed
# CLD2's full tables take the place of its small ones where they are linked first; nothing refers to them by name
LDLIBS_filter := -Wl,--no-as-needed -lcld2_full -Wl,--as-needed -lcld2
override LDLIBS   += $(PACKAGES_LIBS) -lbz2 -ldnnl -lgomp -lm -ldl

sources   = $(filter-out $(addsuffix .c,$(MAINS)),$(wildcard $(1)/*.c $(1)/*/*.c)) $(wildcard $(1)/*.cc $(1)/*/*.cc)
objects   = $(patsubst %,$(B)/obj/%.o,$(call sources,$(1)))
stage     = $(firstword $(subst /, ,$(1)))
program   = $(B)/bin/$(if $(filter %/leat,$(1)),leat,leat-$(notdir $(1)))
libraries = $(foreach s,$(filter-out common,$(1)) $(NEEDS_$(1)) common,$(B)/lib/lib$(s).a)

MAINS_HERE := $(foreach m,$(MAINS),$(if $(wildcard $(m).c),$(m)))
TOOLS    := $(foreach m,$(MAINS_HERE),$(call program,$(m)))
UNITS    := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*/*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*/*.c))
# programs of benchmarks that tests run, too
BENCHES  := dedup_pairs dedup_stream

.PHONY: all deps check asan fuzz coverage bench lint format man install clean demo tools units benches fuzzers grammars
.DELETE_ON_ERROR:
.SECONDARY:
all: tools grammars

# ---------------------------------------------------------------- building
tools: $(TOOLS)
units: $(addprefix $(B)/unit/,$(UNITS)) benches
benches: $(addprefix $(B)/bench/,$(BENCHES))
fuzzers: $(addprefix $(B)/fuzz/,$(FUZZERS))

$(B)/obj/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(B)/obj/%.cc.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c -o $@ $<

# ingest judges every block of every page: loops over blocks that -O2 leaves alone
ifeq ($(FLAVOUR),release)
$(B)/obj/ingest/%.c.o: override CFLAGS += -O3
$(B)/obj/filter/words/fold.c.o $(B)/obj/filter/overlap/overlap.c.o: override CFLAGS += -O3
# filter counts bytes and words of every document
$(B)/obj/filter/signals/%.c.o: override CFLAGS += -O3
endif

define library_rule
$(B)/lib/lib$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D) && rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach s,common $(STAGES),$(eval $(call library_rule,$(s))))

define link_rule # program, object, stage, flags
$(1): $(B)/obj/$(2).c.o $(call libraries,$(3))
	@mkdir -p $$(@D)
	$(CXX) $(LDFLAGS) $(4) -o $$@ $$^ $(LDLIBS_$(3)) $(LDLIBS)
endef
$(foreach m,$(MAINS_HERE),$(eval $(call link_rule,$(call program,$(m)),$(m),$(call stage,$(m)))))
$(foreach u,$(UNITS),$(eval $(call link_rule,$(B)/unit/$(u),tests/unit/$(u),$(call stage,$(u)))))
$(foreach b,$(BENCHES),$(eval $(call link_rule,$(B)/bench/$(b),tests/bench/$(b),$(firstword $(subst _, ,$(b))))))
$(foreach u,$(FUZZERS),$(eval $(call link_rule,$(B)/fuzz/$(u),tests/fuzz/$(u),$(call stage,$(u)),-fsanitize=fuzzer)))

# ---------------------------------------------------------------- what it needs from outside
DEBIAN := gcc g++ make pkg-config libsimdjson-dev libzstd-dev zstd zlib1g-dev libisal-dev liblzma-dev xz-utils libbz2-dev bzip2 \
          liblz4-dev lz4 libarchive-dev libexpat1-dev libpcre2-dev libxxhash-dev xxhash libtree-sitter-dev libyaml-dev libdnnl-dev libicu-dev libbrotli-dev libuchardet-dev libpsl-dev libcld2-dev \
          python3 python3-venv python3-pip jq unzip zip brotli man-db
DEBIAN_dev  := clang clang-format clang-tidy cppcheck shellcheck libclang-rt-dev
DEBIAN_demo := wget
deps:
	@missing=$$(for p in $(DEBIAN) $(DEBIAN_$(FOR)); do dpkg-query -W -f='$${Status}\n' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		echo "make deps: installing Debian packages:" $$missing; \
		as=; [ "$$(id -u)" = 0 ] || as=sudo; \
		$$as apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
	@filter/code/grammars.sh $(DEPS)
	@tests/suites.sh $(DEPS)
grammars:
	@filter/code/grammars.sh $(DEPS)

# ---------------------------------------------------------------- testing
check: deps
	$(MAKE) all units
	tests/run $(B)
asan: deps
	$(MAKE) FLAVOUR=asan tools units
	tests/run build/asan-$(notdir $(CC))
FUZZ_SECONDS ?= 10
fuzz:
	$(MAKE) deps FOR=dev
	$(MAKE) FLAVOUR=fuzz CC=clang fuzzers
	tests/fuzz/run build/fuzz-clang/fuzz $(FUZZ_SECONDS)
coverage: deps
	$(MAKE) FLAVOUR=coverage CC=gcc tools units
	tests/coverage build/coverage-gcc
bench-%: all benches
	DATA=$(abspath $(DATA)) LEAT_BIN=$(abspath $(B)/bin) tests/bench/$*.sh
bench: $(patsubst %,bench-%,floor stages)
demo:
	$(MAKE) deps FOR=demo
	$(MAKE) all
	LEAT_BIN=$(abspath $(B)/bin) LEAT_GRAMMARS=$(abspath $(DEPS)/grammars) pipelines/demo.sh

# ---------------------------------------------------------------- keeping it clean
# generated tables are left as their generators wrote them
TABLES = (common/unicode|filter/words/(spacy|uax29)|filter/language/model|filter/code/spdx|ingest/(charset/charset|extract/classify|extract/words))_tables?[.]c
CODE = $(shell git ls-files -co --exclude-standard '*.c' '*.h' '*.cc' | grep -vE '^$(TABLES)$$')
format:
	clang-format -i $(CODE)
lint:
	$(MAKE) deps FOR=dev
	tests/lint $(CODE)

# ---------------------------------------------------------------- installing
man: tools
	@mkdir -p $(B)/man
	@for t in $(TOOLS); do $$t --man >$(B)/man/$$(basename $$t).1; done
install: all man
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/share/man/man1 $(DESTDIR)$(prefix)/lib/leat/grammars \
		$(DESTDIR)$(prefix)/share/leat/pipelines $(DESTDIR)$(prefix)/share/doc/leat
	install -m 755 $(TOOLS) $(DESTDIR)$(prefix)/bin
	install -m 644 $(B)/man/*.1 $(DESTDIR)$(prefix)/share/man/man1
	install -m 755 $(DEPS)/grammars/*.so $(DESTDIR)$(prefix)/lib/leat/grammars
	install -m 644 pipelines/*.yaml $(DESTDIR)$(prefix)/share/leat/pipelines
	install -m 644 README.md NEWS.md LICENSE docs/*.md $(DESTDIR)$(prefix)/share/doc/leat
clean:
	rm -rf build/release-* build/asan-* build/coverage-* build/fuzz-*

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
