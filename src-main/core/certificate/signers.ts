/** Who signed a certificate, as far as the reader's own list of signers and the notices about keys can tell. */
import { keyId } from './encoding.js'
import type { Notice, Revocation, Succession } from './notices.js'

/** A key on the reader's list. */
export interface TrustedSigner {
  readonly publicKey: string
  /** What the reader calls its owner. */
  readonly name: string
  /** ISO 8601. */
  readonly addedAt: string
  /** `own`: of this computer, now or formerly. `certificate`: taken from one, after a look at its fingerprint. */
  readonly source: 'own' | 'file' | 'certificate'
  /** The reader's own mark that the key is not to be relied on. */
  readonly revoked?: { readonly since: string; readonly reason: string } | undefined
}

/** What a reader knows of keys. */
export interface KeyRing {
  /** Public key that this computer signs with; null: none yet. */
  readonly own: string | null
  readonly signers: readonly TrustedSigner[]
  /** Notices that were received, each of them validly signed. */
  readonly notices: readonly Notice[]
}

/** Of a reader who knows nobody. */
export const EMPTY_RING: KeyRing = { own: null, signers: [], notices: [] }

export type SignerState = 'own' | 'known' | 'revoked' | 'unknown'

export interface Signer {
  readonly state: SignerState
  /** How the key relates to the one on the list: it is that one, one before it, or one that continues it. */
  readonly relation: 'same' | 'earlier' | 'later' | null
  /** What the reader calls the signer; null: not on the list. */
  readonly name: string | null
  readonly revoked: { readonly since: string; readonly reason: string; readonly by: 'signer' | 'reader' } | null
}

export const UNKNOWN_SIGNER: Signer = { state: 'unknown', relation: null, name: null, revoked: null }

/**
 * @param id key id of the certificate.
 * @param attached successions that came with the certificate; each of them validly signed.
 */
export function findSigner(id: string, ring: KeyRing, attached: readonly Succession[] = []): Signer {
  const listed = new Map(ring.signers.map((signer) => [keyId(signer.publicKey), signer]))
  const received = ring.notices.filter((notice): notice is Succession => notice.kind === 'succession')
  const revocations = ring.notices.filter((notice): notice is Revocation => notice.kind === 'revocation')
  const ownId = ring.own === null ? null : keyId(ring.own)

  const revocationOf = (key: string): Signer['revoked'] => {
    const mark = listed.get(key)?.revoked
    if (mark) return { ...mark, by: 'reader' }
    const notice = revocations.find(
      (one) =>
        keyId(one.key) === key &&
        (keyId(one.by) === key || reach(key, received, 'forward', () => true).has(keyId(one.by))),
    )
    return notice ? { since: notice.since, reason: notice.reason, by: 'signer' } : null
  }
  const sound = (key: string): boolean => revocationOf(key) === null

  const found = (signer: TrustedSigner | null, relation: Signer['relation']): Signer => ({
    state: signer === null || signer.source === 'own' ? 'own' : 'known',
    relation,
    name: signer === null || signer.source === 'own' ? null : signer.name,
    revoked: null,
  })
  const revoked = revocationOf(id)
  if (revoked) return { state: 'revoked', relation: null, name: listed.get(id)?.name ?? null, revoked }
  if (id === ownId) return found(null, 'same')
  const direct = listed.get(id)
  if (direct) return found(direct, direct.source === 'own' ? 'earlier' : 'same')

  const all = [...received, ...attached]
  // A thief of a key could name himself its successor: a revoked key vouches for nobody.
  const anchors: [string, TrustedSigner | null][] = [
    ...(ownId === null ? [] : [[ownId, null] as [string, null]]),
    ...[...listed].filter(([key]) => sound(key)),
  ]
  for (const [key, signer] of anchors) {
    if (reach(key, all, 'forward', sound).has(id)) return found(signer, 'later')
    if (reach(key, all, 'back', sound).has(id)) return found(signer, 'earlier')
  }
  return UNKNOWN_SIGNER
}

/**
 * The keys that a chain of successions leads to. A key that names two different successors is not followed: one of them
 * may be a thief's.
 */
function reach(
  start: string,
  successions: readonly Succession[],
  direction: 'forward' | 'back',
  sound: (key: string) => boolean,
): Set<string> {
  const next = new Map<string, Set<string>>()
  const named = new Map<string, Set<string>>()
  const put = (map: Map<string, Set<string>>, key: string, value: string) =>
    map.set(key, (map.get(key) ?? new Set()).add(value))
  for (const { from, to } of successions) {
    const [a, b] = [keyId(from), keyId(to)]
    put(named, a, b)
    if (direction === 'forward') put(next, a, b)
    else put(next, b, a)
  }
  const seen = new Set<string>()
  const pending = [start]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const key of next.get(at) ?? []) {
      const older = direction === 'forward' ? at : key
      if (seen.has(key) || key === start || (named.get(older)?.size ?? 0) > 1 || !sound(key)) continue
      seen.add(key)
      pending.push(key)
    }
  }
  return seen
}

/** A day, for reading. */
const day = (iso: string): string => iso.slice(0, 10)

/**
 * Who signed, in one or two plain sentences.
 * @param claimed the name that the certificate gives.
 */
export function signerSentence(signer: Signer, claimed: string | null): string {
  const { state, relation, name, revoked } = signer
  const who = name === null || name === '' ? 'somebody whose key you trust' : `“${name}”, whose key you trust`
  switch (state) {
    case 'own':
      return relation === 'same'
        ? 'Signed with this computer’s own key.'
        : `Signed with ${relation === 'earlier' ? 'an earlier' : 'a later'} key of this computer.`
    case 'known':
      if (relation === 'same') return `Signed by ${who}.`
      return relation === 'earlier'
        ? `Signed by ${who}, with an earlier key: the one you trust continues it.`
        : `Signed by ${who}, with a newer key: the one you trust has named it as its successor.`
    case 'revoked': {
      const by =
        revoked?.by === 'reader' ? 'You have marked this key as not to be relied on' : 'The signer has revoked this key'
      const reason = revoked?.reason ? `: “${revoked.reason}”` : ''
      const since = day(revoked?.since ?? '')
      return `${by}, since ${since}${reason}. Do not rely on it, whatever date the certificate gives: whoever has the key can write any date.`
    }
    case 'unknown':
      return `Not known to you. ${claimed === null ? 'The certificate gives no name' : `The certificate gives the name “${claimed}”, but anybody can write any name`}: ask the signer for the fingerprint of the key, by another way, and compare.`
  }
}

/** A key's SHA-256 (hex) in groups of four, for reading aloud and comparing by eye. */
export function fingerprint(keyId: string): string {
  return (
    keyId
      .toUpperCase()
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  )
}
