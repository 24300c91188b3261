/** Imports of products from a file, and their export, for admins. The work is done in the background (imports/import_worker.ts). */
import { Readable } from 'node:stream'
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { decodeCursor, encodeCursor, PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import { principalOf } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createSlots } from '@shop/service_kit/runtime/slots'
import type { FastifyReply } from 'fastify'
import { guarded } from '../csv/cells.ts'
import { lines } from '../csv/write_csv.ts'
import { requestedImport } from '../domain/change_import.ts'
import { DomainError } from '../domain/errors.ts'
import { type Import, newImport } from '../domain/import.ts'
import { type ImportLanguage, noteCells, noteHead } from '../domain/import_languages.ts'
import type { Imports } from '../domain/import_ports.ts'
import {
  changeImportOperation,
  createImportOperation,
  getCatalogueExportOperation,
  getImportOperation,
  getImportResultOperation,
  listImportNotesOperation,
  listImportsOperation,
  PART_TYPE,
  uploadImportPartOperation,
} from './import_schemas.ts'
import { importNoteView, importView } from './import_views.ts'

export type ImportRoutesDeps = {
  readonly imports: Imports
  /** Pieces of the table of all products. */
  readonly exportCsv: () => AsyncIterable<string>
  readonly runtime: Pick<Runtime, 'now' | 'newId' | 'after'>
}

/** Exports that a replica makes at once. */
export const EXPORTS_MAX = 2
/** An export of which nothing was taken for so long is cut: it holds one of the few slots. */
export const EXPORT_STALLED_MS = 600_000
const CHANGES_MAX = 5
const NOTES_AT_ONCE = 1_000
const LIST = { name: 'imports', key: ['id'] } as const
const notesOf = ({ attempt }: Import) =>
  ({ name: `notes of ${attempt}`, key: [{ max: Number.MAX_SAFE_INTEGER }] }) as const

export function importRoutes({ imports, exportCsv, runtime }: ImportRoutesDeps) {
  const exports = createSlots(EXPORTS_MAX)
  const find = async (id: string): Promise<Import> => {
    const job = await imports.find(id)
    if (!job) throw new DomainError('import_not_found', 'There is no import of this id.')
    return job
  }

  return async (app: App) => {
    app.post('/imports', createImportOperation, async (request, reply) => {
      const stamp = { by: principalOf(request).userId, at: runtime.now().toISOString() }
      const job = await imports.create(newImport(runtime.newId(), request.body.name.toWellFormed(), stamp))
      reply.code(201).header('location', `/imports/${job.id}`)
      return importView(job)
    })

    app.register(async (partApp: App) => {
      partApp.addContentTypeParser(PART_TYPE, { parseAs: 'buffer' }, (_request, body, done) =>
        done(null, body),
      )
      partApp.put('/imports/:id/parts/:number', uploadImportPartOperation, async (request, reply) => {
        const { id, number } = request.params
        const content = request.body as Buffer | undefined
        if (!Buffer.isBuffer(content) || content.length === 0) {
          throw new Problem('unsupported_media_type', `Send the bytes of the part as ${PART_TYPE}.`)
        }
        const job = await find(id)
        if (job.state !== 'uploading') {
          throw new DomainError('import_state_conflict', `The import is ${job.state}.`, { current: job })
        }
        await imports.putPart(id, number, content)
        return empty(reply, 204)
      })
    })

    app.patch('/imports/:id', changeImportOperation, async (request) => {
      const { state, parts, without_faulty } = request.body
      const wanted = { state, parts, withoutFaulty: without_faulty }
      for (let attempt = 1; ; attempt++) {
        const job = await find(request.params.id)
        const stored = await imports.partsBelow(job.id, parts ?? job.parts)
        const after = requestedImport(job, wanted, stored, runtime.now().toISOString())
        if (after === job || (await imports.save(after))) return importView(after)
        // The worker saved its progress meanwhile.
        if (attempt === CHANGES_MAX)
          throw new Problem('overloaded', 'The import changes all the time; try again.')
      }
    })

    app.get('/imports', listImportsOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const { items, next } = await imports.list({ after: decodeCursor(cursor, LIST), limit })
      return {
        items: items.map(importView),
        next_cursor: next === undefined ? null : encodeCursor(next, LIST),
      }
    })

    app.get('/imports/:id', getImportOperation, async (request) => importView(await find(request.params.id)))

    app.get('/imports/:id/notes', listImportNotesOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const job = await find(request.params.id)
      const list = notesOf(job)
      const [after = 0] = decodeCursor(cursor, list) ?? []
      const found = await imports.notes(job, Number(after), limit + 1)
      const items = found.slice(0, limit)
      return {
        items: items.map(({ note }) => importNoteView(note)),
        next_cursor: found.length > limit ? encodeCursor([items.at(-1)!.number], list) : null,
      }
    })

    app.get('/imports/:id/result', getImportResultOperation, async (request, reply) => {
      const job = await find(request.params.id)
      const { language = 'en' } = request.query
      return download(reply, 'import-result.csv', noteLines(job, language), runtime)
    })

    app.get('/exports/catalogue.csv', getCatalogueExportOperation, async (_request, reply) => {
      const free = exports.take()
      if (typeof free !== 'function') {
        throw new Problem('overloaded', `${EXPORTS_MAX} exports are under way; try again.`)
      }
      if (reply.raw.closed) free()
      else reply.raw.once('close', free)
      return download(reply, 'catalogue.csv', exportCsv(), runtime)
    })
  }

  async function* noteLines(job: Import, language: ImportLanguage) {
    yield `\ufeff${lines([noteHead(language)])}`
    for (let after = 0; ; ) {
      const page = await imports.notes(job, after, NOTES_AT_ONCE)
      if (page.length > 0) {
        yield lines(page.map(({ note }) => noteCells(note, language).map(guarded)))
      }
      if (page.length < NOTES_AT_ONCE) return
      after = page.at(-1)!.number
    }
  }
}

/**
 * Read piece by piece, as fast as the client does. Its length is not known: an export that fails or is cut ends without the last
 * chunk of HTTP, so a client sees that it is incomplete.
 */
const download = (
  reply: FastifyReply,
  name: string,
  pieces: AsyncIterable<string>,
  runtime: Pick<Runtime, 'after'>,
) =>
  reply
    .headers({ 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' })
    .type('text/csv; charset=utf-8')
    .send(Readable.from(whileTaken(pieces, reply, runtime), { objectMode: false }))

async function* whileTaken(
  pieces: AsyncIterable<string>,
  { raw }: FastifyReply,
  { after }: Pick<Runtime, 'after'>,
) {
  for await (const piece of pieces) {
    const stop = after(EXPORT_STALLED_MS, () => raw.destroy(), { background: true })
    try {
      yield piece
    } finally {
      stop()
    }
  }
}
