/**
 * Seconds that sharp takes to decode a picture and encode it again, and nothing else: median of `runs`, after one to warm
 * up. As in a worker there is one thread, and nothing is kept from one run to the next.
 *
 *   node bare.js FROM TO FORMAT OPTIONS-AS-JSON RUNS
 */
import sharp from 'sharp'
import { median } from './figures.js'

const [from, to, format, options, runs] = process.argv.slice(2)
sharp.concurrency(1)
sharp.cache(false)
const times = []
for (let i = 0; i <= Number(runs); i++) {
  const start = performance.now()
  await sharp(from).toFormat(format, JSON.parse(options)).toFile(to)
  if (i > 0) times.push((performance.now() - start) / 1000)
}
console.log(median(times))
