/** The operations on pictures, and pictures as JSON. */
import { ADMIN_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { IfNoneMatchHeaders, Timestamp } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import {
  BLUR_LENGTH_MAX,
  fileName,
  MEDIA_BYTES_MAX,
  type Media,
  RENDITION_EDGES,
  RENDITION_FORMATS,
} from '../domain/media.ts'
import type { ListedMedia } from '../domain/media_ports.ts'
import { MediaId } from './media_items.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'media')

const Pixels = Type.Integer({ minimum: 1 })

const RenditionView = Type.Object({
  format: Type.Enum(RENDITION_FORMATS),
  width: Pixels,
  height: Pixels,
  url: Type.String({ description: 'Its address at this service; the gateway has it under /api' }),
})

const MEDIA_FIELDS = {
  id: MediaId,
  width: Type.Integer({ minimum: 1, description: 'Of the original, upright' }),
  height: Pixels,
  blur: Type.String({
    maxLength: BLUR_LENGTH_MAX,
    description: 'A data URI of some pixels, to show until a rendition has loaded',
  }),
  created_at: Timestamp,
  renditions: Type.Array(RenditionView),
}

const MediaView = Type.Object(MEDIA_FIELDS)
type MediaView = Static<typeof MediaView>
const ListedMediaView = Type.Object({
  ...MEDIA_FIELDS,
  used: Type.Boolean({ description: 'Does a product or group show it?' }),
})

/** No pattern: another address has no picture (404). */
const MediaParams = Type.Object({ id: Type.String() })
const RenditionParams = Type.Object({ id: Type.String(), file: Type.String() })

const READ_PROBLEMS = ['validation_failed', 'store_unavailable', 'media_not_found'] as const
const FILES = RENDITION_EDGES.flatMap((edge) =>
  RENDITION_FORMATS.map((format) => `\`${fileName({ edge, format })}\``),
).join(', ')

export const uploadMediaOperation = operation({
  operationId: 'uploadMedia',
  summary: `Store a picture: a form with one file of at most ${MEDIA_BYTES_MAX / 1024 / 1024} MiB; 200 if it is known`,
  access: 'admin',
  consumes: ['multipart/form-data'],
  response: { 200: MediaView, 201: MediaView },
  problems: [
    ...ADMIN_PROBLEMS,
    'upload_malformed',
    'body_too_large',
    'unsupported_media_type',
    'media_format_unsupported',
    'media_size_refused',
    'media_animated',
    'media_unreadable',
    'media_not_processed',
    'media_store_unavailable',
    'store_unavailable',
    'overloaded',
  ],
})

export const listMediaOperation = operation({
  operationId: 'listMedia',
  summary: 'All pictures, newest first',
  access: 'admin',
  querystring: Type.Object(PageQuery),
  response: { 200: PageOf(ListedMediaView) },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'malformed_cursor', 'store_unavailable'],
})

export const getMediaOperation = operation({
  operationId: 'getMedia',
  summary: 'A picture: its size, placeholder and the addresses of its renditions',
  access: 'public',
  params: MediaParams,
  headers: IfNoneMatchHeaders,
  response: { 200: MediaView, 304: Type.Null() },
  problems: READ_PROBLEMS,
})

export const getRenditionOperation = operation({
  operationId: 'getRendition',
  summary: `A rendition, for ever the same: ${FILES}`,
  access: 'public',
  params: RenditionParams,
  headers: IfNoneMatchHeaders,
  produces: ['image/webp', 'image/jpeg'],
  problems: [...READ_PROBLEMS, 'media_store_unavailable'],
})

export const mediaView = ({ id, width, height, blur, createdAt, renditions }: Media): MediaView => ({
  id,
  width,
  height,
  blur,
  created_at: createdAt,
  renditions: renditions.map((each) => ({
    format: each.format,
    width: each.width,
    height: each.height,
    url: `/media/${id}/${fileName(each)}`,
  })),
})

export const listedMediaView = (media: ListedMedia) => ({ ...mediaView(media), used: media.used })
