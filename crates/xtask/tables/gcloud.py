"""Google Cloud: the commands of gcloud, with what the HTTP verb of the API's method of that name says."""

import json
import re

from verbs import code

# The first word of a gcloud command, and the APIs behind it.
APIS = {
    "access-context-manager": ["accesscontextmanager"], "active-directory": ["managedidentities"],
    "ai": ["aiplatform"], "ai-platform": ["ml"], "alloydb": ["alloydb"], "api-gateway": ["apigateway"],
    "apigee": ["apigee"], "app": ["appengine"], "artifacts": ["artifactregistry"], "asset": ["cloudasset"],
    "assured": ["assuredworkloads"], "backup-dr": ["backupdr"], "batch": ["batch"], "bigtable": ["bigtableadmin"],
    "billing": ["cloudbilling", "billingbudgets"], "bq": ["bigquery"], "builds": ["cloudbuild"],
    "certificate-manager": ["certificatemanager"], "composer": ["composer"], "compute": ["compute"],
    "container": ["container", "gkehub", "gkebackup"], "data-catalog": ["datacatalog"],
    "data-fusion": ["datafusion"], "database-migration": ["datamigration"], "dataflow": ["dataflow"],
    "dataplex": ["dataplex"], "dataproc": ["dataproc"], "datastore": ["datastore"], "datastream": ["datastream"],
    "deploy": ["clouddeploy"], "deployment-manager": ["deploymentmanager"], "dns": ["dns"],
    "domains": ["domains"], "endpoints": ["servicemanagement"], "essential-contacts": ["essentialcontacts"],
    "eventarc": ["eventarc"], "filestore": ["file"], "firestore": ["firestore"],
    "functions": ["cloudfunctions"], "healthcare": ["healthcare"], "iam": ["iam"], "iap": ["iap"],
    "identity": ["cloudidentity"], "ids": ["ids"], "infra-manager": ["config"], "kms": ["cloudkms"],
    "logging": ["logging"], "looker": ["looker"], "memcache": ["memcache"], "metastore": ["metastore"],
    "monitoring": ["monitoring"], "netapp": ["netapp"], "network-connectivity": ["networkconnectivity"],
    "network-management": ["networkmanagement"], "network-security": ["networksecurity"],
    "network-services": ["networkservices"], "notebooks": ["notebooks"], "org-policies": ["orgpolicy"],
    "organizations": ["cloudresourcemanager"], "privateca": ["privateca"], "projects": ["cloudresourcemanager"],
    "pubsub": ["pubsub"], "recaptcha": ["recaptchaenterprise"], "recommender": ["recommender"], "redis": ["redis"],
    "resource-manager": ["cloudresourcemanager"], "run": ["run"], "scc": ["securitycenter"],
    "scheduler": ["cloudscheduler"], "secrets": ["secretmanager"], "service-directory": ["servicedirectory"],
    "services": ["serviceusage"], "source": ["sourcerepo"], "spanner": ["spanner"], "sql": ["sqladmin"],
    "storage": ["storage"], "tasks": ["cloudtasks"], "transcoder": ["transcoder"], "transfer": ["storagetransfer"],
    "vmware": ["vmwareengine"], "workflows": ["workflows", "workflowexecutions"], "workstations": ["workstations"],
}
# The client's words for the API's.
WORDS = {"get": "describe", "insert": "create", "patch": "update"}
# What neither the HTTP verb nor the last word says.
SPECIAL = {
    "secrets versions access": "s", "kms kms decrypt": "s", "kms kms asymmetric-decrypt": "s",
    "kms kms encrypt": "r", "kms kms asymmetric-sign": "w",
    "auth auth print-access-token": "s", "auth auth print-identity-token": "s", "auth auth print-refresh-token": "s",
    "auth application-default print-access-token": "s", "config config config-helper": "s",
    "iam keys create": "k", "compute compute reset-windows-password": "k",
    "builds builds log": "r", "ai-platform jobs stream-logs": "r", "ml-engine jobs stream-logs": "r",
    "builds repositories access-read-token": "s", "builds repositories access-read-write-token": "s",
    "builds builds submit": "x", "functions functions call": "x", "run jobs execute": "x", "run run deploy": "w",
    "workflows workflows run": "x", "workflows workflows execute": "x", "scheduler jobs run": "x",
    "dataflow jobs run": "x", "dataflow flex-template run": "x", "dataproc workflow-templates instantiate": "x",
    "builds triggers run": "x", "batch jobs submit": "x", "sql users set-password": "p", "sql users create": "p",
    "spanner databases execute-sql": "x", "spanner ddl update": "w", "compute os-config patch-jobs": "x",
    "kms versions destroy": "d", "secrets versions destroy": "d", "projects projects delete": "d",
    "services services disable": "d", "app app deploy": "w", "pubsub subscriptions pull": "r",
    "projects projects undelete": "w", "compute instances stop": "w", "compute instances export": "r",
    "compute firewall-rules create": "p", "compute firewall-rules update": "p", "firestore firestore export": "w",
    "datastore datastore export": "w", "sql instances export": "w", "compute compute ssh": "x", "compute compute scp": "x", "dns transaction remove": "w",
    "dns transaction execute": "w", "sql connect": "x", "compute instances remove-tags": "w",
    "compute instances remove-metadata": "w", "config config unset": "w",
}


def kebab(name):
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).lower()


def methods(documents, api):
    """The methods of the newest version of an API: the last resource's name, the method's, the HTTP verb."""
    def order(path):
        version = path.name.split(".", 1)[1]
        return ("alpha" not in version, "beta" not in version, [int(n) for n in re.findall(r"\d+", version)])

    files = sorted(documents.glob(f"{api}.*.json"), key=order)
    pending = [(api, json.loads(files[-1].read_text()))] if files else []
    while pending:
        name, node = pending.pop()
        for method, details in node.get("methods", {}).items():
            yield kebab(name), kebab(method), details["httpMethod"]
        pending.extend(node.get("resources", {}).items())


def access(name, verb):
    """The code of an API's method."""
    by_name = code(name)
    if name.endswith("iam-policy"):
        return "r" if name.startswith("get") else "p"
    if verb == "GET":
        return "r"
    if verb == "DELETE":
        return "d"
    return by_name


def table(package, commands):
    """Keys are the first word of a command and the one before the last; their words are the last ones."""
    documents = package / "googleapiclient/discovery_cache/documents"
    found = {}
    for service, apis in APIS.items():
        for api in apis:
            for resource, method, verb in methods(documents, api):
                name = WORDS.get(method, method)
                found.setdefault(f"{service} {resource}", {})[name] = access(method, verb)
    joined = whole = 0
    for command in commands:
        words = command.split()
        if len(words) < 2 or words[0] in ("meta", "topic", "alpha", "beta"):
            continue
        whole += 1
        verbs = found.setdefault(f"{words[0]} {words[-2]}", {})
        joined += words[-1] in verbs
        letter = "w" if words[-1].startswith("remove-") and "iam" not in words[-1] else code(words[-1])
        verbs.setdefault(words[-1], letter)
    for command, letter in SPECIAL.items():
        *key, verb = command.split()
        found.setdefault(" ".join([key[0], key[-1]]), {})[verb] = letter
    print(f"gcloud: {joined} of {whole} commands have a method of the API of the same name")
    return found
