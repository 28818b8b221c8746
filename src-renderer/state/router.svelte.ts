/** Which screen is shown, as the address says. */
import { addressOf, routeOf, type Route } from '../lib/route.ts'

export class Router {
  /** Rises when the same screen is asked for again. */
  visit = $state(0)
  route = $state.raw<Route>({ screen: 'home' })

  constructor() {
    this.route = routeOf(location.hash)
    addEventListener('hashchange', () => {
      this.route = routeOf(location.hash)
    })
  }

  /** Shows a screen; from its beginning when it is the one that is shown. */
  go(route: Route): void {
    if (location.hash === addressOf(route)) this.visit += 1
    else location.hash = addressOf(route)
  }
}
