// Reads the completion specifications and prints which options of programs take a value, a form feed, and the
// commands of gcloud.
//
// A line of options is `program<TAB>-a=v --bee=f`: v takes a value, f does not. Where the subcommands of a
// program disagree it says `?`, and lines `program subcommand` say it for each.

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const build = path.resolve(process.argv[2]);

const PROGRAMS = [
  "ansible", "ansible-galaxy", "ansible-playbook", "argo", "brew", "bun", "cargo", "cdk", "cf", "composer",
  "docker", "docker-compose", "doctl", "doppler", "eb", "eas", "fastly", "firebase", "fly", "flyctl", "gcloud", "gem",
  "gh", "gradle", "helm", "helmfile", "heroku", "just", "k3d", "kind", "kubectl", "kubecolor", "minikube", "mongosh",
  "mvn", "mysql", "netlify", "npm", "oci", "op", "pip", "pip3", "pipenv", "pipx", "pnpm", "podman", "poetry", "prisma",
  "pscale", "psql", "pulumi", "rails", "railway", "rancher", "sam", "serverless", "sls", "sqlite3", "supabase",
  "systemctl", "terraform", "terragrunt", "tofu", "twine", "vault", "vercel", "volta", "wrangler", "yarn",
];

// Options of the programs themselves that the specifications leave out; all take a value.
const GLOBAL = {
  argocd: "--auth-token --client-crt --client-crt-key --config --controller-name --grpc-web-root-path --header -H " +
    "--http-retry-max --kube-context --logformat --loglevel --server --server-crt -N --app-namespace",
  doctl: "--access-token -t --api-url -u --config -c --context --output -o --http-retry-max",
  docker: "--config --context -c --host -H --log-level -l --tlscacert --tlscert --tlskey",
  gcloud: "--access-token-file --account --billing-project --configuration --flags-file --flatten --format --filter " +
    "--impersonate-service-account --limit --page-size --project --region --sort-by --trace-token --verbosity --zone",
  helm: "--kube-apiserver --kube-as-group --kube-as-user --kube-ca-file --kube-context --kube-tls-server-name " +
    "--kube-token --kubeconfig --namespace -n --registry-config --repository-cache --repository-config",
  kubectl: "--as --as-group --as-uid --cache-dir --certificate-authority --client-certificate --client-key --cluster " +
    "--context --kubeconfig --log-flush-frequency --namespace -n --password --profile --profile-output " +
    "--request-timeout --server -s --tls-server-name --token --user --username --v -v --vmodule",
};

async function load(file) {
  const module = (await import(pathToFileURL(file))).default;
  return typeof module === "function" ? newest(file) : module;
}

// A specification in several versions: the newest one.
async function newest(file) {
  const directory = path.dirname(file);
  const files = fs.readdirSync(directory).filter((name) => /^\d+\.\d+\.\d+\.js$/.test(name));
  const order = (name) => name.split(".").slice(0, 3).map(Number);
  files.sort((a, b) => {
    const [x, y] = [order(a), order(b)];
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
  });
  return files.length ? load(path.join(directory, files.at(-1))) : null;
}

function fileOf(name) {
  for (const file of [`${name}.js`, `${name}/index.js`]) {
    if (fs.existsSync(path.join(build, file))) return path.join(build, file);
  }
  return null;
}

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const takes = (option) => list(option.args).length > 0 && !list(option.args)[0].isOptional;

// Calls `visit` with the words and the specification of every subcommand.
async function walk(node, words, visit, depth = 0) {
  if (!node || depth > 8) return;
  visit(words, node);
  for (const subcommand of list(node.subcommands)) {
    const name = list(subcommand.name)[0];
    let inner = subcommand;
    if (typeof subcommand.loadSpec === "string") {
      const file = fileOf(subcommand.loadSpec);
      inner = file ? await load(file) : subcommand;
    }
    await walk(inner, [...words, name], visit, depth + 1);
  }
}

// Options said to want a `=` take the next word all the same, but for these, which are switches.
const SWITCHES = new Set(
  ("all all-namespaces attach cascade cas-required chdir cleanup-dead-servers compress detailed dev dev-no-store-token " +
    "dry-run empty-alias exit-after-auth exit-on-core-shutdown force generate-password input insecure-skip-tls-verify " +
    "keepalive lock no-headers no-print no-store non-interactive output-curl-string output-policy plaintext " +
    "policy-override prefix prod production quiet recovery refresh show-secrets stdin sync tls-skip-verify token-only " +
    "tty uri validate A d i q t").split(" "),
);
const isSwitch = (name) => SWITCHES.has(name.replace(/^-+/, ""));

const lines = new Map();
const commands = new Set();
const add = (key, option, code) => {
  if (!lines.has(key)) lines.set(key, new Map());
  lines.get(key).set(option, code);
};
for (const program of PROGRAMS) {
  const file = fileOf(program);
  if (!file) continue;
  const options = new Map(); // option → (top-level subcommand → set of codes)
  await walk(await load(file), [], (words, node) => {
    const top = words[0] ?? "";
    for (const option of list(node.options)) {
      const equals = option.requiresSeparator || option.requiresEquals;
      for (const name of list(option.name)) {
        const clean = name.replace(/[= ].*$/, "");
        const code = takes(option) && !(equals && isSwitch(clean)) ? "v" : "f";
        if (!/^--?[A-Za-z0-9][\w.-]*$/.test(clean)) continue;
        if (!options.has(clean)) options.set(clean, new Map());
        const by = options.get(clean);
        if (!by.has(top)) by.set(top, new Set());
        by.get(top).add(code);
      }
    }
    if (program === "gcloud" && words.length && !list(node.subcommands).length) commands.add(words.join(" "));
  });
  for (const [option, by] of options) {
    const all = new Set([...by.values()].flatMap((codes) => [...codes]));
    const own = [...(by.get("") ?? [])];
    const code = own.length === 1 ? own[0] : all.size === 1 ? [...all][0] : "?";
    add(program, option, code);
    if (all.size === 1) continue;
    for (const [top, codes] of by) {
      if (top && codes.size === 1) add(`${program} ${top}`, option, [...codes][0]);
    }
  }
}
for (const [program, options] of Object.entries(GLOBAL)) {
  for (const option of options.split(" ")) add(program, option, "v");
}

const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
let text = "";
for (const key of [...lines.keys()].sort(byBytes)) {
  const options = lines.get(key);
  const words = [...options.keys()].sort(byBytes);
  text += `${key}\t${words.map((name) => `${name}=${options.get(name)}`).join(" ")}\n`;
}
process.stdout.write(`${text}\f${[...commands].sort(byBytes).join("\n")}`);
