/** What many requests and answers are made of. */
import { z } from 'zod'

export const id = z.string().min(1).max(100)
export const path = z.string().min(1).max(32_768)
export const text = z.string().max(2_000)
export const count = z.int().min(0)
export const nothing = z.strictObject({})
/** What the user is told: an error, or a warning. */
export const notice = z.strictObject({ code: z.string(), message: z.string(), hint: z.string() })
export const problem = z.strictObject({ path: z.string(), reason: z.string() })
