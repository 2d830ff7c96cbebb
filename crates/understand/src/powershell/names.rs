//! Names in PowerShell: of variables, commands, programs, parameters and files.

use crate::word::Value;

/// A variable's name without its scope, in small letters.
pub(super) fn variable(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let scopes = ["global:", "script:", "local:", "private:", "using:", "variable:"];
    let bare = scopes.iter().find_map(|scope| lower.strip_prefix(scope));
    bare.unwrap_or(&lower).to_owned()
}

/// A program's name as families know it: `C:\Program Files\Git\cmd\git.exe` is `git`, a relative path stays one.
pub(super) fn program(name: &str) -> String {
    let path = slashes(name);
    let lower = path.to_ascii_lowercase();
    let installed = ["/program files", "/windows/", "/users/"].iter().any(|start| lower.starts_with(start));
    let standard = lower.starts_with("/windows/") || lower.starts_with("/program files");
    let base = if !path.contains('/') || (installed && standard) {
        path.rsplit('/').next().unwrap_or(&path)
    } else {
        return path;
    };
    let bare = [".exe", ".cmd", ".bat", ".com"].iter().find_map(|end| {
        let at = base.len().checked_sub(end.len())?;
        base.get(at..).filter(|last| last.eq_ignore_ascii_case(end))?;
        base.get(..at)
    });
    bare.map_or_else(|| base.to_owned(), str::to_ascii_lowercase)
}

/// A path with slashes, without a drive.
fn slashes(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("//?/").unwrap_or(&path);
    let path = path.strip_prefix("Microsoft.PowerShell.Core/FileSystem::").unwrap_or(path);
    match path.as_bytes() {
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => path.get(2..).unwrap_or(path).to_owned(),
        [drive, b':'] if drive.is_ascii_alphabetic() => "/".to_owned(),
        _ => path.to_owned(),
    }
}

/// A path as it would be written elsewhere: `C:\Users\x\.ssh` is `/Users/x/.ssh`.
pub(super) fn path(value: &Value) -> Value {
    match value {
        Value::Known(text) => {
            let path = slashes(text);
            if path.contains(['*', '?', '[']) { Value::Pattern(path) } else { Value::Known(path) }
        }
        Value::Pattern(text) => Value::Pattern(slashes(text)),
        Value::Unknown { prefix, suffix, why } => {
            Value::Unknown { prefix: slashes(prefix), suffix: suffix.replace('\\', "/"), why: why.clone() }
        }
    }
}

/// The drive of a path that is no file: `HKLM`, `Env`, `Cert`.
pub(super) fn drive(value: &Value) -> Option<String> {
    let text = value.text();
    let (drive, _) = text.split_once(':')?;
    let lower = drive.to_ascii_lowercase();
    let lower = lower.strip_prefix("microsoft.powershell.core\\").unwrap_or(&lower);
    let known = [
        "hklm", "hkcu", "hkcr", "hku", "hkcc", "registry", "env", "cert", "function", "alias", "variable",
        "wsman",
    ];
    known.contains(&lower).then(|| lower.to_owned())
}

/// The host of a path on another machine: `\\server\share`.
pub(super) fn host(value: &Value) -> Option<String> {
    let rest = value.text().strip_prefix("\\\\")?;
    let name = rest.split('\\').next()?;
    (!name.is_empty() && name != "?" && name != ".").then(|| name.to_ascii_lowercase())
}

/// What a command is called where it has several names.
pub(super) fn command(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let lower = lower
        .rsplit_once('\\')
        .filter(|(module, _)| module.contains("powershell"))
        .map_or(lower.as_str(), |(_, name)| name);
    ALIASES
        .binary_search_by(|(alias, _)| (*alias).cmp(lower))
        .ok()
        .and_then(|index| ALIASES.get(index))
        .map_or_else(|| lower.to_owned(), |(_, name)| (*name).to_owned())
}

