/** Which screen is shown, as the address says. */
import { addressOf, routeOf, type Route } from '../lib/route.ts'

export class Router {
  route = $state.raw<Route>({ screen: 'home' })

  constructor() {
    this.route = routeOf(location.hash)
    addEventListener('hashchange', () => {
      this.route = routeOf(location.hash)
    })
  }

  go(route: Route): void {
    location.hash = addressOf(route)
  }
}
