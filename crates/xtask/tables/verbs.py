"""What the verb at the start or the end of an operation's name says, where no table knows better.

Codes: r read, w write, d delete, p permission, x execute, s a secret's value, k a new credential.
"""

READ = {
    "get", "list", "describe", "search", "query", "scan", "select", "view", "show", "lookup", "preview", "check",
    "validate", "test", "estimate", "count", "detect", "head", "filter", "discover", "read", "fetch", "verify",
    "explain", "export", "download", "tail", "wait", "help", "info", "status", "diff", "evaluate", "simulate",
    "analyze", "poll", "print", "ls", "lint", "classify", "recognize", "compare", "summarize", "browse", "translate",
}
DELETE = {
    "delete", "terminate", "purge", "destroy", "remove", "drop", "erase", "wipe", "undeploy", "deregister", "release",
    "empty", "decommission", "expire", "rm", "obliterate", "discard", "expunge", "uninstall", "disassemble",
}
EXECUTE = {"invoke", "execute", "run", "exec", "ssh", "connect"}
PERMISSION_NOUNS = ("policy", "permission", "permissions", "grant", "grants", "acl", "iam-policy",
                    "iam-policy-binding", "iam-policy-bindings", "access-block")


def code(name):
    """The code for a name such as `delete-bucket-policy`."""
    words = name.split("-")
    first = words[0]
    if first in ("batch", "bulk", "admin", "sync", "start") and len(words) > 1 and words[1] in READ | DELETE:
        first = words[1]
    if first in READ:
        return "r"
    if name.endswith(PERMISSION_NOUNS) and "lifecycle" not in name and "scaling" not in name:
        return "p"
    if first in DELETE:
        return "d"
    if first in EXECUTE:
        return "x"
    return "w"
