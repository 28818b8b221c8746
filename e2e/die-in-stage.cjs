/** Loaded into Electron's main process before the app: ends it when the window is told that a job enters a stage. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- electron -r loads CommonJS
const { app } = require('electron')

const deadly = process.env.FIXATIVE_DIE_IN

app.on('web-contents-created', (_event, contents) => {
  const send = contents.send.bind(contents)
  contents.send = (channel, name, payload) => {
    const entered = ({ stage, state }) => stage === deadly && state === 'running'
    if (name === 'jobs.changed' && payload.stages.some(entered)) process.kill(process.pid, 'SIGKILL')
    send(channel, name, payload)
  }
})
