import { expect, it } from 'vitest'
import { addressOf, routeOf, type Route } from './route.ts'

it('finds every screen again from its address', () => {
  const routes: Route[] = [
    { screen: 'home' },
    { screen: 'collection', id: 'a/b' },
    { screen: 'strength', id: '1' },
    { screen: 'jobs' },
    { screen: 'job', id: 'j 1' },
    { screen: 'report', source: { jobId: 'j' } },
    { screen: 'report', source: { path: '/pictures/ä #1/fixative-certificate.json' } },
    { screen: 'history' },
    { screen: 'verify', path: null },
    { screen: 'verify', path: 'C:\\pictures' },
    { screen: 'settings' },
  ]
  expect(routes.map((route) => routeOf(addressOf(route)))).toEqual(routes)
})

it('takes an unknown or broken address as home', () => {
  for (const address of ['', '#', '#/nowhere', '#/job', '#/job/%E0%A4%A', '#/report/job']) {
    expect(routeOf(address)).toEqual({ screen: 'home' })
  }
})
