/** Trains a surrogate on what was written and one on the originals, and tries both on the held-out originals. */
import { jobSeeds } from '../../core/random/job-seeds.js'
import type { Progress } from '../../core/job-events.js'
import { certify } from '../../core/certify/certify.js'
import { chanceOf } from '../../core/certify/chance.js'
import { RUN_STEPS } from '../../core/certify/runs.js'
import { type Certification, DEFINITION, type Runs } from '../../core/certificate/schema.js'
import { NOT_CERTIFIED, countsOf, notCertifiable } from '../../core/certify/holdout.js'
import { scoresOf } from '../../core/certificate/verify.js'
import { FIT_STEPS } from '../../core/protect/schedule.js'
import { layoutSize, parameterLayout } from '../../core/surrogate/architecture.js'
import type { Dataset } from '../../workers/tasks.js'
import { drawCheckpoint, fitCheckpoint } from '../training/checkpoints.js'
import { type Job, both } from '../job.js'
import { FIT_SIGMA, datasetOf, keyOf, programOf, smoothingOf } from '../plan.js'
import type { RunTask } from '../work.js'
import { drawScores } from '../training/draw.js'
import { EXPORTED_FILE, type ExportedImage } from './export.js'
import { type Fitted, fitSurrogate } from '../training/fit.js'
import type { LabelledImage } from './label.js'
import { type RunsImages, runsOf, runsStage } from '../training/runs.js'
import type { Split } from './split.js'
import { ORIGINALS_FILE } from './thumbnails.js'

export type ModelName = 'protected' | 'control'
type Attackers = Runs['protected']
export const surrogateFile = (name: ModelName): string => `surrogate-${name}.bin`
export const drawsFile = (name: ModelName): string => `draws-${name}.json`

const NORMALISATION = 'batch normalisation with frozen statistics, which the weight noise does not touch'

export type CertificationOutcome =
  | { readonly certification: Certification; readonly reason: string }
  | { readonly certification: null; readonly reason: string }

/** A control that was begun while the noise was being learnt. */
export interface EarlyControl {
  readonly key: string
  readonly fitted: Promise<Fitted>
  /** The attackers on the originals; null: none are wanted. */
  readonly attackers: Promise<Attackers> | null
}

/** Begins to train the control on workers that have nothing better to do: it needs nothing but the originals. */
export function beginControl(job: Job, classes: number, { train, test }: Pick<Split, 'train' | 'test'>): EarlyControl {
  const { resolution, runs } = job.record.settings
  const dataset = datasetOf(job.folder, ORIGINALS_FILE, resolution, train)
  const fitted = fit(job, job.runLater, 'control', classes, dataset, () => undefined)
  const images = { file: ORIGINALS_FILE, train, originals: ORIGINALS_FILE, test }
  const attackers = runs === 0 ? null : fitted.then(() => runsStage(job, 'control', classes, images, () => undefined))
  // Whoever awaits them gets the error; until then it must not count as unhandled.
  fitted.catch(() => undefined)
  attackers?.catch(() => undefined)
  return { key: controlKey(train, test), fitted, attackers }
}

const controlKey = (...sets: readonly (readonly LabelledImage[])[]): string =>
  keyOf(
    ...sets.flatMap((set) => [Int32Array.from(set, ({ item }) => item), Int32Array.from(set, ({ label }) => label)]),
  )

/** Waits until nothing that was begun early writes any more. */
export async function endControl(control: EarlyControl | null): Promise<void> {
  await Promise.allSettled([control?.fitted, control?.attackers])
}

function fit(
  job: Job,
  run: RunTask,
  name: ModelName,
  classes: number,
  dataset: Dataset,
  progress: Progress,
): Promise<Fitted> {
  const { record, folder, context } = job
  const { settings, seed } = record
  const { fitSteps, batchSize } = context.effort ?? {}
  const key = keyOf(seed, name, dataset.items, dataset.labels)
  return fitSurrogate(
    run,
    {
      program: programOf(settings, classes),
      dataset,
      seed: jobSeeds.fit(seed, name),
      sigma: FIT_SIGMA,
      batchSize,
      untilFitted: name === 'protected' && fitSteps === undefined,
      ...(fitSteps === undefined ? {} : { firstAttempt: fitSteps }),
    },
    fitCheckpoint(folder, surrogateFile(name), key),
    progress,
  )
}

/** Held-out originals and training pictures of which a protected file exists. */
export function certifiedSplit(
  exported: readonly ExportedImage[],
  split: Split,
): { train: ExportedImage[]; test: ExportedImage[] } {
  const held = new Set(split.test.map(({ item }) => item))
  return {
    train: exported.filter(({ item }) => !held.has(item)),
    test: exported.filter(({ item }) => held.has(item)),
  }
}

