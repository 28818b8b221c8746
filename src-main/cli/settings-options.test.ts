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
      '--strength strong --visibility .07 --resolution 128 --draws 20 --runs 29 --q 0.8 --sigma 1e-2 --no-certify --seed 7'
    expect(parse(...args.split(' '), '--labels', 'auto', '--format', 'png', '--quality', '90')).toEqual({
      ...DEFAULT_SETTINGS,
      strength: 'strong',
      visibility: 0.07,
      resolution: 128,
      draws: 20,
      runs: 29,
      q: 0.8,
      sigma: 0.01,
      certify: false,
      seed: 7,
      labels: 'auto',
      format: 'png',
      quality: 90,
    })
  })

  it('says in words how visible each strength is', () => {
    const help = addSettingsOptions(new Command('protect')).helpInformation().replace(/\s+/g, ' ')
    expect(help).toMatch(/subtle: .* \(about as visible as JPEG at quality \d+\); balanced: .*; strong: /)
    expect(help).toContain('(subtle 0.05, balanced 0.1, strong 0.16)')
  })

  it.each(['--epsilon 8', '--min-ssim 0.9', '--masking jnd'])('no longer knows %s', (args) => {
    const command = addSettingsOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }))
    expect(() => command.parse(args.split(' '), { from: 'user' })).toThrow(/unknown option/)
  })

  it.each([
    ['--visibility 0.01', '--visibility must be at least 0.02.'],
    ['--visibility 8', '--visibility must be at most 0.4.'],
    ['--visibility low', '--visibility needs a number, not "low".'],
    ['--visibility 0x10', '--visibility needs a number, not "0x10".'],
    ['--visibility Infinity', '--visibility needs a number, not "Infinity".'],
    ['--visibility 0,1', '--visibility needs a number, not "0,1".'],
    ['--q 1', '--q must be less than 1.'],
    ['--confidence 0.5', '--confidence must be more than 0.5.'],
    ['--draws 1.5', '--draws must be a whole number.'],
    ['--resolution 48', '--resolution must be one of 32, 64, 128, 224.'],
    ['--runs 10', '--runs must be one of 0, 22, 29, 44.'],
    ['--surrogate alexnet', '--surrogate must be one of compact, vgg, resnet18.'],
    ['--method pue-grey', '--method must be one of pue, pue-b, emn.'],
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
