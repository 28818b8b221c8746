import { BrowserWindow, session } from 'electron'
import { FixativeError } from '../core/errors.js'
import { SCHEME } from '../../src-shared/ipc-channels.js'
import { REPORT_POLICY, securityHeaders } from '../../src-shared/page-policy.js'
import { isAllowedUrl } from './network-guard.js'
import { setupPermissions } from './permissions.js'

const PARTITION = 'fixative-print'
const ADDRESS = `${SCHEME}://print/`

/**
 * A self-contained HTML document as an A4 PDF. It is laid out in a hidden sandboxed window without script, whose
 * session can load that one document and nothing else.
 *
 * @param patience milliseconds
 * @throws FixativeError `pdf-failed` when it cannot be laid out, or takes longer than `patience`
 */
export async function htmlToPdf(html: string, patience = 60_000): Promise<Uint8Array> {
  const print = session.fromPartition(`${PARTITION}-${++documents}`)
  setupPermissions(print)
  print.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !isAllowedUrl(details.url) }))
  print.protocol.handle(SCHEME, (request) =>
    request.url === ADDRESS
      ? new Response(html, { headers: securityHeaders(REPORT_POLICY, 'text/html; charset=utf-8') })
      : new Response(null, { status: 404 }),
  )
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      session: print,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      javascript: false,
      spellcheck: false,
      devTools: false,
    },
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${patience / 1000} s.`)), patience)
  })
  try {
    const printed = window
      .loadURL(ADDRESS)
      .then(() => window.webContents.printToPDF({ pageSize: 'A4', printBackground: true, generateTaggedPDF: true }))
    return new Uint8Array(await Promise.race([printed, late]))
  } catch (cause) {
    throw new FixativeError(
      'pdf-failed',
      'The report could not be made into a PDF.',
      'Save it as HTML and print that.',
      {
        cause,
      },
    )
  } finally {
    clearTimeout(timer)
    window.destroy()
    print.protocol.unhandle(SCHEME)
  }
}

/** Each document has its own session, so that two at a time cannot see each other's. */
let documents = 0
