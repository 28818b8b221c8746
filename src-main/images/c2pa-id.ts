/** What a C2PA manifest is made with; apart from the library, which only those load who write one. */
import { createHash } from 'node:crypto'

/** A key with the certificates that lead from it to a root, all DER. */
export interface Credential {
  /** Ed25519, PKCS#8. */
  readonly privateKey: Uint8Array
  readonly certificate: Uint8Array
  readonly root: Uint8Array
}

export interface ManifestFacts {
  readonly credential: Credential
  /** UUID of this manifest: no two files have the same. */
  readonly id: string
  /** Version of Fixative. */
  readonly version: string
}

/** UUID of a file's manifest, from the job's seed and the file's path. */
export function manifestId(seed: string, path: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify(['c2pa manifest', seed, path]))
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
