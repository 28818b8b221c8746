/** What can compute the surrogates, slowest first as a rule. */
export const ENGINES = ['cpu', 'webgpu', 'cuda'] as const
export type EngineName = (typeof ENGINES)[number]
