//! Boards with a processor of their own: programs that build for them, and bring what was built onto one that is
//! connected to this machine.

use countersign_model::{Effect, Resource, Verb, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &["pio", "platformio", "arduino-cli", "esptool", "esptool.py", "avrdude", "dfu-util", "st-flash", "picotool", "mpremote", "ampy", "idf.py", "west"],
    about: "Builds for boards, and what is written onto a board that is connected: the device is named by its port where the \
        command says it. What is published to a registry of libraries is a publication.",
    examples: &[
        "pio run",
        "pio run -t upload --upload-port /dev/ttyUSB0",
        "pio device list",
        "pio pkg publish",
        "arduino-cli compile --fqbn arduino:avr:uno .",
        "arduino-cli upload -p /dev/ttyACM0 --fqbn arduino:avr:uno .",
        "arduino-cli board list",
        "esptool.py --port /dev/ttyUSB0 erase_flash",
        "esptool.py chip_id",
    ],
    effects,
};

/// Something is written onto the device.
const ONTO: Verb = verbs::CONTAINER_WRITE;
/// What the device holds is gone.
const GONE: Verb = verbs::CONTAINER_DELETE;

/// Options that name the device.
const PORTS: &[&str] = &["-p", "--port", "--upload-port", "--monitor-port", "-P", "--device", "-d", "--serial"];

const PIO: Table<'_> = Table {
    values: &["-e", "--environment", "-t", "--target", "--upload-port", "--monitor-port", "-d", "--project-dir", "-c", "--project-conf", "-j", "--jobs", "-p", "--port", "-b", "--baud", "-a", "--program-arg", "-f", "--filter", "-i", "--ignore", "--library", "-l"],
    rules: &[
        rule("run|ci|check|project|debug", verbs::EXEC_BUILD),
        rule("test", verbs::EXEC_TEST),
        rule("device|boards|system|settings|account|org|access|home|team", verbs::EXEC_READ),
        rule("device list|monitor", verbs::EXEC_READ),
        rule("pkg|lib|platform list|outdated|search|show|frameworks|stats", verbs::EXEC_READ),
        rule("pkg|lib|platform|upgrade|update", verbs::EXEC_INSTALL),
        rule("pkg publish", verbs::PACKAGE_PUBLISH),
        rule("pkg unpublish", verbs::PACKAGE_WITHDRAW),
        rule("remote", ONTO),
        rule("account login|token|password|register|logout|update|forgot|destroy", verbs::SECRET_WRITE),
        rule("settings set|reset", verbs::EXEC_INSTALL),
    ],
};

const ARDUINO: Table<'_> = Table {
    values: &["-b", "--fqbn", "-p", "--port", "-P", "--programmer", "--board-options", "--build-path", "--build-property", "--config-file", "--additional-urls", "-i", "--input-file", "--input-dir", "--output-dir", "--libraries", "--library", "-l", "-m", "--profile", "--format", "--log-level"],
    rules: &[
        rule("compile|sketch|cache|completion|daemon", verbs::EXEC_BUILD),
        rule("upload|burn-bootloader|debug", ONTO),
        rule("board|version|help|config|monitor|outdated", verbs::EXEC_READ),
        rule("core|lib list|search|examples|deps", verbs::EXEC_READ),
        rule("core|lib|update|upgrade", verbs::EXEC_INSTALL),
        rule("config init|set|add|remove|delete", verbs::EXEC_INSTALL),
    ],
};

