import { mount } from 'svelte'
import { createClient } from '../src-shared/contract/index.js'
import App from './App.svelte'
import Broken from './components/Broken.svelte'
import { readable } from './state/notices.svelte.ts'
import { Session } from './state/session.svelte.ts'
import './styles/tokens.css'
import './styles/base.css'
import { findTransport } from './transport.ts'

const target = document.getElementById('app')!

try {
  const client = createClient(findTransport(() => location.reload()))
  const [info, settings] = await Promise.all([client.request('app.info', {}), client.request('settings.get', {})])
  const session = new Session(client, info, settings)
  void session.jobs.load()
  mount(App, { target, props: { session } })
} catch (error) {
  mount(Broken, { target, props: readable(error) })
}
