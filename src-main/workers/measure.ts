/** How fast an engine is on this machine, and whether it computes what the CPU computes. */
import { keyedRandom } from '../core/random/random.js'
import { FixativeError } from '../core/errors.js'
import { architectureFor, layoutSize, parameterLayout } from '../core/surrogate/architecture.js'
import { initialState } from '../core/surrogate/initialise.js'
import type { Batch, ProgramSpec, SurrogateProgram } from '../engines/engine.js'
import { engineFor } from './programs.js'
import type { TaskInput, TaskOutput } from './tasks.js'

/** What is measured: the default surrogate on the default resolution. */
export const MEASURED: ProgramSpec = { architecture: architectureFor('compact', 32), classes: 10, resolution: 32 }
const TRAIN_BATCH = 64
const EVALUATE_BATCH = 100
/** Each kind of work is repeated for so long, milliseconds, after once to warm up. */
const ENOUGH = 600
/** A machine that needs longer for one step, milliseconds, is not asked for a second one. */
const TOO_SLOW = 3000
const CHECKED: ProgramSpec = { architecture: architectureFor('compact', 8), classes: 4, resolution: 8 }
const CHECK_BATCH = 16
/** Largest difference of a step's result from the CPU's, as a share of how far the step moves. */
const TOLERANCE = 1e-2

/**
 * @throws FixativeError `device-wrong` when a training step does not come out as on the CPU; as `engineFor`.
 */
export async function measure({ engine: name }: TaskInput<'measure'>): Promise<TaskOutput<'measure'>> {
  const engine = await engineFor(name)
  if (name !== 'cpu') await compareWithCpu(await engine.load(CHECKED), engine.device)
  const program = await engine.load(MEASURED)
  try {
    return { name: engine.device, software: engine.software, ...(await rates(program)) }
  } finally {
    await program.dispose()
  }
}

function randomBatch(count: number, { classes, resolution }: ProgramSpec): Batch {
  const random = keyedRandom('measure', 'pictures')
  const images = Float32Array.from({ length: count * 3 * resolution ** 2 }, () => random.uniform())
  return { images, labels: Int32Array.from({ length: count }, (_, i) => i % classes) }
}

async function compareWithCpu(program: SurrogateProgram, device: string): Promise<void> {
  const cpu = await (await engineFor('cpu')).load(CHECKED)
  const from = initialState(CHECKED.architecture, CHECKED.classes, 'measure')
  const step = { batch: randomBatch(CHECK_BATCH, CHECKED), learningRate: 0.1 }
  const after = async (trained: SurrogateProgram): Promise<Float32Array> => {
    const training = trained.train(from)
    try {
      await training.step(step)
      return (await training.state()).parameters
    } finally {
      training.dispose()
      await trained.dispose()
    }
  }
  const [expected, found] = [await after(cpu), await after(program)]
  let [moved, differs] = [0, 0]
  expected.forEach((value, i) => {
    moved += (value - from.parameters[i]!) ** 2
    differs += (value - found[i]!) ** 2
  })
  if (Math.sqrt(differs) <= TOLERANCE * Math.sqrt(moved)) return
  const message = `${device} does not compute the same as the processor.`
  throw new FixativeError('device-wrong', message, 'Update its driver, or choose the engine cpu.')
}

/** Pictures a second: training with weight noise, image gradient, evaluation with fresh weights. */
async function rates(program: SurrogateProgram) {
  const from = initialState(MEASURED.architecture, MEASURED.classes, 'measure')
  const noise = new Float32Array(layoutSize(parameterLayout(MEASURED.architecture, MEASURED.classes)))
  const draw = (key: number) => keyedRandom('measure', 'noise', key).fillGaussian(noise, 0.05)
  const trained = randomBatch(TRAIN_BATCH, MEASURED)
  const evaluated = randomBatch(EVALUATE_BATCH, MEASURED)
  const training = program.train(from)
  try {
    const train = await perSecond(TRAIN_BATCH, async (i) => {
      await training.step({ batch: trained, learningRate: 0.01, perturbation: draw(i) })
    })
    const gradient = await perSecond(EVALUATE_BATCH, async (i) => {
      draw(i)
      await program.imageGradient({ parameters: noise, statistics: from.statistics }, evaluated)
    })
    const evaluate = await perSecond(EVALUATE_BATCH, async (i) => {
      draw(i)
      await program.correct({ parameters: noise, statistics: from.statistics }, [evaluated])
    })
    return { train, gradient, evaluate }
  } finally {
    training.dispose()
  }
}

async function perSecond(count: number, work: (i: number) => Promise<void>): Promise<number> {
  const timed = async (i: number): Promise<number> => {
    const start = performance.now()
    await work(i)
    return performance.now() - start
  }
  const first = await timed(0)
  // The first time includes compiling; on a slow device it is all there is.
  if (first > TOO_SLOW) return (1000 * count) / first
  let [elapsed, times] = [0, 0]
  while (elapsed < ENOUGH) elapsed += await timed(++times)
  return (1000 * count * times) / elapsed
}
