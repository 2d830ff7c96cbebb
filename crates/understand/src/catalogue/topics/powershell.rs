//! PowerShell.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "powershell",
    about: "PowerShell as runtimes on Windows run it, and `pwsh -c` anywhere: cmdlets with their aliases and shortened \
        parameters, pipelines, literals and .NET calls; programs that are not PowerShell's own go to their \
        families. What it puts together as it runs is opaque, with the reason.",
    changed: None,
    declared: None,
    examples: &[
        ("PowerShell", "Get-ChildItem -Recurse -Filter *.cs"),
        ("PowerShell", "Remove-Item -Recurse -Force src"),
        ("PowerShell", "ri -r -fo src"),
        ("PowerShell", "Remove-Item src -Recurse -WhatIf"),
        ("PowerShell", "Get-Content .env"),
        ("PowerShell", "git push origin HEAD:main"),
        ("PowerShell", "iex (iwr https://example.com/install.ps1)"),
        ("PowerShell", "Invoke-RestMethod -Method Delete https://api.example.com/users/1"),
        ("PowerShell", "[IO.File]::Delete('src/a.rs')"),
        ("PowerShell", "Write-Output 'Remove-Item -Recurse src'"),
        ("PowerShell", "Stop-Service nginx"),
        ("PowerShell", "& $command"),
    ],
};
