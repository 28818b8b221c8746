/**
 * The seeds that a job's seed is split into, each named for what it is drawn for: no two purposes share random numbers,
 * and none depends on the order in which the work is done.
 */
export const jobSeeds = {
  /** The noise: carriers, passes, and the online surrogate. */
  learn: (seed: string): string => `${seed}/learn`,
  /** A surrogate of the certificate. */
  fit: (seed: string, surrogate: string): string => `${seed}/fit/${surrogate}`,
  /** The weight noise of the certificate's draws; the same for both surrogates, and when it is checked again. */
  draws: (seed: string): string => `${seed}/draws`,
  /** The lot of the attackers' recipes. */
  runs: (seed: string): string => `${seed}/runs`,
  /** One attacker's own draws. */
  run: (runs: string, side: string, number: number): string => `${runs}/${side}/${number}`,
  stress: (seed: string): string => `${seed}/stress`,
  /** The head that is fitted anew to a stress test's net. */
  refit: (attack: string): string => `${attack}/refit`,
} as const
