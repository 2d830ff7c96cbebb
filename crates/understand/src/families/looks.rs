//! Programs that show what this machine is and does, its hardware above all: `nvidia-smi`, `sensors`, `iw dev`.

use countersign_model::verbs;

use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "nvidia-smi", "rocm-smi", "nvtop", "gpustat", "btop", "sensors", "iw", "iwconfig", "iwlist", "iwgetid", "nmcli", "rfkill", "dmidecode", "lshw", "hwinfo", "inxi", "xrandr", "wlr-randr", "vm_stat", "ioreg", "system_profiler",
        "dust", "duf", "ncdu", "nvcc", "java",
    ],
    about: "What the machine and its hardware are like is shown. What one of these changes, a clock, a network or the \
        screen, changes the machine; a program of Java runs unseen.",
    examples: &[
        "nvidia-smi",
        "nvidia-smi --query-gpu=name --format=csv",
        "nvidia-smi --gpu-reset",
        "iw dev wlan0 link",
        "iw dev wlan0 del",
        "nmcli device status",
        "nmcli connection delete office",
        "sensors",
        "java -version",
        "java -jar app.jar",
        "nvcc kernel.cu -o kernel",
    ],
    effects,
};

/// How one of them is told from a change.
enum Shows {
    /// Whatever its arguments.
    Always,
    /// Unless one of these words is among them, or starts one as an option with a value.
    Unless(&'static [&'static str]),
    /// Where its last words that are no operands are among these.
    Only(&'static [&'static str]),
    /// Where it is given no more than so many operands.
    Few(usize),
}

const LOOKS: &[(&[&str], Shows)] = &[
    (&["nvtop", "gpustat", "btop", "sensors", "iwlist", "iwgetid", "lshw", "hwinfo", "inxi", "vm_stat", "ioreg", "system_profiler", "duf"], Shows::Always),
    (
        &["nvidia-smi"],
        Shows::Unless(&[
            "-pm", "--persistence-mode", "-e", "--ecc-config", "-p", "--reset-ecc-errors", "-c", "--compute-mode", "--gom", "-r", "--gpu-reset", "-ac", "--applications-clocks", "-rac", "--reset-applications-clocks", "-pl", "--power-limit", "-lgc", "--lock-gpu-clocks", "-rgc",
            "--reset-gpu-clocks", "-lmc", "--lock-memory-clocks", "-rmc", "-am", "--accounting-mode", "-caa", "--clear-accounted-apps", "-mig", "--multi-instance-gpu", "mig", "drain", "vgpu", "-dm", "--driver-model", "-acp", "-cc", "--cuda-clocks", "-gtt", "--gpu-target-temp", "boost-slider", "power-hint", "conf-compute", "-srs",
        ]),
    ),
    (&["rocm-smi"], Shows::Unless(&["-r", "--gpureset", "--resetclocks", "--resetfans", "--resetprofile", "--resetpoweroverdrive", "--setclock", "--setsclk", "--setmclk", "--setfan", "--setperflevel", "--setpoweroverdrive", "--setprofile", "--autorespond", "--load"])),
    (&["dmidecode"], Shows::Unless(&["--dump-bin"])),
    (&["dust", "ncdu"], Shows::Unless(&["-o", "-x", "--config", "-X", "--exclude-from", "-f"])),
    (&["iw"], Shows::Only(&["list", "info", "link", "scan", "dump", "get", "reg", "help", "features", "commands", "event", "wlan", "station", "survey", "power_save"])),
    (&["nmcli"], Shows::Only(&["general", "g", "status", "show", "device", "dev", "d", "connection", "con", "c", "radio", "networking", "connectivity", "wifi", "list", "monitor", "permissions", "hostname", "all", "logging"])),
    (&["rfkill"], Shows::Only(&["list", "event", "help"])),
    (&["iwconfig"], Shows::Few(1)),
    (&["xrandr", "wlr-randr"], Shows::Unless(&["--output", "--mode", "--off", "--auto", "--rate", "-s", "--size", "-o", "--orientation", "--newmode", "--rmmode", "--addmode", "--delmode", "--fb", "--setmonitor", "--delmonitor", "--scale", "--rotate", "-r", "--brightness", "--gamma", "--primary", "--noprimary", "--custom-mode", "--on"])),
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let words: Vec<&str> = invocation.words.iter().map(Word::text).collect();
    match program {
        "java" => return java(&words, invocation, context),
        "nvcc" => {
            context.program(if matches!(words.as_slice(), ["--version" | "-V" | "--help"]) { verbs::EXEC_READ } else { verbs::EXEC_BUILD }, "nvcc");
            let mut words = invocation.words.iter();
            while let Some(word) = words.next() {
                match word.text() {
                    "-o" | "--output-file" => words.next().into_iter().for_each(|word| context.write(word)),
                    text if !text.starts_with('-') => context.read(word),
                    _ => {}
                }
            }
            return;
        }
        _ => {}
    }
    let shows = LOOKS.iter().find(|(programs, _)| programs.contains(&program)).is_none_or(|(_, shows)| match shows {
        Shows::Always => true,
        Shows::Unless(changes) => !words.iter().any(|word| changes.contains(&word.split('=').next().unwrap_or(word)) || invocation.words.iter().any(|word| word.value.is_unknown())),
        Shows::Only(reads) => only(&words, reads, invocation),
        Shows::Few(most) => words.iter().filter(|word| !word.starts_with('-')).count() <= *most,
    });
    let tells = matches!(words.as_slice(), ["--help" | "-h" | "--version" | "-V" | "-v"]);
    // A radio, a network or a screen that is switched can be switched back.
    if !shows && !tells && matches!(program, "iw" | "iwconfig" | "nmcli" | "rfkill" | "xrandr" | "wlr-randr") {
        return opaque(invocation, "it changes a device of this machine", context);
    }
    context.program(if shows || tells { verbs::EXEC_READ } else { verbs::EXEC_SYSTEM }, &invocation.title());
    // Those that write what they show into a file.
    let outputs = ["-f", "--filename", "-o", "--output-file"];
    let named = invocation.words.windows(2).filter_map(|pair| pair.first().zip(pair.get(1)));
    for (_, file) in named.filter(|(option, _)| shows && outputs.contains(&option.text()) && matches!(program, "nvidia-smi" | "ncdu" | "lshw")) {
        context.write(file);
    }
}

