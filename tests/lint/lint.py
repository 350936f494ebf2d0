#!/usr/bin/env python3
"""Checks what a compiler does not: the order of the rooms, who may include which library, one
owner for each dangerous verb, and that the tree holds what the documents say.

Run: tests/lint/lint.py [--self-test]. Prints one line a finding, then "N checks, M findings".
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = "base certs xml metadata sp jit scim session oidc audit store http app".split()

# Third-party headers and the only rooms that may include them.
LIBRARIES = {
    r"nlohmann/": ["base"], r"zlib\.h": ["base"],
    r"openssl/": ["certs"],
    r"libxml/|xmlsec/": ["xml"],
    r"sqlite3\.h": ["store"],
    r"libpsl\.h": ["jit"],
    r"pistache/|curl/|ares\.h": ["http"],
    r"toml\+\+/|CLI/|spdlog/|prometheus/": ["app"],
}

# A dangerous verb, as a pattern, and the only files of the product that may contain it.
OWNERS = {
    "parses XML": (r"\bxmlCtxtReadMemory|\bxmlReadMemory|\bxmlParse\w+\(|xmlCreatePushParserCtxt", ["xml/document.cc"]),
    "verifies signatures": (r"\bxmlSecDSigCtxVerify\b", ["xml/signature.cc"]),
    "makes random bytes": (r"\bRAND_bytes\b|\bgetrandom\b|std::random_device|\brand\(\)", ["certs/rng.cc"]),
    "reads the clock": (r"system_clock::now|\bgettimeofday\b|\btime\(nullptr\)|\btime\(NULL\)", ["app/clock.cc"]),
    "knows Pistache": (r"#include <pistache/", ["http/pistache_server.cc"]),
    "knows curl": (r"#include <curl/", ["http/curl_fetcher.cc"]),
    "knows c-ares": (r"#include <ares\.h>", ["http/dns_resolver.cc"]),
    "knows JSON's library": (r"#include <nlohmann/", ["base/json.h"]),
    "decides a login": (r"LoginDecision\(std::|return LoginDecision\(", ["jit/login_decision.cc", "jit/login_decision.h"]),
}

# What outsiders never read about here: marks of unfinished work.
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def tracked():
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [f for f in out.stdout.split("\n") if f and (ROOT / f).is_file()]


def check_file(name, text):
    """All findings in one file of the product."""
    room = name.split("/")[0]
    found = []
    for line_number, line in enumerate(text.split("\n"), 1):
        where = f"{name}:{line_number}"
        include = re.match(r'\s*#include ["<]([^">]+)[">]', line)
        if include and room in ROOMS:
            target = include.group(1)
            other = target.split("/")[0]
            if other in ROOMS and ROOMS.index(other) > ROOMS.index(room):
                found.append(f"{where}: {room} includes {other}, a room to its right")
            if other in ("tests", "demo"):
                found.append(f"{where}: the product includes {other}/")
            for pattern, rooms in LIBRARIES.items():
                if re.match(pattern, target) and room not in rooms:
                    found.append(f"{where}: only {', '.join(rooms)} may include {target}")
        if room in ROOMS:
            for verb, (pattern, owners) in OWNERS.items():
                if re.search(pattern, line) and name not in owners:
                    found.append(f"{where}: only {', '.join(owners)} {verb}")
        if UNFINISHED.search(line) and not name.startswith("tests/lint/"):
            found.append(f"{where}: unfinished work belongs into an issue")
    if room in ROOMS and text.count("\n") > 600:
        found.append(f"{name}: {text.count(chr(10))} lines; split it (aim at 400)")
    return found


def readme_blocks():
    """Configurations that the README shows are the files that the tests run."""
    readme = (ROOT / "README.md").read_text()
    found = []
    for name, block in re.findall(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", readme, re.S):
        path = ROOT / name
        if not path.exists():
            found.append(f"README.md: shows {name}, which does not exist")
        elif block.strip() not in path.read_text():
            found.append(f"README.md: its block of {name} is not what the file says")
    return found


def self_test():
    bad = {
        "sp/x.cc": '#include "jit/member.h"\n',
        "jit/x.cc": "#include <openssl/evp.h>\n",
        "http/x.cc": "auto n = std::chrono::system_clock::now();\n",
        "store/x.cc": "// TO" + "DO later\n",
        "app/x.cc": '#include "tests/support/world.h"\n',
        "certs/y.cc": "x\n" * 601,
    }
    for name, text in bad.items():
        if not check_file(name, text):
            print(f"self-test: nothing found in {name}")
            return 1
    if check_file("http/x.cc", '#include "jit/member.h"\n#include <string>\n'):
        print("self-test: a false finding")
        return 1
    print(f"{len(bad) + 1} passed, 0 failed, 0 skipped")
    return 0


def main():
    if "--self-test" in sys.argv:
        return self_test()
    findings = []
    files = [f for f in tracked() if f.endswith((".h", ".cc", ".py", ".js", ".mjs"))]
    for name in files:
        findings += check_file(name, (ROOT / name).read_text(errors="replace"))
    if (ROOT / "README.md").exists():
        findings += readme_blocks()
    for finding in findings:
        print(finding)
    print(f"{len(files)} files checked, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
