/**
 * npm run fuzz [-- --images N --certificates N --properties N --seed TEXT --keep FOLDER]: damaged pictures and
 * certificates, and inputs of each property, 10,000 of each unless told otherwise. Prints one JSON object; exit code 1 when there are findings.
 */
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { fuzzCertificates } from './certificates.js'
import { fuzzImages } from './images.js'
import { counterexample, PROPERTIES } from './properties.js'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '10000' },
    certificates: { type: 'string', default: '10000' },
    properties: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
})
const numberOf = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text)
  throw new Error(`"${text}" is not a number of inputs`)
}
const started = performance.now()
const certificates = await fuzzCertificates(numberOf(values.certificates), values.seed)
const images = await fuzzImages(numberOf(values.images), values.seed, values.keep)
const properties = { inputs: numberOf(values.properties), findings: [] as { input: string; what: string }[] }
for (const [what, property] of Object.entries(PROPERTIES)) {
  const seed = createHash('sha256').update(values.seed).digest().readInt32BE()
  const found = properties.inputs > 0 ? await counterexample(property, properties.inputs, seed) : null
  if (found !== null) properties.findings.push({ input: found, what })
}
const report = {
  seed: values.seed,
  certificates,
  images,
  properties,
  seconds: Math.round((performance.now() - started) / 1000),
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
const findings = [certificates, images, properties].reduce((sum, each) => sum + each.findings.length, 0)
process.exitCode = findings > 0 ? 1 : 0