/// Whether all words that choose what it does are of those that only show: the others are names of devices.
fn only(words: &[&str], reads: &[&str], invocation: &Invocation) -> bool {
    // `nmcli -t -f NAME connection show`
    let takes = |word: &str| invocation.program == "nmcli" && matches!(word, "-f" | "--fields" | "-g" | "--get-values" | "-m" | "--mode" | "-c" | "--colors" | "-w" | "--wait" | "-e" | "--escape");
    let is_value = |at: usize| at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| takes(word));
    let chosen: Vec<&str> = words.iter().copied().enumerate().filter(|(at, word)| !word.starts_with('-') && !is_value(*at)).map(|(_, word)| word).collect();
    if invocation.words.iter().any(|word| word.value.is_unknown()) {
        return false;
    }
    match (invocation.program.as_str(), chosen.as_slice()) {
        (_, []) => true,
        // `iw dev wlan0 link`, `iw reg get`
        ("iw", ["dev"] | ["phy"]) => true,
        ("iw", ["dev" | "phy", _, rest @ ..]) => rest.is_empty() || rest.iter().enumerate().all(|(at, word)| reads.contains(word) && *word != "reg" || at > 1),
        ("iw", ["reg", rest @ ..]) => rest == ["get"],
        ("iw", [first, ..]) => reads.contains(first),
        // `nmcli device show eth0`, `nmcli radio wifi off`
        ("nmcli", [_]) => chosen.iter().all(|word| reads.contains(word)),
        ("nmcli", ["radio" | "networking" | "n" | "r", rest @ ..]) => rest.iter().all(|word| reads.contains(word)),
        ("nmcli", [object, verb, rest @ ..]) => {
            let shows = matches!(*verb, "status" | "show" | "monitor" | "permissions");
            reads.contains(object) && (shows || *verb == "wifi" && rest.first().is_none_or(|word| *word == "list"))
        }
        (_, [first, ..]) => reads.contains(first),
    }
}

/// `java -version`, `java --list-modules`; else a program.
fn java(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let tells = ["-version", "--version", "-showversion", "--show-version", "-help", "--help", "-h", "-?", "--help-extra", "-X", "--list-modules", "-XshowSettings", "-XshowSettings:all", "-XshowSettings:properties", "-XshowSettings:vm"];
    let plain = |word: &str| tells.contains(&word) || word.starts_with("-Xm") || word.starts_with("-XX:+Print");
    if words.iter().any(|word| tells.contains(word)) && words.iter().all(|word| plain(word)) {
        context.program(verbs::EXEC_READ, "java");
    } else if let Some(at) = words.windows(2).position(|pair| pair.first() == Some(&"-jar") && pair.last().is_some_and(|jar| jar.rsplit('/').next() == Some("jenkins-cli.jar")))
        && let Some(mut nested) = invocation.nested(at + 1)
    {
        nested.first = Word::known_as("jenkins-cli");
        super::dispatch(nested, context);
    } else {
        opaque(invocation, "what a program of Java does is not looked at", context);
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn looks() {
        for command in [
            "nvidia-smi", "nvidia-smi -l 1", "nvidia-smi --query-gpu=name,memory.total --format=csv", "nvidia-smi -q -d MEMORY", "iw dev", "iw dev wlan0 link", "iw dev wlan0 scan", "iw reg get", "iw list", "nmcli", "nmcli device status", "nmcli -t -f NAME connection show", "nmcli dev wifi list", "sensors", "rfkill list",
            "iwconfig wlan0", "xrandr", "xrandr --listmonitors", "java -version", "java --version", "java -XshowSettings:all -version", "system_profiler SPHardwareDataType", "nvcc --version", "dust -d 2", "dmidecode -t memory",
        ] {
            assert!(check(command).starts_with("exec.read"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn changes() {
        for command in [
            "nvidia-smi --gpu-reset", "nvidia-smi -pl 200", "nvidia-smi --power-limit=200", "nvidia-smi $X",
        ] {
            assert!(check(command).contains("exec.system"), "{command}: {}", check(command));
        }
        for command in [
            "iw dev wlan0 del", "iw dev wlan0 set channel 6", "iw reg set US", "nmcli connection delete office", "nmcli radio wifi off", "nmcli dev wifi connect x", "nmcli networking off", "rfkill block wifi", "iwconfig wlan0 essid x",
            "xrandr --output HDMI-1 --off",
        ] {
            assert!(check(command).contains("exec.opaque"), "{command}: {}", check(command));
        }
        for command in ["java -jar app.jar", "java Main", "java -version -jar x.jar", "java -cp x Main", "java -javaagent:x.jar -version", "java @args -version", "java \"$X\""] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
        assert!(check("nvidia-smi -q -f .claude/settings.json").contains("countersign.tamper"));
    }
}
