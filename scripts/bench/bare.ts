/**
 * Seconds that sharp takes to decode a picture and encode it again, and nothing else: median of `runs`, after one to warm
 * up. As in a worker there is one thread, and nothing is kept from one run to the next.
 *
 *   tsx bare.ts FROM TO FORMAT OPTIONS-AS-JSON RUNS
 */
import sharp, { type OutputOptions } from 'sharp'
import { seconds } from './figures.js'

const [from, to, format, options, runs] = process.argv.slice(2) as [string, string, 'jpeg' | 'png', string, string]
sharp.concurrency(1)
sharp.cache(false)
const encoding = JSON.parse(options) as OutputOptions
console.log(await seconds(() => sharp(from).toFormat(format, encoding).toFile(to), Number(runs)))
