"""dedup_peer.py datasketch|rensa|rensa-rho|text-dedup|datatrove DOCS.jsonl KEPT WORK: one of the others removes near-duplicates:
word 5-grams, 14 bands of 8 rows, threshold .8, one process. The ids it keeps go to KEPT, a line each; its CPU seconds
from reading the documents to the survivors, without the import of its modules, to stdout.

datasketch, rensa: as their manuals do it, in the order of the documents: one is dropped when the index gives a kept one whose estimated
similarity reaches the threshold. rensa-rho: its fast path, which samples a document's tokens, at the 128 values in 8 bands
of its own benchmark, says which documents have a likeness; among those its deduplicator decides. text-dedup, datatrove: the
connected components of all that share a band, of which one document each stays; nothing is verified."""
import json
import os
import re
import resource
import shutil
import sys

peer, docs, kept, work = sys.argv[1:5]
BANDS, ROWS, THRESHOLD, NGRAM = 14, 8, 0.8, 5
WORD = re.compile(r"\w+")


def cpu():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def read():
    for line in open(docs, encoding="utf-8"):
        d = json.loads(line)
        yield d["id"], d["text"]


def grams(text):
    w = WORD.findall(text.lower())
    return zip(*(w[i:] for i in range(min(NGRAM, max(1, len(w))))))


def datasketch():
    from datasketch import MinHash, MinHashLSH
    start, ids = cpu(), []
    lsh, sketches = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS)), {}
    first = MinHash(num_perm=BANDS * ROWS, hashfunc=lambda h: h & 0xFFFFFFFF)
    for i, text in read():
        m = first.copy()
        m.update_batch(list(set(map(hash, grams(text)))))
        if any(m.jaccard(sketches[k]) >= THRESHOLD for k in lsh.query(m)): continue
        lsh.insert(i, m, check_duplication=False)
        sketches[i] = m
        ids.append(i)
    return start, ids


def rensa():
    from rensa import RMinHashDeduplicator
    start = cpu()
    dedup = RMinHashDeduplicator(THRESHOLD, BANDS * ROWS, True, BANDS)
    ids, flags = [], dedup.add_pairs((i, list(map(" ".join, grams(text)))) for i, text in read())
    for (i, _), keep in zip(read(), flags):
        if keep: ids.append(i)
    return start, ids


def rensa_rho():
    from rensa import RMinHash, RMinHashDeduplicator, RMinHashLSH
    start, ids, sets = cpu(), [], []
    for i, text in read():
        ids.append(i)
        sets.append([hash(g) & 0xFFFFFFFFFFFFFFFF for g in grams(text)])
    matrix = RMinHash.digest_matrix_from_token_hash_sets_rho(sets, 128, 42)
    flags = RMinHashLSH(THRESHOLD, 128, 8).query_duplicate_flags_matrix_one_shot(matrix)
    dedup = RMinHashDeduplicator(THRESHOLD, 128, True, 8)
    flagged = {i for i, f in zip(ids, flags) if f}
    pairs = [(i, list(map(" ".join, grams(text)))) for i, text in read() if i in flagged]
    gone = {i for (i, _), keep in zip(pairs, dedup.add_pairs(pairs)) if not keep}
    return start, [i for i in ids if i not in gone]


def text_dedup():
    import datasets, subprocess
    import text_dedup.minhash
    start, out = cpu(), work + "/text-dedup"
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--data_files", docs, "--split", "train", "--cache_dir", out + "/cache",
                    "--output", out + "/out", "--column", "text", "--ngram", str(NGRAM), "--b", str(BANDS), "--r", str(ROWS), "--num_perm", str(BANDS * ROWS),
                    "--hash_func", "xxh3", "--hash_bits", "64", "--num_proc", "1", "--batch_size", "10000", "--min_length", "1"],
                   check=True, stdout=sys.stderr, env=dict(os.environ, HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1"))
    ids = datasets.load_from_disk(out + "/out")["id"]
    return start, list(ids)


def datatrove():
    import contextlib
    with contextlib.redirect_stdout(sys.stderr):
        from datatrove.executor import LocalPipelineExecutor
        from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
        from datatrove.pipeline.dedup.minhash import MinhashConfig
        from datatrove.pipeline.readers import JsonlReader
        from datatrove.pipeline.writers import JsonlWriter
        from datatrove.utils.hashing import HashConfig
        out, config = work + "/datatrove", MinhashConfig(n_grams=NGRAM, num_buckets=BANDS, hashes_per_bucket=ROWS, hash_config=HashConfig(precision=64))
        shutil.rmtree(out, ignore_errors=True)
        start, reader = cpu(), JsonlReader(os.path.dirname(docs), glob_pattern=os.path.basename(docs))
        steps = [(1, [reader, MinhashDedupSignature(output_folder=out + "/sig", config=config)]),
                 (BANDS, [MinhashDedupBuckets(input_folder=out + "/sig", output_folder=out + "/buckets", config=config)]),
                 (1, [MinhashDedupCluster(input_folder=out + "/buckets", output_folder=out + "/remove", config=config)]),
                 (1, [reader, MinhashDedupFilter(input_folder=out + "/remove"), JsonlWriter(out + "/kept", compression=None)])]
        for k, (tasks, pipeline) in enumerate(steps):
            LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=f"{out}/log{k}").run()
    return start, [json.loads(line)["id"] for line in open(out + "/kept/00000.jsonl", encoding="utf-8")]


start, ids = {"datasketch": datasketch, "rensa": rensa, "rensa-rho": rensa_rho, "text-dedup": text_dedup, "datatrove": datatrove}[peer]()
print(f"{cpu() - start:.3f}")
with open(kept, "w", encoding="utf-8") as f:
    f.writelines(i + "\n" for i in ids)
