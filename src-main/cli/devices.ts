/** fixative devices [IN] */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { deviceList, STANDARD_IMAGES } from '../app/devices.js'
import type { Device } from '../../src-shared/contract/index.js'
import { DEFAULT_SETTINGS } from '../core/settings.js'
import { lookThrough } from '../jobs/stages/scan.js'
import { cancellable } from './cancel.js'
import { makeConsole } from './console.js'
import { openDevices, type Environment } from '../library/environment.js'
import { counted, duration, printable } from './text.js'

const WIDTH = 8

function line({ engine, name, available, software, reason, seconds, chosen }: Device): string {
  const title = engine.padEnd(WIDTH)
  if (!available) return `${title}not available: ${printable(reason)}`
  const time = seconds === null ? '' : `, about ${duration(seconds)}`
  const note = chosen ? ' (used)' : software ? ' (imitated by the processor; only with --engine webgpu)' : ''
  return `${title}${printable(name)}${time}${note}`
}

export function devicesCommand(environment: Environment): Command {
  return new Command('devices')
    .description('Lists what Fixative can compute on, with the time that a job computes on each.')
    .argument('[IN]', `folder that the times are for (default: ${STANDARD_IMAGES} pictures)`)
    .option('--redo', 'measure again')
    .option('--json', 'print one JSON event a line')
    .action(async (input: string | undefined, options: { redo?: boolean; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const images = await cancellable(
        () => undefined,
        async (signal) =>
          input === undefined ? STANDARD_IMAGES : (await lookThrough(resolve(input), null, signal)).files.length,
      )
      const devices = openDevices(environment)
      const known = options.redo ? null : await devices.stored()
      if (!known) out.note('Measuring, a few seconds for each device …')
      const measurement = known ?? (await devices.measure())
      const list = deviceList(measurement, images, DEFAULT_SETTINGS)
      out.event({ type: 'result', result: { devices: list, images, measuredAt: measurement.measuredAt } })
      out.print(list.map(line).join('\n'))
      const date = measurement.measuredAt.slice(0, 10)
      out.print(
        `\nTimes are for ${counted(images, 'picture')} with the usual settings, without reading and writing the files;` +
          `\nmeasured on ${date}. Measure again with: fixative devices --redo`,
      )
    })
}
