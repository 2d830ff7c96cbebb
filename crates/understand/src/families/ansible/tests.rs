use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const INI: &str = "mail ansible_host=10.0.0.9\n\n[web]\nweb[01:02].example.com\n\n[db]\ndb1 ansible_host=10.0.0.7 # main\n[production:children]\nweb\ndb\n[local]\nhere ansible_connection=local\n";
const YAML: &str = "all:\n  hosts:\n    mail:\n  children:\n    web:\n      hosts:\n        a.example.com:\n        b.example.com: {ansible_host: 10.1.1.1}\n    staging:\n      children:\n        web:\n";

fn with(command: &str, files: &[(&str, &str)]) -> String {
    let usual = [("/repo/hosts.ini", INI), ("/repo/hosts.yml", YAML)];
    check_with(command, &[&usual, files].concat())
}

#[test]
fn machines_of_an_inventory_are_named() {
    assert_snapshot!(with("ansible -i hosts.ini web -m shell -a 'rm -rf /srv'", &[]), @"
    fs.delete web01.example.com (web, production of hosts.ini), destroy, partial
    fs.delete web02.example.com (web, production of hosts.ini), destroy, partial
    ");
    assert_snapshot!(with("ansible -i hosts.ini production -m ping", &[]), @"
    net.read web01.example.com (web, production of hosts.ini), read
    net.read web02.example.com (web, production of hosts.ini), read
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    ");
    assert_snapshot!(with("ansible -i hosts.yml 'staging:!b*' -a 'reboot'", &[]), @"exec.system a.example.com (web, staging of hosts.yml), destroy");
    assert_snapshot!(with("ansible -i hosts.ini all --limit 'db,mail' -m apt -a name=x", &[]), @"
    exec.opaque 10.0.0.9 (mail of hosts.ini), execute, opaque
    exec.opaque 10.0.0.7 (db1, db, production of hosts.ini), execute, opaque
    ");
    assert_snapshot!(with("ansible -i hosts.ini here -a 'rm -rf src'", &[]), @"fs.delete /repo/src, destroy");
    assert_snapshot!(with("ansible -i a.example.com, all -a uptime; ansible -i a.example.com,b.example.com b.example.com -m ping", &[]), @"
    exec.read a.example.com, read
    net.read b.example.com, read
    ");
}

#[test]
fn an_inventory_that_settings_name() {
    let settings = [("/repo/ansible.cfg", "[ssh]\ninventory = other\n[defaults]\ninventory = hosts.ini\n")];
    assert_snapshot!(with("ansible db -m ping", &settings), @"net.read 10.0.0.7 (db1, db, production of hosts.ini), read");
    assert_snapshot!(with("ANSIBLE_INVENTORY=hosts.yml ansible mail -m ping", &settings), @"net.read mail (of hosts.yml), read");
    assert_snapshot!(with("ansible mail -m ping", &[("ANSIBLE_INVENTORY", "hosts.yml")]), @"net.read mail (of hosts.yml), read");
    assert_snapshot!(with("echo > ansible.cfg; ansible mail -m ping", &settings), @"
    fs.write /repo/ansible.cfg, write
    exec.read echo, read
    net.read mail, read
    ");
    assert_snapshot!(with("ansible mail -m ping", &[]), @"net.read mail, read");
}

#[test]
fn an_inventory_that_is_not_known() {
    let files = [
        ("/repo/cloud.yml", "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\n"),
        ("/repo/list.sh", "#!/bin/sh\ngit push origin main\n"),
        ("/repo/many", "[production]\nweb[001:500]\n"),
        ("/repo/some", "[production]\nweb[001:040]\n"),
        ("/repo/odd", "[web]\nx ansible_ssh_common_args='-o ProxyCommand=./x'\n"),
    ];
    assert_snapshot!(with("ansible -i cloud.yml web -a reboot", &files), @"exec.system web of cloud.yml, destroy");
    assert_snapshot!(with("ansible -i list.sh all --list-hosts; ansible-inventory -i list.sh --list; ansible-playbook -i list.sh site.yml --syntax-check", &files), @"
    git.push main@origin, write
    fs.read /repo/list.sh, read
    net.read all of list.sh, read
    exec.read ansible-inventory -i list.sh, read
    exec.read ansible-playbook -i list.sh, read
    ");
    assert_snapshot!(with("ansible -i many all -m ping; ansible -i some all -m ping", &files), @"
    net.read all of many, read
    net.read * (production of some), read
    ");
    assert_snapshot!(with("ansible -i odd all -m ping", &files), @"
    exec.opaque ansible, execute, opaque
    net.read x (web of odd), read
    ");
    assert_snapshot!(with("ansible -i hosts.ini 'web[0]' -m ping; ansible -i hosts.ini ~web -m ping; ansible -i hosts.ini gone -m ping", &files), @"
    net.read web[0] of hosts.ini, read
    net.read 10.0.0.9 (mail of hosts.ini), read
    net.read web01.example.com (web, production of hosts.ini), read
    net.read web02.example.com (web, production of hosts.ini), read
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    net.read localhost, read
    net.read gone of hosts.ini, read
    ");
}

#[test]
fn commands_of_playbooks() {
    let files = [
        ("/repo/site.yml", "- hosts: web\n  tasks:\n    - name: x\n      shell: rm -rf /srv/{{ name }}\n    - command: {cmd: uptime}\n    - block:\n        - ansible.builtin.raw: reboot\n      when: x\n- import_playbook: db.yml\n"),
        ("/repo/db.yml", "- hosts: db\n  become: true\n  tasks:\n    - apt: {name: x}\n    - include_tasks: more.yml\n"),
        ("/repo/more-hosts.yml", "- hosts: mail\n  tasks:\n    - add_host: {name: '{{ x }}', groups: db}\n- hosts: db\n  tasks:\n    - command: reboot\n"),
        ("/repo/more.yml", "- command: systemctl restart x\n- shell: git push origin main\n  delegate_to: localhost\n"),
        ("/repo/local.yml", "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n    - shell: git push -f origin main\n"),
        ("/repo/look.yml", "- hosts: all\n  tasks:\n    - ping:\n    - debug: {msg: x}\n"),
        ("/repo/role.yml", "- hosts: db\n  roles: [base, {role: gone}]\n"),
        ("/repo/roles/base/tasks/main.yml", "- command: reboot\n"),
        ("/repo/pipe.yml", "- hosts: db\n  tasks:\n    - debug: {msg: \"{{ lookup('pipe', 'id') }}\"}\n"),
        ("/repo/any.yml", "- hosts: '{{ target }}'\n  tasks:\n    - shell: echo {{ text }}\n"),
    ];
    assert_snapshot!(with("ansible-playbook -i hosts.ini site.yml", &files), @"
    fs.delete web01.example.com (web, production of hosts.ini), destroy, partial
    fs.delete web02.example.com (web, production of hosts.ini), destroy, partial
    exec.read web01.example.com (web, production of hosts.ini), read
    exec.read web02.example.com (web, production of hosts.ini), read
    exec.system web01.example.com (web, production of hosts.ini), destroy
    exec.system web02.example.com (web, production of hosts.ini), destroy
    net.read web01.example.com (web, production of hosts.ini), read
    net.read web02.example.com (web, production of hosts.ini), read
    exec.privilege 10.0.0.7 (db1, db, production of hosts.ini), execute
    exec.system 10.0.0.7 (db1, db, production of hosts.ini), destroy
    exec.privilege become, execute
    git.force-push *@origin, destroy, partial
    exec.opaque 10.0.0.7 (db1, db, production of hosts.ini), execute, opaque
    ");
    assert_snapshot!(with("ansible-playbook -i hosts.ini db.yml --limit web; ansible-playbook -i hosts.ini db.yml", &files), @"
    exec.read ansible-playbook -i hosts.ini, read
    exec.privilege 10.0.0.7 (db1, db, production of hosts.ini), execute
    exec.system 10.0.0.7 (db1, db, production of hosts.ini), destroy
    exec.privilege become, execute
    git.push main@origin, write
    exec.opaque 10.0.0.7 (db1, db, production of hosts.ini), execute, opaque
    ");
    assert_snapshot!(with("ansible-playbook -i hosts.ini more-hosts.yml", &files), @"
    net.read 10.0.0.9 (mail of hosts.ini), read
    net.read mail of hosts.ini, read
    exec.system 10.0.0.7 (db1, db, production of hosts.ini), destroy
    exec.system db of hosts.ini, destroy
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    net.read db of hosts.ini, read
    ");
    assert_snapshot!(with("ansible-playbook local.yml", &files), @"git.force-push main@origin, destroy");
    assert_snapshot!(with("ansible-playbook -i hosts.ini look.yml", &files), @"
    net.read 10.0.0.9 (mail of hosts.ini), read
    net.read web01.example.com (web, production of hosts.ini), read
    net.read web02.example.com (web, production of hosts.ini), read
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    net.read localhost, read
    ");
    assert_snapshot!(with("ansible-playbook -i hosts.ini role.yml", &files), @"
    exec.system 10.0.0.7 (db1, db, production of hosts.ini), destroy
    exec.opaque 10.0.0.7 (db1, db, production of hosts.ini), execute, opaque
    ");
    assert_snapshot!(with("ansible-playbook -i hosts.ini pipe.yml", &files), @"
    exec.opaque ansible-playbook, execute, opaque
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    ");
    assert_snapshot!(with("ansible-playbook -i hosts.ini any.yml -e target=db -e text='x;reboot'", &files), @"
    exec.read 10.0.0.7 (db1, db, production of hosts.ini), read
    exec.system 10.0.0.7 (db1, db, production of hosts.ini), destroy
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    ");
    assert_snapshot!(with("ansible-playbook -i hosts.ini any.yml -e @x.yml", &files), @"
    fs.read /repo/x.yml, read
    exec.opaque 10.0.0.9 (mail of hosts.ini), execute, opaque
    exec.opaque web01.example.com (web, production of hosts.ini), execute, opaque
    exec.opaque web02.example.com (web, production of hosts.ini), execute, opaque
    exec.opaque 10.0.0.7 (db1, db, production of hosts.ini), execute, opaque
    exec.opaque ansible-playbook, execute, opaque
    net.read 10.0.0.9 (mail of hosts.ini), read
    net.read web01.example.com (web, production of hosts.ini), read
    net.read web02.example.com (web, production of hosts.ini), read
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    net.read localhost, read
    ");
    assert_snapshot!(with("ansible-playbook -i hosts.ini site.yml -C; ansible-playbook -i hosts.ini site.yml --list-hosts", &files), @"
    net.read web01.example.com (web, production of hosts.ini), read
    net.read web02.example.com (web, production of hosts.ini), read
    net.read 10.0.0.7 (db1, db, production of hosts.ini), read
    exec.read ansible-playbook -i hosts.ini, read
    ");
}

#[test]
fn a_deep_inventory_ends() {
    let children = (0..40).fold("x:\n".to_owned(), |text, _| format!("g:\n children:\n  {}", text.replace('\n', "\n  ")));
    let found = with("ansible -i deep.yml all -m ping", &[("/repo/deep.yml", &children)]);
    assert_eq!(found, "net.read all of deep.yml, read");
    let loops = "[a:children]\nb\n[b:children]\na\n[a]\nx\n";
    assert_snapshot!(with("ansible -i loops b -m ping", &[("/repo/loops", loops)]), @"net.read x (a, b of loops), read");
    assert_snapshot!(check("ansible -i 'x[a:z][a:z][a:z],' all -m ping"), @"net.read all of x[a:z][a:z][a:z], read");
}
