/** One suite for every engine: each program against values frozen from PyTorch, with the differences printed. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients.js'
import { describe, expect, it, vi } from 'vitest'
import {
  type Conformance,
  MEASURES,
  adapterCases,
  conformance,
  conformanceCases,
  fullCases,
} from '../../test/support/conformance.js'
import { convolutionBlock } from './onnx/block.js'
import { OnnxProgram } from './onnx/engine.js'
import { noSoftwareAdapter, softwareAdapter } from '../../test/support/software-adapter.js'
import { TfjsProgram } from './tfjs/engine.js'

// The software adapter and the plain backend are slow, on a busy machine very much so.
vi.setConfig({ testTimeout: 600_000 })

/** Largest deviation from PyTorch, relative to the norm of each tensor. */
const TOLERANCE = 1e-3

function conforms(engine: string, differences: Conformance): void {
  const list = MEASURES.map((name) => `${name} ${differences[name].toPrecision(2)}`).join(', ')
  console.log(`${engine}: largest differences from PyTorch: ${list}`)
  for (const name of ['correct', 'frozen correct', 'input changed'] as const) expect(differences[name], name).toBe(0)
  for (const name of MEASURES) expect(differences[name], name).toBeLessThan(TOLERANCE)
}

const block = await convolutionBlock()

describe('engines compute what PyTorch computes', () => {
  const plain = conformanceCases.map((item) => ({ block: 1, item, name: item.name }))
  const blocked = [...conformanceCases, ...fullCases].map((item) => ({ block, item, name: item.name }))
  const onCpu = block === 1 ? blocked : [...plain, ...blocked]
  it.each(onCpu)('onnx-cpu, channel block $block, $name', async ({ block, item, name }) => {
    const program = new OnnxProgram(item.spec, { block, device: 'cpu' }, 'cpu')
    conforms(`onnx-cpu, channel block ${block}, ${name}`, await conformance(program, item))
    await program.dispose()
  })

  it.each(conformanceCases)('tfjs-cpu, $name, and no tensor is left behind', async (item) => {
    const program = new TfjsProgram(tf, item.spec)
    const before = tf.memory().numTensors
    conforms(`tfjs-cpu, ${item.name}`, await conformance(program, item))
    expect(tf.memory().numTensors).toBe(before)
  })

  it.skipIf(noSoftwareAdapter)(
    `onnx-webgpu on a software adapter, without a node on the CPU (${noSoftwareAdapter})`,
    async () => {
      const child = fork(fileURLToPath(new URL('../../test/support/webgpu-program.ts', import.meta.url)), {
        execArgv: ['--import', import.meta.resolve('tsx')],
        env: { ...process.env, ...softwareAdapter() },
      })
      interface Answer {
        device: string
        software: boolean
        refusal: string
        differences: Conformance[]
      }
      const { device, software, refusal, differences } = await new Promise<Answer>((resolve, reject) => {
        child.once('message', (answer) => resolve(answer as Answer))
        child.once('exit', (code, signal) => reject(new Error(`exit code ${code ?? signal}`)))
      }).finally(() => child.kill())
      expect(software).toBe(true)
      expect(device).toContain('swiftshader')
      // Were the CPU allowed to help, this session would open.
      expect(refusal).toMatch(/fallback|CPU/i)
      expect(differences).toHaveLength(adapterCases.length)
      adapterCases.forEach(({ name }, i) => conforms(`onnx-webgpu, ${name}`, differences[i]!))
    },
  )
})
