/** How much a job computes, and how long that takes at a measured speed. */
import { heldOut } from '../core/certify/holdout.js'
import {
  FIT_BATCH,
  FIT_STEPS,
  LEARN_BATCH,
  roundBudget,
  stepsPerRound,
  warmUpRounds,
} from '../core/protect/schedule.js'
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.js'
import { recipesFor } from '../core/certify/recipes.js'
import { RUN_STEPS } from '../core/certify/runs.js'
import { architectureFor, network, unitConvolutions } from '../core/surrogate/architecture.js'

const SURROGATES = 2
/** A forward and a backward pass cost about three forward passes. */
const TRAIN_PASSES = 3

/** Pictures that pass through a surrogate, by what is done with them. */
interface Workload {
  /** Training of the online surrogate. */
  readonly learn: number
  /** Gradients of the pictures for the noise. */
  readonly gradient: number
  /** Training of the surrogates of the certificate. */
  readonly fit: number
  readonly evaluate: number
  /** Training of the attackers. */
  readonly attack: number
}

/** Pictures a second of the default surrogate at the default resolution, in one process. */
export interface Rates {
  readonly train: number
  readonly gradient: number
  readonly evaluate: number
}

function workload(images: number, { certify, draws, runs }: Settings): Workload {
  const held = heldOut(images)
  const rounds = roundBudget(images - held)
  return {
    learn: (warmUpRounds(rounds) + rounds) * stepsPerRound(images - held) * LEARN_BATCH,
    gradient: rounds * images,
    fit: certify ? SURROGATES * FIT_STEPS * FIT_BATCH : 0,
    evaluate: certify ? SURROGATES * draws * held : 0,
    attack: certify ? SURROGATES * runs * RUN_STEPS * FIT_BATCH : 0,
  }
}

/** Multiply-adds of a whole job. */
export function operations(images: number, settings: Settings): number {
  const { learn, gradient, fit, evaluate, attack } = workload(images, settings)
  const surrogate = forwardOperations(settings) * ((learn + gradient + fit) * TRAIN_PASSES + evaluate)
  return surrogate + attackerOperations(settings) * attack * TRAIN_PASSES
}

/**
 * Seconds that a job computes, without reading and writing pictures.
 * @param lanes processes that compute at the same time; training a surrogate is one chain of steps for one of them.
 */
export function computeSeconds(rates: Rates, lanes: number, images: number, settings: Settings): number {
  const { learn, gradient, fit, evaluate, attack } = workload(images, settings)
  const size = forwardOperations(settings) / forwardOperations(DEFAULT_SETTINGS)
  const alone = learn / rates.train + fit / (rates.train * Math.min(lanes, SURROGATES))
  const shared = (gradient / rates.gradient + evaluate / rates.evaluate) / lanes
  const attackers =
    ((attackerOperations(settings) / forwardOperations(DEFAULT_SETTINGS)) * attack) / rates.train / lanes
  return size * (alone + shared) + attackers
}

interface Sized extends Pick<Settings, 'surrogate'> {
  readonly resolution: number
}

/** The same of an attacker, on average over the recipes. */
function attackerOperations({ resolution }: Sized): number {
  const recipes = recipesFor(resolution)
  const each = recipes.map(({ architecture, resolution }) => forwardOperations({ surrogate: architecture, resolution }))
  return each.reduce((sum, operations) => sum + operations) / recipes.length
}

/** Multiply-adds of one forward pass of one picture. */
function forwardOperations({ surrogate, resolution }: Sized): number {
  const net = network(architectureFor(surrogate, resolution))
  let sum = 0
  let side: number = resolution
  for (const unit of net.units) {
    const convs = unitConvolutions(unit)
    // Only a unit's first convolution shrinks the side; a projection runs beside it.
    side = Math.ceil(side / (unit.kind === 'pool' ? 2 : convs[0]!.stride))
    for (const conv of convs) sum += side * side * conv.outChannels * conv.inChannels * conv.kernel ** 2
  }
  return sum
}
