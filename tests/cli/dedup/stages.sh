# shellcheck shell=bash
# leat dedup sketch, match, sets, verify, link, drop: what one process does, however the work is divided; killed at any moment, done again,
# out of order, with damaged and with strange files.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"
near=$LEAT_ROOT/tests/cli/dedup/near.py
python3 "$near" scored 300 7 >docs.jsonl

sketches() { # TASKS OPTION…
    local k n=$1
    shift
    for ((k = 0; k < n; k++)); do leat-dedup sketch -q --work w --task "$k/$n" "$@" "in.00$k" || echo "sketch $k: $?"; done
}
matches() { # PARTS OPTION…
    local k n=$1
    shift
    for ((k = 0; k < n; k++)); do leat-dedup match -q --work w --part "$k/$n" "$@" || echo "match $k: $?"; done
}
sets() { # TASKS
    local k
    for ((k = 0; k < $1; k++)); do leat-dedup sets -q --work w --task "$k/$1" "in.00$k" || echo "sets $k: $?"; done
}
verifies() { # PARTS OPTION…
    local k n=$1
    shift
    for ((k = 0; k < n; k++)); do leat-dedup verify -q --work w --part "$k/$n" "$@" || echo "verify $k: $?"; done
}
drops() { # TASKS: to kept, rejects, stats.K
    local k
    for ((k = 0; k < $1; k++)); do
        leat-dedup drop -q --work w --task "$k/$1" --stats "stats.$k" --rejects r "in.00$k" >>kept || echo "drop $k: $?"
        cat r >>rejects
    done
}
in_stages() { # TASKS PARTS [OPTION of sketch…] [-- OPTION of verify…]
    local tasks=$1 parts=$2 own=()
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do own+=("$1") && shift; done
    shift
    rm -rf w in.* kept rejects stats.*
    split -n "l/$tasks" -d -a 3 docs.jsonl in.
    sketches "$tasks" "${own[@]}"
    matches "$parts"
    sets "$tasks"
    verifies "$parts" "$@"
    leat-dedup link -q --work w --pairs pairs --clusters clusters || echo "link: $?"
    drops "$tasks"
}

# any division gives what one process gives
for v in exact simhash minhash; do
    case $v in
    exact) own=(--normalize --prefer-score s) late=() ;;
    simhash) own=(--distance 6 --ngram 1 --prefer-source "c,a") late=() ;;
    minhash) own=(--profile 20x4 --prefer-score s --prefer-source "c,a") late=(--threshold 0.7) ;;
    esac
    leat-dedup $v -q --memory 1M "${own[@]}" "${late[@]}" --pairs p1 --clusters c1 --rejects r1 --stats s1 docs.jsonl >k1
    for division in "1 1" "3 2" "7 5"; do
        read -r tasks parts <<<"$division"
        is "$v, $tasks tasks, $parts parts: all end well" "$(in_stages "$tasks" "$parts" --algorithm $v "${own[@]}" -- "${late[@]}")" ""
        is "$v, $tasks tasks, $parts parts: as in one process" "$(cat kept pairs clusters rejects | cksum)" "$(cat k1 p1 c1 r1 | cksum)"
        is "$v, $tasks tasks, $parts parts: balanced" "$(jq -sc '[all(.[]; .balanced), (map(.records.in) | add), (map(.records.kept) | add)]' stats.*)" "[true,300,$(wc -l <k1)]"
    done
done
check "many were dropped" [ "$(wc -l <r1)" -gt 100 ]

