/** The HTML report: one page that reads offline, prints well, runs no script and asks nobody for anything. */
import { createHash } from 'node:crypto'
import { keyId } from '../../core/certificate/dsse.js'
import type { Statement } from '../../core/certificate/schema.js'
import { summaryOf } from '../summary.js'
import { certificationSection } from './certification.js'
import { Html, html } from './html.js'
import { qualitySection } from './quality.js'
import { runsSection } from './runs.js'
import type { ReportSample } from './samples.js'
import { channelSection, filesSection, methodSection, samplesSection, signatureSection } from './sections.js'
import { type ReportStress, stressSection } from './stress.js'
import { STYLE } from './style.js'

export interface ReportInput {
  readonly statement: Statement
  readonly samples?: readonly ReportSample[]
  readonly stress?: ReportStress
}

/** Only pictures inside the page and this very style sheet; no script, no request, no form. */
const POLICY = [
  "default-src 'none'",
  'img-src data:',
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/**
 * The report of a certificate as one HTML document.
 * Everything comes from the signed statement but the samples and the stress test, which only the job knows.
 */
export function renderReport({ statement, samples = [], stress }: ReportInput): string {
  const { predicate } = statement
  const { certification } = predicate
  const { headline, details, explanation } = summaryOf(statement)
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Fixative report</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <header>
            <p class="eyebrow">
              Fixative report · ${predicate.collection.images.toLocaleString('en')} pictures · ${predicate.issuedAt}
            </p>
            <h1>${headline}</h1>
            ${details.map((sentence) => html`<p>${sentence}</p>`)}
            <p class="verdict ${certification?.verdict ?? ''}">${explanation}</p>
          </header>
          ${certification?.runs ? runsSection(certification.runs, certification) : null}
          ${certification && certificationSection(certification)} ${stress ? stressSection(stress) : null}
          ${channelSection(predicate)} ${samplesSection(samples)} ${qualitySection(predicate.protection)}
          <section aria-labelledby="limits">
            <h2 id="limits">What this does not say</h2>
            <ul>
              ${predicate.limits.map((limit) => html`<li>${limit}</li>`)}
            </ul>
          </section>
          ${filesSection(statement)} ${signatureSection(predicate, keyId(predicate.issuer.publicKey))}
          ${methodSection(predicate)}
        </main>
      </body>
    </html>`.markup
  }\n`
}
