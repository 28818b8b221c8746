import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../core/settings.js'
import { ItemFile } from '../storage/item-file.js'
import { createRecord, openJournal, readProgress, readRecord, type JournalEntry } from './journal.js'
import { openStorage, type JobFolder } from '../storage/folders.js'

let root: string
let folder: JobFolder
const record = {
  id: 'job',
  tool: '0.1.0',
  createdAt: '2026-01-01T00:00:00Z',
  input: '/in',
  output: '/out',
  mount: null,
  settings: DEFAULT_SETTINGS,
  again: false,
  channel: null,
  seed: 'abc',
}
const broken = { ok: false, reason: 'The file is empty.' } as const
const read = (first: number): JournalEntry => ({ kind: 'read', first, items: [broken, broken] })

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fixative-journal-'))
  folder = openStorage(root).job('job')
  await createRecord(folder, record)
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

describe('journal', () => {
  it('knows after a restart what was finished', async () => {
    const journal = await openJournal(folder)
    await Promise.all([
      journal.append(read(0)),
      journal.append({ kind: 'exported', index: 7, result: broken }),
      journal.append({ kind: 'stage', stage: 'scan', seconds: 1.5 }),
    ])
    await journal.close()
    const progress = await readProgress(folder)
    expect([...progress.read.keys()]).toEqual([0, 1])
    expect(progress.exported).toEqual(new Map([[7, broken]]))
    expect([...progress.stages]).toEqual(['scan'])
    expect(progress.seconds).toBe(1.5)
    expect(await readRecord(folder)).toEqual({ version: 1, ...record })
  })

  it('forgets a line that was cut off, and goes on after it', async () => {
    const journal = await openJournal(folder)
    await journal.append(read(0))
    await journal.close()
    appendFileSync(folder.file('journal.jsonl'), '{"kind":"read","first":9,"ite')
    const again = await openJournal(folder)
    expect(again.progress.read.size).toBe(2)
    await again.append(read(2))
    await again.close()
    expect((await readProgress(folder)).read.size).toBe(4)
    expect(readFileSync(folder.file('journal.jsonl'), 'utf8')).not.toContain('"ite{')
  })

  it('names the line that is damaged', async () => {
    const journal = await openJournal(folder)
    await journal.append(read(0))
    await journal.close()
    appendFileSync(folder.file('journal.jsonl'), '{"kind":"read"}\n')
    await expect(openJournal(folder)).rejects.toMatchObject({
      code: 'job-damaged',
      message: expect.stringContaining('line 2') as string,
    })
  })

  it('refuses settings that somebody edited into nonsense', async () => {
    const text = readFileSync(folder.file('job.json'), 'utf8')
    writeFileSync(folder.file('job.json'), text.replace('"draws":1000', '"draws":-5'))
    await expect(readRecord(folder)).rejects.toMatchObject({ code: 'job-damaged' })
  })

  it('keeps items of a raw file in their places', async () => {
    const file = await ItemFile.open(folder.file('x.u8'), 2)
    await file.write(2, Uint8Array.of(5, 6))
    await file.write(0, Uint8Array.of(1, 2))
    await expect(file.write(1, Uint8Array.of(1))).rejects.toThrow(RangeError)
    await file.sync()
    await file.close()
    const again = await ItemFile.open(folder.file('x.u8'), 2)
    await again.write(1, Uint8Array.of(3, 4))
    await again.close()
    expect([...readFileSync(folder.file('x.u8'))]).toEqual([1, 2, 3, 4, 5, 6])
  })
})
