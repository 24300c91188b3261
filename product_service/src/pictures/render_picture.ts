/**
 * Makes the renditions of a picture. Runs in a process of its own (picture_process.ts), because it decodes what strangers made.
 *
 * Invariants
 *  1. Only the four formats are decoded, whatever the file claims: all other decoders are blocked.
 *  2. The size is checked before anything is decoded.
 *  3. Renditions have pixels only: turned upright, in sRGB, without EXIF, GPS, colour profile or comments.
 */
import { createHash } from 'node:crypto'
import sharp, { type Sharp } from 'sharp'
import { DomainError } from '../domain/errors.ts'
import {
  BLUR_LENGTH_MAX,
  formatOf,
  isMarkedAsAnimated,
  MEDIA_PIXELS_MAX,
  pixelsMaxOf,
  RENDITION_BYTES_MAX,
  RENDITION_EDGES,
  RENDITION_FORMATS,
  type RenditionEdge,
  type RenditionFormat,
  renditionSize,
  sizeFault,
} from '../domain/media.ts'
import type { RenderedFile, RenderedPicture } from '../domain/media_ports.ts'

const LARGEST = RENDITION_EDGES.at(-1)!
const WEBP_QUALITY = 80
const JPEG_QUALITY = 82
const BLUR_EDGE = 16
const BLUR_QUALITY = 40

sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Heif'].map((format) => `VipsForeignLoad${format}Buffer`),
})
// One picture at a time, and no two alike in a row.
sharp.concurrency(1)
sharp.cache(false)

type Size = { readonly width: number; readonly height: number }

/** Fails as Pictures.render does because of the file. */
export async function renderPicture(file: Uint8Array): Promise<RenderedPicture> {
  if (formatOf(file) === undefined) {
    throw new DomainError('media_format_unsupported', 'The file is neither JPEG nor PNG, WebP or AVIF.')
  }
  if (isMarkedAsAnimated(file)) throw animated()
  try {
    const size = await sizeOf(file)
    const picture = await decode(file, size)
    const files: RenderedFile[] = []
    for (const edge of RENDITION_EDGES) {
      for (const format of RENDITION_FORMATS) files.push(await rendition(picture, size, edge, format))
    }
    return { ...size, blur: await blurOf(picture, size), files }
  } catch (cause) {
    if (cause instanceof DomainError) throw cause
    throw new DomainError('media_unreadable', 'The file ends too early, or is damaged.', {}, { cause })
  }
}

const open = (file: Uint8Array) =>
  sharp(file, { failOn: 'warning', limitInputPixels: MEDIA_PIXELS_MAX, sequentialRead: true })

/** Upright, as it will be shown. */
async function sizeOf(file: Uint8Array): Promise<Size> {
  // Without the limit of pixels: it is checked here, with the numbers.
  const {
    pages = 1,
    autoOrient,
    isProgressive,
    channels,
  } = await sharp(file, { limitInputPixels: false }).metadata()
  if (pages > 1) throw animated()
  const { width, height } = autoOrient
  const fault = sizeFault(width, height, pixelsMaxOf(formatOf(file), { isProgressive, channels }))
  if (fault) throw new DomainError('media_size_refused', fault)
  return { width, height }
}

/** The pixels of the largest rendition. Decoded once, for a file of 40 megapixels takes longer to decode than to scale. */
async function decode(file: Uint8Array, size: Size) {
  const { width, height } = renditionSize(size, LARGEST)
  const { data, info } = await open(file)
    .autoOrient()
    .toColourspace('srgb')
    .resize(width, height, { fit: 'fill' })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
}

async function rendition(
  picture: () => Sharp,
  size: Size,
  edge: RenditionEdge,
  format: RenditionFormat,
): Promise<RenderedFile> {
  const { width, height } = renditionSize(size, edge)
  const scaled = picture().resize(width, height, { fit: 'fill' })
  const content = await (format === 'webp'
    ? scaled.webp({ quality: WEBP_QUALITY })
    : scaled.flatten({ background: '#ffffff' }).jpeg({ quality: JPEG_QUALITY, progressive: true })
  ).toBuffer()
  if (content.length > RENDITION_BYTES_MAX) throw new Error(`a rendition has ${content.length} bytes`)
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { edge, format, width, height, bytes: content.length, sha256, content }
}

async function blurOf(picture: () => Sharp, size: Size): Promise<string> {
  const { width, height } = renditionSize(size, BLUR_EDGE)
  const pixels = await picture()
    .resize(width, height, { fit: 'fill' })
    .webp({ quality: BLUR_QUALITY })
    .toBuffer()
  const blur = `data:image/webp;base64,${pixels.toString('base64')}`
  if (blur.length > BLUR_LENGTH_MAX) throw new Error(`a placeholder has ${blur.length} characters`)
  return blur
}

const animated = () => new DomainError('media_animated', 'The file is an animation; send a still picture.')
