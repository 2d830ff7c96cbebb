//! Tests of `finding`.

use crate::fixture::check;

#[test]
fn commands_around_a_search_and_redirections_say_nothing_of_it() {
    for command in [
        "lsof -ti:3001 2>/dev/null | xargs kill -9 2>/dev/null; sleep 1; docker compose up -d",
        "kill $(lsof -t -i:8080) 2>/dev/null || true",
        "docker ps; lsof -ti:3001 | xargs -r kill",
        "cd /srv/docker && (lsof -ti \"tcp:3000\" 2>/dev/null || true) | xargs kill",
        "for p in 3000 3001; do lsof -ti:$p 2>/dev/null | xargs kill -9 2>/dev/null; done; docker ps",
        "for pid in $(lsof -ti:3000); do kill -9 $pid; done",
        "lsof -ti:3000 | while read -r pid; do kill \"$pid\"; done",
        "while read p; do kill $p; done < <(pgrep -f vite)",
        "PID=$(lsof -ti:3000 2>/dev/null | head -1); [ -n \"$PID\" ] && kill -9 \"$PID\"; docker compose up -d",
        "export P=$(pgrep -f vite); kill $P",
        "ps aux | grep -v grep | grep vite | awk '{print $2}' | xargs kill",
        "ps aux | awk '/vite/ {print $2}' | xargs kill",
        "ps aux | awk '/vite/ && !/awk/ {print $2}' | xargs kill",
        "docker compose logs > /tmp/docker.log; echo 4242 > server.pid; kill $(cat server.pid)",
        "npm start & PID=$!; sleep 1; kill ${PID}",
        "bash -c 'lsof -ti:3000 2>/dev/null | xargs kill -9'",
        "lsof -nP -iTCP:3000 -sTCP:LISTEN -t | xargs kill",
        "ps -ef | grep vite | grep -v grep | tr -s ' ' | cut -d' ' -f2 | xargs kill",
        "ps aux | sort | grep vite | head -1 | awk '{print $2}' | xargs -r kill -9",
        "kill $(fuser 3000/tcp 2>/dev/null)",
        "P=$(pgrep -f vite); kill \"$P\"; kill -9 ${P}",
        "ps aux | grep [u]vicorn | awk '{print $2}' | xargs kill",
        "kill $(ps aux | grep -i [n]ode-dev | awk '{print $2}')",
        "pgrep -f [v]ite | xargs kill",
    ] {
        let found = check(command);
        assert!(found.contains("exec.process") && !found.contains("countersign.tamper"), "{command}: {found}");
    }
}

#[test]
fn what_may_find_anything_is_still_seen() {
    for command in [
        "ps aux | grep [c]ountersign | awk '{print $2}' | xargs kill", "ps aux | grep [s]sh | awk '{print $2}' | xargs kill", "ps aux | grep [uv]vicorn | awk '{print $2}' | xargs kill",
        "ps aux | grep [a-z]vicorn | awk '{print $2}' | xargs kill", "ps aux | grep [u]* | awk '{print $2}' | xargs kill", "ps aux | grep [u]vicorn . | awk '{print $2}' | xargs kill", "pgrep -f [v]ite . | xargs kill",
        "ps aux | grep [^u]vicorn | awk '{print $2}' | xargs kill", "ps aux | grep -e [u]vicorn -e . | awk '{print $2}' | xargs kill", "ps aux | grep [?]* | awk '{print $2}' | xargs kill",
        "kill $(ps -ef | grep -B99 vite | awk '{print $2}')",
        "kill $(ps -ef | grep -99 vite | awk '{print $2}')",
        "kill $(ps -ef | grep --context=9 vite | awk '{print $2}')",
        "kill $(ps -ef | grep -z vite | awk '{print $2}')",
        "kill $(ps -ef | grep --null-data vite | awk '{print $2}')",
        "kill $(ps -ef | sed 's/hook/vite/' | grep vite | awk '{print $2}')",
        "ps -ef | sed 's/$/vite/' | grep vite | awk '{print $2}' | xargs kill",
        "ps -ef | awk '{print $0 \"vite\"}' | grep vite | awk '{print $2}' | xargs kill",
        "ps -ef | tr '\\n' ' ' | grep vite | xargs kill",
        "ps -ef | xargs | grep vite | xargs kill",
        "kill $(ps -ef | grep vite | awk '{print $3}')",
        "kill $(ps -ef | grep vite | tr -s ' ' | cut -d' ' -f3)",
        "kill $(ps -eo ppid,cmd | grep vite | awk '{print $1}')",
        "kill $(ps -ej | grep vite | awk '{print $2}')",
        "kill $(lsof -t /)",
        "kill $(lsof -t +D ~)",
        "kill $(lsof -t ~/.local/state/)",
        "kill $(lsof -t /dev/null)",
        "kill $(lsof -t /bin/bash)",
        "kill $(lsof -ti:1-65535)",
        "kill $(lsof -t -i:3000 -c count)",
        "kill $(lsof -t -i:3000 -u root)",
        "kill $(lsof -t -i:3000 -d cwd)",
        "kill $(fuser -m / 3000/tcp)",
        "P=$(pgrep vite); kill $((P-1))",
        "P=$(pgrep vite); kill 1$P",
        "P=$(pgrep vite); kill ${P/1/2}",
        "P=$(pgrep vite); kill ${P}1",

        "P=$(lsof -ti:3000; pgrep .); kill $P",
        "P=$(lsof -ti:3000); P=$(pgrep .); kill $P",
        "P=$(lsof -ti:3000); P=$PPID; kill $P",
        "kill $PPID",
        "{ ps aux; echo x | grep vite; } | xargs kill",
        "(ps aux | grep vite; ps aux) | awk '{print $2}' | xargs kill",
        "for pid in $(pgrep .); do kill $pid; done",
        "pgrep . | while read -r pid; do kill \"$pid\"; done",
        "while read p; do kill $p; done < <(pgrep count.rsign)",
        "read p < /run/docker.pid; kill $p",
        "mapfile -t p < <(pgrep .); kill \"${p[@]}\"",
        "kill ${P:-1}",
        "export P=$(pgrep .); kill $P",
        "ps aux | awk '/vite/ {print $2} {print $2}' | xargs kill",
        "ps aux | awk '/./ {print $2}' | xargs kill",
        "ps aux | grep -f list | xargs kill",
        "ps aux | grep -e vite -e . | xargs kill",
        "lsof -ti:3000 2>/dev/null | xargs kill $(pgrep .)",
        "lsof() { pgrep .; }; lsof -ti:3000 | xargs kill",
        "pgrep -f countersign 2>/dev/null | xargs kill; docker ps",
        "lsof -t 2>/dev/null | xargs kill",
        "bash -c 'pgrep .' | xargs kill",
        "cat $(echo /run/docker.pid) | xargs kill",
        "pgrep . > f; xargs kill < f",
        "pgrep . > f; lsof -ti:3000 | cat - f | xargs kill",
    ] {
        let found = check(command);
        assert!(found.contains("countersign.tamper"), "{command}: {found}");
    }
}
