import unittest
from types import SimpleNamespace

import support  # noqa: F401  (sets the path)
from otel_operator_agent.plan import decide
from packaging.requirements import Requirement
from packaging.version import Version

PACKAGING = SimpleNamespace(Requirement=Requirement, Version=Version)


def package(version, *requires, instruments=()):
    return {"version": version, "requires": list(requires), "instruments": list(instruments)}


MANIFEST = {
    "first": {
        "opentelemetry-api": package("1.43.0", "typing-extensions>=4.5.0"),
        "opentelemetry-sdk": package("1.43.0", "opentelemetry-api==1.43.0", "typing-extensions>=4.5.0"),
        "opentelemetry-proto": package("1.43.0", "protobuf<8.0,>=5.0"),
        "opentelemetry-exporter-otlp-proto-http": package("1.43.0", "opentelemetry-proto==1.43.0", "requests~=2.7"),
        "opentelemetry-instrumentation": package("0.64b0", "wrapt<3.0.0,>=1.0.0"),
        "opentelemetry-instrumentation-system-metrics": package("0.64b0", "psutil<8,>=5.9.0", instruments=["system_metrics"]),
        "opentelemetry-instrumentation-openai-v2": package("2.4b0", "opentelemetry-util-genai>=0.4b0", instruments=["openai"]),
        "opentelemetry-util-genai": package("0.4b0", "wrapt<3.0.0,>=1.17.0"),
    },
    "last": {
        "protobuf": package("7.36.2"),
        "psutil": package("7.2.2"),
        "requests": package("2.34.2", "urllib3<3,>=1.26"),
        "typing-extensions": package("4.16.0"),
        "urllib3": package("2.8.0"),
        "wrapt": package("1.17.3"),
    },
}


def application(**packages):
    """name_with_underscores="version" or ("version", "requirement", ...)"""
    found = {}
    for name, value in packages.items():
        version, *requirements = (value,) if isinstance(value, str) else value
        found[name.replace("_", "-")] = SimpleNamespace(version=version, requirements=requirements)
    return found


def plan_for(**packages):
    return decide(MANIFEST, application(**packages), PACKAGING)


class WhatTheApplicationNeeds(unittest.TestCase):
    def test_an_application_without_opentelemetry_is_no_conflict(self):
        plan = plan_for(flask="3.1.3", requests="2.34.2", typing_extensions="4.16.0")
        self.assertEqual((plan.off, plan.replaced, plan.skipped, plan.private_protobuf), ([], [], {}, ""))

    def test_an_older_api_is_replaced_and_said(self):
        plan = plan_for(opentelemetry_api="1.20.0")
        self.assertEqual(plan.off, [])
        self.assertEqual(plan.replaced, ["opentelemetry-api 1.43.0 in place of 1.20.0"])

    def test_the_same_version_is_nothing_to_speak_of(self):
        self.assertEqual(plan_for(opentelemetry_api="1.43.0").replaced, [])

    def test_a_newer_sdk_whose_users_take_the_agents_version_is_replaced(self):
        plan = plan_for(opentelemetry_sdk="1.45.2", opentelemetry_api="1.45.2", agent_framework=("1.0.0", "opentelemetry-sdk>=1.39"))
        self.assertEqual(plan.off, [])
        self.assertEqual(len(plan.replaced), 2)

    def test_a_package_that_is_tied_to_its_opentelemetry_turns_the_agent_off(self):
        plan = plan_for(
            opentelemetry_sdk="1.20.0", opentelemetry_exporter_otlp_proto_grpc=("1.20.0", "opentelemetry-sdk~=1.20.0"))
        self.assertEqual(
            plan.off,
            ["the application's opentelemetry-exporter-otlp-proto-grpc 1.20.0 needs opentelemetry-sdk~=1.20.0, the agent has 1.43.0"])

    def test_requirements_of_packages_that_are_replaced_do_not_count(self):
        plan = plan_for(opentelemetry_api="1.20.0", opentelemetry_sdk=("1.20.0", "opentelemetry-api==1.20.0"))
        self.assertEqual(plan.off, [])

    def test_requirements_of_extras_and_of_other_pythons_do_not_count(self):
        plan = plan_for(
            opentelemetry_api="1.20.0",
            one=("1", "opentelemetry-api<1.30; extra == 'telemetry'"),
            two=("1", "opentelemetry-api<1.30; python_version < '3.8'"))
        self.assertEqual(plan.off, [])

    def test_another_major_version_turns_the_agent_off(self):
        self.assertEqual(plan_for(opentelemetry_api="2.0.0").off, ["the application has opentelemetry-api 2.0.0, the agent 1.43.0"])

    def test_unreadable_versions_and_requirements_are_not_ours_to_judge(self):
        plan = plan_for(opentelemetry_api="1.20.0", odd=("1", "opentelemetry-api @@@"), requests="not-a-version")
        self.assertEqual(plan.off, [])


class WhatTheAgentNeeds(unittest.TestCase):
    def test_too_old_a_protobuf_brings_in_the_agents_own(self):
        plan = plan_for(protobuf="3.20.3")
        self.assertEqual(plan.off, [])
        self.assertEqual(plan.private_protobuf, "the application has protobuf 3.20.3, the agent needs protobuf<8.0,>=5.0")

    def test_a_protobuf_that_will_do_is_used(self):
        self.assertEqual(plan_for(protobuf="5.29.5").private_protobuf, "")

    def test_too_old_a_typing_extensions_turns_the_agent_off_and_is_said_once(self):
        self.assertEqual(
            plan_for(typing_extensions="4.4.0").off,
            ["the application has typing-extensions 4.4.0, the agent needs typing-extensions>=4.5.0"])

    def test_what_an_instrumentation_alone_needs_skips_that_instrumentation(self):
        plan = plan_for(psutil="5.8.0")
        self.assertEqual(plan.off, [])
        self.assertEqual(plan.skipped, {"system_metrics": "the application has psutil 5.8.0, the agent needs psutil<8,>=5.9.0"})

    def test_a_conflict_reaches_those_who_need_whom_it_struck(self):
        plan = plan_for(wrapt="1.16.0")
        self.assertEqual(plan.off, [])
        self.assertEqual(list(plan.skipped), ["openai"])

    def test_the_agents_own_package_beside_an_old_one_of_the_application_is_seen(self):
        # requests is the agent's, urllib3 the application's.
        self.assertEqual(plan_for(urllib3="1.25.0").off, ["the application has urllib3 1.25.0, the agent needs urllib3<3,>=1.26"])

    def test_the_applications_own_pair_is_its_own_business(self):
        self.assertEqual(plan_for(urllib3="1.25.0", requests="2.22.0").off, [])


if __name__ == "__main__":
    unittest.main()
