/** The signing key of this computer, and the signers that are known. */
import { z } from 'zod'
import type { Saved } from './reports.js'
import { nothing, path } from './pieces.js'

const reason = z.string().trim().max(500)
/** What the user calls a signer; empty: nothing. */
const signer = z.string().trim().max(200)

export interface KeyInfo {
  fingerprint: string
  publicKey: string
  /** Where the private half lives, in words. */
  storedIn: string
}

/** A key on the list of known signers. */
export interface KnownSigner {
  keyId: string
  fingerprint: string
  /** What the user calls the signer; '' : nothing. */
  name: string
  /** own: an earlier key of this computer. */
  source: 'own' | 'file' | 'certificate'
  addedAt: string
  revoked: { since: string; reason: string; by: 'signer' | 'reader' } | null
}

/** The list after a change, and in one sentence what it was. */
export interface SignersChanged {
  signers: KnownSigner[]
  message: string
}

export const keysRequests = {
  'keys.show': nothing,
  /** Public: to hand out. Private: encrypted with the passphrase, for another computer. */
  'keys.export': z.discriminatedUnion('part', [
    z.strictObject({ part: z.literal('public') }),
    z.strictObject({ part: z.literal('private'), passphrase: z.string().min(8).max(1_000) }),
  ]),
  /** Replaces the signing key. `pem` is what `keys.export` wrote. */
  'keys.import': z.strictObject({ pem: z.string().min(1).max(10_000), passphrase: z.string().max(1_000) }),
  /**
   * Makes a new signing key that the old one names as its successor, and writes the notice that says so; null: the user
   * closed the dialog, and nothing was changed.
   */
  'keys.rotate': nothing,
  /** Says, signed, that this computer's key must not be relied on, and makes a new one. Null as above. */
  'keys.revoke': z.strictObject({ reason }),
  'signers.list': nothing,
  /** `content`: a public key (PEM), a notice about a key, or a certificate. */
  'signers.add': z.strictObject({ content: z.string().min(1).max(20_000), name: signer }),
  /** Adds whoever signed a certificate on this computer. */
  'signers.trust': z.strictObject({ certificate: path, name: signer }),
  'signers.remove': z.strictObject({ keyId: z.string().max(100) }),
  /** A mark for this computer alone. */
  'signers.revoke': z.strictObject({ keyId: z.string().max(100), reason }),
}

export interface KeysOutputs {
  'keys.show': KeyInfo
  'keys.export': Saved | null
  'keys.import': KeyInfo
  'keys.rotate': { key: KeyInfo; notice: Saved } | null
  'keys.revoke': { key: KeyInfo; notice: Saved } | null
  'signers.list': KnownSigner[]
  'signers.add': SignersChanged
  'signers.trust': SignersChanged
  'signers.remove': SignersChanged
  'signers.revoke': SignersChanged
}