export async function certifyStage(
  job: Job,
  classes: readonly string[],
  exported: readonly ExportedImage[],
  split: Split,
  control: EarlyControl | null,
  progress: (unit: string) => Progress,
): Promise<CertificationOutcome> {
  if (split.notCertified) return { certification: null, reason: NOT_CERTIFIED[split.notCertified] }
  const labels = exported.map(({ label }) => label)
  // Pictures that could not be written may have left too few.
  const reason = notCertifiable(countsOf(classes.length, labels))
  const { train, test } = certifiedSplit(exported, split)
  if (reason !== null || test.length === 0)
    return { certification: null, reason: NOT_CERTIFIED[reason ?? 'few-images'] }

  const { record, folder } = job
  const { settings, seed } = record
  const { resolution, draws, q, confidence } = settings
  const [written, originals, heldOut] = [
    datasetOf(folder, EXPORTED_FILE, resolution, train),
    datasetOf(folder, ORIGINALS_FILE, resolution, train),
    datasetOf(folder, ORIGINALS_FILE, resolution, test),
  ]
  const program = programOf(settings, classes.length)
  const smoothing = smoothingOf(settings)
  const counters = countUp(draws, settings.runs, job.context.effort?.fitSteps ?? FIT_STEPS, progress('step'))

  const early = control?.key === controlKey(train, test) ? control : null
  // A control of other pictures (some could not be written) is of no use, but it must not write any more.
  if (!early) await endControl(control)
  const measure = async (name: ModelName, training: Promise<Fitted>) => {
    const { model, trainAccuracy } = await training
    counters.fitted(name)
    const key = keyOf(seed, name, written.items, heldOut.items, heldOut.labels, draws, smoothing.sigma)
    const [correct, clean] = await Promise.all([
      // Behind the training of the other surrogate, which is one long chain of steps.
      drawScores(
        job.runLater,
        { program, dataset: heldOut, model, smoothing, seed: jobSeeds.draws(seed), draws },
        drawCheckpoint(folder, drawsFile(name), key),
        (done) => counters.drawn(name, done),
      ),
      job.run('correct', { program, dataset: heldOut, model }),
    ])
    return { trainAccuracy, cleanAccuracy: clean / test.length, correct: [...correct] }
  }
  const follow = (name: ModelName) => (done: number, total: number) => counters.trained(name, done, total)
  const attack = async (name: ModelName, images: RunsImages): Promise<Attackers> => {
    if (settings.runs === 0) return []
    const begun = name === 'control' ? await early?.attackers : null
    if (!begun) return runsStage(job, name, classes.length, images, (done) => counters.ran(name, done))
    counters.ran(name, begun.length)
    return begun
  }
  const [[protectedScores, controlScores], attackers] = await both(
    job,
    both(
      job,
      measure('protected', fit(job, job.run, 'protected', classes.length, written, follow('protected'))),
      measure('control', early?.fitted ?? fit(job, job.run, 'control', classes.length, originals, follow('control'))),
    ),
    both(
      job,
      attack('protected', { file: EXPORTED_FILE, train, originals: ORIGINALS_FILE, test }),
      attack('control', { file: ORIGINALS_FILE, train, originals: ORIGINALS_FILE, test }),
    ),
  )
  const sides = { protected: attackers[0], control: attackers[1] }
  const runs = settings.runs === 0 ? null : runsOf(job, classes.length, test.length, sides)

  const certified = certify({
    protectedCorrect: protectedScores.correct,
    controlCorrect: controlScores.correct,
    testImages: test.length,
    protectedTrainAccuracy: protectedScores.trainAccuracy,
    q,
    sigma: smoothing.sigma,
    confidence,
    runs: runs && scoresOf(runs),
  })
  const certification: Certification = {
    definition: DEFINITION,
    surrogate: {
      architecture: settings.surrogate,
      parameters: layoutSize(parameterLayout(program.spec.architecture, classes.length)),
      normalisation: NORMALISATION,
    },
    smoothing,
    q,
    draws,
    confidence,
    trainImages: train.length,
    testImages: test.length,
    chance: chanceOf(test),
    protected: { ...protectedScores, curve: certified.protectedCurve },
    control: { ...controlScores, curve: certified.controlCurve },
    headline: certified.headline,
    runs,
    verdict: certified.verdict,
  }
  return { certification, reason: certified.reason }
}

/**
 * One count for two trainings, two series of draws and the runs of both; a step of training and a draw take about as
 * long.
 */
function countUp(draws: number, runs: number, fitSteps: number, progress: Progress) {
  const side = { steps: 0, of: fitSteps, drawn: 0, ran: 0 }
  const state = { protected: { ...side }, control: { ...side } }
  const tell = (): void => {
    const both = [state.protected, state.control]
    const done = both.reduce((sum, { steps, drawn, ran }) => sum + steps + drawn + ran * RUN_STEPS, 0)
    progress(
      done,
      both.reduce((sum, { of }) => sum + of + draws + runs * RUN_STEPS, 0),
    )
  }
  tell()
  return {
    trained(name: ModelName, steps: number, of: number) {
      // A training that starts over with more steps begins at 0 again; what was done stays done.
      Object.assign(state[name], { steps: Math.max(steps, state[name].steps), of })
      tell()
    },
    fitted(name: ModelName) {
      state[name].steps = state[name].of
      tell()
    },
    drawn(name: ModelName, drawn: number) {
      state[name].drawn = drawn
      tell()
    },
    ran(name: ModelName, ran: number) {
      state[name].ran = ran
      tell()
    },
  }
}
