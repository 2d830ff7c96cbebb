//! The default matrix, verb by verb, in each pack.

use std::collections::BTreeMap;

use countersign_model::{Environment, Place};
use insta::assert_snapshot;

use super::*;

/// One line per verb: its risk in the worst column, and the decision in each.
fn check(pack: Pack) -> String {
    let bundle = shop(pack);
    let context = Context::default();
    let columns = ["workspace", "machine", "development", "staging", "unknown", "production"];
    let mut lines: Vec<(String, BTreeMap<&str, String>)> = Vec::new();
    for effect in usual_effects() {
        let column = match (effect.resource.place(), effect.environment) {
            (Place::Workspace, _) => "workspace",
            (Place::Machine, _) => "machine",
            (Place::Remote, Environment::Development) => "development",
            (Place::Remote, Environment::Staging) => "staging",
            (Place::Remote, Environment::Unknown) => "unknown",
            (Place::Remote, Environment::Production) => "production",
        };
        let risk = decide(std::slice::from_ref(&effect), &context, bundle).risk.score;
        let cell = format!("{} {risk}", word(&effect, &context, bundle));
        let verb = effect.verb.to_string();
        if lines.last().is_none_or(|(last, _)| *last != verb) {
            lines.push((verb, BTreeMap::new()));
        }
        lines.last_mut().unwrap().1.insert(column, cell);
    }
    let mut text = format!("{:24}", "verb");
    for column in columns {
        text.push_str(&format!("{column:13}"));
    }
    for (verb, cells) in lines {
        text.push_str(&format!("\n{verb:24}"));
        for column in columns {
            text.push_str(&format!("{:13}", cells.get(column).map_or("-", String::as_str)));
        }
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn observe() {
    assert_snapshot!(check(Pack::Observe), @"
    verb                    workspace    machine      development  staging      unknown      production
    fs.read                 allow 0      allow 5      -            -            -            -
    fs.write                allow 15     allow 20     -            -            -            -
    fs.delete               monitor 35   monitor 40   -            -            -            -
    fs.permission           allow 10     allow 15     -            -            -            -
    secret.read             monitor 25   monitor 30   -            -            -            -
    secret.write            monitor 40   monitor 45   -            -            -            -
    git.read                allow 0      -            -            -            -            -
    git.fetch               -            -            allow 10     allow 10     allow 15     monitor 30
    git.commit              allow 10     -            -            -            -            -
    git.branch              allow 10     -            -            -            -            -
    git.merge               allow 10     -            -            -            -            -
    git.index               allow 10     -            -            -            -            -
    git.discard             monitor 35   -            -            -            -            -
    git.delete-ref          allow 25     -            -            -            -            -
    git.rewrite             monitor 35   -            -            -            -            -
    git.config              allow 10     -            -            -            -            -
    git.push                -            -            allow 25     monitor 35   monitor 55   monitor 70
    git.force-push          -            -            monitor 40   monitor 50   monitor 70   monitor 85
    git.delete-remote-ref   -            -            monitor 40   monitor 50   monitor 70   monitor 85
    forge.read              -            -            allow 10     allow 10     allow 15     monitor 30
    forge.comment           -            -            allow 25     monitor 35   monitor 55   monitor 70
    forge.pull-request      -            -            allow 20     monitor 30   monitor 50   monitor 65
    forge.approve           -            -            allow 25     monitor 35   monitor 55   monitor 70
    forge.merge             -            -            allow 25     monitor 35   monitor 55   monitor 70
    forge.workflow          -            -            monitor 30   monitor 40   monitor 60   monitor 75
    forge.release           -            -            allow 25     monitor 35   monitor 55   monitor 70
    forge.settings          -            -            monitor 35   monitor 45   monitor 65   monitor 80
    forge.write             -            -            allow 25     monitor 35   monitor 55   monitor 70
    forge.delete            -            -            monitor 45   monitor 55   monitor 75   monitor 90
    change.delivery         -            -            allow 20     monitor 30   monitor 50   monitor 65
    change.infrastructure   -            -            allow 20     monitor 30   monitor 50   monitor 65
    change.secrets          -            -            allow 20     monitor 30   monitor 50   monitor 65
    change.dependencies     -            -            allow 20     monitor 30   monitor 50   monitor 65
    change.owners           -            -            allow 20     monitor 30   monitor 50   monitor 65
    change.migration        -            -            allow 20     monitor 30   monitor 50   monitor 65
    change.unknown          -            -            allow 20     monitor 30   monitor 50   monitor 65
    kube.read               -            -            allow 10     allow 10     allow 15     monitor 30
    kube.export             -            -            allow 10     allow 10     allow 15     monitor 30
    kube.write              -            -            allow 25     monitor 35   monitor 55   monitor 70
    kube.delete             -            -            monitor 45   monitor 55   monitor 75   monitor 90
    kube.execute            -            -            allow 25     monitor 35   monitor 55   monitor 70
    kube.permission         -            -            allow 25     monitor 35   monitor 55   monitor 70
    cloud.read              -            -            allow 10     allow 10     allow 15     monitor 30
    cloud.export            -            -            allow 10     allow 10     allow 15     monitor 30
    cloud.write             -            -            allow 25     monitor 35   monitor 55   monitor 70
    cloud.delete            -            -            monitor 45   monitor 55   monitor 75   monitor 90
    cloud.execute           -            -            allow 25     monitor 35   monitor 55   monitor 70
    cloud.permission        -            -            allow 25     monitor 35   monitor 55   monitor 70
    db.read                 -            allow 5      allow 10     allow 10     allow 15     monitor 30
    db.export               -            allow 5      allow 10     allow 10     allow 15     monitor 30
    db.write                -            allow 20     allow 25     monitor 35   monitor 55   monitor 70
    db.schema               -            allow 20     allow 25     monitor 35   monitor 55   monitor 70
    db.destroy              -            monitor 40   monitor 45   monitor 55   monitor 75   monitor 90
    db.privilege            -            allow 20     allow 25     monitor 35   monitor 55   monitor 70
    db.execute              -            allow 20     allow 25     monitor 35   monitor 55   monitor 70
    stack.read              -            -            allow 10     allow 10     allow 15     monitor 30
    stack.apply             -            -            allow 25     monitor 35   monitor 55   monitor 70
    stack.destroy           -            -            monitor 45   monitor 55   monitor 75   monitor 90
    stack.state             -            -            monitor 40   monitor 50   monitor 70   monitor 85
    app.read                -            -            allow 10     allow 10     allow 15     monitor 30
    app.deploy              -            -            allow 25     monitor 35   monitor 55   monitor 70
    app.settings            -            -            allow 25     monitor 35   monitor 55   monitor 70
    app.delete              -            -            monitor 45   monitor 55   monitor 75   monitor 90
    app.execute             -            -            allow 25     monitor 35   monitor 55   monitor 70
    container.read          -            allow 5      allow 10     allow 10     allow 15     monitor 30
    container.build         -            allow 15     allow 20     monitor 30   monitor 50   monitor 65
    container.run           -            allow 15     allow 20     monitor 30   monitor 50   monitor 65
    container.write         -            allow 15     allow 20     monitor 30   monitor 50   monitor 65
    container.delete        -            monitor 35   monitor 40   monitor 50   monitor 70   monitor 85
    package.read            -            -            allow 10     allow 10     allow 15     monitor 30
    package.publish         -            -            monitor 30   monitor 40   monitor 60   monitor 75
    package.withdraw        -            -            monitor 45   monitor 55   monitor 75   monitor 90
    package.settings        -            -            allow 25     monitor 35   monitor 55   monitor 70
    net.read                -            -            allow 10     allow 10     allow 15     monitor 30
    net.send                -            -            monitor 30   monitor 40   monitor 55   monitor 70
    net.upload              -            -            monitor 30   monitor 40   monitor 55   monitor 70
    net.write               -            -            allow 25     monitor 35   monitor 55   monitor 70
    net.delete              -            -            monitor 45   monitor 55   monitor 75   monitor 90
    net.listen              -            -            allow 20     monitor 30   monitor 50   monitor 65
    exec.read               -            allow 5      -            -            -            -
    exec.build              -            allow 15     -            -            -            -
    exec.test               -            allow 15     -            -            -            -
    exec.install            -            allow 20     -            -            -            -
    exec.opaque             -            allow 20     -            -            -            -
    exec.hidden             -            allow 20     -            -            -            -
    exec.remote-code        -            monitor 55   -            -            -            -
    exec.privilege          -            monitor 50   -            -            -            -
    exec.process            -            monitor 35   -            -            -            -
    exec.system             -            monitor 60   -            -            -            -
    exec.schedule           -            monitor 30   -            -            -            -
    agent.internal          allow 0      -            -            -            -            -
    agent.spawn             allow 10     -            -            -            -            -
    agent.oversight         monitor 30   -            -            -            -            -
    agent.message           allow 10     -            -            -            -            -
    mcp.read                -            -            allow 10     allow 10     allow 15     monitor 30
    mcp.write               -            -            allow 25     monitor 35   monitor 55   monitor 70
    mcp.send                -            -            monitor 30   monitor 40   monitor 55   monitor 70
    mcp.delete              -            -            monitor 45   monitor 55   monitor 75   monitor 90
    mcp.call                -            -            allow 25     monitor 35   monitor 55   monitor 70
    countersign.read        -            allow 5      -            -            -            -
    countersign.propose     -            allow 15     -            -            -            -
    countersign.tamper      -            deny 100     -            -            -            -
    ");
}

#[test]
fn graduated() {
    assert_snapshot!(check(Pack::Graduated), @"
    verb                    workspace    machine      development  staging      unknown      production
    fs.read                 allow 0      allow 5      -            -            -            -
    fs.write                allow 15     monitor 20   -            -            -            -
    fs.delete               hold 35      hold 40      -            -            -            -
    fs.permission           allow 10     monitor 15   -            -            -            -
    secret.read             hold 25      hold 30      -            -            -            -
    secret.write            monitor 40   hold 45      -            -            -            -
    git.read                allow 0      -            -            -            -            -
    git.fetch               -            -            allow 10     allow 10     allow 15     monitor 30
    git.commit              allow 10     -            -            -            -            -
    git.branch              allow 10     -            -            -            -            -
    git.merge               allow 10     -            -            -            -            -
    git.index               allow 10     -            -            -            -            -
    git.discard             hold 35      -            -            -            -            -
    git.delete-ref          monitor 25   -            -            -            -            -
    git.rewrite             hold 35      -            -            -            -            -
    git.config              monitor 10   -            -            -            -            -
    git.push                -            -            allow 25     monitor 35   monitor 55   hold 70
    git.force-push          -            -            hold 40      hold 50      hold 70      hold 85
    git.delete-remote-ref   -            -            hold 40      hold 50      hold 70      hold 85
    forge.read              -            -            allow 10     allow 10     allow 15     monitor 30
    forge.comment           -            -            allow 25     monitor 35   monitor 55   hold 70
    forge.pull-request      -            -            allow 20     monitor 30   monitor 50   hold 65
    forge.approve           -            -            monitor 25   monitor 35   hold 55      hold 70
    forge.merge             -            -            monitor 25   monitor 35   hold 55      hold 70
    forge.workflow          -            -            hold 30      hold 40      hold 60      hold 75
    forge.release           -            -            monitor 25   monitor 35   hold 55      hold 70
    forge.settings          -            -            monitor 35   monitor 45   hold 65      hold 80
    forge.write             -            -            monitor 25   monitor 35   hold 55      hold 70
    forge.delete            -            -            hold 45      hold 55      hold 75      hold 90
    change.delivery         -            -            hold 20      hold 30      hold 50      hold 65
    change.infrastructure   -            -            monitor 20   monitor 30   monitor 50   hold 65
    change.secrets          -            -            hold 20      hold 30      hold 50      hold 65
    change.dependencies     -            -            monitor 20   monitor 30   monitor 50   hold 65
    change.owners           -            -            monitor 20   monitor 30   monitor 50   hold 65
    change.migration        -            -            monitor 20   monitor 30   monitor 50   hold 65
    change.unknown          -            -            monitor 20   monitor 30   monitor 50   hold 65
    kube.read               -            -            allow 10     allow 10     allow 15     monitor 30
    kube.export             -            -            allow 10     allow 10     monitor 15   hold 30
    kube.write              -            -            monitor 25   monitor 35   hold 55      hold 70
    kube.delete             -            -            hold 45      hold 55      hold 75      hold 90
    kube.execute            -            -            monitor 25   hold 35      hold 55      hold 70
    kube.permission         -            -            monitor 25   monitor 35   hold 55      hold 70
    cloud.read              -            -            allow 10     allow 10     allow 15     monitor 30
    cloud.export            -            -            allow 10     allow 10     monitor 15   hold 30
    cloud.write             -            -            monitor 25   monitor 35   hold 55      hold 70
    cloud.delete            -            -            hold 45      hold 55      hold 75      hold 90
    cloud.execute           -            -            monitor 25   hold 35      hold 55      hold 70
    cloud.permission        -            -            monitor 25   monitor 35   hold 55      hold 70
    db.read                 -            allow 5      allow 10     allow 10     allow 15     monitor 30
    db.export               -            allow 5      allow 10     allow 10     monitor 15   hold 30
    db.write                -            monitor 20   monitor 25   monitor 35   hold 55      hold 70
    db.schema               -            monitor 20   monitor 25   monitor 35   hold 55      hold 70
    db.destroy              -            hold 40      hold 45      hold 55      hold 75      hold 90
    db.privilege            -            monitor 20   monitor 25   monitor 35   hold 55      hold 70
    db.execute              -            monitor 20   monitor 25   hold 35      hold 55      hold 70
    stack.read              -            -            allow 10     allow 10     allow 15     monitor 30
    stack.apply             -            -            monitor 25   monitor 35   hold 55      hold 70
    stack.destroy           -            -            hold 45      hold 55      hold 75      hold 90
    stack.state             -            -            hold 40      hold 50      hold 70      hold 85
    app.read                -            -            allow 10     allow 10     allow 15     monitor 30
    app.deploy              -            -            monitor 25   monitor 35   hold 55      hold 70
    app.settings            -            -            monitor 25   monitor 35   hold 55      hold 70
    app.delete              -            -            hold 45      hold 55      hold 75      hold 90
    app.execute             -            -            monitor 25   hold 35      hold 55      hold 70
    container.read          -            allow 5      allow 10     allow 10     allow 15     monitor 30
    container.build         -            monitor 15   hold 20      hold 30      hold 50      hold 65
    container.run           -            monitor 15   monitor 20   hold 30      hold 50      hold 65
    container.write         -            monitor 15   monitor 20   monitor 30   hold 50      hold 65
    container.delete        -            monitor 35   hold 40      hold 50      hold 70      hold 85
    package.read            -            -            allow 10     allow 10     allow 15     monitor 30
    package.publish         -            -            monitor 30   monitor 40   hold 60      hold 75
    package.withdraw        -            -            hold 45      hold 55      hold 75      hold 90
    package.settings        -            -            monitor 25   monitor 35   hold 55      hold 70
    net.read                -            -            allow 10     allow 10     allow 15     monitor 30
    net.send                -            -            monitor 30   monitor 40   monitor 55   hold 70
    net.upload              -            -            monitor 30   monitor 40   hold 55      hold 70
    net.write               -            -            monitor 25   monitor 35   hold 55      hold 70
    net.delete              -            -            hold 45      hold 55      hold 75      hold 90
    net.listen              -            -            monitor 20   monitor 30   monitor 50   hold 65
    exec.read               -            allow 5      -            -            -            -
    exec.build              -            allow 15     -            -            -            -
    exec.test               -            allow 15     -            -            -            -
    exec.install            -            monitor 20   -            -            -            -
    exec.opaque             -            monitor 20   -            -            -            -
    exec.hidden             -            hold 20      -            -            -            -
    exec.remote-code        -            hold 55      -            -            -            -
    exec.privilege          -            hold 50      -            -            -            -
    exec.process            -            hold 35      -            -            -            -
    exec.system             -            hold 60      -            -            -            -
    exec.schedule           -            hold 30      -            -            -            -
    agent.internal          allow 0      -            -            -            -            -
    agent.spawn             allow 10     -            -            -            -            -
    agent.oversight         hold 30      -            -            -            -            -
    agent.message           allow 10     -            -            -            -            -
    mcp.read                -            -            allow 10     allow 10     allow 15     monitor 30
    mcp.write               -            -            monitor 25   monitor 35   hold 55      hold 70
    mcp.send                -            -            monitor 30   monitor 40   hold 55      hold 70
    mcp.delete              -            -            hold 45      hold 55      hold 75      hold 90
    mcp.call                -            -            hold 25      hold 35      hold 55      hold 70
    countersign.read        -            allow 5      -            -            -            -
    countersign.propose     -            allow 15     -            -            -            -
    countersign.tamper      -            deny 100     -            -            -            -
    ");
}

#[test]
fn strict() {
    assert_snapshot!(check(Pack::Strict), @"
    verb                    workspace    machine      development  staging      unknown      production
    fs.read                 allow 0      allow 5      -            -            -            -
    fs.write                allow 15     hold 20      -            -            -            -
    fs.delete               hold 35      hold 40      -            -            -            -
    fs.permission           allow 10     hold 15      -            -            -            -
    secret.read             hold 25      hold 30      -            -            -            -
    secret.write            hold 40      hold 45      -            -            -            -
    git.read                allow 0      -            -            -            -            -
    git.fetch               -            -            allow 10     allow 10     allow 15     monitor 30
    git.commit              allow 10     -            -            -            -            -
    git.branch              allow 10     -            -            -            -            -
    git.merge               allow 10     -            -            -            -            -
    git.index               allow 10     -            -            -            -            -
    git.discard             hold 35      -            -            -            -            -
    git.delete-ref          monitor 25   -            -            -            -            -
    git.rewrite             hold 35      -            -            -            -            -
    git.config              monitor 10   -            -            -            -            -
    git.push                -            -            monitor 25   hold 35      hold 55      hold 70
    git.force-push          -            -            hold 40      hold 50      hold 70      hold 85
    git.delete-remote-ref   -            -            hold 40      hold 50      hold 70      hold 85
    forge.read              -            -            allow 10     allow 10     allow 15     monitor 30
    forge.comment           -            -            monitor 25   hold 35      hold 55      hold 70
    forge.pull-request      -            -            monitor 20   hold 30      hold 50      hold 65
    forge.approve           -            -            hold 25      hold 35      hold 55      hold 70
    forge.merge             -            -            hold 25      hold 35      hold 55      hold 70
    forge.workflow          -            -            hold 30      hold 40      hold 60      hold 75
    forge.release           -            -            hold 25      hold 35      hold 55      hold 70
    forge.settings          -            -            hold 35      hold 45      hold 65      hold 80
    forge.write             -            -            hold 25      hold 35      hold 55      hold 70
    forge.delete            -            -            hold 45      hold 55      hold 75      hold 90
    change.delivery         -            -            hold 20      hold 30      hold 50      hold 65
    change.infrastructure   -            -            monitor 20   monitor 30   hold 50      hold 65
    change.secrets          -            -            hold 20      hold 30      hold 50      hold 65
    change.dependencies     -            -            monitor 20   monitor 30   hold 50      hold 65
    change.owners           -            -            monitor 20   monitor 30   hold 50      hold 65
    change.migration        -            -            monitor 20   monitor 30   hold 50      hold 65
    change.unknown          -            -            monitor 20   monitor 30   hold 50      hold 65
    kube.read               -            -            allow 10     allow 10     allow 15     monitor 30
    kube.export             -            -            allow 10     allow 10     hold 15      hold 30
    kube.write              -            -            hold 25      hold 35      hold 55      hold 70
    kube.delete             -            -            hold 45      hold 55      hold 75      hold 90
    kube.execute            -            -            hold 25      hold 35      hold 55      hold 70
    kube.permission         -            -            hold 25      hold 35      hold 55      hold 70
    cloud.read              -            -            allow 10     allow 10     allow 15     monitor 30
    cloud.export            -            -            allow 10     allow 10     hold 15      hold 30
    cloud.write             -            -            hold 25      hold 35      hold 55      hold 70
    cloud.delete            -            -            hold 45      hold 55      hold 75      hold 90
    cloud.execute           -            -            hold 25      hold 35      hold 55      hold 70
    cloud.permission        -            -            hold 25      hold 35      hold 55      hold 70
    db.read                 -            allow 5      allow 10     allow 10     allow 15     monitor 30
    db.export               -            allow 5      allow 10     allow 10     hold 15      hold 30
    db.write                -            hold 20      hold 25      hold 35      hold 55      hold 70
    db.schema               -            hold 20      hold 25      hold 35      hold 55      hold 70
    db.destroy              -            hold 40      hold 45      hold 55      hold 75      hold 90
    db.privilege            -            hold 20      hold 25      hold 35      hold 55      hold 70
    db.execute              -            hold 20      hold 25      hold 35      hold 55      hold 70
    stack.read              -            -            allow 10     allow 10     allow 15     monitor 30
    stack.apply             -            -            hold 25      hold 35      hold 55      hold 70
    stack.destroy           -            -            hold 45      hold 55      hold 75      hold 90
    stack.state             -            -            hold 40      hold 50      hold 70      hold 85
    app.read                -            -            allow 10     allow 10     allow 15     monitor 30
    app.deploy              -            -            hold 25      hold 35      hold 55      hold 70
    app.settings            -            -            hold 25      hold 35      hold 55      hold 70
    app.delete              -            -            hold 45      hold 55      hold 75      hold 90
    app.execute             -            -            hold 25      hold 35      hold 55      hold 70
    container.read          -            allow 5      allow 10     allow 10     allow 15     monitor 30
    container.build         -            hold 15      hold 20      hold 30      hold 50      hold 65
    container.run           -            hold 15      hold 20      hold 30      hold 50      hold 65
    container.write         -            hold 15      hold 20      hold 30      hold 50      hold 65
    container.delete        -            hold 35      hold 40      hold 50      hold 70      hold 85
    package.read            -            -            allow 10     allow 10     allow 15     monitor 30
    package.publish         -            -            hold 30      hold 40      hold 60      hold 75
    package.withdraw        -            -            hold 45      hold 55      hold 75      hold 90
    package.settings        -            -            hold 25      hold 35      hold 55      hold 70
    net.read                -            -            allow 10     allow 10     allow 15     monitor 30
    net.send                -            -            hold 30      hold 40      hold 55      hold 70
    net.upload              -            -            hold 30      hold 40      hold 55      hold 70
    net.write               -            -            hold 25      hold 35      hold 55      hold 70
    net.delete              -            -            hold 45      hold 55      hold 75      hold 90
    net.listen              -            -            hold 20      hold 30      hold 50      hold 65
    exec.read               -            allow 5      -            -            -            -
    exec.build              -            allow 15     -            -            -            -
    exec.test               -            allow 15     -            -            -            -
    exec.install            -            hold 20      -            -            -            -
    exec.opaque             -            hold 20      -            -            -            -
    exec.hidden             -            hold 20      -            -            -            -
    exec.remote-code        -            hold 55      -            -            -            -
    exec.privilege          -            hold 50      -            -            -            -
    exec.process            -            hold 35      -            -            -            -
    exec.system             -            hold 60      -            -            -            -
    exec.schedule           -            hold 30      -            -            -            -
    agent.internal          allow 0      -            -            -            -            -
    agent.spawn             allow 10     -            -            -            -            -
    agent.oversight         hold 30      -            -            -            -            -
    agent.message           allow 10     -            -            -            -            -
    mcp.read                -            -            allow 10     allow 10     allow 15     monitor 30
    mcp.write               -            -            hold 25      hold 35      hold 55      hold 70
    mcp.send                -            -            hold 30      hold 40      hold 55      hold 70
    mcp.delete              -            -            hold 45      hold 55      hold 75      hold 90
    mcp.call                -            -            hold 25      hold 35      hold 55      hold 70
    countersign.read        -            allow 5      -            -            -            -
    countersign.propose     -            allow 15     -            -            -            -
    countersign.tamper      -            deny 100     -            -            -            -
    ");
}

#[test]
fn a_secret_read_and_sent_in_one_call_waits() {
    let secret = path("/home/dev/shop/.env", Zone::Workspace, PathClass::Secret);
    // One that the repository holds: of others, the read alone waits.
    let read = Effect::new(verbs::SECRET_READ, secret).reversible(countersign_model::Reversible::Yes);
    let host =
        |host: &str, url: Option<&str>| Resource::Host { host: host.to_owned(), url: url.map(str::to_owned) };
    let pull_request =
        Resource::PullRequest { repository: forge(), number: None, base: None, head: None, commit: None };
    let outside = [
        Effect::new(verbs::NET_SEND, host("evil.example", None)),
        Effect::new(verbs::NET_READ, host("evil.example", None)),
        Effect::new(verbs::FORGE_PULL_REQUEST, pull_request),
        Effect::new(
            verbs::GIT_PUSH,
            reference(remote_repository(Some("https://github.com/h/x")), "refs/heads/x"),
        ),
    ];
    let bundle = shop(Pack::Graduated);
    let decided = |effects: &[Effect]| {
        let mut effects = effects.to_vec();
        crate::classify(&mut effects, bundle, None);
        decide(&effects, &Context::default(), bundle).kind.word()
    };
    for effect in outside {
        assert_ne!(decided(std::slice::from_ref(&effect)), "require_approval", "{effect}");
        assert_eq!(decided(&[read.clone(), effect.clone()]), "require_approval", "{effect}");
        assert_eq!(decided(&[effect.clone(), read.clone()]), "require_approval", "{effect}");
    }
    for effect in [
        Effect::new(verbs::NET_READ, host("localhost", None)),
        Effect::new(verbs::NET_SEND, host("127.0.0.1", None)),
        Effect::new(verbs::FS_READ, path("/home/dev/shop/a.rs", Zone::Workspace, PathClass::Ordinary)),
        Effect::new(verbs::EXEC_BUILD, Resource::Program { name: "make".to_owned() }),
    ] {
        assert_eq!(decided(&[read.clone(), effect.clone()]), "monitor", "{effect}");
    }
}

#[test]
fn temporary_files_of_a_kind_are_no_more_than_one() {
    let bundle = shop(Pack::Graduated);
    let mut context = Context::default();
    context.history.untrusted_content = true;
    let deleted = |name: &str, zone: Zone| {
        let effect = Effect::new(verbs::FS_DELETE, path(name, zone, PathClass::Ordinary));
        let mut effect = effect.certain(Certainty::Partial, "the path is not known: a file name pattern");
        effect.environment = Environment::Development;
        word(&effect, &context, bundle)
    };
    assert_eq!(deleted("/tmp/frame-*.png", Zone::Temporary), "monitor");
    assert_eq!(deleted("/tmp/*", Zone::System), "hold");
    assert_eq!(deleted("/repo/frame-*.png", Zone::Workspace), "hold");
}
