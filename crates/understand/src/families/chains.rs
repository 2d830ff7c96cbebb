//! Clients of public ledgers: Foundry's `forge`, `cast` and `anvil`, `hardhat` and `truffle`.
//!
//! What is brought to a chain stays there for everybody. Only one of this machine is exempt: a simulated one, by its
//! address or its usual name.

use countersign_model::{Certainty, Effect, Resource, Reversible, Verb, is_this_machine, verbs};

use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, opaque};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["forge", "cast", "anvil", "hardhat", "truffle"],
    about: "Builds and tests of contracts, and what is read from a chain or brought to it: the network is named by its address \
        or by the name that the project has for it. What is brought to a public chain cannot be taken back.",
    examples: &[
        "forge build",
        "forge test -vvv",
        "forge script script/Deploy.s.sol --rpc-url https://rpc.example --broadcast",
        "forge script script/Deploy.s.sol",
        "cast call 0x1 'f()' --rpc-url https://rpc.example",
        "cast send 0x1 'f()' --rpc-url http://localhost:8545",
        "cast to-wei 1",
        "cast wallet new",
        "anvil",
        "npx hardhat test",
        "npx hardhat run scripts/deploy.js --network mainnet",
        "npx hardhat run scripts/deploy.js --network localhost",
    ],
    effects,
};

/// Something is brought to a chain.
const BRINGS: Verb = verbs::CLOUD_WRITE;
/// Something is read from one.
const ASKS: Verb = verbs::CLOUD_READ;

const VALUES: &[&str] = &[
    "-r", "--rpc-url", "--fork-url", "-f", "--network", "--private-key", "--keystore", "--account", "--password", "--password-file", "--mnemonic", "--mnemonic-path", "--from", "--sender", "-s", "--sig", "--tc", "--target-contract", "--constructor-args", "--constructor-args-path", "--verifier", "--verifier-url",
    "--etherscan-api-key", "-e", "--gas-limit", "--gas-price", "--priority-gas-price", "--value", "--nonce", "-c", "--chain", "--chain-id", "--root", "-C", "--contracts", "-R", "--remappings", "--match-test", "--mt", "--match-contract", "--mc", "--match-path", "--mp", "--no-match-test", "--no-match-contract", "--block", "-b", "--config", "--config-path", "--fork-block-number",
    "--out", "-o", "--use", "--evm-version", "--libraries", "--optimizer-runs", "--jobs", "-j", "--threads", "--port", "-p", "--host", "--accounts", "-a", "--balance", "--state", "--dump-state", "--load-state", "--block-time", "--deploy", "--parameters", "--deployment-id", "--module", "--grep", "--tsconfig", "--flashbots", "--rpc-timeout", "--fuzz-runs", "--fuzz-seed", "--ffi-timeout", "--hd-path", "--path", "--compiler",
];

const FORGE: Table<'_> = Table {
    values: VALUES,
    rules: &[
        rule("build|b|compile|clean|cl|fmt|lint|doc|flatten|inspect|bind|bind-json|generate|generate-fig-spec|eip712|cache|selectors|se|compiler|clone|init|geiger|create2", verbs::EXEC_BUILD),
        rule("test|t|coverage|snapshot", verbs::EXEC_TEST),
        rule("tree|tr|remappings|re|config|co|completions|help|version", verbs::EXEC_READ),
        rule("install|i|update|u|remove|rm|soldeer", verbs::EXEC_INSTALL),
        rule("soldeer push|login", verbs::PACKAGE_PUBLISH),
        rule("script", verbs::EXEC_BUILD),
        rule("create|c", BRINGS),
        rule("verify-contract|v|verify-check|vc|verify-bytecode|vb", verbs::NET_UPLOAD),
        rule("selectors|se upload|up", verbs::NET_UPLOAD),
    ],
};

