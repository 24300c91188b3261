/** Pictures for tests, and forms to send them in. */
import { randomBytes } from 'node:crypto'
import sharp from 'sharp'

type Size = { readonly width: number; readonly height: number }

/** One colour, so that it is small at any size. */
export const plain = ({ width, height }: Size, background = '#336699') =>
  sharp({ create: { width, height, channels: 3, background }, limitInputPixels: false })

/** Noise, so that no two are alike and nothing compresses them. */
export const noise = ({ width, height }: Size) =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })

export const jpegOf = (size: Size) => noise(size).jpeg().toBuffer()

export const BOUNDARY = 'a-boundary-of-a-form'
export const FORM = `multipart/form-data; boundary=${BOUNDARY}`

/** Named, and declared to be, what it may not be. */
export const filePart = (content: Uint8Array, name = 'picture.jpg', type = 'image/jpeg') =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ])

export const fieldPart = (name: string, value: string) =>
  Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)

export const form = (...parts: Uint8Array[]) => Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
