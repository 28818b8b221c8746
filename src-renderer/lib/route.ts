/** The address of each screen: what stands after '#', so that reloading and the back key work. */
import type { ReportSource } from '../../src-shared/contract/index.js'

export type Route =
  | { screen: 'home' }
  | { screen: 'collection'; id: string }
  | { screen: 'strength'; id: string }
  | { screen: 'jobs' }
  | { screen: 'job'; id: string }
  | { screen: 'report'; source: ReportSource }
  | { screen: 'history' }
  | { screen: 'verify'; path: string | null }
  | { screen: 'settings' }

/** The address of a screen; starts with '#/'. */
export function addressOf(route: Route): string {
  const part = encodeURIComponent
  switch (route.screen) {
    case 'collection':
    case 'strength':
    case 'job':
      return `#/${route.screen}/${part(route.id)}`
    case 'report':
      return 'jobId' in route.source
        ? `#/report/job/${part(route.source.jobId)}`
        : `#/report/file/${part(route.source.path)}`
    case 'verify':
      return route.path === null ? '#/verify' : `#/verify/${part(route.path)}`
    case 'home':
      return '#/'
    default:
      return `#/${route.screen}`
  }
}

/** The screen of an address; anything unknown is home. */
export function routeOf(address: string): Route {
  const [screen, ...rest] = address
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode)
  const [first, second] = rest
  if ((screen === 'collection' || screen === 'strength' || screen === 'job') && first) return { screen, id: first }
  if (screen === 'report' && first === 'job' && second) return { screen, source: { jobId: second } }
  if (screen === 'report' && first === 'file' && second) return { screen, source: { path: second } }
  if (screen === 'verify') return { screen, path: first || null }
  if (screen === 'jobs' || screen === 'history' || screen === 'settings') return { screen }
  return { screen: 'home' }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