const CAST: Table<'_> = Table {
    values: VALUES,
    rules: &[
        rule("call|c|balance|b|block|bl|block-number|bn|tx|receipt|re|code|co|codesize|cs|codehash|storage|st|storage-root|chain|chain-id|cid|client|cl|gas-price|g|base-fee|ba|logs|l|nonce|n|age|a|find-block|f|lookup-address|resolve-name|rn|proof|pr|implementation|admin|adm|estimate|e|access-list|ac|run|r|erc20|tx-pool|txpool|da-estimate|b2e-payload|source|et|src|creation-code|constructor-args|artifact|interface|i|4byte|4byte-calldata|4byte-event|trace", ASKS),
        rule("send|s|publish|p", BRINGS),
        rule("rpc|rp", BRINGS),
        rule("mktx|m|disassemble|selectors", verbs::EXEC_BUILD),
        rule("wallet|w", verbs::EXEC_READ),
        rule("wallet|w new|n|new-mnemonic|nm|private-key|pk|decrypt-keystore|dk|derive-private-key|vanity|va", verbs::SECRET_READ),
        rule("wallet|w import|i|remove|rm|change-password|cp", verbs::SECRET_WRITE),
        rule("wallet|w sign|s|sign-auth|sa", verbs::EXEC_BUILD),
        rule("upload-signature|ups", verbs::NET_UPLOAD),
        rule("abi-encode|ae|abi-encode-event|abi-decode|ad|decode-abi|decode-calldata|calldata-decode|calldata|cd|pretty-calldata|keccak|k|sig|sig-event|se|namehash|na|index|in|index-erc7201|compute-address|ca|create2|c2|max-int|min-int|max-uint|address-zero|az|hash-zero|hash-message|hm|concat-hex|ch|pad|from-wei|fw|from-bin|fb|from-utf8|from-rlp|from-fixed-point|format-units|parse-units|parse-bytes32-string|parse-bytes32-address|format-bytes32-string|shl|shr|decode-transaction|dt|decode-string|decode-event|decode-error|recover-authority|completions|help|version", verbs::EXEC_READ),
        rule("to-wei|tw|to-hex|th|to-dec|td|to-base|tb|to-ascii|ta|to-utf8|tu8|to-uint256|tu|to-int256|ti|to-unit|tun|to-rlp|to-bytes32|to-check-sum-address|to-checksum|to-hexdata|thd|to-fixed-point", verbs::EXEC_READ),
    ],
};

const HARDHAT: Table<'_> = Table {
    values: VALUES,
    rules: &[
        rule("compile|build|clean|check|flatten|size-contracts|typechain|coverage|init|docgen", verbs::EXEC_BUILD),
        rule("test", verbs::EXEC_TEST),
        rule("help|accounts|telemetry|networks|version", verbs::EXEC_READ),
        rule("node|develop", verbs::NET_LISTEN),
        rule("vars|keystore list|path|setup", verbs::EXEC_READ),
        rule("vars|keystore get", verbs::SECRET_READ),
        rule("vars|keystore set|delete|change-password", verbs::SECRET_WRITE),
        rule("ignition status|visualize|list|transactions", verbs::EXEC_READ),
        rule("verify|etherscan-verify|ignition verify", verbs::NET_UPLOAD),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let found = read(invocation, match program {
        "forge" => &FORGE,
        "cast" => &CAST,
        _ => &HARDHAT,
    });
    let tells = found.is_help || program != "anvil" && found.operands.is_empty() && found.verb.is_none();
    if tells || found.has(&["--version", "-V"]) && found.operands.is_empty() {
        context.program(verbs::EXEC_READ, program);
        return;
    }
    let network = network(&found, invocation, context);
    files(&found, context);
    match (program, &found.verb) {
        ("anvil", _) => {
            let host = found.text(&["--host"]).unwrap_or_else(|| "localhost".to_owned());
            context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host, url: None }));
            if found.has(&["--fork-url", "-f", "--rpc-url"]) {
                network.reaches(ASKS, "chain", context);
            }
        }
        ("forge", Some(_)) if found.name == "script" => {
            runs(&found, invocation, context);
            if found.has(&["--broadcast", "--resume"]) {
                network.reaches(BRINGS, "script", context);
            } else if network.is_named {
                network.reaches(ASKS, "script", context);
            }
        }
        (_, Some(verb)) if *verb == BRINGS => {
            let method = found.operand(0).unwrap_or_default();
            let asks = found.name.starts_with("rp") && ["eth_get", "eth_call", "eth_block", "eth_chain", "eth_gas", "eth_estimate", "net_", "web3_", "debug_trace", "trace_"].iter().any(|start| method.starts_with(start));
            network.reaches(if asks { ASKS } else { BRINGS }, &found.name, context);
        }
        (_, Some(verb)) if *verb == ASKS => network.reaches(ASKS, &found.name, context),
        (_, Some(verb)) if *verb == verbs::NET_UPLOAD => {
            let resource = Resource::Host { host: "*".to_owned(), url: None };
            context.push(Effect::new(verbs::NET_UPLOAD, resource).because("the contract's source is shown to everybody"));
        }
        (_, Some(verb)) if *verb == verbs::NET_LISTEN => {
            context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host: "localhost".to_owned(), url: None }));
        }
        (_, Some(verb)) if verb.area() == "secret" => {
            let name = found.operand(0).filter(|_| program == "hardhat").unwrap_or_else(|| "wallet".to_owned());
            context.push(Effect::new(verb.clone(), Resource::Secret { store: program.to_owned(), name }));
        }
        (_, Some(verb)) if verb.area() == "package" => super::publishers::publishes("soldeer", verb.clone(), context),
        (_, Some(verb)) => {
            context.program(verb.clone(), &format!("{program} {}", found.name));
            // Tests and builds are of a simulated chain, unless they are told another.
            if network.is_named && *verb == verbs::EXEC_TEST {
                network.reaches(if program == "forge" { ASKS } else { BRINGS }, "test", context);
            }
        }
        ("forge" | "cast", None) => opaque(invocation, "the subcommand is not known", context),
        // A script or a task of the project's own.
        (_, None) => {
            runs(&found, invocation, context);
            if network.is_named || !network.is_here {
                network.reaches(BRINGS, &found.name, context);
            }
        }
    }
}

