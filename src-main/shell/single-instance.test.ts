import { beforeEach, describe, expect, it, vi } from 'vitest'
import * as fake from '../../test/support/fakes/electron.js'
import { pathArgument, setupSingleInstance } from './single-instance.js'

beforeEach(fake.resetElectron)

describe('a second instance', () => {
  it('gives way to the first one', () => {
    fake.app.first = false
    expect(setupSingleInstance(() => undefined)).toBe(false)
    expect(fake.app.listenerCount('second-instance')).toBe(0)
  })

  it('hands its folder to the first one', () => {
    const opened = vi.fn()
    expect(setupSingleInstance(opened)).toBe(true)
    fake.app.isPackaged = true
    fake.app.emit('second-instance', {}, ['/opt/fixative', '--allow-file-access', 'pictures'], '/home/ada')
    expect(opened).toHaveBeenLastCalledWith('/home/ada/pictures')
    fake.app.emit('second-instance', {}, ['/opt/fixative'], '/home/ada')
    expect(opened).toHaveBeenLastCalledWith(null)
    const event = fake.raise(fake.app, 'open-file', '/home/ada/cats')
    expect(event.defaultPrevented).toBe(true)
    expect(opened).toHaveBeenLastCalledWith('/home/ada/cats')
  })

  it('does not take its own folder for an argument when it is not packaged', () => {
    const own = fake.app.getAppPath()
    expect(pathArgument(['/electron', '.'], own)).toBe(null)
    expect(pathArgument(['/electron', '.', 'cats'], own)).toBe(`${own}/cats`)
    expect(pathArgument(['/electron', own, '/cats'], '/home')).toBe('/cats')
  })

  it('does not take its own folder, or a hook of Electron, for an argument when a flag comes first', () => {
    const own = fake.app.getAppPath()
    expect(pathArgument(['/electron', '--inspect=0', '-r', '/hook.cjs', own], '/home')).toBe(null)
    expect(pathArgument(['/electron', '--inspect=0', own, '--theme', 'cats'], '/home')).toBe('/home/cats')
  })
})
