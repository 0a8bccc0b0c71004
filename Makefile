# Each target installs what it needs on Debian and Ubuntu, says what it does, and fails with the one thing to do.
# The scripts that do the work are in build/scripts.

.DEFAULT_GOAL := help
.PHONY: help run test bench soak fuzz lint build fmt pictures

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## install what is missing, build, open the window; without a display, serve and show requests in the terminal
	@build/scripts/run.sh

test: ## install what is missing and run everything: checks, Go, page, browser, the real window
	@build/scripts/test.sh

bench: ## measure: ratios of one run; PEOPLE=1000000 for the longest lists
	@build/scripts/bench.sh

soak: ## rehearsals against a served folder for SOAK minutes (default 10); SOAK=tunnel MINUTES=30: through a tunnel that breaks off
	@build/scripts/soak.sh

fuzz: ## each fuzz target for FUZZ seconds (default 20)
	@build/scripts/fuzz.sh

lint: ## golangci-lint and vet for Linux and Windows
	@build/scripts/lint.sh

build: ## the window and scimd into bin/
	@build/scripts/build.sh window scimd

pictures: ## a picture of every page in both themes and sizes, and the two that the documents show
	@build/scripts/pictures.sh

fmt: ## gofmt
	@gofmt -w main.go app.go backend
