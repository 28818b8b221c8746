/** What is sent for the name of a request, and is none. */
export const NO_REQUEST_NAMES: readonly unknown[] = [
  '',
  'jobs',
  'jobs.steal',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  7,
  null,
  undefined,
  {},
  ['jobs.list'],
]
