/** fixative report CERT */
import { CERTIFICATE_NAME, REPORT_NAME } from '../core/file-names.js'
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { renderReport } from '../certificates/report/render.js'
import { writeAtomically } from '../storage/folders.js'
import { readCertificate, requireSigned } from '../certificates/verify-folder.js'
import { makeConsole } from './console.js'
import { printable } from './text.js'

/** A certificate's path: the file itself, or the one in a protected folder. */
async function certificateAt(path: string): Promise<string> {
  const given = resolve(path)
  const found = await stat(given).catch(() => null)
  return found?.isDirectory() ? join(given, CERTIFICATE_NAME) : given
}

export function reportCommand(): Command {
  return new Command('report')
    .description('Writes the HTML report again, from the certificate alone (without sample pictures).')
    .argument('<CERT>', 'certificate, or the folder that holds it')
    .option('--output <FILE>', `where to write it (default: ${REPORT_NAME} beside the certificate)`)
    .option('--json', 'print one JSON event a line')
    .action(async (path: string, options: { output?: string; json?: boolean }) => {
      const out = makeConsole(options.json === true)
      const certificate = await certificateAt(path)
      const envelope = await readCertificate(certificate)
      requireSigned(envelope, certificate)
      const report = options.output === undefined ? join(dirname(certificate), REPORT_NAME) : resolve(options.output)
      await writeAtomically(report, renderReport(envelope), 0o644)
      out.event({ type: 'result', result: { certificate, report } })
      out.print(`Written: ${printable(report)}`)
    })
}
