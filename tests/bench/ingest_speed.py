"""ingest_speed.py PYTHON RUNS CRAWL.warc.gz…: leat ingest beside its peers, on one core, one after another in each of RUNS rounds, so that
what else the machine does meets all alike. MB are of HTML; seconds are CPU seconds, of all of leat, and of the peers without their
start. Ratios are medians over the rounds of leat's main content against each."""
import json, os, resource, statistics, subprocess, sys, time

python, runs, crawls = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
here = os.path.dirname(os.path.abspath(__file__))
LEAT = {"leat ingest": [], "leat ingest --extract all": ["--extract", "all"]}
PEERS = {"FastWARC + resiliparse main content": "resiliparse", "warcio + trafilatura, fast": "trafilatura-fast",
         "warcio + trafilatura": "trafilatura", "FastWARC alone": "fastwarc", "FastWARC + resiliparse parse": "parse",
         "warcio alone": "warcio"}
only = os.environ.get("ONLY")
if only:
    PEERS = {k: v for k, v in PEERS.items() if v in only.split(",")}


def children_seconds():
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return r.ru_utime + r.ru_stime


def leat(options, crawl):
    before = children_seconds()
    subprocess.run(["taskset", "-c", "0", "leat-ingest", "-q", "-t1", *options, crawl], stdout=subprocess.DEVNULL, check=True)
    return children_seconds() - before


def peer(what, crawl):
    run = subprocess.run(["taskset", "-c", "0", python, here + "/ingest_peer.py", what, crawl, "/dev/null"], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True)
    return float(run.stdout)


def wall(threads, crawl):
    start = time.perf_counter()
    subprocess.run(["leat-ingest", "-q", f"-t{threads}", "--stats", "build/bench/ledger.json", crawl], stdout=subprocess.DEVNULL, check=True)
    seconds = time.perf_counter() - start
    return seconds, json.load(open("build/bench/ledger.json"))["peak_rss_bytes"]


def table(crawl):
    mb = int(open(crawl + ".html-bytes").read()) / 1e6
    took = {name: [] for name in [*LEAT, *PEERS]}
    for _ in range(runs):
        for name, options in LEAT.items():
            took[name].append(leat(options, crawl))
        for name, what in PEERS.items():
            took[name].append(peer(what, crawl))
    print(f"\n{os.path.basename(crawl)}: {mb:.1f} MB of HTML, {runs} rounds, one core")
    print(f"{'':38s} {'MB/s':>8s}   leat ingest is as fast (range)")
    for name, seconds in took.items():
        ratios = [theirs / ours for ours, theirs in zip(took["leat ingest"], seconds)]
        print(f"{name:38s} {mb / statistics.median(seconds):8.1f}   {statistics.median(ratios):6.2f} x ({min(ratios):.2f} to {max(ratios):.2f})")


def threads(crawl):
    one, two, memory = [], [], {}
    for _ in range(2 * runs + 1):
        a, memory[1] = wall(1, crawl)
        b, memory[2] = wall(2, crawl)
        one.append(a)
        two.append(b)
    ratio = statistics.median(a / b for a, b in zip(one, two))
    print(f"two threads over one: {ratio:.2f}; peak RSS {memory[1] / 1e6:.0f} and {memory[2] / 1e6:.0f} MB")


for crawl in crawls:
    open(crawl, "rb").read()
    table(crawl)
    threads(crawl)
