# spoor: one Makefile, not recursive. Targets: all try test install uninstall dist deb deps lint layers format golden pictures bench clean,
# and parts of test: test-unit test-cli test-screen test-fuzz test-fault; test-deep (DEEP_MINUTES=30); fuzz (TARGET=scanner SECONDS=60) and coverage.
# Yours to set: CC CFLAGS CPPFLAGS LDFLAGS; PREFIX DESTDIR BINDIR MANDIR DOCDIR BASHDIR ZSHDIR FISHDIR, STRIP=1 (install); MAINTAINER (deb);
# SAN=1 builds with ASan+UBSan in its own folder, FUZZ=1 for libFuzzer, COV=1 with gcov.

MAKEFLAGS += --no-builtin-rules
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/spoor
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR ?= $(DATADIR)/zsh/site-functions
FISHDIR ?= $(DATADIR)/fish/vendor_completions.d
CFLAGS ?= -O2 -g
# A tarball (make dist) says its own; it may lie in somebody else's repository.
VERSION := $(shell cat .version 2>/dev/null || git describe --tags --always --dirty 2>/dev/null || echo unknown)
# Of the version, for what is to be the same bytes at each build: the clock is never asked.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell date -r .version +%s 2>/dev/null || git log -1 --format=%ct 2>/dev/null || echo 0))

# V=1 shows the commands.
say = $(if $(V),,@printf '  %s  %s\n' $1 $2;)

VARIANT := $(if $(SAN),san,$(if $(TSAN),tsan,$(if $(FUZZ),fuzz,$(if $(COV),cov,release))))
B := build/$(VARIANT)

LIBS := ncursesw sqlite3 libcjson libzstd zlib liblzma libxxhash libmd
# Only its header: it is loaded when the first archive is met (import/archive.c).
LOADED := libarchive
TEST_LIBS := cmocka vterm

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wundef -Wswitch-enum -Wdouble-promotion -Wnull-dereference
# (_FORTIFY_SOURCE wants optimisation; the folder it was built in is no part of the program)
HARDEN := -fstack-protector-strong -fPIE $(if $(SAN)$(TSAN)$(FUZZ)$(COV)$(filter -O0,$(CFLAGS)),,-D_FORTIFY_SOURCE=2) \
	$(if $(SAN)$(TSAN)$(FUZZ)$(COV),,-ffile-prefix-map=$(CURDIR)=.)
SPOOR_CPPFLAGS = -I. -I$(B)/gen -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
SPOOR_CFLAGS = -std=c11 $(WARN) $(if $(WERROR),-Werror) $(HARDEN) -fno-strict-overflow -pthread $(PKG_CFLAGS)
# (-Og does not inline what xxhash.h says must be)
SPOOR_CPPFLAGS += $(if $(filter -Og,$(CFLAGS)),-DXXH_NO_INLINE_HINTS=1)
SPOOR_LDFLAGS = -pie -pthread -Wl,-z,relro,-z,now
ifdef SAN
SPOOR_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SPOOR_LDFLAGS += -fsanitize=address,undefined
endif
ifdef TSAN
SPOOR_CFLAGS += -fsanitize=thread
SPOOR_LDFLAGS += -fsanitize=thread
endif
ifdef FUZZ
CC := clang
CFLAGS := -O1 -g
SPOOR_CFLAGS += -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SPOOR_LDFLAGS += -fsanitize=fuzzer,address,undefined
endif
ifdef COV
CFLAGS := -O0 -g
SPOOR_CFLAGS += --coverage -fprofile-update=atomic
SPOOR_LDFLAGS += --coverage -Wl,--wrap=_exit tests/cov_exit.c
endif
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS) $(LOADED) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(LIBS)) -lunistring -lm
TEST_PKG_LIBS = $(shell pkg-config --libs $(TEST_LIBS)) -lutil

SRC := $(filter-out tui/main.c,$(wildcard store/*.c store/*/*.c import/*.c tui/*.c tui/*/*.c))
OBJ := $(SRC:%.c=$(B)/%.o)
GEN := $(B)/gen/completion.inc $(B)/gen/schema.inc $(B)/gen/themes.inc $(B)/gen/prices.inc $(B)/gen/samples.gz
# The samples that are built in, in the order of import/samples.c.
SAMPLES := $(addprefix tests/data/,traces-agent.jsonl traces-voice.json.gz traces-eval.jsonl eval-v12.json eval-v13.json \
	evals-claims.tar.gz traces-claims.jsonl.gz evals-weekly.tar.gz review-support.json)
