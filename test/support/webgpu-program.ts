/** The conformance suite on WebGPU, in a process of its own: the adapter's driver is found when a process starts. */
import { type Conformance, adapterCases, conformance } from './conformance.js'
import { GPU_TARGET, OnnxProgram, onnxWebgpu } from '../../src-main/engines/onnx/engine.js'
import { ModelBuilder } from '../../src-main/engines/onnx/model.js'
import { openSession } from '../../src-main/engines/onnx/session.js'

/** What went wrong when a graph needs an operator that the provider does not have; empty: nothing, which is wrong. */
async function refusal(): Promise<string> {
  const model = new ModelBuilder()
  model.output('y', model.op('Sign', [model.input('x', [4])]), [4])
  try {
    await (await openSession(model.bytes(), 'webgpu')).release()
    return ''
  } catch (error) {
    return String(error)
  }
}

const { device, software } = await onnxWebgpu()
const differences: Conformance[] = []
for (const item of adapterCases) {
  const program = new OnnxProgram(item.spec, GPU_TARGET, 'webgpu')
  differences.push(await conformance(program, item))
  await program.dispose()
}
process.send!({ device, software, refusal: await refusal(), differences })
process.disconnect()
