/** A worker program for the pool's tests: real process, real messages, tasks that misbehave on request. */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { FixativeError } from '../../src-main/core/errors.js'
import { serve } from '../../src-main/workers/answer-tasks.js'

interface Order {
  do: 'echo' | 'pid' | 'fail' | 'die' | 'die-once' | 'sleep' | 'block' | 'log' | 'throw-later'
  value?: unknown
  file?: string
  milliseconds?: number
}

serve(async (_task, input) => {
  const order = input as Order
  switch (order.do) {
    case 'echo':
      return order.value
    case 'pid':
      return process.pid
    case 'fail':
      throw new FixativeError('test-failure', 'The picture is broken.', 'Remove it.')
    case 'die-once':
      if (existsSync(order.file!)) return order.value
      writeFileSync(order.file!, '')
      return process.kill(process.pid, 'SIGKILL')
    case 'die':
      return process.kill(process.pid, 'SIGABRT')
    case 'sleep':
      await new Promise((resolve) => setTimeout(resolve, order.milliseconds))
      return order.value
    case 'block':
      for (const end = Date.now() + order.milliseconds!; Date.now() < end;);
      return order.value
    case 'log':
      appendFileSync(order.file!, `${String(order.value)}\n`)
      return undefined
    case 'throw-later':
      void Promise.reject(new Error('nobody caught this'))
      return new Promise(() => undefined)
  }
})