/// Those whose subcommands are few, in one table.
const OTHERS: Table<'_> = Table {
    values: &["-p", "--port", "-P", "-b", "--baud", "--chip", "-c", "--before", "--after", "-U", "-B", "-B", "-C", "-D", "--device", "-d", "-a", "-s", "--serial", "--flash-mode", "--flash_mode", "--flash_freq", "--flash_size", "-u", "-o", "--board", "--build-dir"],
    rules: &[
        rule("chip_id|chip-id|flash_id|flash-id|read_mac|read-mac|image_info|image-info|version|get_security_info|info|list|devs|ls|cat|connect|monitor|size|reconfigure|topdir|boards", verbs::EXEC_READ),
        rule("build|menuconfig|clean|fullclean|all|app|bootloader|merge_bin|merge-bin|elf2image|create-project|add-dependency|set-target|init", verbs::EXEC_BUILD),
        rule("update", verbs::EXEC_INSTALL),
        rule("write_flash|write-flash|load|load_ram|load-ram|write|flash|app-flash|bootloader-flash|put|cp|mkdir|run|exec|eval|mount|reset|reboot|soft-reset|mip|dfu-flash|sign", ONTO),
        rule("erase_flash|erase-flash|erase_region|erase-region|erase|rm|rmdir", GONE),
        rule("read_flash|read-flash|dump_mem|read|get|save", verbs::CONTAINER_READ),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let table = match program {
        "pio" | "platformio" => &PIO,
        "arduino-cli" => &ARDUINO,
        _ => &OTHERS,
    };
    let found = read(invocation, table);
    let tells = found.operands.is_empty() && found.verb.is_none() && (found.options.is_empty() || found.has(&["--version", "-V", "-v", "-l", "--list"]));
    if found.is_help || tells {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let port = PORTS.iter().filter(|name| table.values.contains(*name));
    let device = port.filter_map(|name| found.text(&[name])).find(|port| port.contains('/') || port.starts_with("COM"));
    let device = Resource::Container { host: None, object: "device".to_owned(), name: device.unwrap_or_else(|| "*".to_owned()) };
    // `pio run -t upload`, `idf.py build flash`, `arduino-cli compile -u`
    let targets = found.values(&["-t", "--target"]).map(|value| value.known().unwrap_or("*"));
    let words = found.operands.iter().map(|word| word.known().unwrap_or("*"));
    let brings = |text: &str| text == "*" || text.contains("upload") || text.contains("flash") || text.contains("program") || text == "erase";
    let also = match program {
        "pio" | "platformio" => targets.into_iter().any(brings),
        "idf.py" | "west" => words.into_iter().any(brings),
        "arduino-cli" => found.name == "compile" && found.has(&["-u", "--upload"]),
        // These have options in place of subcommands.
        "avrdude" => found.has(&["-U", "-e"]),
        "dfu-util" => found.has(&["-D", "--download"]),
        _ => false,
    };
    match found.verb.clone().filter(|_| found.doubt.is_none()) {
        None if also => {}
        None if matches!(program, "avrdude" | "dfu-util") => context.program(verbs::EXEC_READ, program),
        None => return opaque(invocation, "the subcommand is not known", context),
        Some(verb) if verb.area() == "package" => super::publishers::publishes("platformio", verb, context),
        Some(verb) if verb.area() == "secret" => context.push(Effect::new(verb, Resource::Secret { store: "platformio".to_owned(), name: "login".to_owned() })),
        Some(verb) if verb.area() == "container" => {
            context.push(Effect::new(verb, device));
            return;
        }
        Some(verb) => context.program(verb, &format!("{program} {}", found.name)),
    }
    if also {
        context.push(Effect::new(ONTO, device).because("the program on the device is replaced"));
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_brought_onto_a_device() {
        assert_snapshot!(check("pio run -e uno -t upload --upload-port /dev/ttyUSB0; arduino-cli upload -p /dev/ttyACM0 --fqbn a:b:c ."), @"
        exec.build pio run, execute
        container.write device /dev/ttyUSB0, write
        container.write device /dev/ttyACM0, write
        ");
        assert_snapshot!(check("esptool.py --chip esp32 --port /dev/ttyUSB0 write_flash 0x0 x.bin; esptool.py erase_flash; idf.py build flash; avrdude -c usbasp -p m328p -U flash:w:x.hex; arduino-cli compile -u ."), @"
        container.write device /dev/ttyUSB0, write
        container.delete device *, destroy
        exec.build idf.py build, execute
        container.write device *, write
        exec.build arduino-cli compile, execute
        ");
        assert_snapshot!(check("pio pkg publish; pio account login"), @"
        package.publish * on platformio, write, partial
        secret.write platformio:login, write
        ");
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(check("pio run; pio test; pio device list; pio pkg install; arduino-cli compile --fqbn a:b:c .; arduino-cli board list; esptool.py chip_id; pio --version; idf.py build; avrdude -c usbasp -p m328p"), @"
        exec.build pio run, execute
        exec.test pio test, execute
        exec.read pio device list, read
        exec.install pio pkg, execute
        exec.build arduino-cli compile, execute
        exec.read arduino-cli board, read
        exec.read esptool.py chip_id, read
        exec.read pio, read
        exec.build idf.py build, execute
        exec.read avrdude, read
        ");
        assert_snapshot!(check("pio frob; arduino-cli frob; pio run -t \"$X\""), @"
        exec.opaque pio, execute, opaque
        exec.opaque arduino-cli, execute, opaque
        container.write device *, write
        ");
    }
}
