/**
 * Pictures of products: which files are accepted, which renditions are made of them, and how a product shows one.
 *
 * Invariants
 *  1. The format of a file is decided by its first bytes, never by its name or declared type.
 *  2. A picture is named by the SHA-256 of the file as it was sent: the same file is the same picture, and another file is
 *     another one.
 *  3. Each picture has exactly the renditions of RENDITION_EDGES in each of RENDITION_FORMATS; none is larger than the original.
 *  4. What shows a picture says what is on it: `alt` is never blank.
 */

export const MEDIA_BYTES_MAX = 10 * 1024 * 1024
export const MEDIA_PIXELS_MAX = 40_000_000
/** Decoding AVIF takes several times the memory and time: 40 megapixels took 800 MiB and 25 s. */
export const AVIF_PIXELS_MAX = 8_000_000
/**
 * An interlaced PNG and a progressive JPEG are decoded as a whole, not line by line. 40 megapixels took 490 MiB as a PNG of 16 bits (a
 * file of 300 KB), 410 MiB as a JPEG in CMYK, and at most 330 MiB as any other JPEG, which has no such limit.
 */
export const INTERLACED_PIXELS_MAX = 8_000_000
/** The shorter edge, in pixels. A smaller picture is unusable on a page. */
export const MEDIA_EDGE_MIN = 16
/** Longer edge to shorter edge: a strip of 1 x 20,000 is no picture of a product, and would be one pixel wide when scaled. */
export const MEDIA_RATIO_MAX = 10

/** Longer edge of the renditions, in pixels. A smaller original is not enlarged: these renditions then have its size. */
export const RENDITION_EDGES = [320, 640, 1280] as const
export const RENDITION_FORMATS = ['webp', 'jpeg'] as const
export type RenditionEdge = (typeof RENDITION_EDGES)[number]
export type RenditionFormat = (typeof RENDITION_FORMATS)[number]
/** No rendition comes near it: it has at most 1280 x 1280 pixels of three bytes. */
export const RENDITION_BYTES_MAX = 6 * 1024 * 1024
/** The placeholder is a picture of some pixels, as a data URI. */
export const BLUR_LENGTH_MAX = 1_000

/** Files without a record are removed when they are so old. */
export const LEFT_OVER_AFTER_MS = 24 * 60 * 60_000

/** How many pictures one product, or one group, shows. */
export const MEDIA_PER_PRODUCT_MAX = 20
export const ALT_LENGTH_MAX = 300
export const FOCUS_MAX = 100

/** What no crop may cut off, in percent of width and height from the top left corner. */
export type Focus = { readonly x: number; readonly y: number }
export const FOCUS_CENTRE: Focus = { x: 50, y: 50 }

/** A picture as one product or group shows it. */
export type MediaItem = {
  /** SHA-256 of the picture, in hexadecimal digits. */
  readonly id: string
  /** What is on the picture, for those who do not see it. */
  readonly alt: string
  readonly focus: Focus
}

/** What a page needs before the picture has loaded. For one id these never change, so they may be copied. */
export type MediaFacts = { readonly width: number; readonly height: number; readonly blur: string }

/** The formats that are accepted. */
export type MediaFormat = 'jpeg' | 'png' | 'webp' | 'avif'

export type Rendition = {
  readonly edge: RenditionEdge
  readonly format: RenditionFormat
  readonly width: number
  readonly height: number
  readonly bytes: number
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly sha256: string
}

/** A stored picture. Its files are those of `folder`, which no other record has (files are never replaced). */
export type Media = MediaFacts & {
  readonly id: string
  /** A UUIDv7: it also says when its files were written. */
  readonly folder: string
  readonly renditions: readonly Rendition[]
  /** RFC 3339, UTC. */
  readonly createdAt: string
  readonly createdBy: string
}

const text = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length))

/** Brands of AVIF: still pictures and sequences. A sequence is refused later, as animated. */
const AVIF_BRANDS = new Set(['avif', 'avis'])
const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n'

/** The format by the first bytes (invariant 1), or undefined for any other: SVG, GIF, HEIC, text. */
export function formatOf(bytes: Uint8Array): MediaFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (text(bytes, 0, 8) === PNG_SIGNATURE) return 'png'
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 4) === 'WEBP') return 'webp'
  if (text(bytes, 4, 4) === 'ftyp' && AVIF_BRANDS.has(text(bytes, 8, 4))) return 'avif'
  return undefined
}

/** How many pixels a picture may have, by how it is decoded. */
export function pixelsMaxOf(
  format: MediaFormat | undefined,
  { isProgressive = false, channels = 3 }: { readonly isProgressive?: boolean; readonly channels?: number },
): number {
  if (format === 'avif') return AVIF_PIXELS_MAX
  const isWhole = isProgressive && (format === 'png' || channels > 3)
  return isWhole ? INTERLACED_PIXELS_MAX : MEDIA_PIXELS_MAX
}

/** Why a picture of that size is refused, in a sentence; undefined if it is accepted. */
export function sizeFault(width: number, height: number, pixelsMax = MEDIA_PIXELS_MAX): string | undefined {
  const shorter = Math.min(width, height)
  const longer = Math.max(width, height)
  if (width * height > pixelsMax) {
    return `The picture has ${width} x ${height} pixels; at most ${pixelsMax} in all are accepted.`
  }
  if (shorter < MEDIA_EDGE_MIN) return `Each edge needs at least ${MEDIA_EDGE_MIN} pixels.`
  if (longer > shorter * MEDIA_RATIO_MAX) {
    return `The longer edge may be at most ${MEDIA_RATIO_MAX} times the shorter one.`
  }
  return undefined
}

/** The size of a rendition: scaled so that its longer edge is `edge`, never enlarged. */
export function renditionSize({ width, height }: { width: number; height: number }, edge: number) {
  const scale = Math.min(1, edge / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** What is wrong with the pictures of one product beyond their schema: the index of one that repeats another. */
export function repeatedItem(items: readonly Pick<MediaItem, 'id'>[]): number | undefined {
  const index = items.findIndex(({ id }, i) => items.findIndex((other) => other.id === id) < i)
  return index < 0 ? undefined : index
}

/** The 48 bits of a UUIDv7 that say when it was made. */
export const timeOfFolder = (folder: string): number =>
  Number.parseInt(folder.replaceAll('-', '').slice(0, 12), 16)

/** Of a file and its address. */
export const fileName = ({ edge, format }: Pick<Rendition, 'edge' | 'format'>) =>
  `${edge}.${format === 'jpeg' ? 'jpg' : format}` as const

/**
 * Is it a moving picture, of which a decoder of still ones would show the first frame only? Of an animated WebP the decoder says
 * so itself.
 */
export const isMarkedAsAnimated = (bytes: Uint8Array): boolean =>
  formatOf(bytes) === 'png' ? isAnimatedPng(bytes) : text(bytes, 4, 8) === 'ftypavis'

/** An animated PNG has a chunk `acTL` before its pixels. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = PNG_SIGNATURE.length; at + 8 <= bytes.length; at += view.getUint32(at) + 12) {
    const type = text(bytes, at + 4, 4)
    if (type === 'acTL') return true
    if (type === 'IDAT') return false
  }
  return false
}
