"""Others' verifier of transparency logs on our checkpoints and proofs.

    npm install --prefix FOLDER @sigstore/verify
    python benchmarks/existing_verifier.py FOLDER \\
        --out benchmarks/results/existing_verifier.txt

Makes a ledger of six hundred entries, hands a patient of it out and has a witness sign
it. Sigstore's own code then reads the checkpoints and checks each entry's proof, and
each proof once more for another entry, which it must refuse.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from vein_imaging.domain.session import Annotated
from vein_imaging.storage import create_store, new_key
from vein_imaging.storage.upkeep.checkpoint import verification_key
from vein_imaging.storage.upkeep.patient_export import export_patient
from vein_imaging.storage.upkeep.witness import Witness, witness_request

CHECK = """
const fs = require('fs'), crypto = require('crypto');
const [modules, folder] = process.argv.slice(1);
const tlog = modules + '/node_modules/@sigstore/verify/dist/tlog/';
const {verifyCheckpoint} = require(tlog + 'checkpoint.js');
const {verifyMerkleInclusion} = require(tlog + 'merkle.js');
const read = name => fs.readFileSync(folder + '/' + name, 'utf8');
const rows = name => read(name).trim().split('\\n').map(JSON.parse);
const [name, id] = read('out/log.vkey').split('+');
const log = {logID: Buffer.from(id, 'hex'), baseURL: name,
    publicKey: crypto.createPublicKey(read('out/log.pem'))};
const hash = {};
rows('out/entries.jsonl').forEach(entry => { hash[entry.seq] = entry.hash; });
const counted = {proven: 0, refused: 0, another_entry_refused: 0, size: {}};
const holds = (proof, leaf) => {
    const entry = {canonicalizedBody: leaf, inclusionProof: {
        logIndex: String(proof.seq - 1),
        hashes: proof.path.map(one => Buffer.from(one, 'hex')),
        checkpoint: {envelope: read('out/checkpoint.txt')}}};
    try { verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log])); return true; }
    catch (error) { return false; }
};
for (const proof of rows('out/proofs.jsonl')) {
    holds(proof, Buffer.from(hash[proof.seq], 'hex'))
        ? counted.proven++ : counted.refused++;
    if (!holds(proof, Buffer.alloc(32))) counted.another_entry_refused++;
}
for (const file of ['out/checkpoint.txt', 'cosigned']) {
    const entry = {inclusionProof: {checkpoint: {envelope: read(file)}}};
    counted.size[file] = Number(verifyCheckpoint(entry, [log]).logSize);
}
console.log(JSON.stringify(counted));
"""


def make(folder: Path, entries: int) -> None:
    """Write the ledger, a patient handed out, and a cosigned checkpoint."""
    at = datetime.now(UTC)
    with create_store(folder / "clinic", new_key(), author="o", at=at) as store:
        patient_id = store.add_patient({"name": "Käthe Probe"}, author="a", at=at)
        session_id = store.start_session(patient_id, author="a", at=at)
        for number in range(entries):
            if number % 3:
                store.append_own("read", {"number": number}, author="a", at=at)
            else:
                note = Annotated(entry_id=str(number), text="0.1 mL")
                store.append(session_id, note, author="a", at=at)
        export_patient(store, patient_id, folder / "out", author="a", at=at)
        witness = Witness("clinic.example/second-pc", folder / "witness")
        vkey = verification_key(store)
        cosigned = witness.cosign(witness_request(store), vkey, at)
        (folder / "cosigned").write_text(cosigned, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    package = asked.modules / "node_modules" / "@sigstore" / "verify" / "package.json"
    version = json.loads(package.read_text())["version"]
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), 600)
        modules = asked.modules.absolute()
        told = json.loads(
            subprocess.run(
                ["node", "-e", CHECK, modules, name],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
    lines = [
        f"benchmarks/existing_verifier.py, {datetime.now(UTC):%Y-%m-%d},"
        f" @sigstore/verify {version}",
        f"entries proven: {told['proven']}, refused: {told['refused']}",
        f"the same proofs for another entry, refused: {told['another_entry_refused']}",
        *(f"{file}: read, {size} entries" for file, size in told["size"].items()),
    ]
    print("\n".join(lines))
    if asked.out:
        asked.out.write_text("\n".join([*lines, ""]))
    raise SystemExit(bool(told["refused"]))


if __name__ == "__main__":
    main()
