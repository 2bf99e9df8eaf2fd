# The commands of this project. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run check test faults kills ill fuzz types web bench

help: ## List the commands
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: ## Start Switchboard on SQLite in ./data and serve http://127.0.0.1:8080/
	cargo run --release

check: ## The fast loop: format, lints, unit tests
	tests/run.sh fmt clippy unit

test: ## Everything, on SQLite and PostgreSQL; installs what the tests need
	tests/run.sh

faults: ## Show that the test of every promise can fail: one planted fault for each
	tests/faults.py

kills: ## Kill the program between any two steps, on both databases, and show that it survives
	tests/kills.py

ill: ## Each fault of disk, database, clock, bots, webhooks and sockets, 20 times
	tests/run.sh postgres ill

types: ## Write web/shared/src/protocol.gen.ts anew from src/protocol
	SWITCHBOARD_WRITE_TYPES=1 cargo test --quiet --lib typescript

web: ## Build web/dist anew, which the program embeds
	tests/run.sh npm
	cd web && npm run build

bench: ## Measure against two relays; OPTIONS="--quick", see cargo run --profile production --example load -- --help
	cargo bench
	cargo build --profile production
	cargo run --profile production --example load -- $(OPTIONS)

fuzz: ## Look for inputs that break a parser, with libFuzzer and a nightly compiler; SECONDS=60 for each target
	fuzz/run.sh $(or $(SECONDS),60)
