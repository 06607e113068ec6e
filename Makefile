# Every target that is explained below is for people; `make` alone prints them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The folders of `make conformance`, and flags for `make run`.
CASES ?= ../shared/conformance/cases/e2e-instrumentation/instrumentation-python
ARGS ?=
FUZZ_SECONDS ?= 60
# Where the node of `make node` is. It must survive a crash of everything, so that `make node-down` finds what to undo.
NODE_DIR ?= $(or $(OTEL_OPERATOR_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/otel-operator)/node

SWIFT_SOURCES := Package.swift Sources Tests

.PHONY: help
help: ## Explain all targets
	@echo "otel-operator: OpenTelemetry on Kubernetes, automated. Targets:"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: packages
packages:
	@hack/packages.sh build

.PHONY: build
build: packages ## Build everything, debug
	swift build

.PHONY: release
release: packages ## Build the operator as it ships: optimized, static Swift library, stripped
	@ls -lh "$$(hack/local/release)/otel-operator"

.PHONY: image
image: ## Make the container image as an OCI archive, with its bill of materials, in dist/ (no container engine needed)
	@hack/image/build

.PHONY: check-image
check-image: image ## Run that image as a node would, against a local control plane
	@hack/image/check

.PHONY: test
test: packages test-python-agent test-rules test-package test-image test-chart ## Run all tests: unit, golden, integration on the local control plane (installs what it needs)
	hack/local/test

.PHONY: golden
golden: packages ## Record the golden files anew, then run the suite against them; read the diff as code
	-UPDATE_GOLDEN=1 swift test --filter 'RenderingTests|InjectionTests'
	swift test --filter 'RenderingTests|InjectionTests'

.PHONY: fuzz
fuzz: packages ## Feed mutated documents to the readers for FUZZ_SECONDS (60)
	FUZZ_SECONDS=$(FUZZ_SECONDS) swift test --filter DocumentTests

.PHONY: format
format: ## Format the Swift sources
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

.PHONY: lint
lint: ## Check the format of the Swift sources
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

.PHONY: crds
crds: packages ## Generate crds/ from the Swift declarations
	swift run CRDGenerator crds

.PHONY: manifests
manifests: crds ## Generate manifests/install.yaml and the files of the Helm chart that are copies
	swift run CRDGenerator manifests

.PHONY: check
check: lint test ## Lint and test; CI runs this first, see .ci/run

.PHONY: control-plane
control-plane: ## Build kube-apiserver and kube-controller-manager into a cache (once, a few minutes)
	@hack/control-plane/build.sh

.PHONY: permissions
permissions: ## Show what the operator may do in a cluster, and compare it with docs/permissions.md
	@hack/local/permissions

.PHONY: node
node: ## Start a control plane with a real node, for pods and Services on this machine (root; NODE_DIR=…)
	@hack/node/node start '$(NODE_DIR)'

.PHONY: node-down
node-down: ## Stop it and undo all that it changed on this machine; its state stays in NODE_DIR, for the next start
	@hack/node/node stop '$(NODE_DIR)'

.PHONY: node-clean
node-clean: ## The same, and remove its state, too
	@hack/node/node clean '$(NODE_DIR)'

.PHONY: test-node
test-node: ## Check that node: pods, Services, DNS, drain, and that nothing is left of it after stop or crash (root)
	@hack/node/check.sh

.PHONY: demo
demo: packages ## Show the whole thing on a real API server (KEEP=1 leaves it running)
	@hack/local/demo

.PHONY: run
run: packages ## Run the operator against the cluster of $$KUBECONFIG (ARGS='--flag=…')
	@hack/local/run $(ARGS)

.PHONY: conformance
conformance: packages ## Run end-to-end cases (CASES='DIR…') against a fresh control plane
	@hack/local/conformance $(CASES)

.PHONY: test-python-agent
test-python-agent:
	@hack/packages.sh python-agent
	/usr/bin/python3 -m unittest discover --start-directory images/autoinstrumentation-python/tests

.PHONY: test-rules
test-rules:
	@hack/packages.sh prometheus control-plane-tools
	/usr/bin/python3 -m unittest discover --start-directory hack/grafana
	/usr/bin/python3 -m unittest discover --start-directory hack/docs
	/usr/bin/python3 -m unittest discover --start-directory hack/node
	/usr/bin/python3 -m unittest discover --start-directory hack/e2e

.PHONY: test-image
test-image:
	@hack/packages.sh image
	/usr/bin/python3 -m unittest discover --start-directory hack/image/tests

.PHONY: test-chart
test-chart:
	@hack/chart/test

.PHONY: test-package
test-package:
	@hack/packages.sh python
	/usr/bin/python3 -m unittest discover --start-directory hack/package

.PHONY: grafana
grafana: ## Generate dashboards and alert rules under grafana/
	@hack/packages.sh prometheus
	/usr/bin/python3 hack/grafana/generate.py

.PHONY: e2e-python
e2e-python: ## Start real Python applications as the webhook mutated them, and see their metrics and spans arrive
	@hack/e2e-python/run

.PHONY: e2e
e2e: packages ## Run the field guide's pipeline in a cluster with real containers, then failures and an upgrade (root; KEEP=1 leaves the cluster)
	@hack/e2e/run

.PHONY: bench
bench: packages ## Measure speed and size; prints a table and writes bench-results.json
	@hack/local/bench
