/** Files as one compressed file. They are compressed together: the services contain the same packages. */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

export type Files = Readonly<Record<string, Uint8Array>>

/** All files lie within the window of the compression, up to this many bytes. */
const WINDOW_BITS = 24
const HEAD_END = '\n'

export function pack(files: Files): Uint8Array {
  const entries = Object.entries(files)
  const head = JSON.stringify(entries.map(([name, { length }]) => [name, length])) + HEAD_END
  return brotliCompressSync(Buffer.concat([Buffer.from(head), ...entries.map(([, bytes]) => bytes)]), {
    params: { [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS },
  })
}

export function unpack(archive: Uint8Array): Files {
  const bytes = brotliDecompressSync(archive)
  let start = bytes.indexOf(HEAD_END)
  const head = JSON.parse(bytes.toString('utf8', 0, start++)) as [name: string, length: number][]
  return Object.fromEntries(
    head.map(([name, length]) => {
      const file = bytes.subarray(start, start + length)
      start += length
      return [name, file]
    }),
  )
}
