/** docs/errors.md, from the problem catalogues, their notes, and the OpenAPI documents. */
import type { OwnedCatalogue } from './catalogues.ts'
import { NOTES } from './error_notes.ts'
import { type OpenApi, problemsOf } from './openapi.ts'

const OPENING = `<!-- Made by \`npm run docs\` from the problem catalogues; edit those. -->

# Errors

Every error of every service is an RFC 9457 document of type \`application/problem+json\`:

\`\`\`json
{
  "type": "urn:shop:problem:version_conflict",
  "title": "The product has changed since that version",
  "status": 409,
  "detail": "The product is now at version 7; nothing was changed. Read current and try again.",
  "code": "version_conflict",
  "request_id": "0c1de7d2-9b61-4f1c-9d0e-3f0f2f6c1a55",
  "retryable": false,
  "current": {}
}
\`\`\`

Decide by \`code\`: codes are permanent, titles and details may improve. \`retryable\` says whether the same request
may succeed later, unchanged; repeat only then, after \`Retry-After\` if there is one, and a POST only with the same
\`Idempotency-Key\`. \`request_id\` finds the request in the logs.
`

export function errorsPage(
  catalogues: readonly OwnedCatalogue[],
  documents: ReadonlyMap<string, OpenApi>,
): string {
  return `${[OPENING, ...catalogues.map((catalogue) => section(catalogue, documents))].join('\n')}`
}

function section({ owner, problems }: OwnedCatalogue, documents: ReadonlyMap<string, OpenApi>): string {
  const document = documents.get(owner)
  const rows = Object.entries(problems)
    .sort(([a, x], [b, y]) => x.status - y.status || (a < b ? -1 : 1))
    .map(([code, { status, title, retryable }]) => {
      const routes = document ? problemsOf(document, code) : []
      const where = routes.length > 0 ? ` (${routes.map((route) => `\`${route}\``).join(', ')})` : ''
      return `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title} | ${NOTES[owner][code]}${where} |`
    })
  return [
    `## ${owner === 'every service' ? 'Every service' : owner}`,
    '',
    '| code | status | retryable | title | when, and what to do |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
