/**
 * The app inside the test Electron (scripts/test-electron.ts), in place of Electron's own default app:
 * `electron [-r HOOK] APP …` runs the app in the folder APP, after the CommonJS modules HOOK.
 */
import { readFileSync } from 'node:fs'
import { Module } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron/main'
import './older-electron.js'

const hooks = []
let folder
for (let at = 1; at < process.argv.length && folder === undefined; at++) {
  const argument = process.argv[at]
  if (argument === '-r') hooks.push(process.argv[++at])
  else if (!argument.startsWith('-')) folder = resolve(argument)
}
if (folder === undefined) throw new Error('electron [-r HOOK] APP')

const { main, name, productName, version, desktopName } = JSON.parse(
  readFileSync(resolve(folder, 'package.json'), 'utf8'),
)
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })
app.setName(productName ?? name)
app.setVersion(version)
app.setAppPath(folder)
if (desktopName !== undefined) app.setDesktopName?.(desktopName)
Module._preloadModules(hooks)
await import(pathToFileURL(resolve(folder, main)).href)
