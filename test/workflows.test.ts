/** The workflows on GitHub, as far as they can be checked without running there. */
import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { loadYaml } from './support/builder.js'
import { filesBelow, read } from './support/sources.js'

interface Step {
  readonly uses?: string
  readonly run?: string
}
interface Job {
  readonly steps: readonly Step[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes': number
  readonly strategy?: { readonly matrix: { readonly include?: readonly { readonly args: string }[] } }
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}
const workflow = (file: string): Workflow => loadYaml(read(file)) as Workflow

describe.each(filesBelow('.github/workflows', ['.yml']))('%s', (file) => {
  const { permissions, jobs } = workflow(file)
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  it('uses actions by their commit, and may no more than read unless a job says so', () => {
    expect(steps.length).toBeGreaterThan(3)
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
    expect(permissions).toEqual({ contents: 'read' })
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  it('runs scripts that there are', () => {
    const named = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!))
    expect(named.length).toBeGreaterThan(0)
    for (const name of named) expect(Object.keys(packageJson.scripts)).toContain(name)
  })
})

describe('a release', () => {
  const { build, draft } = workflow('.github/workflows/release.yml').jobs as Readonly<Record<'build' | 'draft', Job>>

  it('is built for every system and processor that electron-builder.yml names', () => {
    const packages = loadYaml(read('electron-builder.yml')) as Record<
      'win' | 'mac' | 'linux',
      { target: { arch: string[] }[] }
    >
    const named = (['linux', 'win', 'mac'] as const).flatMap((system) =>
      [...new Set(packages[system].target.flatMap(({ arch }) => arch))].map((arch) => `--${system} --${arch}`),
    )
    expect(build.strategy?.matrix.include?.map(({ args }) => args)).toEqual(named)
  })

  it('is a draft with checksums, provenance and a list of what it is made of', () => {
    const text = draft.steps.map(({ run = '', uses = '' }) => `${run} ${uses}`).join('\n')
    for (const part of [
      '--draft',
      'SHA256SUMS',
      'attest-build-provenance@',
      'npm sbom --sbom-format cyclonedx',
      'scripts/manifests.ts',
    ]) {
      expect(text).toContain(part)
    }
    expect(draft.permissions).toEqual({ contents: 'write', 'id-token': 'write', attestations: 'write' })
  })
})
