#!/bin/sh
# Verifies a Fixative certificate without Fixative: sh verify-with-openssl.sh CERTIFICATE [FOLDER]
# Needs openssl 3 and, to read JSON, python3 or node. FOLDER: also compare the files below it with their hashes.
# Exit code: 0 all is well, 1 the signature or a file is wrong, 2 it could not be checked.
set -u
certificate=${1:-}
folder=${2:-}
if [ -z "$certificate" ] || [ ! -f "$certificate" ]; then
  echo 'usage: verify-with-openssl.sh CERTIFICATE [FOLDER]' >&2
  exit 2
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# Takes the envelope apart into the signed bytes (DSSE pre-authentication encoding), the signature and the issuer's key,
# and, with a folder, compares each listed file's SHA-256.
if command -v python3 >/dev/null; then
  cat >"$work/open.py" <<'PYTHON'
import base64, hashlib, json, os, sys
certificate, work, folder = sys.argv[1:4]
envelope = json.load(open(certificate, encoding='utf-8'))
payload = base64.b64decode(envelope['payload'], validate=True)
kind = envelope['payloadType'].encode()
statement = json.loads(payload)
write = lambda name, data: open(os.path.join(work, name), 'wb').write(data)
write('signed', b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(payload), payload))
write('signature', base64.b64decode(envelope['signatures'][0]['sig'], validate=True))
write('key.pem', statement['predicate']['issuer']['publicKey'].encode())
wrong = 0
for entry in statement['subject'] if folder else []:
    path = os.path.join(folder, *entry['name'].split('/'))
    found = hashlib.sha256(open(path, 'rb').read()).hexdigest() if os.path.isfile(path) else None
    if found != entry['digest']['sha256']:
        wrong = 1
        print('missing: ' if found is None else 'modified:', ascii(entry['name']))
write('files', str(wrong).encode())
PYTHON
  python3 "$work/open.py" "$certificate" "$work" "$folder"
elif command -v node >/dev/null; then
  cat >"$work/open.cjs" <<'NODE'
const { createHash } = require('node:crypto')
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const [certificate, work, folder] = process.argv.slice(2)
const envelope = JSON.parse(readFileSync(certificate, 'utf8'))
const payload = Buffer.from(envelope.payload, 'base64')
const kind = envelope.payloadType
const statement = JSON.parse(payload)
const write = (name, data) => writeFileSync(join(work, name), data)
write('signed', Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(kind)} ${kind} ${payload.length} `), payload]))
write('signature', Buffer.from(envelope.signatures[0].sig, 'base64'))
write('key.pem', statement.predicate.issuer.publicKey)
let wrong = 0
for (const { name, digest } of folder ? statement.subject : []) {
  const path = join(folder, ...name.split('/'))
  const found = existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null
  if (found === digest.sha256) continue
  wrong = 1
  console.log(found === null ? 'missing: ' : 'modified:', JSON.stringify(name))
}
write('files', String(wrong))
NODE
  node "$work/open.cjs" "$certificate" "$work" "$folder"
else
  echo 'python3 or node is needed to read JSON' >&2
  exit 2
fi || { echo 'this is not a certificate' >&2; exit 2; }

result=0
if openssl pkeyutl -verify -rawin -pubin -inkey "$work/key.pem" -in "$work/signed" -sigfile "$work/signature" >/dev/null 2>&1; then
  echo 'signature: valid'
else
  echo 'signature: INVALID'
  result=1
fi
printf 'signed by the key with SHA-256 '
openssl pkey -pubin -in "$work/key.pem" -outform DER 2>/dev/null | openssl dgst -sha256 -r | cut -d' ' -f1
if [ -n "$folder" ]; then
  if [ "$(cat "$work/files")" = 0 ]; then echo 'files: all as certified'; else echo 'files: DIFFERENT'; result=1; fi
fi
exit $result
