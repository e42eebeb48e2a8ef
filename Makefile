# `make` prints this page: every target with a `##` comment.
.DEFAULT_GOAL := help
.NOTPARALLEL:

VERSION  := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  := -X main.version=$(VERSION)
BINARY   := rung$(shell go env GOEXE)
FUZZTIME ?= 10s

# The linters live in a module of their own, pinned, so that rung's go.mod lists only what rung is made of.
TOOL := go tool -modfile=.ci/tools/go.mod

# The race detector needs a C compiler; where there is none the tests still run, and say so.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## build ./rung, with the version stamped in
	@echo 'go build -o $(BINARY) (the first build of a machine compiles every library: a minute or more)'
	@go build -trimpath -ldflags '$(LDFLAGS)' -o $(BINARY) .

.PHONY: demo
demo: build ## build rung and watch it upgrade a simulated cluster over real SSH
	./$(BINARY) demo

.PHONY: test
test: format vet lint cross race own-step ## the whole gate: format, vet, lint, cross builds, tests under the race detector

.PHONY: chaos
chaos: ## kill and cut runs at every point, and not only at some, and 10,000 schedules of random faults: hours
	RUNG_CHAOS=1 go test -timeout 12h -count 1 -run 'TestAResumedRunIsAsOneThatNeverDied|TestTheUpgradeSurvivesACutOfAnyLink|TestChaos$$' -v ./engine/twin

.PHONY: lint
lint: ## run golangci-lint
	@echo 'golangci-lint run (where it was never run, the Go toolchain compiles it first: some minutes)'
	@$(TOOL) golangci-lint run ./...

.PHONY: fmt
fmt: ## format every Go file
	$(TOOL) gofumpt -w .

.PHONY: bench
bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

# `go test -fuzz` takes one target of one package at a time: find them all, give each $(FUZZTIME). What it finds is made
# smaller in a hundred tries: a minute each, as usual, would be all the time that a target has.
.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (10s)
	@grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/:func / /' | sort | \
	while read -r file target; do \
		echo "== $$target in $$(dirname "$$file")"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x "$$(dirname "$$file")" || exit 1; \
	done

.PHONY: generate
generate: ## rewrite what is generated from code (docs, schemas); tests fail where it is stale
	go generate ./...

.PHONY: clean
clean: ## remove what was built
	rm -f rung rung.exe coverage.out

# The stages of the gate, cheapest first. Each runs alone too: `make cross`.

.PHONY: format
format:
	@unformatted=$$($(TOOL) gofumpt -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then \
		printf 'not formatted, run make fmt:\n%s\n' "$$unformatted"; exit 1; \
	fi

.PHONY: vet
vet:
	go vet ./...

# The controller also runs on laptops: it must compile there, though it is tested here.
.PHONY: cross
cross:
	GOOS=darwin GOARCH=arm64 go build -o /dev/null .
	GOOS=windows GOARCH=amd64 go build -o /dev/null .

# A module of its own, which ./... does not reach. Where rung has new requirements, it wants a go mod tidy there.
.PHONY: own-step
own-step:
	cd examples/own-step && go vet ./... && go test ./...

.PHONY: race
race:
	@test -x /usr/sbin/sshd || echo 'no /usr/sbin/sshd: the tests against the real OpenSSH server are skipped; install openssh-server to have them'
	@for tool in sudo ip nft; do \
		PATH="$$PATH:/usr/sbin:/sbin" command -v $$tool >/dev/null || echo "no $$tool: tests of lost packets, or of logins that are not root, are skipped; .ci/run installs it"; \
	done
	$(if $(RACE),,@echo 'no C compiler (go env CGO_ENABLED is 0): testing without the race detector; install gcc to have it')
	go test $(RACE) -timeout 25m ./...
	$(if $(RACE),go test -timeout 25m ./engine/twin) # whole: the race detector is slow, and the twin's longest loops are thinned under it