TEST_SRC := $(wildcard tests/unit/*.c)
TEST_BIN := $(TEST_SRC:tests/unit/%.c=$(B)/tests/%)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(B)/fuzz/%)

# The man pages and the shells' completion come out of the program's own tables. Their date is the version's, never the clock's.
MAN := spoor.1 spoor-config.5 spoor-filter.7 spoor-formats.5
COMPLETION := spoor.bash _spoor spoor.fish
PAGES := $(MAN:%=$(B)/man/%) $(COMPLETION:%=$(B)/completion/%)

# A fresh machine: what is missing is installed first, then make starts over with it.
HAVE := $(shell command -v $(CC) >/dev/null 2>&1 && pkg-config --exists $(LIBS) $(LOADED) 2>/dev/null && echo yes)
ifneq ($(HAVE),yes)
.DEFAULT_GOAL := all
# (as many jobs as there are cores)
all try install deb: ; @sh tests/deps.sh build && $(MAKE) --no-print-directory -j$$(nproc) $@ HAVE=yes
test test-unit test-cli test-screen test-fuzz test-fault test-deep golden: ; @sh tests/deps.sh test && $(MAKE) --no-print-directory $@ HAVE=yes
fuzz: ; @sh tests/deps.sh fuzz && $(MAKE) --no-print-directory $@ HAVE=yes
coverage: ; @sh tests/deps.sh test && $(MAKE) --no-print-directory $@ HAVE=yes
lint bench: ; @sh tests/deps.sh lint && $(MAKE) --no-print-directory $@ HAVE=yes
else
all: $(B)/spoor $(PAGES)
endif

$(B)/spoor: $(B)/tui/main.o $(B)/libspoor.a
	$(call say,LD,$@)$(CC) $(SPOOR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# (with no settings, no store and no locale of the user's)
print_page = @mkdir -p $(@D) && env -i PATH="$$PATH" LC_ALL=C.UTF-8 SPOOR_CONFIG= HOME=/nonexistent SPOOR_STORE=/nonexistent/spoor.db \
	SOURCE_DATE_EPOCH=$(EPOCH) $(B)/spoor $1 >$@.new && mv $@.new $@
$(B)/man/%: $(B)/spoor
	$(call print_page,help --man $(basename $*))
$(B)/completion/spoor.bash: $(B)/spoor
	$(call print_page,complete --script bash)
$(B)/completion/_spoor: $(B)/spoor
	$(call print_page,complete --script zsh)
$(B)/completion/spoor.fish: $(B)/spoor
	$(call print_page,complete --script fish)

$(B)/libspoor.a: $(OBJ)
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

$(B)/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(SPOOR_CPPFLAGS) $(CPPFLAGS) $(SPOOR_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Files embedded so that the binary stands alone: rows { "name", "text" },
define embed
	@mkdir -p $(@D)
	@for f in $(sort $(filter %.sql %.json %.bash %.zsh %.fish,$^)); do printf '{ "%s",\n' "$$(basename $$f)"; \
		sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $$f; printf '},\n'; done > $@
endef
# (the folder, too: a file that is gone is gone from the program)
$(B)/gen/schema.inc: $(wildcard store/schema/*.sql) store/schema
	$(embed)
$(B)/gen/themes.inc: $(wildcard themes/*.json) themes
	$(embed)
$(B)/gen/prices.inc: import/prices.json
	$(embed)
# Each with a line "NAME SIZE" before it; the same bytes at each build.
$(B)/gen/samples.gz: $(SAMPLES)
	@mkdir -p $(@D)
	$(call say,GEN,$@){ for f in $(SAMPLES); do printf '%s %d\n' "$${f##*/}" "$$(wc -c < $$f)"; cat $$f; done; } | gzip -n9 > $@