/// PowerShell's own aliases, sorted.
const ALIASES: &[(&str, &str)] = &[
    ("%", "foreach-object"),
    ("?", "where-object"),
    ("ac", "add-content"),
    ("asnp", "add-pssnapin"),
    ("cat", "get-content"),
    ("cd", "set-location"),
    ("chdir", "set-location"),
    ("clc", "clear-content"),
    ("clear", "clear-host"),
    ("clhy", "clear-history"),
    ("cli", "clear-item"),
    ("clp", "clear-itemproperty"),
    ("cls", "clear-host"),
    ("compare", "compare-object"),
    ("copy", "copy-item"),
    ("cp", "copy-item"),
    ("cpi", "copy-item"),
    ("cpp", "copy-itemproperty"),
    ("curl", "invoke-webrequest"),
    ("cvpa", "convert-path"),
    ("del", "remove-item"),
    ("diff", "compare-object"),
    ("dir", "get-childitem"),
    ("echo", "write-output"),
    ("epcsv", "export-csv"),
    ("erase", "remove-item"),
    ("etsn", "enter-pssession"),
    ("exsn", "exit-pssession"),
    ("fc", "format-custom"),
    ("fl", "format-list"),
    ("foreach", "foreach-object"),
    ("ft", "format-table"),
    ("fw", "format-wide"),
    ("gal", "get-alias"),
    ("gc", "get-content"),
    ("gci", "get-childitem"),
    ("gcm", "get-command"),
    ("gdr", "get-psdrive"),
    ("ghy", "get-history"),
    ("gi", "get-item"),
    ("gjb", "get-job"),
    ("gl", "get-location"),
    ("gm", "get-member"),
    ("gmo", "get-module"),
    ("gp", "get-itemproperty"),
    ("gps", "get-process"),
    ("gpv", "get-itempropertyvalue"),
    ("group", "group-object"),
    ("gsv", "get-service"),
    ("gu", "get-unique"),
    ("gv", "get-variable"),
    ("gwmi", "get-wmiobject"),
    ("h", "get-history"),
    ("history", "get-history"),
    ("icm", "invoke-command"),
    ("iex", "invoke-expression"),
    ("ihy", "invoke-history"),
    ("ii", "invoke-item"),
    ("ipcsv", "import-csv"),
    ("ipmo", "import-module"),
    ("irm", "invoke-restmethod"),
    ("iwmi", "invoke-wmimethod"),
    ("iwr", "invoke-webrequest"),
    ("kill", "stop-process"),
    ("ls", "get-childitem"),
    ("man", "get-help"),
    ("md", "mkdir"),
    ("measure", "measure-object"),
    ("mi", "move-item"),
    ("mount", "new-psdrive"),
    ("move", "move-item"),
    ("mp", "move-itemproperty"),
    ("mv", "move-item"),
    ("nal", "new-alias"),
    ("ndr", "new-psdrive"),
    ("ni", "new-item"),
    ("nmo", "new-module"),
    ("nsn", "new-pssession"),
    ("nv", "new-variable"),
    ("oh", "out-host"),
    ("popd", "pop-location"),
    ("ps", "get-process"),
    ("pushd", "push-location"),
    ("pwd", "get-location"),
    ("r", "invoke-history"),
    ("rd", "remove-item"),
    ("rdr", "remove-psdrive"),
    ("ren", "rename-item"),
    ("ri", "remove-item"),
    ("rjb", "remove-job"),
    ("rm", "remove-item"),
    ("rmdir", "remove-item"),
    ("rmo", "remove-module"),
    ("rni", "rename-item"),
    ("rnp", "rename-itemproperty"),
    ("rp", "remove-itemproperty"),
    ("rsn", "remove-pssession"),
    ("rv", "remove-variable"),
    ("rvpa", "resolve-path"),
    ("rwmi", "remove-wmiobject"),
    ("sajb", "start-job"),
    ("sal", "set-alias"),
    ("saps", "start-process"),
    ("sasv", "start-service"),
    ("sbp", "set-psbreakpoint"),
    ("sc", "set-content"),
    ("select", "select-object"),
    ("set", "set-variable"),
    ("si", "set-item"),
    ("sl", "set-location"),
    ("sleep", "start-sleep"),
    ("sls", "select-string"),
    ("sort", "sort-object"),
    ("sp", "set-itemproperty"),
    ("spjb", "stop-job"),
    ("spps", "stop-process"),
    ("spsv", "stop-service"),
    ("start", "start-process"),
    ("sv", "set-variable"),
    ("swmi", "set-wmiinstance"),
    ("tee", "tee-object"),
    ("tnc", "test-netconnection"),
    ("trcm", "trace-command"),
    ("type", "get-content"),
    ("wget", "invoke-webrequest"),
    ("where", "where-object"),
    ("wjb", "wait-job"),
    ("write", "write-output"),
];

