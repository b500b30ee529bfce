#!/usr/bin/env bash
# demo.sh: the whole chain on real input, without the internet but for the package registries: Debian's documentation in
# many languages is served on this machine and crawled into real WARC files, source archives give code, pipelines/demo.yaml
# turns both into shards and trains a small model, which then writes a few lines. Everything lies under demo/.
#
# Environment: LEAT_BIN (the built tools), DEMO_DIR (default demo), DEMO_MINUTES (of training; default 3).
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${DEMO_DIR:-demo}
minutes=${DEMO_MINUTES:-3}
export PATH="${LEAT_BIN:?run me by: make demo}:$PATH"
documentation=(debian-handbook debian-policy apt-doc maint-guide)
python_doc=(python3.11-doc python3.12-doc python3.13-doc python3.10-doc) # the first that this release has
sources=(psutil==6.1.0 cffi==1.17.1 jinja2==3.1.4 tornado==6.4.2)

say() { printf '\n== %s\n' "$*"; }

fetch_documentation() {
    mkdir -p "$dir/packages" "$dir/site"
    (
        cd "$dir/packages"
        apt-cache show "${documentation[0]}" >/dev/null 2>&1 || ${SUDO-} apt-get update -qq
        for p in "${documentation[@]}"; do compgen -G "${p}_*.deb" >/dev/null || apt-get download -qq "$p" 2>/dev/null || true; done
        for p in "${python_doc[@]}"; do
            compgen -G 'python3.*-doc_*.deb' >/dev/null || apt-get download -qq "$p" 2>/dev/null || true
        done
    )
    for p in "$dir"/packages/*.deb; do dpkg -x "$p" "$dir/site"; done
    rm -rf "$dir/www" && mkdir -p "$dir/www/en" "$dir/www/intl"
    for d in "$dir"/site/usr/share/doc/debian-handbook/html/*/; do
        case $(basename "$d") in en-US) to=en/handbook ;; *) to=intl/$(basename "$d") ;; esac
        cp -r "$d" "$dir/www/$to"
    done
    for d in "$dir"/site/usr/share/doc/{debian-policy,apt-doc,maint-guide,python3.1?}; do
        if [ -d "$d" ]; then cp -rL "$d" "$dir/www/en/" 2>/dev/null || true; fi
    done
}

fetch_code() {
    mkdir -p "$dir/code"
    for s in "${sources[@]}"; do
        compgen -G "$dir/code/[${s:0:1}${s^}]*-${s##*=}.tar.gz" >/dev/null ||
            python3 -m pip download --disable-pip-version-check -q --no-deps --no-binary :all: -d "$dir/code" "$s"
    done
}

# crawl PORT PART: one WARC file of everything below /PART/
crawl() {
    wget -q -r -l inf -np -nH --delete-after -e robots=off -R '*.png,*.svg,*.jpg,*.gif,*.css,*.js,*.gz,*.txt,*.inv,*.zip' \
        --warc-file="$dir/crawl/web-$2" -P "$dir/crawl/tmp" "http://127.0.0.1:$1/$2/" || [ $? = 8 ] # 8: some link was dead
}

crawl_all() {
    local server port
    rm -rf "$dir/crawl" && mkdir -p "$dir/crawl/tmp"
    python3 -u - "$dir/www" >"$dir/crawl/port" <<'PY' &
import functools, http.server, sys
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=sys.argv[1]))
print(server.server_port, flush=True)
server.serve_forever()
PY
    server=$!
    # shellcheck disable=SC2064
    trap "kill $server 2>/dev/null || true" EXIT
    for _ in $(seq 100); do
        if [ -s "$dir/crawl/port" ]; then break; else sleep 0.1; fi
    done
    port=$(cat "$dir/crawl/port")
    crawl "$port" en
    crawl "$port" intl
    kill $server 2>/dev/null || true
    trap - EXIT
    rm -rf "$dir/crawl/tmp" "$dir/crawl/port"
}

sample() {
    local model=$dir/run/model prompts=$dir/run/prompts.jsonl
    printf '%s\n' '{"id":"1","text":"The package manager"}' '{"id":"2","text":"def "}' '{"id":"3","text":"Debian is"}' >"$prompts"
    leat tokenize -q -m "$dir/run/tokenizer.json" --no-eod "$prompts" |
        leat generate -q --checkpoint "$model" --max-tokens 60 --temperature 0.7 --top-k 40 --seed 1 |
        leat tokenize -q -m "$dir/run/tokenizer.json" --decode | jq -r '"[" + .id + "] " + .text'
}

started=$(date +%s)
say "fetching documentation and source archives"
fetch_code & # in the background: pip prepares each source archive's metadata
fetching=$!
fetch_documentation
say "crawling it from this machine into WARC files"
crawl_all
wait $fetching
html=$(find "$dir/www" -type f -name '*.html' -print0 | xargs -0 cat | wc -c)
printf '%s MB of HTML in %s MB of WARC\n' $((html / 1000000)) $(($(cat "$dir"/crawl/*.warc.gz | wc -c) / 1000000))
say "running pipelines/demo.yaml (leat run pipelines/demo.yaml --dry-run prints it as a script)"
rm -rf "$dir/run"
leat run pipelines/demo.yaml --run-dir "$dir/run" --set vars.crawl="$dir/crawl" --set vars.code="$dir/code" --to shards
leat shards info "$dir/run/shards"
say "training for $minutes minutes"
leat run pipelines/demo.yaml --run-dir "$dir/run" --set vars.crawl="$dir/crawl" --set vars.code="$dir/code" --from train \
    --set "train.set=train.max_minutes=$minutes" >/dev/null
say "a sample of what it writes"
sample
say "done in $(($(date +%s) - started)) s; here everything lies:"
printf '  %-28s %s\n' "$dir/crawl/*.warc.gz" "the crawl" "$dir/run/docs/*.jsonl.zst" "documents of each source" \
    "$dir/run/joined.jsonl.zst" "deduplicated documents" "$dir/run/tokenizer.json" "the tokenizer" \
    "$dir/run/shards/" "shards (Megatron .bin/.idx, manifest.json)" "$dir/run/model/" "checkpoints, metrics.jsonl" \
    "$dir/run/ledgers/, logs/" "each tool's accounts and messages" "$dir/run/funnel.txt" "the funnel"
