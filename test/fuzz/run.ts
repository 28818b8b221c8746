/**
 * npm run fuzz [-- --images N --certificates N --seed TEXT --keep FOLDER]: damaged pictures and certificates, 10,000 of
 * each unless told otherwise. Prints one JSON object; exit code 1 when there are findings.
 */
import { parseArgs } from 'node:util'
import { fuzzCertificates } from './certificates.js'
import { fuzzImages } from './images.js'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '10000' },
    certificates: { type: 'string', default: '10000' },
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
const report = { seed: values.seed, certificates, images, seconds: Math.round((performance.now() - started) / 1000) }
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
process.exitCode = certificates.findings.length + images.findings.length > 0 ? 1 : 0
