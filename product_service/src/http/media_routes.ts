/** Pictures: uploads and the list of all, for admins; what pages need and the renditions, for everyone. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { hasTag } from '@shop/service_kit/http/etags'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import { limitUploads } from '@shop/service_kit/http/uploads'
import { principalOf } from '@shop/service_kit/identity/access'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { DomainError } from '../domain/errors.ts'
import { fileName } from '../domain/media.ts'
import type { MediaFiles, MediaRecords, Pictures } from '../domain/media_ports.ts'
import { uploadMedia } from '../domain/upload_media.ts'
import {
  getMediaOperation,
  getRenditionOperation,
  listedMediaView,
  listMediaOperation,
  mediaView,
  uploadMediaOperation,
} from './media_schemas.ts'
import { acceptForms, readUpload, UPLOADS_MAX } from './media_upload.ts'

export type MediaRoutesDeps = {
  readonly media: { readonly records: MediaRecords; readonly files: MediaFiles }
  readonly pictures: Pictures
  readonly runtime: Pick<Runtime, 'now' | 'newId'>
  readonly reached: (place: string) => void
}

const LIST: CursorList = { name: 'media', key: ['id'] }
/** The renditions of an id never change. */
const FOR_EVER = 'public, max-age=31536000, immutable'
/** An ETag of this many digits of a hash is unique enough. */
const TAG_DIGITS = 32

export function mediaRoutes({ media: { records, files }, pictures, runtime, reached }: MediaRoutesDeps) {
  const ports = { records, files, pictures, reached, now: runtime.now, newId: runtime.newId }

  const find = async (id: string) => {
    const media = await records.find(id)
    if (!media) throw new DomainError('media_not_found', 'There is no picture of this id.')
    return media
  }

  return async (app: App) => {
    acceptForms(app)
    app.post(
      '/media',
      { ...uploadMediaOperation, onRequest: limitUploads(UPLOADS_MAX) },
      async (request, reply) => {
        const file = await readUpload(request, reply)
        const id = createHash('sha256').update(file).digest('hex')
        const { media, added } = await uploadMedia(ports, { id, file, by: principalOf(request).userId })
        reply.header('location', `/media/${id}`).code(added ? 201 : 200)
        return mediaView(media)
      },
    )

    app.get('/media', listMediaOperation, async (request) => {
      const { limit = PAGE_LIMIT_DEFAULT, cursor } = request.query
      const { items, next } = await records.list({ after: decodeCursor(cursor, LIST), limit })
      return {
        items: items.map(listedMediaView),
        next_cursor: next === undefined ? null : encodeCursor(next, LIST),
      }
    })

    app.get('/media/:id', getMediaOperation, async (request, reply) => {
      const media = await find(request.params.id)
      const etag = `"${media.folder}"`
      reply.header('etag', etag).header('cache-control', FOR_EVER)
      if (hasTag(request.headers['if-none-match'], etag)) return empty(reply, 304)
      return mediaView(media)
    })

    app.get('/media/:id/:file', getRenditionOperation, async (request, reply) => {
      const media = await find(request.params.id)
      const rendition = media.renditions.find((each) => fileName(each) === request.params.file)
      if (!rendition) throw new DomainError('media_not_found', 'The picture has no such rendition.')
      const etag = `"${rendition.sha256.slice(0, TAG_DIGITS)}"`
      reply.headers({ etag, 'cache-control': FOR_EVER, 'x-content-type-options': 'nosniff' })
      if (hasTag(request.headers['if-none-match'], etag)) return empty(reply, 304)
      reply.type(`image/${rendition.format}`).header('content-length', rendition.bytes)
      // Without reading the file.
      if (request.method === 'HEAD') return reply.send(Readable.from([]))
      const content = await files.get(media.folder, fileName(rendition))
      if (!content) throw new DomainError('media_not_found', 'The picture was removed.')
      // A stream itself, and not one around it: only so a client that leaves early closes the file.
      return reply.send(content instanceof Readable ? content : Readable.from(content))
    })
  }
}
