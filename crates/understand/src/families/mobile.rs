//! Tools that build and try applications for phones: Expo, React Native, Flutter's neighbours, Xcode, Android.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, dispatch, opaque, publishers};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["expo", "expo-doctor", "react-native", "capacitor", "ionic", "pod", "xcodebuild", "xcrun", "adb", "watchman"],
    about: "Builds, installs and simulators of applications for phones. What goes to a store is a deployment, what \
        `adb shell` runs is done on the device.",
    examples: &[
        "npx expo start",
        "npx expo prebuild --clean",
        "pod install",
        "pod trunk push Shop.podspec",
        "xcodebuild test -scheme Shop",
        "xcrun simctl list devices",
        "xcrun simctl erase all",
        "xcrun altool --upload-app -f Shop.ipa",
        "adb devices",
        "adb shell rm -rf /sdcard/x",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let table = match invocation.program.as_str() {
        "xcrun" => return xcrun(invocation, context),
        "xcodebuild" => return xcodebuild(invocation, context),
        "expo" => &EXPO,
        "pod" => &POD,
        "adb" => &ADB,
        "watchman" => &WATCHMAN,
        _ => &OTHERS,
    };
    let program = invocation.program.as_str();
    let found = read(invocation, table);
    let alone = found.operands.is_empty() && found.verb.is_none() && found.rest.is_empty();
    if found.is_help || alone && found.options.iter().all(|(name, _)| matches!(name.as_str(), "--version" | "-v" | "--help")) || program == "expo-doctor" {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let Some(verb) = found.verb.clone().filter(|_| found.doubt.is_none()) else {
        opaque(invocation, "the subcommand is not known", context);
        return;
    };
    match (program, found.name.as_str()) {
        ("adb", _) => return adb(&verb, &found, invocation, context),
        ("expo", "prebuild") if found.has(&["--clean"]) => {
            // The folders of both systems are made anew.
            let words = ["rm", "-rf", "ios", "android"].map(Word::known_as).to_vec();
            let whole = Invocation { words, contiguous: false, ..invocation.clone() };
            if let Some(nested) = whole.nested(0) {
                dispatch(nested, context);
            }
        }
        ("expo", "start") if found.has(&["--tunnel"]) || found.values(&["--host", "-m"]).any(|value| value.text() == "tunnel") => {
            let host = Resource::Host { host: "*".to_owned(), url: None };
            context.push(Effect::new(verbs::NET_LISTEN, host).because("a tunnel lets the network reach the server on this machine"));
        }
        _ => {}
    }
    match verb.area() {
        "package" => publishers::publishes("cocoapods", verb, context),
        "app" => context.push(Effect::new(verb, Resource::App { platform: program.to_owned(), name: "*".to_owned(), target: None })),
        "secret" => context.push(Effect::new(verb, Resource::Secret { store: program.to_owned(), name: "login".to_owned() })),
        _ => context.program(verb, &format!("{program} {}", found.name)),
    }
}

/// What is done on a phone or an emulator that is connected.
fn adb(verb: &Verb, found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let name = found.text(&["-s"]).unwrap_or_else(|| "*".to_owned());
    let device = Resource::Container { host: None, object: "device".to_owned(), name };
    match found.name.as_str() {
        "shell" | "exec-out" => {
            let nested = found.position(0, invocation).and_then(|at| invocation.nested(at));
            context.elsewhere(device, |context| match nested {
                Some(nested) if nested.words.is_empty() && nested.first.text().contains(' ') => super::runners::text(&nested.first.value, invocation, context),
                Some(nested) => dispatch(nested, context),
                None => opaque(invocation, "an interactive shell on the device", context),
            });
        }
        "pull" => {
            found.operands.last().into_iter().for_each(|word| context.write_value(&word.value));
            context.program(verbs::EXEC_READ, "adb pull");
        }
        _ if verb.area() == "container" => context.push(Effect::new(verb.clone(), device)),
        name => context.program(verb.clone(), &format!("adb {name}")),
    }
}

fn store(name: &str, context: &mut Context<'_>) {
    context.push(Effect::new(verbs::APP_DEPLOY, Resource::App { platform: "app-store".to_owned(), name: "*".to_owned(), target: Some(name.to_owned()) }));
}

fn xcodebuild(invocation: &Invocation, context: &mut Context<'_>) {
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    let verb = if has(&["-exportArchive"]) {
        // Where it goes, its file of options says.
        return match has(&["-exportOptionsPlist"]) {
            true => opaque(invocation, "its file of options may have the archive uploaded", context),
            false => context.program(verbs::EXEC_BUILD, "xcodebuild"),
        };
    } else if has(&["-list", "-version", "-showsdks", "-showBuildSettings", "-showdestinations", "-help", "-usage", "-license", "-checkFirstLaunchStatus"]) {
        verbs::EXEC_READ
    } else if has(&["test", "test-without-building", "build-for-testing"]) {
        verbs::EXEC_TEST
    } else if has(&["-downloadPlatform", "-downloadAllPlatforms", "-runFirstLaunch", "-resolvePackageDependencies"]) {
        verbs::EXEC_INSTALL
    } else {
        verbs::EXEC_BUILD
    };
    if invocation.words.iter().any(|word| word.value.is_unknown()) && verb == verbs::EXEC_READ {
        context.program(verbs::EXEC_BUILD, "xcodebuild");
        return;
    }
    context.program(verb, "xcodebuild");
}

fn xcrun(invocation: &Invocation, context: &mut Context<'_>) {
    let mut at = 0;
    let mut only_shows = false;
    while let Some(text) = invocation.words.get(at).map(Word::text).filter(|text| text.starts_with('-')) {
        at += if matches!(text, "--sdk" | "-sdk" | "--toolchain" | "-toolchain") { 2 } else { 1 };
        only_shows |= matches!(text, "-f" | "-find" | "--find" | "--version" | "-version" | "-h" | "--help") || text.trim_start_matches('-').starts_with("show-");
    }
    let words: Vec<&str> = invocation.words.iter().skip(at).map(Word::text).collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let simulator = |name: Option<&&str>| Resource::Container { host: None, object: "simulator".to_owned(), name: name.map_or_else(|| "*".to_owned(), |name| (*name).to_owned()) };
    match words.as_slice() {
        _ if only_shows => context.program(verbs::EXEC_READ, "xcrun"),
        ["simctl", "list" | "help" | "get_app_container" | "listapps" | "appinfo" | "getenv" | "diagnose", ..] => context.program(verbs::EXEC_READ, "xcrun simctl"),
        ["simctl", "erase" | "delete" | "uninstall", rest @ ..] => context.push(Effect::new(verbs::CONTAINER_DELETE, simulator(rest.first()))),
        ["simctl", "spawn", ..] => opaque(invocation, "it runs a program in the simulator", context),
        ["simctl", "io", _, "screenshot" | "recordVideo", rest @ ..] => {
            context.program(verbs::EXEC_READ, "xcrun simctl");
            if let Some(file) = rest.last().and_then(|_| invocation.words.last()) {
                context.write(file);
            }
        }
        ["simctl", _, rest @ ..] => context.push(Effect::new(verbs::CONTAINER_WRITE, simulator(rest.first()))),
        ["altool", ..] if has(&["--upload-app", "--upload-package", "-u"]) => store("upload", context),
        ["notarytool", "submit", ..] => store("notarization", context),
        ["altool" | "notarytool" | "xctrace" | "devicectl", ..] if has(&["list", "history", "info", "log", "--validate-app", "--list-providers", "device"]) => context.program(verbs::EXEC_BUILD, "xcrun"),
        ["swift" | "swiftc" | "clang" | "actool" | "ibtool" | "lipo" | "otool" | "dwarfdump" | "stapler" | "xcresulttool" | "xccov", ..] => context.program(verbs::EXEC_BUILD, "xcrun"),
        [_, ..] => match invocation.nested(at) {
            Some(nested) if invocation.known(at).is_some_and(super::is_understood) => dispatch(nested, context),
            _ => opaque(invocation, "what this tool does is not known", context),
        },
        [] => context.program(verbs::EXEC_READ, "xcrun"),
    }
}

static EXPO: Table = Table {
    values: &["--port", "-p", "--platform", "--host", "-m", "--device", "-d", "--variant", "--scheme", "--configuration", "--output-dir", "--template", "--max-workers", "--type", "-t"],
    rules: &[
        rule("start|prebuild|run:ios|run:android|run|export|export:web|export:embed|customize|lint|serve|init|r|upgrade", verbs::EXEC_BUILD),
        rule("install|add|i|install:ios|client:install:ios", verbs::EXEC_INSTALL),
        rule("config|whoami|w|diagnostics|doctor", verbs::EXEC_READ),
        rule("publish|build:ios|build:android|build:web|upload:ios|upload:android", verbs::APP_DEPLOY),
        rule("login|logout|register|l", verbs::SECRET_WRITE),
    ],
};

static POD: Table = Table {
    values: &["--project-directory", "--sources", "--swift-version"],
    rules: &[
        rule("install|update|deintegrate|setup|repo", verbs::EXEC_INSTALL),
        rule("list|search|outdated|env|ipc|plugins", verbs::EXEC_READ),
        rule("repo list|lint", verbs::EXEC_READ),
        rule("trunk me|info", verbs::EXEC_READ),
        rule("init|lib|spec|cache|try", verbs::EXEC_BUILD),
        rule("trunk push", verbs::PACKAGE_PUBLISH),
        rule("repo push", verbs::PACKAGE_PUBLISH),
        rule("trunk delete|deprecate", verbs::PACKAGE_WITHDRAW),
        rule("trunk add-owner|remove-owner", verbs::PACKAGE_SETTINGS),
        rule("trunk register", verbs::SECRET_WRITE),
    ],
};

static ADB: Table = Table {
    values: &["-s", "-t", "-H", "-P", "-L"],
    rules: &[
        rule("devices|version|help|logcat|get-state|get-serialno|get-devpath|features|bugreport|start-server|kill-server|wait-for-device|host-features|track-devices|mdns", verbs::EXEC_READ),
        rule("reverse|forward|connect|disconnect|pair|reconnect|usb|tcpip|attach|detach", verbs::CONTAINER_WRITE),
        rule("install|install-multiple|install-multi-package|push|sync|reboot|root|unroot|remount|emu|keygen", verbs::CONTAINER_WRITE),
        rule("uninstall|sideload|disable-verity|restore", verbs::CONTAINER_DELETE),
        rule("shell|exec-out", verbs::EXEC_OPAQUE),
        rule("pull|backup", verbs::EXEC_READ),
    ],
};

static WATCHMAN: Table = Table {
    values: &["-o", "--logfile", "--statefile", "-U", "--sockname"],
    rules: &[rule("version|get-sockname|get-pid|watch-list|find|since|clock|list-capabilities|log-level|trigger-list|watch|watch-project|watch-del|watch-del-all|shutdown-server", verbs::EXEC_READ)],
};

static OTHERS: Table = Table {
    values: &["--port", "--platform", "--mode", "--simulator", "--device", "--target", "--scheme", "--configuration", "--bundle-output", "--entry-file", "--template"],
    rules: &[
        rule("start|run-ios|run-android|bundle|build-ios|build-android|build|init|clean|codegen|log-ios|log-android|add|copy|sync|update|open|run|serve|generate|g|capacitor|migrate|cap", verbs::EXEC_BUILD),
        rule("doctor|info|config|ls|list|telemetry", verbs::EXEC_READ),
        rule("deploy|package", verbs::APP_DEPLOY),
        rule("login|logout|signup", verbs::SECRET_WRITE),
    ],
};

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn applications_are_built_and_tried() {
        assert_snapshot!(check("npx expo start; npx expo install react-native-maps; npx expo-doctor; expo run:ios --device X; expo config --type public"), @"
        package.read * on npm, read
        exec.build expo start, execute
        exec.install expo install, execute
        exec.read expo-doctor, read
        exec.build expo run:ios, execute
        exec.read expo config, read
        ");
        assert_snapshot!(check("npx react-native run-ios; npx cap sync ios; pod install; pod --version; watchman watch-del-all"), @"
        package.read * on npm, read
        exec.build react-native run-ios, execute
        exec.build capacitor sync, execute
        exec.install pod install, execute
        exec.read pod, read
        exec.read watchman watch-del-all, read
        ");
        assert_snapshot!(check("xcodebuild -list; xcodebuild -scheme Shop build; xcodebuild test -scheme Shop; xcrun simctl list devices; xcrun simctl boot 'iPhone 16'; xcrun --show-sdk-path"), @"
        exec.read xcodebuild, read
        exec.build xcodebuild, execute
        exec.test xcodebuild, execute
        exec.read xcrun simctl, read
        container.write simulator iPhone 16, write
        exec.read xcrun, read
        ");
        assert_snapshot!(check("adb devices; adb -s emulator-5554 logcat -d; adb install -r app.apk; adb pull /sdcard/x.png x.png; adb reverse tcp:8081 tcp:8081"), @"
        exec.read adb devices, read
        exec.read adb logcat, read
        container.write device *, write
        fs.write /repo/x.png, write
        exec.read adb pull, read
        ");
    }

    #[test]
    fn what_is_lost_or_leaves() {
        assert_snapshot!(check("expo prebuild --clean; expo start --tunnel; expo publish"), @"
        fs.delete /repo/ios, destroy
        fs.delete /repo/android, destroy
        exec.build expo prebuild, execute
        net.listen *, write
        exec.build expo start, execute
        app.deploy * on expo, write
        ");
        assert_snapshot!(check("pod trunk push Shop.podspec; pod trunk delete Shop 1.0.0; npx ionic deploy add"), @"
        package.publish * on cocoapods, write, partial
        package.withdraw * on cocoapods, destroy, partial
        package.read * on npm, read
        app.deploy * on ionic, write
        ");
        assert_snapshot!(check("xcrun simctl erase all; xcrun altool --upload-app -f Shop.ipa; xcrun notarytool submit x.zip; xcodebuild -exportArchive -exportOptionsPlist x.plist"), @"
        container.delete simulator all, destroy
        app.deploy * on app-store (upload), write
        app.deploy * on app-store (notarization), write
        exec.opaque xcodebuild, execute, opaque
        ");
        assert_snapshot!(check("adb shell rm -rf /sdcard/x; adb shell 'pm clear app'; adb uninstall com.acme.shop; adb shell"), @"
        fs.delete device *, destroy, partial
        exec.opaque device *, execute, opaque
        container.delete device *, destroy
        ");
    }

    #[test]
    fn what_is_not_known() {
        assert_snapshot!(check("expo frob; pod $X; xcrun git push origin main; watchman -- trigger . x -- make"), @"
        exec.opaque expo, execute, opaque
        exec.opaque pod, execute, opaque
        git.push main@origin, write
        exec.opaque watchman, execute, opaque
        ");
    }
}
