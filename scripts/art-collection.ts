/**
 * A collection of flat drawings for measurements: 8 × 60 pictures of Debian's package openclipart-png, most of them on a
 * transparent ground. Copies of the same file count once.
 *
 *   npx tsx scripts/art-collection.ts DIR
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { firstOfCopies } from './copies.js'

const SOURCE = '/usr/share/openclipart/png'
const KINDS = ['animals', 'buildings', 'food', 'transportation', 'people', 'plants', 'recreation', 'tools']
const EACH = 60
/** Smaller files hold little more than a line. */
const FEWEST_BYTES = 4_000

const [folder] = process.argv.slice(2)
if (!folder || !existsSync(SOURCE)) {
  console.error('Give a folder: npx tsx scripts/art-collection.ts DIR. Needs: apt-get install openclipart-png')
  process.exit(2)
}

/** Whether a picture is neither a thumbnail nor larger than people publish. */
async function fits(path: string): Promise<boolean> {
  if (statSync(path).size <= FEWEST_BYTES) return false
  const { width, height } = await sharp(path, { limitInputPixels: false }).metadata()
  return Math.min(width, height) >= 100 && Math.max(width, height) <= 1_600
}

const isNew = firstOfCopies()
for (const kind of KINDS) {
  const files = readdirSync(join(SOURCE, kind), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.png'))
    .sort()
  const fitting: string[] = []
  for (const path of files) {
    const whole = join(SOURCE, kind, path)
    if ((await fits(whole)) && isNew(whole)) fitting.push(path)
  }
  if (fitting.length < EACH) throw new Error(`only ${fitting.length} drawings in ${kind}`)
  mkdirSync(join(folder, kind), { recursive: true })
  for (let i = 0; i < EACH; i++) {
    const path = fitting[Math.floor((i * fitting.length) / EACH)]!
    copyFileSync(join(SOURCE, kind, path), join(folder, kind, `${String(i).padStart(3, '0')}-${basename(path)}`))
  }
}
console.log(`${KINDS.length} × ${EACH} pictures in ${folder}`)