/// Parameters that take no value; any beginning of a name stands for it.
const SWITCHES: &[&str] = &[
    "allmatches",
    "sum",
    "average",
    "maximum",
    "minimum",
    "line",
    "word",
    "character",
    "allowclobber",
    "append",
    "asbytestream",
    "ascending",
    "ashashtable",
    "asjob",
    "asplaintext",
    "autosize",
    "casesensitive",
    "compress",
    "confirm",
    "container",
    "debug",
    "descending",
    "detailed",
    "directory",
    "examples",
    "file",
    "followsymlink",
    "force",
    "full",
    "global",
    "hidden",
    "leaf",
    "list",
    "listavailable",
    "noclobber",
    "noexit",
    "nolistener",
    "noprofile",
    "nonewline",
    "nonewwindow",
    "notmatch",
    "notypeinformation",
    "online",
    "parent",
    "passthru",
    "quiet",
    "raw",
    "readonly",
    "recurse",
    "resolve",
    "simplematch",
    "skipcertificatecheck",
    "skippublishercheck",
    "system",
    "unique",
    "update",
    "usebasicparsing",
    "verbose",
    "wait",
    "whatif",
    "wrap",
];

/// Parameters that take a value.
const VALUES: &[&str] = &[
    "action",
    "argumentlist",
    "attachments",
    "authentication",
    "begin",
    "body",
    "command",
    "computername",
    "contenttype",
    "credential",
    "database",
    "delimiter",
    "depth",
    "description",
    "destination",
    "destinationpath",
    "encoding",
    "end",
    "erroraction",
    "ea",
    "errorvariable",
    "exclude",
    "executionpolicy",
    "expression",
    "filepath",
    "filter",
    "first",
    "foregroundcolor",
    "form",
    "from",
    "groupby",
    "head",
    "headers",
    "id",
    "include",
    "infile",
    "inputobject",
    "itemtype",
    "last",
    "literalpath",
    "maximumredirection",
    "membername",
    "message",
    "method",
    "minimumversion",
    "module",
    "name",
    "newname",
    "object",
    "outfile",
    "outvariable",
    "owner",
    "parallel",
    "path",
    "pathtype",
    "expandproperty",
    "membertype",
    "like",
    "notlike",
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "match",
    "contains",
    "logname",
    "maxevents",
    "classname",
    "filterscript",
    "typename",
    "comobject",
    "assemblyname",
    "typedefinition",
    "pattern",
    "process",
    "property",
    "propertytype",
    "proxy",
    "query",
    "replace",
    "repository",
    "requiredversion",
    "scope",
    "scriptblock",
    "seconds",
    "milliseconds",
    "separator",
    "serverinstance",
    "session",
    "sessionvariable",
    "skip",
    "smtpserver",
    "source",
    "stream",
    "subject",
    "tail",
    "target",
    "throttlelimit",
    "timeoutsec",
    "to",
    "token",
    "totalcount",
    "type",
    "uri",
    "useragent",
    "value",
    "variable",
    "verb",
    "version",
    "warningaction",
    "websession",
    "width",
    "windowstyle",
    "workingdirectory",
];

/// Whether a parameter takes a value: none where nobody knows.
pub(super) fn takes_value(parameter: &str) -> Option<bool> {
    let any = |list: &[&str]| list.iter().any(|full| full.starts_with(parameter));
    let exact = |list: &[&str]| list.contains(&parameter);
    match (exact(SWITCHES), exact(VALUES), any(SWITCHES), any(VALUES)) {
        (true, _, _, _) | (false, false, true, false) => Some(false),
        (_, true, _, _) | (false, false, false, true) => Some(true),
        (false, false, true, true) | (false, false, false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_sorted() {
        assert!(
            ALIASES.is_sorted_by(|a, b| a.0 < b.0),
            "{:?}",
            ALIASES.windows(2).find(|pair| pair[0].0 >= pair[1].0)
        );
    }

    #[test]
    fn programs_and_paths() {
        assert_eq!(program(r"C:\Program Files\Git\cmd\git.exe"), "git");
        assert_eq!(program("GIT.EXE"), "git");
        assert_eq!(program(r".\build.ps1"), "./build.ps1");
        assert_eq!(path(&Value::Known(r"C:\Users\x\.ssh\id_rsa".to_owned())).text(), "/Users/x/.ssh/id_rsa");
        assert_eq!(drive(&Value::Known(r"HKLM:\Software".to_owned())).as_deref(), Some("hklm"));
        assert_eq!(host(&Value::Known(r"\\server\share".to_owned())).as_deref(), Some("server"));
    }
}
