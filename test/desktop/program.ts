/**
 * The desktop app with less learning and training, for the specs: `electron node_modules/.cache/test`. `FIXATIVE_TEST_EFFORT` has
 * the rounds and the training steps, `FIXATIVE_DIE_IN` the stage of a job in which main dies, without any chance to tidy
 * up.
 */
import { join } from 'node:path'
import { openDesktopApp } from '../../src-main/shell/app.js'
import { failToStart, runShell } from '../../src-main/shell/start.js'
import { dataFolder } from '../../src-main/storage/folders.js'
import { dieInStage } from '../support/die-in-stage.js'

const root = join(import.meta.dirname, '..', '..', '..')
const [rounds = 0, fitSteps = 0] = (process.env['FIXATIVE_TEST_EFFORT'] ?? '').split(' ').map(Number)
const die = dieInStage(process.env['FIXATIVE_DIE_IN'])

runShell({
  dataFolder: dataFolder(),
  out: join(root, 'out'),
  icon: join(root, 'resources', 'icon.png'),
  openApp: ({ emit, ...services }) =>
    openDesktopApp(
      {
        ...services,
        emit: (name, payload) => {
          die(name, payload)
          emit(name, payload)
        },
      },
      { effort: { rounds, warmUp: 0, fitSteps } },
    ),
}).catch(failToStart)
