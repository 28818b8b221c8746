/** For tests: what an export asks for when nothing is to be changed but the pixels. */
export const AS_IT_IS = { format: 'keep', quality: null, metadata: 'keep', reserve: 'none' } as const