/// Which chain is meant.
struct Network {
    name: String,
    /// Whether it is one of this machine's own.
    is_here: bool,
    /// Whether the command says.
    is_named: bool,
    why: Option<String>,
}

impl Network {
    fn reaches(&self, verb: Verb, what: &str, context: &mut Context<'_>) {
        if self.is_here {
            return context.program(if verb == ASKS { verbs::EXEC_READ } else { verbs::EXEC_BUILD }, "a chain of this machine");
        }
        let resource = Resource::Cloud { provider: "ethereum".to_owned(), account: self.name.clone(), region: None, service: "chain".to_owned(), name: what.to_owned() };
        let effect = Effect::new(verb.clone(), resource);
        let effect = if verb == BRINGS { effect.reversible(Reversible::No).because("what is brought to a chain stays there") } else { effect };
        context.push(match &self.why {
            Some(why) => effect.certain(Certainty::Partial, why),
            None => effect,
        });
    }
}

fn network(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Network {
    let is_hardhat = matches!(invocation.program.as_str(), "hardhat" | "truffle");
    let options: &[&str] = if is_hardhat { &["--network"] } else { &["--rpc-url", "-r", "--fork-url", "-f"] };
    let set = || match context.setting(invocation, if is_hardhat { "HARDHAT_NETWORK" } else { "ETH_RPC_URL" }) {
        Ok(value) => value.map(Value::Known),
        Err(why) => Some(Value::unknown(&why)),
    };
    let given = found.value(options).cloned();
    let given = given.or_else(|| environment::value(invocation, if is_hardhat { "HARDHAT_NETWORK" } else { "ETH_RPC_URL" })).or_else(set);
    let Some(value) = given else {
        return usual(is_hardhat, context);
    };
    let Some(text) = value.known() else {
        return Network { name: "*".to_owned(), is_here: false, is_named: true, why: Some("which chain is meant is not known".to_owned()) };
    };
    let host = text.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    let host = host.map(|host| host.rsplit('@').next().unwrap_or(host)).map(|host| host.rsplit_once(':').map_or(host, |(host, _)| host));
    let is_usual = || matches!(text, "localhost" | "hardhat" | "anvil" | "development" | "develop" | "ganache") && !is_redefined(text, context);
    let is_here = host.map_or_else(is_usual, is_this_machine);
    Network { name: host.unwrap_or(text).to_owned(), is_here, is_named: true, why: None }
}

/// Files in which a project gives networks their names.
const CONFIGURATIONS: &[&str] = &["hardhat.config.js", "hardhat.config.ts", "hardhat.config.cjs", "truffle-config.js", "foundry.toml"];

/// How far behind a network's name its address may stand, in bytes.
const NEAR: usize = 300;

/// Whether the project gives a network of a usual name an address elsewhere, or may do so.
fn is_redefined(name: &str, context: &Context<'_>) -> bool {
    let Ok(directory) = &context.state.shell.directory else { return true };
    CONFIGURATIONS.iter().any(|file| match context.file(&crate::paths::normal(directory, file)) {
        Ok(None) => false,
        Err(_) => true,
        Ok(Some(text)) => text.match_indices(name).any(|(at, _)| {
            let after = text.get(at + name.len()..).unwrap_or_default();
            let is_key = after.trim_start_matches(['"', '\'']).trim_start().starts_with([':', '=']);
            let block = after.split('}').next().unwrap_or_default();
            let block: String = block.chars().take(NEAR).collect();
            let says = block.contains("url") || block.contains("host") || block.contains("://") || block.contains("process.env");
            let own = ["127.0.0.1", "//localhost", "\"localhost\"", "'localhost'"].iter().any(|own| block.contains(own));
            // `http://localhost:8545` names a host.
            let is_port = after.strip_prefix(':').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
            is_key && !is_port && says && !own
        }),
    })
}

/// The chain that nothing in the command names: of hardhat a simulated one, unless its configuration says otherwise; of
/// Foundry one at a port of this machine.
fn usual(is_hardhat: bool, context: &Context<'_>) -> Network {
    let directory = context.state.shell.directory.as_ref().ok().map(String::as_str);
    let directories: Vec<&str> = directory.into_iter().chain(context.top()).collect();
    // Foundry takes the variables of the project's `.env`, too.
    let names: &[&str] = if is_hardhat { &["hardhat.config.js", "hardhat.config.ts", "hardhat.config.cjs", "truffle-config.js"] } else { &["foundry.toml", ".env"] };
    let marks: &[&str] = if is_hardhat { &["defaultNetwork"] } else { &["eth_rpc_url", "eth-rpc-url"] };
    let says_so = |text: &str| marks.iter().any(|mark| text.contains(mark)) || !is_hardhat && text.contains("ETH_RPC_URL");
    let reads = |name: &str| directories.iter().any(|directory| context.file(&crate::paths::normal(directory, name)).map_or(true, |text| text.is_some_and(|text| says_so(&text))));
    let says = directory.is_none() || names.iter().any(|name| reads(name));
    if says {
        let why = "the project's configuration says which chain".to_owned();
        return Network { name: "*".to_owned(), is_here: false, is_named: false, why: Some(why) };
    }
    Network { name: "localhost".to_owned(), is_here: true, is_named: false, why: None }
}

/// A script of the project's own.
fn runs(found: &Subcommand<'_>, invocation: &Invocation, context: &mut Context<'_>) {
    let first = found.operands.first().and_then(|word| word.known());
    let is_run = matches!(first, Some("run" | "exec"));
    match found.operands.get(usize::from(is_run)).filter(|_| is_run) {
        Some(word) => {
            let located = crate::paths::locate(&word.value, context);
            super::run_file(&located, Some("node"), &[], invocation, context);
        }
        None if invocation.program == "forge" => context.program(verbs::EXEC_BUILD, "forge script"),
        None => opaque(invocation, "it runs a task of the project", context),
    }
}

/// Files that are read and written.
fn files(found: &Subcommand<'_>, context: &mut Context<'_>) {
    found.values(&["--keystore", "--password-file", "--mnemonic-path"]).for_each(|value| context.read(&Word::made(value.clone())));
    let written = found.values(&["--dump-state"]).chain(found.values(&["-o", "--out"]).filter(|_| found.name == "flatten"));
    written.for_each(|value| context.write_value(value));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn what_is_brought_to_a_chain() {
        assert_snapshot!(check("forge script s.sol --rpc-url https://rpc.example/v2/key --broadcast; forge create src/A.sol:A -r $RPC --private-key $PK; cast send 0x1 'f()' --rpc-url https://rpc.example"), @"
        exec.build forge script, execute
        cloud.write chain script in ethereum:rpc.example, write
        cloud.write chain create in ethereum:*, write, partial
        cloud.write chain send in ethereum:rpc.example, write
        ");
        assert_snapshot!(check("npx hardhat run scripts/x.js --network mainnet; npx hardhat ignition deploy m.js --network sepolia; hardhat test --network mainnet; cast rpc evm_mine -r https://rpc.example"), @"
        package.read * on npm, read
        exec.opaque /repo/scripts/x.js, execute, opaque
        cloud.write chain run scripts/x.js in ethereum:mainnet, write
        exec.opaque hardhat, execute, opaque
        cloud.write chain ignition deploy in ethereum:sepolia, write
        exec.test hardhat test, execute
        cloud.write chain test in ethereum:mainnet, write
        cloud.write chain rpc in ethereum:rpc.example, write
        ");
        assert_snapshot!(check_with("cast send 0x1 'f()'", &[("/repo/foundry.toml", "eth_rpc_url = 'https://rpc.example'\n")]), @"cloud.write chain send in ethereum:*, write, partial");
        assert!(check_with("cast send 0x1 'f()'", &[("/repo/.env", "ETH_RPC_URL=https://rpc.example\n")]).contains("cloud.write chain"));
        assert_snapshot!(check_with("npx hardhat run x.js", &[("/repo/hardhat.config.js", "module.exports = { defaultNetwork: 'mainnet' }\n"), ("/repo/x.js", "console.log(1)\n")]), @"
        package.read * on npm, read
        fs.read /repo/x.js, read
        cloud.write chain run x.js in ethereum:*, write, partial
        ");
    }

    #[test]
    fn chains_of_this_machine() {
        assert_snapshot!(check("forge build; forge test -vvv; forge script s.sol; forge script s.sol --rpc-url http://localhost:8545 --broadcast; cast send 0x1 'f()' -r http://127.0.0.1:8545; anvil; npx hardhat test; npx hardhat compile; npx hardhat node"), @"
        exec.build forge build, execute
        exec.test forge test, execute
        exec.build forge script, execute
        exec.build a chain of this machine, execute
        net.listen localhost, write
        package.read * on npm, read
        exec.test hardhat test, execute
        exec.build hardhat compile, execute
        ");
        let renamed = ("/repo/hardhat.config.js", "module.exports = { networks: { localhost: { url: 'https://rpc.example' } } }\n");
        assert!(check_with("npx hardhat ignition deploy x --network localhost", &[renamed]).contains("cloud.write chain"));
        let plain = ("/repo/hardhat.config.js", "module.exports = { networks: { localhost: { url: 'http://localhost:8545' }, main: { url: 'https://rpc.example' } } }\n");
        assert!(!check_with("npx hardhat ignition deploy x --network localhost", &[plain]).contains("cloud.write"));
        assert_snapshot!(check_with("npx hardhat run x.js --network localhost; npx hardhat run x.js", &[("/repo/x.js", "console.log(1)\n")]), @"
        package.read * on npm, read
        fs.read /repo/x.js, read
        exec.build a chain of this machine, execute
        ");
    }

    #[test]
    fn keys_and_looks() {
        assert_snapshot!(check("cast wallet new; cast wallet private-key 'a b c'; cast wallet import k; npx hardhat vars get PRIVATE_KEY; npx hardhat vars list"), @"
        secret.read cast:wallet, read
        secret.write cast:wallet, write
        package.read * on npm, read
        secret.read hardhat:PRIVATE_KEY, read
        exec.read hardhat vars list, read
        ");
        assert_snapshot!(check("cast call 0x1 'f()' -r https://rpc.example; cast balance 0x1 --rpc-url https://rpc.example; cast to-wei 1; cast keccak x; forge --version; hardhat --help; forge verify-contract 0x1 A; cast frob; forge frob; npx hardhat frob"), @"
        cloud.read chain call in ethereum:rpc.example, read
        cloud.read chain balance in ethereum:rpc.example, read
        exec.read cast to-wei, read
        exec.read cast keccak, read
        exec.read forge, read
        exec.read hardhat, read
        net.upload *, send
        exec.opaque cast, execute, opaque
        exec.opaque forge, execute, opaque
        package.read * on npm, read
        exec.opaque hardhat, execute, opaque
        ");
    }
}
