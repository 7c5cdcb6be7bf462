# `make help` lists what can be done. The two that matter: `make run`, `make test`.

GO          ?= go
BIN         := bin/apilint
FUZZTIME    ?= 20s
BENCH_MB    ?= 100
BENCH_RUNS  ?= 5
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION     ?=
LDFLAGS     := $(if $(VERSION),-ldflags "-X github.com/apilint/apilint/internal/cli.version=$(VERSION)")

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: tools ## bin/apilint, VERSION=v1.2.3 names it (the first build compiles PostgreSQL's parser: a minute or two)
	@$(GO) build $(LDFLAGS) -o $(BIN) ./cmd/apilint

.PHONY: install
install: tools ## apilint into Go's bin folder
	$(GO) install $(LDFLAGS) ./cmd/apilint

.PHONY: run
run: build ## build, then analyse a log that was recorded from a real PostgreSQL; needs no server
	$(BIN) analyze fixtures/shop/naive/postgresql.log \
		--schema fixtures/shop/schema.sql --stats fixtures/shop/stats --exit-zero

.PHONY: test
test: tools ## install PostgreSQL when it is missing, then run all tests with the race detector
	@.ci/postgresql
	$(GO) test -race -timeout 20m ./...

.PHONY: servers
servers: ## install PostgreSQL 14 to 18 with npm, for the tests that ask every version
	@.ci/postgresql-versions

.PHONY: check
check: tools ## formatting, vet, staticcheck, import table, generated pages, go.mod
	@bad=$$($(GO) run $(GOFUMPT) -l .); if [ -n "$$bad" ]; then \
		echo "not formatted (make fmt does it):"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) test ./internal/archtest
	@pages=$$(mktemp -d) && trap 'rm -rf "$$pages"' EXIT && $(GO) run ./internal/ruledoc/pages "$$pages" && \
		diff -r "$$pages" docs/rules || { echo "docs/rules is not what the detectors say: make generate"; exit 1; }
	$(GO) mod tidy -diff

.PHONY: fmt
fmt: tools ## format all Go files
	$(GO) run $(GOFUMPT) -w .

.PHONY: generate
generate: tools ## write what is generated: the pages of the rules
	$(GO) generate ./...

.PHONY: fixtures
fixtures: tools ## record the fixtures again (needs PostgreSQL 15 or newer)
	$(GO) run ./fixtures/record

.PHONY: samples
samples: tools ## every recorded log: what it must be read as, beside what it is read as
	@$(GO) run ./internal/samples/table internal/samples/testdata internal/source/testdata/logs

.PHONY: recordings
recordings: tools ## record the samples again (internal/samples/testdata/README.md says what that needs)
	$(GO) run ./internal/samples/record $(RECORD)

.PHONY: bench
bench: build ## speed and memory on logs of BENCH_MB (100) MB, beside grep, zcat, zstdcat and pgBadger
	@$(GO) run ./internal/bench -mb $(BENCH_MB) -runs $(BENCH_RUNS) $(BIN)

.PHONY: fuzz
fuzz: tools ## every fuzz target for FUZZTIME (20s)
	@grep -rEo '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' . | sort | while IFS=: read -r file func; do \
		name=$${func#func }; echo "== $$(dirname $$file) $$name"; \
		$(GO) test -run='^$$' -fuzz="^$$name$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=10x $$(dirname $$file) || exit 1; \
	done

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .cache

.PHONY: tools
tools:
	@command -v $(GO) >/dev/null || { echo "Go is missing: https://go.dev/doc/install (1.26 or newer)"; exit 1; }
	@[ "$$($(GO) env CGO_ENABLED)" = 1 ] && set -- $$($(GO) env CC) && command -v "$$1" >/dev/null || { \
		echo "the SQL parser is PostgreSQL's own, in C: it needs a C compiler, and CGO_ENABLED must not be 0."; \
		echo "Debian, Ubuntu: apt-get install gcc libc6-dev; macOS: xcode-select --install"; exit 1; }
