/** The recipes of the runs: which nets attackers train, and at which sizes they see the pictures. */
import { keyedRandom } from '../random/random.js'
import type { ArchitectureName } from '../surrogate/architecture.js'

const NETS: readonly ArchitectureName[] = ['compact', 'vgg']

export interface Recipe {
  readonly architecture: ArchitectureName
  readonly resolution: number
}

/** Every net at the working resolution and at half of it. */
export function recipesFor(resolution: number): Recipe[] {
  return NETS.flatMap((architecture) => [
    { architecture, resolution },
    { architecture, resolution: resolution / 2 },
  ])
}

/** The recipe of a run, an index: drawn by lot, so that the runs are independent draws of one distribution. */
export function recipeOf(seed: string, run: number, recipes: number): number {
  return keyedRandom(seed, 'recipe', run).integer(recipes)
}
