/** Modules of the program itself, by their path below src-main/. */
import { register } from 'tsx/esm/api'

register()
export const source = (path) => import(new URL(`../../src-main/${path}`, import.meta.url).href)
