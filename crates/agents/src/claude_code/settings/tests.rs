use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn wiring() -> Wiring {
    Wiring {
        command: "/opt/my programs/countersign-hook".to_owned(),
        args: vec![
            "claude-code".to_owned(),
            "--home".to_owned(),
            "/home/dev/.local/state/countersign".to_owned(),
        ],
        timeout_seconds: 3600,
        status_message: "Countersign".to_owned(),
    }
}

/// The hooks after installing, one handler a line.
fn check(settings: &str) -> String {
    match install(settings, &wiring()) {
        Ok(installed) => {
            let root = read(&installed).unwrap();
            let hooks = root["hooks"].as_object().unwrap();
            let lines = hooks.iter().flat_map(|(event, wired)| {
                groups(event, wired).unwrap().into_iter().flat_map(move |group| {
                    group.handlers.iter().map(move |handler| {
                        let matcher = group.matcher.map_or("-".to_owned(), Value::to_string);
                        format!("{event} {matcher} {} {}", program(handler).unwrap(), handler["timeout"])
                    })
                })
            });
            lines.collect::<Vec<_>>().join("\n")
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn wires_every_event_that_matters() {
    assert_snapshot!(check(""), @r#"
    SessionStart - countersign-hook 30
    UserPromptSubmit - countersign-hook 30
    PreToolUse "*" countersign-hook 3600
    PermissionRequest "*" countersign-hook 30
    PostToolUse "*" countersign-hook 30
    PostToolUseFailure "*" countersign-hook 30
    SubagentStart - countersign-hook 30
    SubagentStop - countersign-hook 30
    Stop - countersign-hook 30
    ConfigChange - countersign-hook 30
    SessionEnd - countersign-hook 30
    "#);
}

#[test]
fn writes_what_the_client_was_seen_to_obey() {
    let installed = read(&install("", &wiring()).unwrap()).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&installed["hooks"]["PreToolUse"]).unwrap(), @r#"
    [
      {
        "matcher": "*",
        "hooks": [
          {
            "type": "command",
            "command": "/opt/my programs/countersign-hook",
            "args": [
              "claude-code",
              "--home",
              "/home/dev/.local/state/countersign"
            ],
            "timeout": 3600,
            "onFailure": "block",
            "statusMessage": "Countersign"
          }
        ]
      }
    ]
    "#);
}

/// An event that waits for nobody is cut off sooner: a program that counted on the time of the one that
/// waits would be killed before it could say no.
#[test]
fn tells_the_program_the_time_that_its_event_has() {
    let installed = read(&install("", &wiring()).unwrap()).unwrap();
    let handler = |event: &str| installed["hooks"][event][0]["hooks"][0].clone();
    let said = |event: &str| {
        let words: Vec<Value> = handler(event)["args"].as_array().unwrap()[3..].to_vec();
        format!("{} {}", handler(event)["timeout"], Value::from(words))
    };
    assert_snapshot!(said("PreToolUse"), @"3600 []");
    assert_snapshot!(said("ConfigChange"), @r#"30 ["--event-timeout","30"]"#);
    for (event, _) in EVENTS.iter().filter(|(event, _)| *event != "PreToolUse") {
        let args = handler(event)["args"].clone();
        let last = args.as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
        assert_eq!(last, handler(event)["timeout"].to_string());
    }
}

#[test]
fn keeps_the_users_own_hooks_first_and_in_order() {
    assert_snapshot!(check(r#"{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"say done","timeout":5}]}],
        "PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"/usr/bin/lint --strict","timeout":7}]}]}}"#), @r#"
    Stop - say 5
    Stop - countersign-hook 30
    PreToolUse "Bash" lint 7
    PreToolUse "*" countersign-hook 3600
    SessionStart - countersign-hook 30
    UserPromptSubmit - countersign-hook 30
    PermissionRequest "*" countersign-hook 30
    PostToolUse "*" countersign-hook 30
    PostToolUseFailure "*" countersign-hook 30
    SubagentStart - countersign-hook 30
    SubagentStop - countersign-hook 30
    ConfigChange - countersign-hook 30
    SessionEnd - countersign-hook 30
    "#);
}

#[test]
fn replaces_what_an_earlier_version_wired() {
    let old = r#"{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[
        {"type":"command","command":"'/old/countersign-hook' claude-code","timeout":1},
        {"type":"command","command":"/usr/bin/lint countersign-hook","timeout":7}]}]}}"#;
    let lines = check(old);
    let of_this_event: Vec<_> = lines.lines().filter(|line| line.starts_with("PreToolUse ")).collect();
    assert_snapshot!(of_this_event.join("\n"), @r#"
    PreToolUse "Bash" lint 7
    PreToolUse "*" countersign-hook 3600
    "#);
}

#[test]
fn says_where_broken_settings_are_broken() {
    assert_snapshot!(check("{\n  \"hooks\": {},\n}"), @"the settings are not well-formed JSON: trailing comma at line 3 column 1");
    assert_snapshot!(check("{\n  \"env\": {},\n  \"env\": {}\n}"), @"the settings are not well-formed JSON: key `env` stands here twice at line 3 column 7");
    assert_snapshot!(check("[]"), @"the settings are not a JSON object");
    assert_snapshot!(check(r#"{"hooks":[]}"#), @"`/hooks` in the settings is not an object");
    assert_snapshot!(check(r#"{"hooks":{"Stop":{}}}"#), @"`/hooks/Stop` in the settings is not a list");
    assert_snapshot!(check(r#"{"hooks":{"Stop":[{"matcher":"*"}]}}"#), @"`/hooks/Stop/0/hooks` in the settings is not a list");
}

#[test]
fn keeps_the_indentation() {
    let installed = install("{\n\t\"model\": \"opus\"\n}\n", &wiring()).unwrap();
    assert!(
        installed.starts_with("{\n\t\"model\": \"opus\",\n\t\"hooks\": {\n\t\t\"SessionStart\""),
        "{installed}"
    );
}

#[test]
fn manages_what_the_administrator_asks_for_and_no_more() {
    let switches = ManagedSwitches { forbid_bypass_mode: true, only_managed_hooks: false };
    let managed = manage(r#"{"permissions":{"deny":["WebFetch"]}}"#, &wiring(), switches).unwrap();
    let mut root = read(&managed).unwrap();
    root.remove("hooks");
    assert_snapshot!(Value::Object(root), @r#"{"permissions":{"deny":["WebFetch"],"disableBypassPermissionsMode":"disable"}}"#);
}

/// Settings a person may have: some keys, some hooks of their own, none of them ours.
fn settings() -> impl Strategy<Value = Value> {
    let handler = prop_oneof![
        "[a-z]{1,8}( -[a-z])?".prop_map(|command| json!({ "type": "command", "command": command })),
        Just(
            json!({ "type": "command", "command": "/usr/bin/lint", "args": ["countersign-hook"], "timeout": 3 })
        ),
        Just(json!({ "type": "http", "url": "http://127.0.0.1/hook" })),
    ];
    let group =
        (prop::option::of("\\PC{0,6}"), prop::collection::vec(handler, 1..3)).prop_map(|(matcher, hooks)| {
            matcher.map_or_else(
                || json!({ "hooks": hooks }),
                |matcher| json!({ "matcher": matcher, "hooks": hooks }),
            )
        });
    let event = prop_oneof![Just("PreToolUse"), Just("Stop"), Just("Notification"), Just("PreDream")];
    let hooks = prop::collection::vec((event, prop::collection::vec(group, 1..3)), 1..4).prop_map(|events| {
        Value::Object(events.into_iter().map(|(name, list)| (name.to_owned(), list.into())).collect())
    });
    (prop::option::of(hooks), any::<bool>(), "\\PC{0,8}").prop_map(|(hooks, first, text)| {
        let mut root = Map::new();
        if first {
            root.insert("model".to_owned(), text.into());
        }
        if let Some(hooks) = hooks {
            root.insert("hooks".to_owned(), hooks);
        }
        root.insert("permissions".to_owned(), json!({ "allow": ["Bash(ls)"] }));
        Value::Object(root)
    })
}

proptest! {
    #[test]
    fn installing_twice_is_installing_once(settings in settings()) {
        let once = install(&settings.to_string(), &wiring()).unwrap();
        prop_assert_eq!(install(&once, &wiring()).unwrap(), once);
    }

    #[test]
    fn uninstalling_leaves_what_was_there(settings in settings()) {
        let installed = install(&settings.to_string(), &wiring()).unwrap();
        let left = uninstall(&installed, "countersign-hook").unwrap();
        // Compared as text, since the order of keys is the user's too.
        prop_assert_eq!(serde_json::from_str::<Value>(&left).unwrap().to_string(), settings.to_string());
    }

    #[test]
    fn never_panics(text in r#"\{?[\[\]{}":,a-z "(hooks)]{0,60}\}?"#) {
        let _ = install(&text, &wiring());
    }
}