$(B)/import/samples.o: $(B)/gen/samples.gz
$(B)/import/samples.o: SPOOR_CPPFLAGS += -DSAMPLES_BLOB='"$(B)/gen/samples.gz"'
$(B)/gen/completion.inc: $(wildcard tui/completion/*) tui/completion
	$(embed)

$(B)/tests/%: tests/unit/%.c $(wildcard tests/*.h) $(B)/libspoor.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(SPOOR_CPPFLAGS) $(CPPFLAGS) $(SPOOR_CFLAGS) $(CFLAGS) $(SPOOR_LDFLAGS) $(LDFLAGS) -o $@ $< \
		$(B)/libspoor.a $(PKG_LIBS) $(TEST_PKG_LIBS)

# A fuzz target with libFuzzer (FUZZ=1), else with a main that replays its corpus.
$(B)/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(wildcard tests/fuzz/*.h) $(B)/libspoor.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(SPOOR_CPPFLAGS) $(CPPFLAGS) $(SPOOR_CFLAGS) $(CFLAGS) $(SPOOR_LDFLAGS) $(LDFLAGS) -o $@ $< \
		$(if $(FUZZ),,tests/fuzz/replay.c) $(B)/libspoor.a $(PKG_LIBS)

deps:
	@sh tests/deps.sh lint

ifeq ($(HAVE),yes)
try: all
	@sh tests/try.sh $(B)/spoor

tests-ready:
	@sh tests/deps.sh test
test: tests-ready
	@$(MAKE) --no-print-directory -j$$(nproc) all unit-tests fuzz-tests fault-tests
	@bash tests/run.sh $(B)
unit-tests: $(TEST_BIN)
fuzz-tests: $(FUZZ_BIN)

# What makes things fail (tests/fault): a library to preload, which knows nothing of the program, and a client of the store.
$(B)/fault/fault.so: $(filter-out tests/fault/client.c,$(wildcard tests/fault/*.c)) tests/fault/shim.h
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) -I. -D_GNU_SOURCE -std=c11 $(WARN) $(if $(WERROR),-Werror) -O2 -g -fPIC -shared -pthread -o $@ $(filter %.c,$^) -lsqlite3 -ldl
$(B)/fault/client: tests/fault/client.c $(B)/libspoor.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(SPOOR_CPPFLAGS) $(CPPFLAGS) $(SPOOR_CFLAGS) $(CFLAGS) $(SPOOR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
fault-tests: $(B)/fault/fault.so $(B)/fault/client
test-fault: all fault-tests
	@for row in opening memory disk kill limits many; do SPOOR_BUILD=$(B) python3 tests/fault/$$row.py || exit 1; done
test-unit: tests-ready
	@$(MAKE) --no-print-directory unit-tests
	@for t in $(TEST_BIN); do $$t || exit 1; done
test-cli: all
	@SPOOR_BUILD=$(B) bash tests/cli.sh
test-screen: all
	@SPOOR_BUILD=$(B) bash tests/screen.sh
test-fuzz: fuzz-tests
	@sh tests/fuzz/run.sh replay $(B)
# Branch coverage of the parts that must not have an untried branch, by gcov; the README quotes tests/coverage.txt.
coverage:
	@sh tests/deps.sh test
	@$(MAKE) --no-print-directory -j$$(nproc) COV=1 all unit-tests fuzz-tests fault-tests
	@python3 tests/coverage.py build/cov
# The long ones, before a release: make test-deep DEEP_MINUTES=30
test-deep: tests-ready
	@sh tests/deps.sh fuzz
	@$(MAKE) --no-print-directory -j$$(nproc) all unit-tests fuzz-tests fault-tests
	@SPOOR_BUILD=$(B) DEEP_MINUTES=$(DEEP_MINUTES) bash tests/deep.sh
DEEP_MINUTES ?= 30
# libFuzzer: make fuzz TARGET=scanner SECONDS=60. What it finds comes into tests/fuzz/found.
TARGET ?= scanner
SECONDS ?= 60
fuzz:
	@sh tests/deps.sh fuzz
	@$(MAKE) --no-print-directory -j$$(nproc) FUZZ=1 build/fuzz/fuzz/$(TARGET)
	@sh tests/fuzz/run.sh fuzz build/fuzz $(TARGET) $(SECONDS)
# Writes what the screens and commands print now as the expectation; a person looks at the difference.
golden: all unit-tests
	@SPOOR_GOLDEN=1 bash tests/run.sh $(B)

ALL_C := $(SRC) tui/main.c $(TEST_SRC) $(wildcard tests/fuzz/*.[ch])
lint:
	@sh tests/deps.sh lint
	@$(MAKE) --no-print-directory $(GEN)
	@clang-format --dry-run --Werror $(ALL_C) $(wildcard store/*.h store/*/*.h import/*.h tui/*.h tui/*/*.h tests/*.h)
	@cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --suppressions-list=.cppcheck -I. -I$(B)/gen --enable=warning,portability $(SRC) tui/main.c
	@printf '%s\n' $(SRC) tui/main.c | xargs -P 2 -n 6 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- $(SPOOR_CPPFLAGS) -std=c11 $(PKG_CFLAGS) 2>/dev/null' sh
# The parts of the README that come from the program, and the pictures of its screens.
readme: all
	@python3 tests/readme.py $(B)/spoor
pictures: all
	@python3 tests/pictures.py $(B)/spoor
layers:
	@sh tests/layers.sh
format:
	clang-format -i $(ALL_C) $(wildcard store/*.h store/*/*.h import/*.h tui/*.h tui/*/*.h tests/*.h)
# The parser's thread alone, stage by stage: build/release/bench/parse FILE; what is not JSON: build/release/bench/convert FILE
$(B)/bench/parse $(B)/bench/convert: $(B)/bench/%: tests/bench/%.c $(B)/libspoor.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(SPOOR_CPPFLAGS) $(CPPFLAGS) $(SPOOR_CFLAGS) $(CFLAGS) $(SPOOR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
BENCH_SRC := $(addprefix tests/bench/,bench.c gen.c imports.c keys.c measure.c pty.c reads.c stages.c term.c)
$(B)/bench/bench: $(BENCH_SRC) $(wildcard tests/bench/*.h) $(B)/libspoor.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(SPOOR_CPPFLAGS) $(CPPFLAGS) $(SPOOR_CFLAGS) $(CFLAGS) $(SPOOR_LDFLAGS) $(LDFLAGS) -o $@ $(BENCH_SRC) \
		$(B)/libspoor.a $(PKG_LIBS) $(shell pkg-config --libs yyjson 2>/dev/null) -lutil
bench: all
	@sh tests/bench/run.sh $(B)

# What is installed, for both: put MODE FOLDER FILE…
define installed
	put 755 '$(BINDIR)' $(B)/spoor; \
	for section in 1 5 7; do put 644 "$(MANDIR)/man$$section" $(B)/man/*.$$section; done; \
	put 644 '$(BASHDIR)' $(B)/completion/spoor; \
	put 644 '$(ZSHDIR)' $(B)/completion/_spoor; \
	put 644 '$(FISHDIR)' $(B)/completion/spoor.fish; \
	put 644 '$(DOCDIR)' README.md LICENSE; \
	put 644 '$(DOCDIR)/examples' $(B)/gen/config.json
endef
# The example is the program's own, with no settings of whoever builds it; bash looks a completion up by the command's name.
install: all
	@env -i SPOOR_CONFIG= HOME=/nonexistent LC_ALL=C.UTF-8 $(B)/spoor config --example > $(B)/gen/config.json
	@[ ! -e $(B)/completion/spoor.bash ] || cp $(B)/completion/spoor.bash $(B)/completion/spoor
	@set -e; put() { mode=$$1 dir='$(DESTDIR)'$$2; shift 2; for f; do [ -e "$$f" ] || continue; \
		install -d -m 755 "$$dir"; install -m $$mode "$$f" "$$dir/"; done; }; $(installed)
	$(if $(STRIP),@strip --strip-unneeded '$(DESTDIR)$(BINDIR)/spoor')

# A tarball that builds without git: what is in the tree, as it is, and .version. The same bytes for the same tree.
DIST = spoor-$(VERSION)
dist:
	@EPOCH=$(EPOCH) sh .deb/dist.sh '$(VERSION)' build/$(DIST).tar.gz
# A Debian package of this build: the same bytes wherever and whenever it is built.
deb: all
	@sh tests/deps.sh deb
	@EPOCH=$(EPOCH) MAKE='$(MAKE)' MAINTAINER='$(MAINTAINER)' sh .deb/build.sh '$(VERSION)' $(B)
endif
# Exactly what install has put there.
uninstall:
	@put() { dir='$(DESTDIR)'$$2; shift 2; for f; do rm -f "$$dir/$${f##*/}"; done; }; $(installed)
	@for d in '$(DOCDIR)/examples' '$(DOCDIR)'; do rmdir '$(DESTDIR)'"$$d" 2>/dev/null || :; done

clean:
	rm -rf build

# Only main.c knows the version, and is compiled again when it changes.
$(B)/gen/version: force-version
	@mkdir -p $(@D); echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@
$(B)/tui/main.o: $(B)/gen/version
$(B)/tui/main.o: SPOOR_CPPFLAGS += -DSPOOR_VERSION='"$(VERSION)"'

-include $(OBJ:.o=.d) $(B)/tui/main.d
.PHONY: force-version all clean deps try test tests-ready unit-tests test-unit test-cli test-screen test-fuzz test-deep test-fault fault-tests fuzz-tests fuzz coverage golden lint layers readme pictures format bench install uninstall dist deb
