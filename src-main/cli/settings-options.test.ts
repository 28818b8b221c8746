import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SETTINGS, settingsSchema } from '../core/settings.js'
import { addSettingsOptions, settingsFrom } from './settings-options.js'

function parse(...args: string[]) {
  const command = addSettingsOptions(new Command().exitOverride())
  command.parse(args, { from: 'user' })
  return settingsFrom(command.opts())
}

describe('settingsFrom', () => {
  it('gives the defaults of the schema without options', () => {
    expect(parse()).toEqual(DEFAULT_SETTINGS)
  })

  it('has an option for every setting', () => {
    const given = addSettingsOptions(new Command()).options.map((option) => option.attributeName())
    expect(given.sort()).toEqual(Object.keys(settingsSchema.shape).sort())
  })

  it('takes a channel of any name, for the user may have made it', () => {
    expect(parse('--channel', 'my-site')).toEqual({ ...DEFAULT_SETTINGS, channel: 'my-site' })
  })

  it('takes numbers, choices and switches', () => {
    const args =
      '--strength strong --epsilon 6.5 --resolution 64 --draws 20 --q 0.8 --sigma 1e-2 --min-ssim .97 --no-certify --seed 7'
    expect(parse(...args.split(' '), '--labels', 'auto', '--format', 'png', '--quality', '90')).toEqual({
      ...DEFAULT_SETTINGS,
      strength: 'strong',
      epsilon: 6.5,
      resolution: 64,
      draws: 20,
      q: 0.8,
      sigma: 0.01,
      minSsim: 0.97,
      certify: false,
      seed: 7,
      labels: 'auto',
      format: 'png',
      quality: 90,
    })
  })

  it.each([
    ['--epsilon 0', '--epsilon must be at least 1.'],
    ['--epsilon 65', '--epsilon must be at most 64.'],
    ['--epsilon eight', '--epsilon needs a number, not "eight".'],
    ['--epsilon 0x10', '--epsilon needs a number, not "0x10".'],
    ['--epsilon Infinity', '--epsilon needs a number, not "Infinity".'],
    ['--epsilon 6,5', '--epsilon needs a number, not "6,5".'],
    ['--min-ssim 1', '--min-ssim must be at most 0.999.'],
    ['--min-ssim high', '--min-ssim needs a number, not "high".'],
    ['--q 1', '--q must be less than 1.'],
    ['--confidence 0.5', '--confidence must be more than 0.5.'],
    ['--draws 1.5', '--draws must be a whole number.'],
    ['--resolution 48', '--resolution must be one of 32, 64, 96, 128.'],
    ['--strength loud', '--strength must be one of subtle, balanced, strong.'],
    ['--labels names', '--labels must be folders, auto or a .csv file, not "names".'],
    ['--labels /nowhere/labels.csv', 'The label file "/nowhere/labels.csv" does not exist.'],
    ['--engine gpu', '--engine must be one of auto, cpu, webgpu, cuda.'],
    ['--seed -1', '--seed must be at least 0.'],
    ['--workers 0', '--workers must be at least 1.'],
    ['--channel My/Site', '--channel is a name of small letters, digits and dashes.'],
    ['--channel web --format png', '--format is decided by --channel.'],
    ['--metadata keep --channel web', '--metadata is decided by --channel.'],
  ])('refuses %s in one sentence', (args, message) => {
    expect(() => parse(...args.split(' '))).toThrow(
      expect.objectContaining({ code: 'wrong-usage', message, hint: expect.stringMatching(/\S/) }),
    )
  })
})
