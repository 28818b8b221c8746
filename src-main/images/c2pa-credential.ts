/** The credential of a job: a key of its own, with certificates of its own making, which no list of signers knows. */
import { hkdfSync, webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Credential } from './c2pa-id.js'

const ED25519 = { name: 'Ed25519' }
/** PKCS#8 of an Ed25519 key up to its 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4'
const YEARS = 10

interface Pair {
  readonly pkcs8: Buffer
  readonly keys: { readonly privateKey: webcrypto.CryptoKey; readonly publicKey: webcrypto.CryptoKey }
}

/**
 * From the same seed and time the same credential: Ed25519 signatures are deterministic, and nothing else is drawn.
 * @param since from when on it is valid, ISO 8601
 */
export async function createCredential(seed: string, since: string): Promise<Credential> {
  const [root, leaf] = await Promise.all([pairOf(seed, 'root'), pairOf(seed, 'leaf')])
  const notBefore = new Date(Math.floor(Date.parse(since) / 1000) * 1000)
  const notAfter = new Date(notBefore)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS)
  const issuer = 'CN=Fixative job root'
  const identifier = await SubjectKeyIdentifierExtension.create(root.keys.publicKey, false, webcrypto)
  const common = { notBefore, notAfter, signingAlgorithm: ED25519, signingKey: root.keys.privateKey }
  const rootCertificate = await X509CertificateGenerator.create(
    {
      ...common,
      serialNumber: serialOf(seed, 'root'),
      subject: issuer,
      issuer,
      publicKey: root.keys.publicKey,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        identifier,
      ],
    },
    webcrypto,
  )
  const certificate = await X509CertificateGenerator.create(
    {
      ...common,
      serialNumber: serialOf(seed, 'leaf'),
      subject: 'CN=Fixative job,O=Fixative',
      issuer,
      publicKey: leaf.keys.publicKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([EMAIL_PROTECTION], false),
        await SubjectKeyIdentifierExtension.create(leaf.keys.publicKey, false, webcrypto),
        await AuthorityKeyIdentifierExtension.create(root.keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  )
  return {
    privateKey: new Uint8Array(leaf.pkcs8),
    certificate: new Uint8Array(certificate.rawData),
    root: new Uint8Array(rootCertificate.rawData),
  }
}

async function pairOf(seed: string, role: 'root' | 'leaf'): Promise<Pair> {
  const secret = Buffer.from(hkdfSync('sha256', seed, '', `fixative c2pa ${role} key`, 32))
  const pkcs8 = Buffer.concat([PKCS8, secret])
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ED25519, true, ['sign'])
  const { x } = await webcrypto.subtle.exportKey('jwk', privateKey)
  const publicKey = await webcrypto.subtle.importKey('raw', Buffer.from(x!, 'base64url'), ED25519, true, ['verify'])
  return { pkcs8, keys: { privateKey, publicKey } }
}

function serialOf(seed: string, role: string): string {
  return Buffer.from(hkdfSync('sha256', seed, '', `fixative c2pa ${role} serial`, 8))
    .toString('hex')
    .replace(/^./, '4')
}