# done is done: the same files, and it says so
in_stages 2 2 --profile 20x4
cp -r w whole
for s in "match --part 1/2" "sets --task 1/2 in.001" "verify --part 0/2"; do
    # shellcheck disable=SC2086
    exits "again: $s" 0 leat-dedup ${s%% *} --work w ${s#* }
    says "… says that it was done" err "done before"
done
leat-dedup sketch -q --work w --task 0/2 --profile 20x4 in.000
exits "again: link" 0 leat-dedup link --work w
check "nothing has changed" diff -r whole w
cp kept kept.1

# killed at any moment, then run again: what it would have been
again() { # COMMAND…: killed twice, then left alone
    timeout -s KILL $delay "$@" >/dev/null 2>&1
    timeout -s KILL $delay "$@" >/dev/null 2>&1
    "$@" || echo "$* after a kill: $?"
} 2>/dev/null
for delay in 0.005 0.01 0.02 0.04; do
    rm -rf w
    for k in 0 1; do again leat-dedup sketch -q --work w --task $k/2 --profile 20x4 in.00$k; done
    for k in 0 1; do again leat-dedup match -q --work w --part $k/2; done
    for k in 0 1; do again leat-dedup sets -q --work w --task $k/2 in.00$k; done
    for k in 0 1; do again leat-dedup verify -q --work w --part $k/2; done
    again leat-dedup link -q --work w
    for k in 0 1; do again leat-dedup drop -q --work w --task $k/2 -o out.$k in.00$k; done
    check "killed after $delay s: the same files" diff -r whole w
    is "killed after $delay s: the same documents" "$(cat out.0 out.1 | cksum)" "$(cksum <kept.1)"
done

# a missing stage, one of other options: refused, and told which
refused() { # NAME TEXT COMMAND…
    local name=$1 text=$2
    shift 2
    exits "$name" 2 "$@"
    says "$name: says what to do" err "$text"
}
fresh() { rm -rf w o r && cp -r whole w; }
rm -rf w
exits "nothing sketched" 1 leat-dedup match --work w
mkdir w
refused "an empty folder" "leat dedup sketch" leat-dedup match --work w
leat-dedup sketch -q --work w in.000
refused "sets before match" "leat dedup match" leat-dedup sets --work w in.000
leat-dedup match -q --work w
refused "verify before sets" "leat dedup sets" leat-dedup verify --work w
refused "link before verify" "leat dedup verify" leat-dedup link --work w
refused "a task that was not sketched" "has 1 tasks" leat-dedup sets --work w --task 7/8 in.000
refused "--task without how many" "K/N" leat-dedup sets --work w --task 0 in.000
leat-dedup sets -q --work w in.000
leat-dedup verify -q --work w
refused "drop before link" "leat dedup link" leat-dedup drop --work w -o o in.000
for f in sketch-000001.docs sketch-000001.bands sketch-000001.ids; do
    fresh && rm w/$f
    refused "$f is missing" "leat dedup sketch" leat-dedup match --work w --part 0/3
done
fresh && rm w/match-00001-of-00002.rec
refused "a part of match is missing" "leat dedup match --part 1/2" leat-dedup verify --work w --part 0/2
fresh && rm w/verify-00001-of-00002.rec
refused "a part of verify is missing" "leat dedup verify --part 1/2" leat-dedup link --work w
fresh && leat-dedup match -q --work w --part 0/3
refused "other parts of match" "in 3" leat-dedup link --work w
fresh && leat-dedup match -q --work w --part 1/2 --max-bucket 3
refused "other options of one part of match" "leat dedup match" leat-dedup verify --work w --part 0/2
fresh && leat-dedup verify -q --work w --part 1/2 --threshold 0.5
refused "other options of one part of verify" "leat dedup verify" leat-dedup link --work w
fresh && leat-dedup verify -q --work w --part 0/2 --threshold 0.5 && leat-dedup verify -q --work w --part 1/2 --threshold 0.5
refused "another threshold: drop wants a new link" "leat dedup link" leat-dedup drop --work w --task 0/2 -o o in.000
for more in "20x4 --seed 2" 10x4 "20x4 --prefer-score s" "20x4 --sample 0.5" "20x4 --max-record 1000" "20x4 --limit 20"; do
    fresh
    # shellcheck disable=SC2086
    for k in 0 1; do rm w/sketch-00000$k.* && leat-dedup sketch -q --work w --task $k/2 --profile $more in.00$k; done
    for s in "sets --task 0/2 in.000" "verify --part 0/2" "link" "drop --task 0/2 -o o in.000"; do
        # shellcheck disable=SC2086
        refused "sketched anew with $more: ${s%% *}" "run leat dedup" leat-dedup $s --work w
    done
done
fresh && exits "another task's sketch stays" 2 leat-dedup sketch --work w --task 1/2 --profile 20x4 in.000
says "… and is named" err "sketch-000001.docs is there already"
fresh && rm w/sketch-000001.* && leat-dedup sketch -q --work w --task 1/2 --seed 2 in.001
refused "tasks of different options" "other options" leat-dedup match --work w --part 0/2
fresh && for e in docs bands ids; do cp w/sketch-000000.$e w/sketch-000001.$e; done
refused "a task's files under another's name" "run leat dedup" leat-dedup verify --work w --part 0/2
fresh && rm w/sketch-000001.* && leat-dedup sketch -q --work w --task 1/2 --profile 20x4 in.000 && cp whole/sketch-000001.docs w
refused "files of two runs" "sketch task 1 again" leat-dedup match --work w --part 0/2

# inputs that are not those of sketch
head -100 in.000 >short
tac in.000 >turned
{ cat in.000 && head -1 in.000; } >long
sed '5s/"id"/"iD"/' in.000 >changed
for i in short turned long changed in.001 docs.jsonl; do
    fresh && rm w/sets-000000.*
    exits "sets: $i" 3 leat-dedup sets --work w --task 0/2 "$i"
    says "sets: $i: says what to do" err "same files"
    is "sets: $i: nothing is written" "$(ls w/sets-000000.* 2>/dev/null)" ""
    fresh
    exits "drop: $i" 3 leat-dedup drop --work w --task 0/2 -o o --rejects r "$i"
    says "drop: $i: says what to do" err "same files"
    is "drop: $i: nothing is written" "$(ls o r o.* 2>/dev/null)" ""
done
zstd -q in.000 -o in.zst
split -n l/2 in.000 half.
for i in in.zst "half.aa half.ab"; do
    fresh
    # shellcheck disable=SC2086
    exits "drop: the same lines in $i" 0 leat-dedup drop -q --work w --task 0/2 $i
    same "drop: the same lines in $i: as before" <(head -"$(wc -l <out)" kept.1) out
done

# every file damaged: never another result, never a crash; then the stage that made the file mends it
python3 - <<'E'
import os, random, shutil, subprocess
rng, wrong, runs, mended = random.Random(1), [], 0, 0

def leat(*a):
    r = subprocess.run(["leat-dedup", a[0], "-q", "--work", "w", *a[1:]], capture_output=True, stdin=subprocess.DEVNULL)
    return r.returncode, r.stdout, r.stderr.decode(errors="replace")

def content(d): return {f: open(d + "/" + f, "rb").read() for f in sorted(os.listdir(d))}

good, want = content("whole"), {}
users = {"sketch": ["match", "--part", "0/2"], "match": ["verify", "--part", "0/2"], "sets": ["verify", "--part", "1/2"],
         "verify": ["link"], "link": ["drop", "--task", "0/2", "--rejects", "r", "in.000"], "clusters": ["drop", "--task", "0/2", "in.000"]}
for f, b in good.items():
    stage, task = f.split("-")[0], int(f.split("-")[1][:6].split(".")[0])
    maker = {"sketch": ["sketch", "--task", "%d/2" % task, "--profile", "20x4", "in.00%d" % task], "match": ["match", "--part", "%d/2" % task],
             "sets": ["sets", "--task", "%d/2" % task, "in.00%d" % task], "verify": ["verify", "--part", "%d/2" % task]}.get(stage, ["link"])
    flips = [bytearray(b) for _ in range(3)]
    for x in flips:
        at = rng.randrange(8 * len(b))
        x[at // 8] ^= 1 << at % 8
    for how, now in [("cut", b[:-1]), ("half", b[:len(b) // 2]), ("empty", b"")] + [("flipped", x) for x in flips]:
        shutil.rmtree("w")
        shutil.copytree("whole", "w")
        open("w/" + f, "wb").write(now)
        user = users[stage]
        if user[0] in ("match", "verify"): os.unlink("w/%s-0000%s-of-00002.rec" % (user[0], user[2][0]))
        rc, out, err = leat(*user)
        runs += 1
        left = [x for x in os.listdir("w") if x not in good]
        if left: wrong.append((f, how, user, "left", left))
        if rc == 0:
            kept = out if user[0] == "drop" else None
            after = content("w")
            if any(after[x] != good[x] for x in after if x != f): wrong.append((f, how, user, "another result"))
            if kept is not None and not open("kept.1", "rb").read().startswith(kept): wrong.append((f, how, user, "other documents"))
        elif rc not in (2, 3) or "leat dedup: " not in err or "w/" not in err: wrong.append((f, how, user, rc, err[:200]))
        rc, out, err = leat(*maker)
        if rc or open("w/" + f, "rb").read() != b: wrong.append((f, how, maker, "does not mend it", rc, err[:200]))
for w in wrong: print("not ok -", *w)
print("ok - damaged files:", runs, "runs")
E

# ids, ends of the input
printf '%s\n' '{"id":"a","text":"one"}' '{"id":"a","text":"two"}' >in.000
in_two() { rm -rf w && sketches 1 "$@" && matches 1 && sets 1 && verifies 1; }
in_two
exits "an id of two texts" 3 leat-dedup link --work w --pairs p.out
says "… names the mend" err "--allow-duplicate-ids"
is "… writes nothing" "$(ls p.out w/link* w/unchecked* 2>/dev/null)" ""
refused "… and drop does not go on" "leat dedup link" leat-dedup drop --work w in.000
exits "--allow-duplicate-ids" 0 leat-dedup link --work w --allow-duplicate-ids
exits "… and drop goes on" 0 leat-dedup drop --work w in.000
is "… both stay" "$(wc -l <out)" 2
: >in.000
for v in exact simhash minhash; do
    is "$v: empty: all end well" "$(in_two --algorithm $v && leat-dedup link -q --work w --pairs p && leat-dedup drop -q --work w in.000)" ""
done
{ head -3 docs.jsonl; echo 'not json'; tail -3 docs.jsonl; } >in.000
in_two --algorithm exact
leat-dedup link -q --work w
exits "damaged lines" 0 leat-dedup drop --work w --stats s.json in.000
is "… are left out, and the account balances" "$(wc -l <out) $(jq -c .balanced s.json)" "6 true"
exits "--strict" 3 leat-dedup sketch --work w2 --strict in.000
exits "truncated" 3 leat-dedup sketch --work w2 <(head -c 3000 in.zst)
is "… sketch nothing" "$(ls w2)" ""

# mistakes
for s in sketch match sets verify link drop; do exits "$s without --work" 2 leat-dedup $s; done
for p in 2/2 -1/2 a 1 1/ /2 0/0 1/2/3 ' 0/2'; do exits "--part '$p'" 2 leat-dedup match --work whole --part "$p"; done
for s in match verify link; do exits "$s takes no inputs" 2 leat-dedup $s --work whole docs.jsonl; done
for s in sketch match sets verify link; do exits "$s takes no -o" 2 leat-dedup $s --work whole -o o </dev/null; done
exits "--task of a stage of parts" 2 leat-dedup match --work whole --task 1
exits "a file for the folder" 1 leat-dedup sketch --work docs.jsonl docs.jsonl
