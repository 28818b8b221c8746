/**
 * A C2PA manifest that forbids training and data mining (CAWG Training and Data Mining assertion 1.1), in JPEG and PNG.
 * The same picture, credential and id give the same bytes.
 */
import { X509Certificate } from '@peculiar/x509'
import { JPEG, PNG } from '@trustnxt/c2pa-ts/asset'
import { CoseAlgorithmIdentifier, LocalSigner } from '@trustnxt/c2pa-ts/cose'
import {
  ActionAssertion,
  ActionType,
  CAWGTrainingAndDataMiningKey,
  DataHashAssertion,
  DigitalSourceType,
  ManifestStore,
  TrainingAndDataMiningAssertion,
  TrainingAndDataMiningChoice,
} from '@trustnxt/c2pa-ts/manifest'
import type { ManifestFacts } from './c2pa-id.js'

/** @throws what the library throws for a file whose structure it cannot follow */
export async function withManifest(encoded: Buffer, format: 'jpeg' | 'png', facts: ManifestFacts): Promise<Buffer> {
  const { credential, id, version } = facts
  const asset = format === 'jpeg' ? new JPEG(encoded) : new PNG(encoded)
  const { privateKey, certificate, root } = credential
  const signer = new LocalSigner(privateKey, CoseAlgorithmIdentifier.Ed25519, new X509Certificate(certificate), [
    new X509Certificate(root),
  ])
  const store = new ManifestStore()
  const manifest = store.createManifest({
    assetFormat: `image/${format}`,
    instanceID: `xmp:iid:${id}`,
    defaultHashAlgorithm: 'SHA-256',
    signer,
  })
  // The library draws one at random.
  manifest.label = `urn:uuid:${id}`
  manifest.claim!.claimGeneratorName = 'fixative'
  manifest.claim!.claimGeneratorVersion = version
  const hash = DataHashAssertion.create('SHA-256')
  manifest.addAssertion(hash)
  const mining = new TrainingAndDataMiningAssertion()
  const notAllowed = { choice: TrainingAndDataMiningChoice.NotAllowed }
  for (const key of Object.values(CAWGTrainingAndDataMiningKey)) mining.entries[key] = notAllowed
  manifest.addAssertion(mining)
  const actions = new ActionAssertion()
  actions.actions.push({
    action: ActionType.C2paCreated,
    digitalSourceType: DigitalSourceType.AlgorithmicallyEnhanced,
  })
  manifest.addAssertion(actions)
  await asset.ensureManifestSpace(store.measureSize())
  await hash.updateWithAsset(asset)
  await manifest.sign(signer)
  await asset.writeManifestJUMBF(store.getBytes())
  return Buffer.from(await asset.getDataRange())
}
