#!/usr/bin/env node
/**
 * Stands in for fpm where it cannot be had: understands what electron-builder asks it for a deb, and lets dpkg-deb make it.
 * Nothing is compressed: it is unpacked again at once.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const text = { type: 'string' }
const list = { type: 'string', multiple: true }
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{
      s: { ...text, short: 's' },
      t: { ...text, short: 't' },
      d: { ...list, short: 'd' },
      force: { type: 'boolean' },
    },
    ...{ architecture: text, 'after-install': text, 'after-remove': text, description: text, version: text },
    ...{ package: text, name: text, maintainer: text, vendor: text, url: text, category: text, license: text },
    ...{ 'deb-recommends': list, 'deb-priority': text, 'deb-compression': text },
  },
})
const root = mkdtempSync(join(tmpdir(), 'fixative-deb-'))
try {
  for (const mapping of positionals) {
    const at = mapping.lastIndexOf('=')
    const target = join(root, mapping.slice(at + 1))
    mkdirSync(dirname(target), { recursive: true })
    cpSync(mapping.slice(0, at), target, { recursive: true, verbatimSymlinks: true })
  }
  const [summary = '', ...rest] = (values.description ?? '').split('\n')
  mkdirSync(join(root, 'DEBIAN'))
  const control = {
    Package: values.name,
    Version: values.version,
    Architecture: values.architecture,
    Maintainer: values.maintainer,
    Depends: values.d?.join(', '),
    Recommends: values['deb-recommends']?.join(', '),
    Priority: values['deb-priority'],
    Section: values.category ?? 'default',
    Homepage: values.url,
    Description: [summary, ...rest.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  }
  const lines = Object.entries(control).filter(([, value]) => value !== undefined)
  writeFileSync(join(root, 'DEBIAN', 'control'), `${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`)
  for (const [file, name] of [
    [values['after-install'], 'postinst'],
    [values['after-remove'], 'postrm'],
  ]) {
    copyFileSync(file, join(root, 'DEBIAN', name))
    chmodSync(join(root, 'DEBIAN', name), 0o755)
    if (!readFileSync(file, 'utf8').startsWith('#!')) throw new Error(`${name} is no script.`)
  }
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', root, values.package], { stdio: 'inherit' })
} finally {
  rmSync(root, { recursive: true, force: true })
}
