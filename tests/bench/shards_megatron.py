"""shards_megatron.py INDEXED_DATASET.PY DIR: Megatron-LM's own reader and writer (megatron/core/datasets/indexed_dataset.py), on shards
of leat's: reads every sequence, compares with `leat shards cat --ids`, writes the same with Megatron's builder, compares
bytes. torch and the rest of megatron-core are stood in for by empty modules: that file uses no tensor operation but what is here."""
import importlib.util, json, os, subprocess, sys, types

import numpy

source, directory = sys.argv[1:3]


class Anything(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"is_enabled": staticmethod(lambda: False), "__class_getitem__": classmethod(lambda c, _: c)})


torch = Anything("torch")
torch.__version__ = "0"
torch.utils = Anything("torch.utils")
torch.utils.data = Anything("torch.utils.data")
torch.distributed = Anything("torch.distributed")
for name, module in {"torch": torch, "torch.utils": torch.utils, "torch.utils.data": torch.utils.data}.items():
    sys.modules[name] = module
for name in ("megatron", "megatron.core", "megatron.core.datasets", "megatron.core.datasets.object_storage_utils",
             "megatron.core.msc_utils", "megatron.core.utils"):
    sys.modules[name] = Anything(name)
objects = sys.modules["megatron.core.datasets.object_storage_utils"]
objects.is_object_storage_path = lambda path: False
sys.modules["megatron.core.utils"].log_single_rank = lambda *a, **k: None
spec = importlib.util.spec_from_file_location("indexed_dataset", source)
megatron = importlib.util.module_from_spec(spec)
spec.loader.exec_module(megatron)

want = {}
for line in subprocess.Popen(["leat-shards", "cat", "--ids", directory], stdout=subprocess.PIPE, text=True).stdout:
    d = json.loads(line)
    want.setdefault(d["file"], []).append(d["ids"])
manifest = json.load(open(f"{directory}/manifest.json"))
dtype = megatron.DType.optimal_dtype(manifest["vocab_size"])
files = sequences = 0
for stem, ids in sorted(want.items()):
    prefix = f"{directory}/{stem}"
    data = megatron.IndexedDataset(prefix, multimodal=False, mmap=True)
    assert data.index.dtype == dtype, (data.index.dtype, dtype)
    assert len(data) == len(ids) and list(data.document_indices) == list(range(len(ids) + 1))
    for i, x in enumerate(ids):
        assert data[i].tolist() == x, (stem, i)
    builder = megatron.IndexedDatasetBuilder("again.bin", dtype=dtype)
    for x in ids:
        builder.add_document(x, [len(x)])
    builder.finalize("again.idx")
    for part in ("bin", "idx"):
        assert open(f"again.{part}", "rb").read() == open(f"{prefix}.{part}", "rb").read(), f"{stem}.{part} differs"
        os.unlink(f"again.{part}")
    files += 1
    sequences += len(ids)
print(f"megatron-core reads {files} files, {sequences} sequences, and writes the same bytes ({dtype.__name__})")
