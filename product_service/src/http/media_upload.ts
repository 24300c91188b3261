/**
 * Reads a form with one file. It is read whole: a picture of MEDIA_BYTES_MAX is small, and its hash is needed before anything else.
 *
 * Invariants
 *  1. At most UPLOADS_MAX uploads are read, made and stored at once (uploads.ts of the kit).
 *  2. The bytes that come are counted, and the rest is not read after the first that is too many.
 *  3. Exactly one file and nothing else: any other form is refused.
 */
import multipart, { type MultipartFile } from '@fastify/multipart'
import type { App } from '@shop/service_kit/http/app_types'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../domain/errors.ts'
import { MEDIA_BYTES_MAX } from '../domain/media.ts'

export const UPLOADS_MAX = 8
const FIELD_BYTES_MAX = 1_024
const FIELD_NAME_BYTES_MAX = 100
const PART_HEADERS_MAX = 16

export const acceptForms = (app: App) =>
  app.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      files: 1,
      fields: 1,
      parts: 2,
      fileSize: MEDIA_BYTES_MAX,
      fieldNameSize: FIELD_NAME_BYTES_MAX,
      fieldSize: FIELD_BYTES_MAX,
      headerPairs: PART_HEADERS_MAX,
    },
  })

/** The one file of the form. Fails with `upload_malformed`, `unsupported_media_type` or `body_too_large`. */
export async function readUpload(request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
  if (!request.isMultipart()) {
    throw new Problem('unsupported_media_type', 'Send the picture as multipart/form-data.')
  }
  let file: Buffer | undefined
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file' || file) throw malformed('It has something beside the one file.')
      file = await contentOf(part.file)
    }
  } catch (error) {
    // What is left of the body is not read.
    reply.header('connection', 'close')
    throw problemOf(error)
  }
  if (!file) throw malformed('It has no file.')
  if (file.length === 0) throw malformed('The file is empty.')
  return file
}

/** Ends as soon as it is too large, and not when the client has sent all of it. */
async function contentOf(file: MultipartFile['file']): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of file) {
    pieces.push(piece)
    if (file.truncated) throw tooLarge()
  }
  if (file.truncated) throw tooLarge()
  return Buffer.concat(pieces)
}

function problemOf(error: unknown): unknown {
  if (error instanceof DomainError || error instanceof Problem) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ECONNRESET' || code === 'ABORT_ERR') return error
  return malformed(message)
}

const malformed = (detail: string) =>
  new DomainError('upload_malformed', `The body must be a form with exactly one file. ${detail}`)
const tooLarge = () => new Problem('body_too_large', `A picture has at most ${MEDIA_BYTES_MAX} bytes.`)
