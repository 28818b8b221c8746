/** The recipes of the runs: which nets attackers train, and at which size they see the pictures. */
import { keyedRandom } from '../random/random.js'
import type { ArchitectureName } from '../surrogate/architecture.js'

const NETS: readonly ArchitectureName[] = ['compact', 'vgg']

export interface Recipe {
  readonly architecture: ArchitectureName
  readonly resolution: number
}

/**
 * Every net at the working resolution, for which the noise is made. One that sees pictures at half of it does not see the
 * finer carriers; the stress test has a row for that.
 */
export function recipesFor(resolution: number): Recipe[] {
  return NETS.map((architecture) => ({ architecture, resolution }))
}

/** The recipe of a run, an index: drawn by lot, so that the runs are independent draws of one distribution. */
export function recipeOf(seed: string, run: number, recipes: number): number {
  return keyedRandom(seed, 'recipe', run).integer(recipes)
}
